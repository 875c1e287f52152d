"""Jurisdictions, groups with dated membership, and their names."""

from datetime import UTC, date, datetime

import pytest

from residency import AssuranceLevel, Footage, Place, Situation, contains, describe
from residency.countries import COUNTRIES
from residency.errors import FactError
from residency.places import GROUPS, country_of, is_jurisdiction, overlaps
from residency.subdivisions import SUBDIVISIONS

BREXIT = date(2021, 1, 1)


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("US", "US-CA", True),
        ("US", "US", True),
        ("US-CA", "US-CA", True),
        ("US-CA", "US", False),
        ("US-CA", "US-TX", False),
        ("US", "PR", False),
        ("EEA", "DE-BE", True),
        ("EEA", "NO", True),
        ("EU", "NO", False),
        ("EEA", "CH", False),
        ("EEA", "GB", False),
        ("EEA", "EU", True),
        ("EU", "EEA", False),
        ("EU", "EU", True),
        ("DE", "EU", False),
        ("XX", "XX", False),
        ("US", "US-ZZ", False),
        ("US", "", False),
        ("NOWHERE", "US", False),
    ],
)
def test_containment(outer: str, inner: str, *, inside: bool) -> None:
    assert contains(outer, inner) is inside


def test_membership_is_dated() -> None:
    assert contains("EEA", "GB", on=date(2020, 12, 31))
    assert not contains("EEA", "GB", on=BREXIT)
    assert not contains("EU", "HR", on=date(2013, 6, 30))
    assert contains("EU", "HR", on=date(2013, 7, 1))


def test_the_groups_name_their_source_and_known_countries_once() -> None:
    for group in GROUPS.values():
        codes = [member.code for member in group.members]
        assert set(codes) <= COUNTRIES.keys()
        assert len(codes) == len(set(codes))
        assert group.source
    assert len(GROUPS["EU"].countries()) == 27
    assert len(GROUPS["EEA"].countries()) == 30
    assert GROUPS["EEA"].countries() - GROUPS["EU"].countries() == {"IS", "LI", "NO"}


def test_adequacy_is_dated_and_needs_an_organization_that_takes_part_in_two_countries() -> None:
    assert len(GROUPS["EU-ADEQUATE"].countries()) == 14
    assert not contains("EU-ADEQUATE", "BR", on=date(2026, 1, 25))
    assert contains("EU-ADEQUATE", "BR", on=date(2026, 1, 26))
    assert not {"PH", "IN", "US", "CA"} & GROUPS["EU-ADEQUATE"].countries()
    assert GROUPS["EU-ADEQUATE-ORG"].countries() == {"CA", "US"}


def test_the_countries_of_concern_count_hong_kong_and_macau() -> None:
    assert GROUPS["DOJ-CONCERN"].countries() == {"CN", "CU", "HK", "IR", "KP", "MO", "RU", "VE"}
    assert not contains("DOJ-CONCERN", "CN", on=date(2025, 4, 7))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("US", "US-CA", True), ("US-CA", "US", True), ("US", "DE", False), ("EU", "EEA", True), ("EEA", "DE", True)],
)
def test_overlap(one: str, other: str, *, shared: bool) -> None:
    assert overlaps(one, other) is shared


@pytest.mark.parametrize("code", ["US", "US-CA", "BR-SP", "FR-971", "PH-00", "XK"])
def test_a_code_that_exists_or_has_the_form_of_one_is_a_jurisdiction(code: str) -> None:
    assert is_jurisdiction(code)


@pytest.mark.parametrize("code", [None, "", "EU", "EEA", "us", "US-ZZ", "XX", "XX-1", "BR-", "BR-SPAM", "BR SP", "A1"])
def test_groups_misspellings_and_inventions_are_no_jurisdictions(code: str | None) -> None:
    assert not is_jurisdiction(code)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("US", "the United States"),
        ("PH", "the Philippines"),
        ("DE", "Germany"),
        ("US-CA", "California"),
        ("DE-BE", "Berlin"),
        ("EEA", "the EEA"),
        ("EU-ADEQUATE", "the countries that the EU holds adequate"),
        ("DOJ-CONCERN", "the countries of concern of 28 CFR 202"),
        ("BR-SP", "Brazil (BR-SP)"),
        ("??", "??"),
    ],
)
def test_names_read_inside_a_sentence(code: str, name: str) -> None:
    assert describe(code) == name


def test_every_listed_subdivision_lies_in_a_listed_country() -> None:
    assert {country_of(code) for code in SUBDIVISIONS} <= COUNTRIES.keys()
    assert sum(code.startswith("US-") for code in SUBDIVISIONS) == 51
    assert len(COUNTRIES) == 250


@pytest.mark.parametrize(
    ("place", "known"),
    [
        (Place(jurisdiction="US", level=AssuranceLevel.LA1), True),
        (Place(jurisdiction="US", level=AssuranceLevel.LA0), False),
        (Place(jurisdiction="EU", level=AssuranceLevel.LA4), False),
        (Place(jurisdiction=None, level=AssuranceLevel.LA4), False),
    ],
)
def test_a_place_is_known_only_as_a_jurisdiction_above_la0(place: Place, *, known: bool) -> None:
    assert place.known is known


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(FactError, match=r"`situation\.at` must carry a time zone"):
        Situation(at=naive)
    with pytest.raises(FactError, match=r"`footage\.captured_at` must carry a time zone"):
        Footage(id="f", captured_at=naive)
    assert Footage(id="f", captured_at=naive.replace(tzinfo=UTC)).captured_at is not None
