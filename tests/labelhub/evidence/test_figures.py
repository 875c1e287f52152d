"""Figures that would cost reading the whole ledger are left to the page that lists what they count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labelhub.accounts.models import Person
from labelhub.evidence import queries
from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.rollups import add_to_rollups, tell_pending
from tests import factories
from tests.labelhub.evidence import entries


@pytest.fixture
def _sequenced(db: None) -> Iterator[None]:
    """Thirty views, all numbered and counted."""
    made = entries.many(30, people=["p-one"])
    add_to_rollups(made)
    tell_pending(lambda: LedgerEntry.objects.exclude(pk__in=[entry.pk for entry in made]))
    yield
    tell_pending(None)


@pytest.mark.usefixtures("_sequenced")
@pytest.mark.parametrize(("most", "is_counted"), [(30, True), (29, False)])
@pytest.mark.parametrize("query", ["", "?place=PH"])
def test_different_footage_is_counted_while_little_must_be_read_for_it(
    officer: Person, monkeypatch: pytest.MonkeyPatch, query: str, most: int, *, is_counted: bool
) -> None:
    monkeypatch.setattr(queries, "FOOTAGE_COUNTED", most)
    answer = factories.signed_in(officer).get(f"/where-viewed/{query}")
    counts = answer.context["counts"]
    assert (counts.footage is not None) is is_counted
    assert counts.entries > 0
    asked = factories.signed_in(officer).get(f"/api/v1/where-viewed{query}").json()["counts"]
    assert (asked["entries"], asked["footage"]) == (counts.entries, counts.footage)


@pytest.mark.usefixtures("_sequenced")
def test_a_place_nobody_looked_from_has_an_empty_page(officer: Person) -> None:
    client = factories.signed_in(officer)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/where-viewed/?place=JP")
    assert (answer.context["counts"].entries, answer.context["rows"]) == (0, [])
    assert answer.context["counts"].footage == 0
    assert not [query for query in asked if "DISTINCT" in query["sql"]], "there is nothing to read the ledger for"
    assert "No entry answers this question" in answer.content.decode()


@pytest.mark.usefixtures("_sequenced")
def test_an_entry_that_is_not_numbered_yet_is_shown_and_counted_at_once(officer: Person) -> None:
    client = factories.signed_in(officer)
    before = client.get("/where-viewed/?place=PH").context["counts"].entries
    fresh = entries.view(factories.now(), place="PH", level=1)
    answer = client.get("/where-viewed/?place=PH")
    assert answer.context["counts"].entries == before + 1
    assert answer.context["rows"][0].id == fresh.pk
