"""What is made from several pieces of footage is known only as far as all of them are."""

from dataclasses import replace

import pytest

from residency.errors import FactError
from residency.lattice import join
from tests.residency.cast import AT, BERLIN_STILL, CALIFORNIA_STILL


def test_one_item_keeps_its_facts() -> None:
    only = replace(CALIFORNIA_STILL, captured_at=AT)
    assert join([only], footage_id="set") == replace(only, id="set")


def test_two_states_join_to_their_country() -> None:
    texas = replace(CALIFORNIA_STILL, jurisdiction="US-TX")
    assert join([CALIFORNIA_STILL, texas], footage_id="set").jurisdiction == "US"


def test_two_countries_join_to_no_jurisdiction() -> None:
    joined = join([CALIFORNIA_STILL, BERLIN_STILL], footage_id="set")
    assert (joined.jurisdiction, joined.zone, joined.owner) == (None, None, "acme")


def test_one_unknown_jurisdiction_makes_the_whole_unknown() -> None:
    for unknown in (None, "nowhere"):
        joined = join([CALIFORNIA_STILL, replace(CALIFORNIA_STILL, jurisdiction=unknown)], footage_id="set")
        assert joined.jurisdiction is None


def test_marks_that_differ_are_unknown() -> None:
    marked = replace(CALIFORNIA_STILL, marks=frozenset({"public-test"}))
    assert join([CALIFORNIA_STILL, marked], footage_id="set").marks is None


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(FactError, match="no footage was given"):
        join([], footage_id="set")
