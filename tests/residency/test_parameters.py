"""Parameters of a policy document: what `$name` stands for, and lists that only a parameter may leave empty."""

from dataclasses import replace

import pytest

from residency import Policy, PolicyError, PolicySet, Viewer, decide, parse_policy
from tests.residency.cast import asks

HEADER = 'name = "test"\nlayer = "platform"\ntitle = "Test"\neffective_from = 2026-01-01\n'
RULES = """
[[rule]]
id = "anything"
effect = "permit"
actions = ["view"]
words = "Anything may be seen."
[[rule]]
id = "not-from-the-list"
effect = "forbid"
actions = ["view"]
words = "Nothing may be seen by an organization from a listed country."
"""


def policy(listed: object, codes: str = '"$listed"') -> Policy:
    text = f'{HEADER}[parameters.listed]\nvalue = []\nwords = "Listed countries."\n{RULES}'
    text += f"[rule.when]\nviewer.entity_in = {{ inside = {codes} }}\n"
    return parse_policy(text, name="test", parameters={"listed": listed})


def is_seen(by: str | None, rules: Policy) -> bool:
    request = replace(asks(), viewer=Viewer(id="p-1", entity_in=by))
    return decide(request, PolicySet.of(rules)).permitted


@pytest.mark.parametrize("codes", ['"$listed"', '["$listed"]'])
def test_nobody_is_on_a_list_that_its_parameter_leaves_empty(codes: str) -> None:
    assert is_seen("PK", policy([], codes))


def test_whoever_is_not_known_may_be_on_an_empty_list() -> None:
    assert not is_seen(None, policy([]))


def test_a_parameter_fills_the_list() -> None:
    assert not is_seen("PK", policy(["PK"]))


def test_a_list_left_empty_in_the_rule_itself_is_refused() -> None:
    with pytest.raises(PolicyError, match="must be a list of texts with at least one in it"):
        policy([], "[]")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('viewer.entity_in = { inside = "$listed" }', "inside nothing"),
        ('viewer.entity = { one_of = "$listed" }', "nothing"),
        ('viewer.training = { has_all = "$listed" }', "including all of nothing"),
        ('situation.grants = { holds = "$listed" }', "including nothing"),
    ],
)
def test_a_condition_on_an_empty_list_can_be_read_aloud(condition: str, words: str) -> None:
    rule = RULES.replace("forbid", "permit")
    text = f'{HEADER}[parameters.listed]\nvalue = []\nwords = "Listed."\n{rule}[rule.when]\n{condition}\n'
    found = parse_policy(text, name="test").rules[1].conditions[0]
    assert found.wanted() == words
