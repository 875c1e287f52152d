"""The form of the question: what it takes, what it refuses, and what it says it was asked."""

from __future__ import annotations

import json

import pytest
from django.http import QueryDict

from labelhub.accounts.models import Person
from labelhub.accounts.reading import reader_for
from labelhub.evidence.forms import QuestionForm
from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.questions import EXACT
from residency.places import GROUPS
from tests import factories


def form_of(person: Person, query: str) -> QuestionForm:
    return QuestionForm(QueryDict(query), reader=reader_for(person), at=factories.now())


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_group_of_countries_can_be_asked_for(officer: Person, group: str) -> None:
    form = form_of(officer, f"jurisdiction={group.lower()}&place={group}")
    assert form.is_valid(), form.errors
    assert (form.question().jurisdiction, form.question().place) == (group, group)


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("since=2026-03-29T02:30&zone=Europe/Berlin", "since", "skipped"),
        ("until=2026-10-25T02:30&zone=Europe/Berlin", "until", "twice"),
        ("zone=Mars/Olympus", "zone", "no time zone"),
        ("period=soon", "period", "names no stretch of time"),
        ("period=today&since=2026-03-01", "period", "not both"),
        ("policy=abc", "policy", "8 to 64"),
        ("policy=xyzxyzxyz", "policy", "8 to 64"),
        ("level=7", "level", "7"),
        (f"footage={'a+' * 1001}", "footage", "at most 1000"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(officer: Person, query: str, field: str, words: str) -> None:
    form = form_of(officer, query)
    assert not form.is_valid()
    assert words in " ".join(form.errors[field])


def test_which_of_two_times_is_asked_for_only_where_there_are_two(officer: Person) -> None:
    page = factories.signed_in(officer)
    plain, twice = "/where-viewed/?since=2026-10-25T04:30", "/where-viewed/?since=2026-10-25T02:30&zone=Europe/Berlin"
    assert 'name="twice"' not in page.get(plain).content.decode()
    assert 'name="twice"' in page.get(twice).content.decode()
    said = page.get(f"{twice}&twice=later")
    assert said.status_code == 200
    assert "2026-10-25 02:30:00 Europe/Berlin (UTC+01:00), which is 2026-10-25 01:30:00 UTC" in said.content.decode()


def test_what_a_reading_asked_is_recorded_as_moments_and_as_the_words(officer: Person) -> None:
    factories.signed_in(officer).get("/where-viewed/?period=since+1+March+2026&zone=Europe/Berlin&level=1&level=2")
    read = LedgerEntry.objects.get(action="ledger:report:read")
    assert json.loads(read.body)["details"] == {
        "action": "views",
        "levels": [1, 2],
        "period": "since 1 March 2026",
        "since": "2026-02-28T23:00:00.000000+00:00",
        "zone": "Europe/Berlin",
    }


def test_a_filter_that_the_ledger_has_no_column_for_is_not_offered(officer: Person) -> None:
    columns = {field.name for field in LedgerEntry._meta.fields}
    assert set(EXACT.values()) <= columns
    assert {"contract", "network"} - set(form_of(officer, "").fields) == {"contract", "network"} - set(EXACT)


def test_a_bound_finer_than_a_picker_holds_is_shown_as_it_was_written(officer: Person) -> None:
    page = factories.signed_in(officer)
    fine = page.get("/where-viewed/?since=2026-03-01T00:00:00.000007").content.decode()
    assert 'value="2026-03-01T00:00:00.000007"' in fine
    assert 'value="2026-03-01T00:00:00"' in page.get("/where-viewed/?since=2026-03-01").content.decode()


def test_owners_are_not_offered_what_would_tell_of_people(owner: Person) -> None:
    assert not {"person", "owner", "network"} & set(form_of(owner, "").fields)


def test_owners_ask_for_countries_and_groups_and_not_for_parts_of_a_country(owner: Person) -> None:
    assert form_of(owner, "place=US").is_valid()
    assert form_of(owner, "place=EU-ADEQUATE-ORG").is_valid()
    assert "write `US`" in " ".join(form_of(owner, "place=us-ca").errors["place"])


def test_the_interface_takes_the_same_filters(officer: Person) -> None:
    page = factories.signed_in(officer)
    found = page.get(
        "/api/v1/where-viewed?level=1&level=2&period=last 30 days&zone=Europe/Berlin&entity=x&policy=aaaaaaaa"
    )
    assert found.status_code == 200
    read = json.loads(LedgerEntry.objects.filter(action="ledger:report:read").latest("at").body)["details"]
    assert (read["levels"], read["entity"], read["policy"]) == ([1, 2], "x", "aaaaaaaa")
    assert page.get("/api/v1/where-viewed?zone=Mars/Olympus").status_code == 422
