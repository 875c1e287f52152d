"""Policy documents for the tests of their readers: a good one, and what is wrong with another."""

import pytest

from residency import PolicyError, parse_policy
from residency.conditions import Condition
from tests.residency.cast import policy_text, rule_text

HEADER = 'name = "test"\nlayer = "platform"\ntitle = "Test"\neffective_from = 2026-01-01\n'
RULE = '[[rule]]\nid = "a"\neffect = "permit"\nactions = ["view"]\nwords = "W."\n'
DEFAULTS = (
    "[case_defaults]\n"
    'action = "view"\n'
    'viewer = { id = "v", attested_in = "US" }\n'
    'footage = { id = "f", jurisdiction = "US-CA", owner = "acme" }\n'
    'situation = { at = 2026-06-01T12:00:00Z, place = "US", assurance = "LA2" }\n'
)


def problems(text: str) -> list[str]:
    """Everything wrong with a document, as its reader says it."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, name="test.toml")
    return [str(problem) for problem in caught.value.problems]


def conditions_of(when: str, effect: str = "permit", parameters: str = "") -> tuple[Condition, ...]:
    """What the one rule of a document asks."""
    text = policy_text(rule_text("a", effect, when) + parameters)
    return parse_policy(text, name="test").rules[0].conditions


def case_text(name: str = "c", **said: str) -> str:
    """One decision case of a document; what is given is written as it stands."""
    lines = {"name": f'"{name}"', "kind": '"allow"', "expect": '"allow"', **said}
    return "[[case]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
