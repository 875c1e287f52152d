"""Two versions of a document told apart in words: the head, and each rule that came, went or changed."""

import pytest

from residency import Policy, parse_policy
from residency.differences import Difference, Differing, differences
from tests.residency.cast import policy_text, rule_text

US = 'situation.place.inside = ["US"]'
PERMIT = rule_text("a", when=US)
SCOPE = 'scope.footage.owner.one_of = ["acme"]\n'


def policy(text: str) -> Policy:
    return parse_policy(policy_text(text), name="test")


def asking(rule: str, *lines: str) -> str:
    return rule.replace("[rule.when]", "\n".join([*lines, "[rule.when]"]))


def test_the_same_document_differs_in_nothing() -> None:
    assert differences(policy(PERMIT), policy(f"# said again\n{PERMIT}")) == ()


def test_rules_that_came_and_went_say_all_that_they_said() -> None:
    hard = asking(rule_text("b", "forbid", US, '["view", "list"]'), "hard = true")
    old = policy(asking(PERMIT, 'obligations = ["step-up"]'))
    assert differences(old, policy(hard)) == (
        Differing(
            name="a",
            how=Difference.REMOVED,
            words="Rule a.",
            details=("permits `view`", "when `situation.place` is inside the United States", "asks for `step-up`"),
        ),
        Differing(
            name="b",
            how=Difference.ADDED,
            words="Rule b.",
            details=(
                "forbids `list`",
                "forbids `view`",
                "when `situation.place` is inside the United States",
                "breaking glass cannot override it",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("new", "details"),
    [
        (
            rule_text("a", "forbid", US),
            ("now a forbid, before a permit", "no longer: permits `view`", "now: forbids `view`"),
        ),
        (PERMIT.replace("Rule a.", "Other."), ("said before: Rule a.",)),
        (asking(PERMIT, 'citation = "Art. 44"'), ("its source is now Art. 44, before left out",)),
        (rule_text("a"), ("no longer: when `situation.place` is inside the United States",)),
        (asking(PERMIT, "hard = true"), ("now: breaking glass cannot override it",)),
        (asking(PERMIT, "quota = { views = 9, days = 1 }"), ("now: asks for `quota:9/1d`",)),
    ],
)
def test_each_thing_that_changed_in_a_rule_is_a_line(new: str, details: tuple[str, ...]) -> None:
    (found,) = differences(policy(PERMIT), policy(new))
    assert (found.name, found.how, found.details) == ("a", Difference.CHANGED, details)


def test_a_source_that_is_left_out_now_is_named() -> None:
    (found,) = differences(policy(asking(PERMIT, 'citation = "Art. 44"')), policy(PERMIT))
    assert found.details == ("its source is now left out, before Art. 44",)


START = "from 2026-01-01T00:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("old", "new", "details"),
    [
        (PERMIT, SCOPE + PERMIT, ("speaks of footage with `footage.owner` `acme`, before of all footage",)),
        (SCOPE + PERMIT, PERMIT, ("speaks of all footage, before of footage with `footage.owner` `acme`",)),
        (
            PERMIT,
            f"effective_to = 2027-01-01\n{PERMIT}",
            (f"holds {START} until 2027-01-01T00:00:00.000000+00:00, before {START}",),
        ),
    ],
)
def test_the_head_comes_first(old: str, new: str, details: tuple[str, ...]) -> None:
    head, added = differences(policy(old), policy(new + rule_text("b")))
    assert (head.name, head.how, head.words, head.details) == ("document", Difference.CHANGED, "Test", details)
    assert (added.name, added.how) == ("b", Difference.ADDED)


def test_another_title_and_another_layer_are_named() -> None:
    other = policy_text(PERMIT, layer="law").replace('"Test"', '"Other"')
    (head,) = differences(policy(PERMIT), parse_policy(other, name="test"))
    assert head.words == "Other"
    assert head.details == ("called before: Test", "now in the law layer, before in the platform layer")
