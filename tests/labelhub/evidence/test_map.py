"""The map: shapes for every place, nothing claimed beyond its assurance, usable without a mouse or colours."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.evidence.places import PlaceLine, places_of
from labelhub.evidence.rollups import Group
from labelhub.evidence.wording import claim_words
from labelhub.evidence.world_map import legend, states_of, step_of, world_of
from residency.countries import COUNTRIES
from residency.subdivisions import SUBDIVISIONS
from tests import factories
from tests.labelhub.evidence import entries

AT = datetime(2026, 3, 1, tzinfo=UTC)
UNINHABITED = {"BV", "HM"}
TERRITORIES = {"US-AS", "US-GU", "US-MP", "US-PR", "US-VI", "US-UM"}


def line(code: str, **counts: int) -> PlaceLine:
    return PlaceLine(code=code, first=AT, last=AT, **counts)


def group(place: str, level: int, outcome: str = "allow", entries: int = 1) -> Group:
    return Group(place=place, level=level, outcome=outcome, entries=entries, first=AT, last=AT)


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


def test_every_inhabited_country_is_on_the_map() -> None:
    drawn = world_of([line(code) for code in COUNTRIES])
    assert {one.code for one in drawn.beyond} == UNINHABITED
    assert all(0 <= one.x <= drawn.width and 0 <= one.y <= drawn.height for one in drawn.drawn)


def test_every_state_is_on_the_map_of_states() -> None:
    codes = {code for code in SUBDIVISIONS if code.startswith("US-")} - TERRITORIES
    drawn = states_of([line(code) for code in codes])
    assert drawn is not None
    assert not drawn.beyond


def test_a_place_without_a_shape_is_said_beside_the_map(page: Client) -> None:
    entries.view(place="HM", level=1)
    assert "without a shape on it" in page.get("/where-viewed/").content.decode()


@pytest.mark.parametrize(("level", "parts"), [(1, []), (2, []), (3, ["US-CA"]), (4, ["US-CA"])])
def test_a_state_is_claimed_only_from_la3_on(level: int, parts: list[str]) -> None:
    places = places_of([group("US-CA", level)], with_parts=True)
    assert [one.code for one in places.parts] == parts
    assert [one.code for one in places.countries] == ["US"]


def test_a_place_at_la0_is_none_whatever_code_stands_there(page: Client) -> None:
    entries.view(place="US", level=0, footage="f-nowhere")
    shown = page.get("/where-viewed/?place=unknown").content.decode()
    assert "f-nowhere" in shown
    assert "f-nowhere" not in page.get("/where-viewed/?place=US").content.decode()
    assert places_of([group("US", 0)], with_parts=True).countries == ()


def test_the_unknown_place_is_shown_beside_the_map_and_last_in_the_table(page: Client) -> None:
    entries.view(place="", level=0, allowed=False)
    entries.view(place="US")
    shown = page.get("/where-viewed/")
    assert [one.code for one in shown.context["places"].lines] == ["US", "unknown"]
    assert "On no map:" in shown.content.decode()


def test_refusals_have_a_shape_of_their_own_and_can_be_taken_off(page: Client) -> None:
    entries.view(place="PH", level=1, allowed=False)
    shown = page.get("/where-viewed/").content.decode()
    assert re.search(r'<g class="refused">\s*<a [^>]*outcome=deny[^>]*>.*?<rect ', shown, re.DOTALL)
    assert 'type="checkbox" id="layer-refused" checked' in shown


def test_a_country_on_the_map_narrows_the_question_and_keeps_the_rest(page: Client) -> None:
    entries.view(place="DE", level=2)
    shown = page.get("/where-viewed/?camera=cam-ca-1").content.decode()
    address = re.search(r'<a class="place step-1" href="([^"]*)"', shown)
    assert address is not None
    assert set(address[1].removeprefix("?").replace("&amp;", "&").split("&")) == {"camera=cam-ca-1", "place=DE"}


def test_an_owner_is_shown_countries_and_no_states(owner: Person) -> None:
    entries.view(place="US-CA", level=3)
    shown = factories.signed_in(owner).get("/where-viewed/")
    assert [one.code for one in shown.context["places"].lines] == ["US"]
    assert "by state" not in shown.content.decode()


def test_the_page_claims_addresses_and_a_level_and_never_a_presence(page: Client) -> None:
    entries.view(place="PH", level=1)
    entries.view(place="US", level=2)
    shown = page.get("/where-viewed/").content.decode()
    assert "recorded from addresses located in 2 countries, at assurance ≥ LA1" in shown
    assert "viewed only in" not in shown.lower()


@pytest.mark.parametrize(
    ("countries", "level", "words"),
    [
        (0, 0, "recorded from no place that could be established"),
        (1, 2, "recorded from addresses located in 1 country, at assurance ≥ LA2"),
    ],
)
def test_what_a_map_claims_is_said_in_one_sentence(countries: int, level: int, words: str) -> None:
    assert claim_words(countries=countries, level=level) == words


@pytest.mark.parametrize(("count", "step"), [(0, 0), (1, 1), (9, 1), (10, 2), (9_999, 4), (10_000, 5), (10**7, 5)])
def test_a_shade_is_a_power_of_ten(count: int, step: int) -> None:
    assert step_of(count) == step
    assert step == 0 or legend()[step - 1].step == step
