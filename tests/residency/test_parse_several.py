"""Where a rule may name several things at once: parameters that switch it, documents and counters it asks for."""

import pytest

from residency import PolicyError, parse_policy
from tests.residency.cast import policy_text

SWITCHES = """
[parameters]
plates = { value = true, words = "Plates count." }
faces = { value = true, words = "Faces count." }
zones = { value = ["us"], words = "Where footage rests." }
[[rule]]
id = "always"
effect = "permit"
actions = ["view"]
words = "Always."
[[rule]]
id = "switched"
effect = "permit"
actions = ["list"]
words = "Sometimes."
"""
RULE = '[[rule]]\nid = "a"\neffect = "permit"\nactions = ["view"]\nwords = "W."\n[rule.when]\n'


def is_there(switch: str, **parameters: bool) -> bool:
    policy = parse_policy(policy_text(SWITCHES + switch), name="test", parameters=parameters)
    return "switched" in {rule.id for rule in policy.rules}


@pytest.mark.parametrize(
    ("plates", "faces", "both", "neither"),
    [(True, True, True, False), (True, False, False, False), (False, True, False, False), (False, False, False, True)],
)
def test_a_rule_is_there_when_all_it_needs_is_true_and_nothing_it_avoids(
    *, plates: bool, faces: bool, both: bool, neither: bool
) -> None:
    assert is_there('only_if = ["plates", "faces"]', plates=plates, faces=faces) is both
    assert is_there('unless = ["plates", "faces"]', plates=plates, faces=faces) is neither


def test_one_switch_needs_no_list() -> None:
    assert is_there('only_if = "plates"', plates=True)
    assert not is_there('only_if = "plates"', plates=False)


@pytest.mark.parametrize("switch", ['only_if = ["plates", "zones"]', 'unless = "zones"', 'only_if = ["plates", "fog"]'])
def test_a_switch_that_is_neither_true_nor_false_is_a_problem(switch: str) -> None:
    with pytest.raises(PolicyError, match=r"must name a parameter that is `true` or `false`; got `(zones|fog)`"):
        is_there(switch)


def test_a_list_of_documents_or_counters_asks_each_of_them() -> None:
    text = (
        'situation.documents = { requires_document = [{ type = "a", party = "viewer.entity" }, '
        '{ type = "b", party = "footage.owner" }] }\n'
        'situation.counters = { at_most = [{ of = "devices", count = 1000, days = 365 }, '
        '{ of = "subjects", count = 1000, days = 365 }] }\n'
    )
    conditions = parse_policy(policy_text(RULE + text), name="test").rules[0].conditions
    assert sorted(condition.wanted() for condition in conditions) == [
        "at most 1000 devices in 365 days",
        "at most 1000 subjects in 365 days",
        "with a `a` of the viewer's organization",
        "with a `b` of the footage's owner",
    ]


@pytest.mark.parametrize(
    "condition",
    [
        "situation.counters = { at_most = [] }",
        'situation.counters = { at_most = [{ of = "devices", count = 1, days = 1 }, { of = "devices" }] }',
        'situation.documents = { requires_document = ["a"] }',
    ],
)
def test_a_list_with_something_else_in_it_is_a_problem(condition: str) -> None:
    with pytest.raises(PolicyError, match=r"`situation\.(counters|documents)` must be"):
        parse_policy(policy_text(f"{RULE}{condition}\n"), name="test")
