"""The facts that rules may ask about: each has a test, a name, a value in words, and leaks nothing."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from residency import AssuranceLevel, Footage, MediaKind, Place, Sensitivity, Situation, Viewer
from residency.conditions import value_of
from residency.conditions.shown import _SHOWN
from residency.facts import Counter, CountOf, Document, Grant
from residency.parse_tests import _WHY, TESTS
from residency.rules import Effect
from residency.vocabulary import FACTS, Kind, is_of_footage
from tests.residency.cast import AT, knowing

DAY = timedelta(days=1)
SET = frozenset({"b", "a"})
EVERY: dict[str, tuple[dict[str, Any], str]] = {
    "footage.jurisdiction": ({"footage.jurisdiction": "US-CA"}, "US-CA"),
    "footage.owner": ({"footage.owner": "acme"}, "acme"),
    "footage.source": ({"footage.source": "cam-1"}, "cam-1"),
    "footage.zone": ({"footage.zone": "us"}, "us"),
    "footage.contract": ({"footage.contract": "c-1"}, "c-1"),
    "footage.media_kind": ({"footage.media_kind": MediaKind.IMAGE}, "image"),
    "footage.sensitivity": ({"footage.sensitivity": Sensitivity.PERSONAL}, "personal"),
    "footage.place_tags": ({"footage.place_tags": SET}, "a, b"),
    "footage.shows": ({"footage.shows": frozenset()}, "none"),
    "footage.consent_scope": ({"footage.consent_scope": SET}, "a, b"),
    "footage.criminal_justice": ({"footage.criminal_justice": False}, "no"),
    "footage.marks": ({"footage.marks": SET}, "a, b"),
    "footage.captured_at": ({"footage.captured_at": AT}, "2026-06-01T12:00:00.000000+00:00"),
    "footage.age": ({"footage.captured_at": AT - 36 * DAY / 24}, "1.5 days"),
    "viewer.entity": ({"viewer.entity": "acme"}, "acme"),
    "viewer.entity_kind": ({"viewer.entity_kind": "agency"}, "agency"),
    "viewer.entity_in": ({"viewer.entity_in": "US"}, "US"),
    "viewer.entity_owners": ({"viewer.entity_owners": frozenset({"US", "CN"})}, "CN, US"),
    "viewer.relation": ({"viewer.relation": "processor"}, "processor"),
    "viewer.engagement": ({"viewer.engagement": "employee"}, "employee"),
    "viewer.residence": ({"viewer.residence": "US"}, "US"),
    "viewer.citizenships": ({"viewer.citizenships": frozenset({"US"})}, "US"),
    "viewer.designated": ({"viewer.designated": True}, "yes"),
    "viewer.training": ({"viewer.training": SET}, "a, b"),
    "viewer.clearances": ({"viewer.clearances": SET}, "a, b"),
    "viewer.attested_in": ({"viewer.attested_in": "US"}, "US"),
    "viewer.attestation_age": ({"viewer.attested_at": AT - DAY}, "1.0 days"),
    "situation.place": ({"situation.place": Place(jurisdiction="US", level=AssuranceLevel.LA2)}, "US"),
    "situation.assurance": ({"situation.place": Place(jurisdiction="US", level=AssuranceLevel.LA2)}, "LA2"),
    "situation.purpose": ({"situation.purpose": "ml-training"}, "ml-training"),
    "situation.case": ({"situation.case": "INC-1"}, "INC-1"),
    "situation.device": ({"situation.device": "managed"}, "managed"),
    "situation.at": ({}, "2026-06-01T12:00:00.000000+00:00"),
    "situation.hours": ({}, "mon 12:00 UTC"),
    "situation.documents": (
        {
            "situation.documents": (
                Document(type="nda", party="acme", valid_from=AT),
                Document(type="dpa", party="acme", valid_from=AT, valid_until=AT + DAY),
            )
        },
        "dpa of acme until 2026-06-02T12:00:00.000000+00:00; nda of acme",
    ),
    "situation.grants": (
        {"situation.grants": (Grant(name="on-call", valid_from=AT, valid_until=AT + DAY),)},
        "on-call until 2026-06-02T12:00:00.000000+00:00",
    ),
    "situation.counters": (
        {"situation.counters": (Counter(of=CountOf.DEVICES, days=365, count=3),)},
        "3 devices in 365 days",
    ),
}
ALWAYS_KNOWN = {"situation.at", "situation.hours"}


def test_every_fact_is_tried_here() -> None:
    assert EVERY.keys() == FACTS.keys()


@pytest.mark.parametrize("fact", sorted(EVERY))
def test_a_fact_is_read_and_shown_in_words(fact: str) -> None:
    known, words = EVERY[fact]
    assert value_of(fact, knowing(known)) == words


@pytest.mark.parametrize("fact", sorted(EVERY.keys() - ALWAYS_KNOWN))
def test_a_fact_that_is_left_out_is_not_known(fact: str) -> None:
    assert value_of(fact, knowing({})) is None


def test_what_is_made_of_several_recordings_is_shown_as_a_span() -> None:
    request = knowing({"footage.captured_at": AT - 3 * DAY, "footage.captured_until": AT - DAY})
    assert value_of("footage.age", request) == "1.0 to 3.0 days"
    assert value_of("footage.captured_at", request) == (
        "2026-05-29T12:00:00.000000+00:00 to 2026-05-31T12:00:00.000000+00:00"
    )
    assert value_of("situation.grants", knowing({"situation.grants": ()})) == "none"


def test_a_place_that_is_not_known_has_no_level_either() -> None:
    for place in (None, Place(jurisdiction="US", level=AssuranceLevel.LA0)):
        request = knowing({})
        request = replace(request, situation=replace(request.situation, place=place))
        assert value_of("situation.place", request) is None
        assert value_of("situation.assurance", request) is None


def test_of_the_footage_only_where_it_is_from_may_be_told() -> None:
    told = {name for name, fact in FACTS.items() if fact.told is not None}
    assert {name for name in told if is_of_footage(name)} == {"footage.jurisdiction"}
    assert {name for name in FACTS if not is_of_footage(name)} <= told


def test_every_fact_of_a_request_can_be_asked_about() -> None:
    kinds = {"footage": Footage, "viewer": Viewer, "situation": Situation}
    given = {f"{about}.{each.name}" for about, kind in kinds.items() for each in fields(kind) if each.init}
    unasked = {"footage.id", "footage.captured_until", "viewer.id", "viewer.attested_at", "situation.break_glass"}
    derived = {"footage.age", "viewer.attestation_age", "situation.hours", "situation.assurance"}
    assert given - unasked == FACTS.keys() - derived


def test_every_kind_has_tests_and_every_direction_both_sides_and_a_why() -> None:
    assert TESTS.keys() == set(Kind)
    for kind, tests in TESTS.items():
        sides = {effect for _, effect in tests.values()}
        assert sides in ({None}, {Effect.PERMIT, Effect.FORBID}), kind
        assert (kind in _WHY) is (None not in sides), kind
    assert {fact.kind for fact in FACTS.values()} == set(Kind)
    assert set(Kind) - _SHOWN.keys() == {Kind.JURISDICTION, Kind.CODE, Kind.TEXT}
