"""A dry run on the past: the same answers as deciding anew, worked out once where nobody asks when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from residency import PolicySet, decide, parse_policy, trial
from residency.changes import Turn
from residency.facts import BreakGlass
from residency.trial import Trial, timeless
from tests.residency.cast import AT, asks, policies, policy_text, rule_text

BEFORE_BREXIT = datetime(2020, 12, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALL, US = policies(rule_text("all")), policies(rule_text("us", when='situation.place.inside = ["US"]'))
EEA = policies(rule_text("eea", when='situation.place.inside = ["EEA"]'))
DATED = policies(rule_text("dated", when="situation.at.from = 2026-06-01"))


def test_a_request_is_tried_under_both() -> None:
    tried = Trial(ALL, US).try_on("france", asks(where="FR"), AT)
    assert (tried.was, tried.will) == (True, False)
    assert tried.change is not None
    assert tried.change.turn is Turn.NEWLY_DENIED
    assert Trial(ALL, US).try_on("us", asks(), AT).change is None


def test_each_set_is_tried_as_if_it_had_been_in_force() -> None:
    assert not decide(asks(at=BEFORE_BREXIT), ALL).permitted
    assert Trial(ALL, ALL).try_on("x", asks(), BEFORE_BREXIT).was
    ended = replace(ALL.policies[0], effective_to=AT)
    assert timeless(ended).holds(AT)
    assert timeless(ended).rules == ended.rules


def test_an_answer_is_worked_out_once_for_facts_of_one_stretch_of_membership() -> None:
    run = Trial(ALL, EEA)
    assert not run.minds_time
    first = run.try_on("gb", asks(where="GB"), AT)
    assert run.try_on("gb", asks(where="GB"), AT + HOUR) is first
    assert run.try_on("other", asks(where="GB"), AT) is not first


def test_a_country_that_left_a_group_is_tried_on_both_sides_of_that_day() -> None:
    run = Trial(ALL, EEA)
    assert [run.try_on("gb", asks(where="GB"), at).will for at in (BEFORE_BREXIT, AT, BEFORE_BREXIT)] == [
        True,
        False,
        True,
    ]


def test_facts_may_be_counted_together_only_where_nothing_depends_on_when() -> None:
    assert not Trial(ALL, EEA).minds_time_between(AT, AT + HOUR)
    assert Trial(ALL, EEA).minds_time_between(BEFORE_BREXIT, AT)
    assert Trial(ALL, DATED).minds_time_between(AT, AT + HOUR)


@pytest.mark.parametrize(("old", "new"), [(ALL, DATED), (DATED, ALL)])
def test_where_a_rule_asks_when_every_time_is_worked_out(old: PolicySet, new: PolicySet) -> None:
    run = Trial(old, new)
    assert run.minds_time
    may, june = (run.try_on("x", asks(), at) for at in (datetime(2026, 5, 31, tzinfo=UTC), AT))
    assert (may.was and may.will, june.was and june.will) == (False, True)


def test_glass_that_was_broken_is_tried_at_its_own_time() -> None:
    opened = BreakGlass(reason="fire", case="INC-1", opened_at=AT, closes_at=AT + HOUR)
    request = replace(asks(where="FR"), situation=replace(asks(where="FR").situation, break_glass=opened))
    run = Trial(ALL, US)
    assert [run.try_on("x", request, at).will for at in (AT, AT + HOUR)] == [True, False]


def test_what_is_remembered_is_forgotten_when_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MOST_REMEMBERED", 2)
    run = Trial(ALL, US)
    answers = [run.try_on(where, asks(where=where), AT).will for where in ("US", "FR", "DE", "US")]
    assert answers == [True, False, False, True]
    assert len(run._known) <= 2


def test_a_set_knows_which_facts_its_rules_and_scopes_ask_about() -> None:
    scoped = policy_text(
        'scope.footage.owner.one_of = ["acme"]\n' + rule_text("us", when='situation.place.inside = ["US"]')
    )
    asked = PolicySet.of(parse_policy(scoped, name="test"))
    assert asked.facts == {"footage.owner", "situation.place"}
    assert [one.wanted() for one in asked.asked("footage.owner")] == ["`acme`"]
    assert list(asked.asked("footage.zone")) == []
