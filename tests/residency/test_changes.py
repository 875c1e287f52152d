"""What changes between two versions: each turn, and whether a version could allow anything new."""

from dataclasses import replace
from datetime import timedelta

import pytest

from residency import Action, Policy, PolicySet, parse_policy
from residency.changes import Turn, change_of, compare, loosens
from tests.residency.cast import AT, asks, policy_text, rule_text

US = 'situation.place.inside = ["US"]'
DAY = timedelta(days=1)


def policy(*rules: str, layer: str = "platform") -> Policy:
    return parse_policy(policy_text("".join(rules), layer=layer), name="test")


def owing(*duties: str, rule_id: str = "a") -> str:
    named = ", ".join(f'"{duty}"' for duty in duties)
    return rule_text(rule_id).replace("[rule.when]", f"obligations = [{named}]\n[rule.when]")


def hard(rule: str) -> str:
    return rule.replace("[rule.when]", "hard = true\n[rule.when]")


ALL, NO = rule_text("all"), rule_text("no", "forbid")


@pytest.mark.parametrize(
    ("old", "new", "turn", "rules"),
    [
        ([rule_text("us", when=US)], [ALL], Turn.NEWLY_ALLOWED, ("test/all",)),
        ([ALL], [rule_text("us", when=US)], Turn.NEWLY_DENIED, ("test/us",)),
        ([ALL], [ALL, NO], Turn.NEWLY_DENIED, ("test/no",)),
        ([ALL], [rule_text("x", when='footage.owner.one_of = ["x"]')], Turn.NEWLY_DENIED, ("no-permit",)),
        ([owing("redacted")], [owing("watermark")], Turn.LIGHTER, ("test/a",)),
        ([owing("redacted")], [ALL], Turn.LIGHTER, ("test/all",)),
        ([ALL], [owing("redacted")], Turn.HEAVIER, ("test/a",)),
        ([owing("watermark")], [owing("watermark", "redacted")], Turn.HEAVIER, ("test/a",)),
    ],
)
def test_each_turn_of_an_answer(old: list[str], new: list[str], turn: Turn, rules: tuple[str, ...]) -> None:
    change = change_of(asks(where="DE"), PolicySet.of(policy(*old)), PolicySet.of(policy(*new)))
    assert change is not None
    assert (change.turn, change.rules) == (turn, rules)
    assert change.before.policy_hash != change.after.policy_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([ALL], [ALL]),
        ([ALL], [rule_text("other")]),
        ([NO], [rule_text("us", when=US)]),
        ([owing("redacted")], [owing("redacted", rule_id="b")]),
    ],
)
def test_an_answer_that_stays_is_no_change_whichever_rule_gives_it(old: list[str], new: list[str]) -> None:
    assert change_of(asks(where="DE"), PolicySet.of(policy(*old)), PolicySet.of(policy(*new))) is None


def test_only_what_changes_is_compared_in_the_order_given() -> None:
    old, new = PolicySet.of(policy(ALL)), PolicySet.of(policy(rule_text("us", when=US)))
    changes = list(compare([asks(where=where) for where in ("FR", "US", "DE")], old, new))
    places = [change.before.request.situation.place for change in changes]
    assert [place.jurisdiction for place in places if place] == ["FR", "DE"]
    assert {change.turn for change in changes} == {Turn.NEWLY_DENIED}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([ALL], [ALL]),
        ([ALL], [rule_text("renamed")]),
        ([ALL, rule_text("us", when=US)], [ALL]),
        ([ALL], [ALL, NO]),
        ([ALL, NO], [ALL, hard(NO)]),
        ([ALL], [owing("redacted")]),
        ([owing("redacted")], [owing("redacted", "watermark")]),
        ([rule_text("a", actions='["view", "list"]')], [rule_text("a")]),
        ([ALL, NO], [ALL, rule_text("no", "forbid", actions='["view", "list"]')]),
    ],
)
def test_a_version_that_only_narrows_loosens_nothing(old: list[str], new: list[str]) -> None:
    assert not loosens(policy(*old), policy(*new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([rule_text("us", when=US)], [ALL]),
        ([ALL], [ALL, rule_text("us", when=US)]),
        ([ALL, NO], [ALL]),
        ([ALL, NO], [ALL, rule_text("no", "forbid", US)]),
        ([ALL, rule_text("no", "forbid", actions='["view", "list"]')], [ALL, NO]),
        ([ALL, hard(NO)], [ALL, NO]),
        ([hard(ALL)], [ALL]),
        ([owing("redacted")], [owing("watermark")]),
        ([owing("redacted")], [ALL]),
        ([rule_text("a")], [rule_text("a", actions='["view", "list"]')]),
    ],
)
def test_a_version_that_could_allow_more_loosens_and_doubt_counts_as_yes(old: list[str], new: list[str]) -> None:
    assert loosens(policy(*old), policy(*new))


def test_a_first_version_loosens_only_where_it_grants() -> None:
    assert loosens(None, policy(ALL))
    assert not any(loosens(None, policy(ALL, layer=layer)) for layer in ("law", "contract", "job"))


@pytest.mark.parametrize(
    ("layer", "change", "looser"),
    [
        ("platform", {"effective_from": AT - DAY}, True),
        ("platform", {"effective_from": AT + DAY}, False),
        ("law", {"effective_from": AT - DAY}, False),
        ("law", {"effective_from": AT + DAY}, True),
        ("platform", {"effective_to": AT + DAY}, True),
        ("law", {"effective_to": AT + DAY}, True),
    ],
)
def test_a_version_that_holds_at_other_times_may_loosen(layer: str, change: dict[str, object], *, looser: bool) -> None:
    old = replace(policy(ALL, layer=layer), effective_from=AT)
    assert loosens(old, replace(old, **change)) is looser  # type: ignore[arg-type]


def test_another_layer_or_another_scope_may_loosen() -> None:
    scoped = parse_policy(policy_text(f'scope.footage.owner.one_of = ["acme"]\n{ALL}'), name="test")
    assert loosens(policy(ALL), policy(ALL, layer="law"))
    assert loosens(policy(ALL), scoped)
    assert loosens(scoped, policy(ALL))
    assert not loosens(scoped, scoped)


def test_every_action_is_compared() -> None:
    old, new = PolicySet.of(policy(ALL)), PolicySet.of(policy(rule_text("all", actions='["export"]')))
    turns = {action: change_of(asks(action=action), old, new) for action in Action}
    assert {action: change.turn for action, change in turns.items() if change} == {
        Action.VIEW: Turn.NEWLY_DENIED,
        Action.EXPORT: Turn.NEWLY_ALLOWED,
    }
