"""The answer as a value: what permitted, allowed and owed mean, and what the officer reads of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from residency import (
    Action,
    Clearance,
    Decision,
    Duty,
    FactSource,
    NotClearedError,
    Outcome,
    decide,
)
from residency.errors import FactError
from tests.residency.cast import AT, CALIFORNIA_STILL, asks, policies, rule_text

QUOTA = "quota = { views = 9, days = 1 }\n"


def owing(*duties: str, quota: str = "", action: Action = Action.VIEW) -> Decision:
    named = ", ".join(f'"{duty}"' for duty in duties)
    asked = f"obligations = [{named}]\n" if duties else ""
    rule = rule_text("a", actions='["view", "export"]').replace("[rule.when]", f"{asked}{quota}[rule.when]")
    return decide(asks(action=action), policies(rule))


@pytest.mark.parametrize(
    ("decision", "outcome", "permitted", "allowed"),
    [
        (owing(), Outcome.ALLOW, True, True),
        (owing("step-up"), Outcome.ALLOW_WITH_OBLIGATIONS, True, False),
        (decide(asks(action=Action.LIST), policies(rule_text("a"))), Outcome.DENY, False, False),
    ],
    ids=["allow", "with obligations", "deny"],
)
def test_what_owes_something_is_permitted_and_not_allowed(
    decision: Decision, outcome: Outcome, *, permitted: bool, allowed: bool
) -> None:
    assert (decision.outcome, decision.permitted, decision.allowed) == (outcome, permitted, allowed)


@pytest.mark.parametrize(
    ("decision", "met", "allowed"),
    [
        (owing(), (), True),
        (owing(), (Duty.REDACTED,), True),
        (owing("step-up"), (), False),
        (owing("step-up"), (Duty.STEP_UP,), True),
        (owing("step-up", "redacted"), (Duty.STEP_UP,), False),
        (owing("step-up", "redacted"), (Duty.STEP_UP, Duty.REDACTED), True),
        (owing(quota=QUOTA), (Duty.STEP_UP,), False),
        (owing(quota=QUOTA), (Duty.QUOTA,), True),
        (decide(asks(action=Action.LIST), policies(rule_text("a"))), tuple(Duty), False),
    ],
)
def test_it_may_go_ahead_by_whoever_meets_every_duty(
    decision: Decision, met: tuple[Duty, ...], *, allowed: bool
) -> None:
    assert decision.allowed_meeting(*met) is allowed


def test_an_export_cannot_meet_an_obligation_so_it_is_not_cleared() -> None:
    decisions = {"still-ca": owing("step-up", quota=QUOTA, action=Action.EXPORT)}
    with pytest.raises(NotClearedError) as caught:
        Clearance.for_items(decisions, destination="us", purpose="ml-training")
    assert caught.value.reasons == {
        "still-ca": "it is allowed only with step-up, quota:9/1d, which an export cannot meet"
    }


def test_the_officer_reads_what_is_owed() -> None:
    told = owing("step-up", quota=QUOTA).full_reason().split("\n")
    assert "obligation: step-up" in told
    assert "obligation: quota:9/1d" in told


def test_the_officer_reads_where_a_fact_is_from_and_how_old_it_is() -> None:
    sources = (
        FactSource(fact="footage.owner", source="intake form"),
        FactSource(fact="viewer.attested_in", source="hr export", as_of=AT - timedelta(days=3, hours=12)),
    )
    told = decide(replace(asks(), sources=sources), policies(rule_text("a"))).full_reason().split("\n")
    assert "footage.owner: `acme` (from intake form)" in told
    assert "viewer.attested_in: `US` (from hr export, 2026-05-29T00:00:00.000000+00:00, 3.5 days before)" in told


def test_where_a_fact_is_from_changes_no_answer() -> None:
    sourced = replace(asks(), sources=(FactSource(fact="footage.owner", source="x"),))
    rules = policies(rule_text("a"))
    assert sourced == asks()
    assert decide(sourced, rules).inputs_hash == decide(asks(), rules).inputs_hash


def test_a_source_of_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(FactError, match=r"`factsource\.as_of` must carry a time zone"):
        FactSource(fact="footage.owner", source="x", as_of=AT.replace(tzinfo=None))


def test_no_text_of_a_request_can_pass_itself_off_as_a_line_of_the_officers() -> None:
    footage = replace(CALIFORNIA_STILL, id="f`\nallow: all of it", owner="x\u2028permit: `law/law`\x1b[2K")
    told = decide(asks(footage), policies(rule_text("a", when='footage.owner.one_of = ["acme"]'))).full_reason()
    assert not any(line.startswith(("allow:", "permit:")) for line in told.split("\n"))
    assert all(one.isprintable() or one == "\n" for one in told)
