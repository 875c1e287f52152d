"""Breaking glass: it opens a denial for looking, for a few hours, and never past a hard rule."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from residency import Action, AssuranceLevel, Outcome, Place, PolicySet, Request, decide, parse_policy
from residency.errors import FactError
from residency.facts import BreakGlass
from tests.residency.cast import AT, asks, policies, policy_text, rule_text, without_place

HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
NOTHING = policies(rule_text("never", when='footage.owner.one_of = ["nobody"]'))
HARD = "hard = true\n[rule.when]"


def broken(request: Request, *, since: datetime = AT, until: datetime = AT + HOUR) -> Request:
    opened = BreakGlass(reason="fire on site", case="INC-1", opened_at=since, closes_at=until)
    return replace(request, situation=replace(request.situation, break_glass=opened))


def hard(rule: str) -> str:
    return rule.replace("[rule.when]", HARD)


@pytest.mark.parametrize("action", list(Action))
def test_it_opens_looking_and_nothing_else(action: Action) -> None:
    decision = decide(broken(asks(action=action)), NOTHING)
    assert decision.permitted is (action in {Action.LIST, Action.VIEW})
    assert decision.broke_glass is decision.permitted


@pytest.mark.parametrize(
    ("since", "until", "opens"),
    [
        (AT, AT + MOMENT, True),
        (AT - HOUR, AT, False),
        (AT - HOUR, AT + MOMENT, True),
        (AT + MOMENT, AT + HOUR, False),
        (AT, AT - HOUR, False),
    ],
)
def test_it_is_open_for_its_time_only(since: datetime, until: datetime, *, opens: bool) -> None:
    assert decide(broken(asks(), since=since, until=until), NOTHING).broke_glass is opens


def test_it_lasts_at_most_four_hours() -> None:
    assert decide(broken(asks(), until=AT + 4 * HOUR), NOTHING).broke_glass
    with pytest.raises(FactError, match="at most 4 hours"):
        broken(asks(), until=AT + 4 * HOUR + MOMENT)


@pytest.mark.parametrize(("reason", "case"), [("", "INC-1"), (" ", "INC-1"), ("fire", ""), ("fire", "\n")])
def test_it_needs_a_reason_and_a_case(reason: str, case: str) -> None:
    with pytest.raises(FactError, match="needs a reason and a case"):
        BreakGlass(reason=reason, case=case, opened_at=AT, closes_at=AT + HOUR)


def test_it_overrides_a_forbid_that_is_not_hard() -> None:
    assert decide(broken(asks()), policies(rule_text("yes"), rule_text("no", "forbid"))).broke_glass


def test_it_never_overrides_a_hard_forbid() -> None:
    decision = decide(broken(asks()), policies(rule_text("yes"), hard(rule_text("no", "forbid"))))
    assert (decision.outcome, decision.rule_ids, decision.broke_glass) == (Outcome.DENY, ("test/no",), False)


def test_a_hard_forbid_on_a_fact_that_is_not_known_is_not_overridden_either() -> None:
    rules = policies(rule_text("yes"), hard(rule_text("no", "forbid", 'viewer.entity.one_of = ["x"]')))
    assert not decide(broken(asks()), rules).permitted


def test_it_never_stands_in_for_a_hard_permit_that_is_not_met() -> None:
    only = hard(rule_text("only", when='situation.place.inside = ["DE"]'))
    assert not decide(broken(asks()), policies(only)).permitted
    assert decide(broken(asks(where="DE")), policies(only)).allowed


def test_a_hard_permit_beside_one_that_is_met_stands_in_nothings_way() -> None:
    only = hard(rule_text("only", when='situation.place.inside = ["DE"]'))
    assert decide(broken(asks()), policies(only, rule_text("no", "forbid"), rule_text("yes"))).broke_glass


def test_a_hard_rule_about_another_action_stands_in_nothings_way() -> None:
    export_only = hard(rule_text("only", when='situation.place.inside = ["DE"]', actions='["export"]'))
    assert decide(broken(asks()), policies(export_only)).broke_glass


def test_a_hard_rule_of_another_layer_counts_too() -> None:
    text = policy_text(hard(rule_text("law", when='situation.place.inside = ["DE"]')), name="law", layer="law")
    both = PolicySet.of(*policies(rule_text("yes")).policies, parse_policy(text, name="law"))
    assert not decide(broken(asks()), both).permitted


@pytest.mark.parametrize(
    "place",
    [None, Place(jurisdiction="US", level=AssuranceLevel.LA0), Place(jurisdiction="??", level=AssuranceLevel.LA4)],
)
def test_it_opens_nothing_from_an_unknown_place(place: Place | None) -> None:
    request = broken(without_place(asks()))
    request = replace(request, situation=replace(request.situation, place=place))
    decision = decide(request, NOTHING)
    assert not decision.permitted
    assert decision.rule_ids == ("residency/place-must-be-known",)


def test_what_is_permitted_anyway_needed_no_broken_glass() -> None:
    decision = decide(broken(asks()), policies(rule_text("yes")))
    assert (decision.broke_glass, decision.rule_ids) == (False, ("test/yes",))
    assert "glass" not in decision.full_reason()


def test_everybody_is_told_that_glass_was_broken() -> None:
    decision = decide(broken(asks()), NOTHING)
    assert decision.rule_ids == ("residency/break-glass",)
    assert decision.allowed
    assert decision.short_reason() == (
        "You may see this footage because glass was broken for it: everything you open is reported."
    )
    told = decision.full_reason().split("\n")
    assert told[1] == "glass was broken for case `INC-1` until 2026-06-01T13:00:00+00:00: fire on site"


def test_glass_that_is_broken_for_nothing_is_not_told_as_if_it_mattered() -> None:
    decision = decide(broken(asks(action=Action.EXPORT)), NOTHING)
    assert "glass" not in decision.full_reason()
