"""What a decision is: default deny, forbid wins, unknown forbids; and the demo policy's cases, row by row."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from residency import (
    Action,
    AssuranceLevel,
    Effect,
    MediaKind,
    Outcome,
    Place,
    PolicyError,
    PolicySet,
    decide,
    parse_policy,
)
from residency.ledger import canonical_json
from tests.residency.cast import (
    AT,
    BERLIN_STILL,
    CALIFORNIA_STILL,
    DEMO,
    asks,
    policies,
    policy_text,
    request_of,
    rule_text,
    without_place,
)

CASES = json.loads((Path(__file__).parent / "cases" / "demo.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", CASES, ids=lambda row: row["name"])
def test_demo_policy_case(row: dict[str, Any]) -> None:
    decision = decide(request_of(row), DEMO)
    assert (decision.outcome.value, list(decision.rule_ids)) == (row["outcome"], row["rules"])
    assert decision.short_reason() == row["short_reason"]


def test_an_empty_set_of_policies_denies() -> None:
    decision = decide(asks(), PolicySet.of())
    assert decision.outcome is Outcome.DENY
    assert decision.because == ()


def test_a_decision_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match=r"no truth value; read `\.allowed`"):
        bool(decide(asks(), DEMO))


def test_an_answer_with_obligations_is_permitted_but_not_allowed() -> None:
    decision = replace(decide(asks(), DEMO), outcome=Outcome.ALLOW_WITH_OBLIGATIONS)
    assert decision.permitted
    assert not decision.allowed


def test_a_forbid_beats_a_permit() -> None:
    decision = decide(asks(), policies(rule_text("yes"), rule_text("no", "forbid")))
    assert decision.outcome is Outcome.DENY
    assert [verdict.rule for verdict in decision.because] == ["no"]
    assert decision.because[0].effect is Effect.FORBID


def test_a_forbid_about_another_action_says_nothing() -> None:
    assert decide(asks(), policies(rule_text("yes"), rule_text("no", "forbid", actions='["export"]'))).allowed


@pytest.mark.parametrize(
    "when",
    [
        'footage.owner = { one_of = ["x"] }',
        'footage.media_kind = { one_of = ["video"] }',
        'viewer.entity = { one_of = ["x"] }',
        'situation.place = { inside = ["US-NY"] }',
        'situation.place = { outside = ["US-NY"] }',
    ],
)
def test_an_unknown_or_too_coarse_fact_makes_a_forbid_match_and_a_permit_not(when: str) -> None:
    unowned = replace(CALIFORNIA_STILL, owner=None)
    assert not decide(asks(unowned), policies(rule_text("yes"), rule_text("no", "forbid", when))).allowed
    assert not decide(asks(unowned), policies(rule_text("yes", "permit", when))).allowed


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ('footage.owner = { one_of = ["acme", "other"] }', True),
        ('footage.owner = { one_of = ["other"] }', False),
        ('footage.zone = { one_of = ["us"] }', True),
        ('footage.source = { one_of = ["cam-1"] }', True),
        ('footage.media_kind = { one_of = ["image"] }', True),
        ('footage.media_kind = { one_of = ["video"] }', False),
        ('footage.jurisdiction = { inside = ["US"] }', True),
        ('footage.jurisdiction = { outside = ["US"] }', False),
        ('footage.jurisdiction = { outside = ["EEA"] }', True),
        ('footage.marks = { has = ["other"] }', True),
        ('footage.marks = { has = ["public-test"] }', False),
        ('viewer.entity = { one_of = ["acme"] }', True),
        ('viewer.relation = { one_of = ["employee"] }', True),
        ('viewer.relation = { one_of = ["contractor"] }', False),
        ('viewer.attested_in = { inside = ["US", "EEA"] }', True),
        ('situation.assurance = { at_least = "LA2" }', True),
        ('situation.assurance = { at_least = "LA3" }', False),
        ('situation.place = { inside = ["US"], outside = ["EEA"] }', True),
    ],
)
def test_a_condition_on_known_facts_decides_a_permit(when: str, *, matches: bool) -> None:
    footage = replace(CALIFORNIA_STILL, source="cam-1", media_kind=MediaKind.IMAGE, marks=frozenset({"other"}))
    request = asks(footage)
    request = replace(request, viewer=replace(request.viewer, entity="acme", relation="employee"))
    assert decide(request, policies(rule_text("yes", "permit", when))).allowed is matches


def test_a_forbid_below_a_level_spares_those_assured_at_it() -> None:
    strict = policies(rule_text("yes"), rule_text("no", "forbid", 'situation.assurance = { below = "LA2" }'))
    low = replace(asks(), situation=replace(asks().situation, place=Place(jurisdiction="US", level=AssuranceLevel.LA1)))
    assert decide(asks(), strict).allowed
    assert not decide(low, strict).allowed
    assert not decide(without_place(asks()), strict).allowed


def test_an_unknown_place_is_denied_even_where_every_rule_permits() -> None:
    decision = decide(without_place(asks()), policies(rule_text("yes")))
    assert decision.rule_ids == ("residency/place-must-be-known",)
    assert decision.unknown == ("situation.place",)


def test_every_policy_must_permit() -> None:
    wide = parse_policy(policy_text(rule_text("all"), name="wide"), name="wide")
    narrow = parse_policy(
        policy_text(rule_text("germany", when='situation.place = { inside = ["DE"] }'), name="narrow", layer="job"),
        name="narrow",
    )
    assert decide(asks(), PolicySet.of(wide)).allowed
    decision = decide(asks(), PolicySet.of(wide, narrow))
    assert decision.rule_ids == ("narrow/germany",)
    assert decide(asks(where="DE"), PolicySet.of(narrow, wide)).rule_ids == ("narrow/germany", "wide/all")


def test_a_layer_that_only_forbids_permits_nothing() -> None:
    forbids = policy_text(rule_text("no", "forbid", 'footage.owner = { one_of = ["x"] }'), name="law", layer="law")
    wide = policy_text(rule_text("all"))
    both = PolicySet.of(parse_policy(wide, name="wide"), parse_policy(forbids, name="law"))
    assert not decide(asks(), both).allowed


def test_group_membership_is_that_of_the_time_asked_about() -> None:
    eea = policy_text(rule_text("eea", when='situation.place = { inside = ["EEA"] }'), effective_from="2000-01-01")
    policy_set = PolicySet.of(parse_policy(eea, name="eea"))
    last_day_in = datetime(2020, 12, 31, 23, 59, tzinfo=UTC)
    assert decide(asks(where="GB", at=last_day_in), policy_set).allowed
    assert not decide(asks(where="GB", at=last_day_in + timedelta(minutes=1)), policy_set).allowed


def test_a_time_written_in_another_zone_is_the_same_day() -> None:
    eea = policy_text(rule_text("eea", when='situation.place = { inside = ["EEA"] }'), effective_from="2000-01-01")
    moment = datetime(2020, 12, 31, 23, 30, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=9)))
    policy_set = PolicySet.of(parse_policy(eea, name="eea"))
    assert decide(asks(where="GB", at=elsewhere), policy_set).allowed


def test_the_inputs_hash_covers_every_fact_but_the_time() -> None:
    base = asks()
    changed = [
        replace(base, action=Action.LIST),
        replace(base, viewer=replace(base.viewer, id="other")),
        replace(base, viewer=replace(base.viewer, entity="x")),
        replace(base, viewer=replace(base.viewer, relation="x")),
        replace(base, viewer=replace(base.viewer, attested_in=None)),
        replace(base, situation=replace(base.situation, purpose=None)),
        without_place(base),
        *(
            replace(base, footage=replace(base.footage, **{fact: None}))  # type: ignore[arg-type]
            for fact in ("jurisdiction", "owner", "marks", "zone")
        ),
        replace(base, footage=replace(base.footage, id="other")),
        replace(base, footage=replace(base.footage, source="x")),
        replace(base, footage=replace(base.footage, media_kind=MediaKind.IMAGE)),
        replace(base, footage=replace(base.footage, captured_at=AT)),
    ]
    hashes = {decide(request, DEMO).inputs_hash for request in [base, *changed]}
    assert len(hashes) == len(changed) + 1
    later = replace(base, situation=replace(base.situation, at=AT + timedelta(days=3)))
    assert decide(later, DEMO).inputs_hash == decide(base, DEMO).inputs_hash


def test_the_inputs_hash_stays_the_same_from_version_to_version() -> None:
    assert decide(asks(), DEMO).inputs_hash == "94344b36bb0d8a4e513e89ef4004027886afb1cad3bb54b959b06cccdd780e24"


def test_the_inputs_hash_can_be_made_by_hand() -> None:
    parts = (
        {"id": "annotator.us", "attested_in": "US"},
        {"id": "still-ca", "jurisdiction": "US-CA", "owner": "acme", "zone": "us", "marks": []},
        {
            "place": {"jurisdiction": "US", "level": "LA2", "disagreements": [], "missing": []},
            "purpose": "ml-training",
        },
    )
    digests = [hashlib.sha256(canonical_json(part)).digest() for part in parts]
    by_hand = hashlib.sha256(b"view\0" + b"".join(digests)).hexdigest()
    assert decide(asks(), DEMO).inputs_hash == by_hand


def test_the_policy_hash_covers_what_rules_say_and_not_their_layout() -> None:
    one = policy_text(rule_text("a") + rule_text("b", when='footage.owner = { one_of = ["x", "y"] }'))
    other = policy_text(rule_text("b", when='footage.owner = { one_of = ["y", "x"] } # same') + "\n\n" + rule_text("a"))
    said = parse_policy(one, name="one")
    assert said.hash == parse_policy(other, name="other").hash
    assert said.hash != parse_policy(one.replace("Rule a.", "Rule A."), name="one").hash
    assert said.text == one


def test_a_decision_names_the_hash_of_the_whole_set() -> None:
    job = parse_policy(policy_text(rule_text("a"), name="job", layer="job"), name="job")
    platform = DEMO.policies[0]
    assert PolicySet.of(job, platform) == PolicySet.of(platform, job)
    assert decide(asks(), PolicySet.of(platform, job)).policy_hash == PolicySet.of(job, platform).hash != DEMO.hash


def test_a_set_refuses_two_policies_of_one_name() -> None:
    with pytest.raises(PolicyError, match="holds one policy of a name"):
        PolicySet.of(DEMO.policies[0], DEMO.policies[0])


def test_berlin_and_california_have_no_viewer_in_common() -> None:
    for where in ("US", "DE", "PH"):
        both = [decide(asks(footage, where=where), DEMO).allowed for footage in (CALIFORNIA_STILL, BERLIN_STILL)]
        assert not all(both)
