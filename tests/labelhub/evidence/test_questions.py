"""Every filter against a truth made by hand: plain Python over the same entries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from labelhub.accounts.models import Person
from labelhub.accounts.reading import reader_for
from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.paging import page_of
from labelhub.evidence.places import places_of
from labelhub.evidence.queries import Counts, by_footage, count_answer, find_entries
from labelhub.evidence.questions import Question
from labelhub.evidence.reader import Reader
from labelhub.evidence.rollups import groups_of
from tests.labelhub.evidence import entries

EEA = {"DE", "FR"}
SINCE, UNTIL = entries.START + timedelta(minutes=10), entries.START + timedelta(minutes=30)


def is_view(entry: LedgerEntry) -> bool:
    return entry.action.startswith("media:view:")


def leaves_its_country(entry: LedgerEntry) -> bool:
    return bool(entry.place and entry.jurisdiction) and entry.place[:2] != entry.jurisdiction[:2]


TRUTH: list[tuple[Question, Callable[[LedgerEntry], bool]]] = [
    (Question(), is_view),
    (Question(action="anything"), lambda _: True),
    (Question(action="labeling:task:submitted"), lambda e: e.action == "labeling:task:submitted"),
    (Question(footage="cam-ca-1-3"), lambda e: is_view(e) and e.footage == "cam-ca-1-3"),
    (Question(camera="cam-tx-1"), lambda e: is_view(e) and e.source == "cam-tx-1"),
    (Question(jurisdiction="US"), lambda e: is_view(e) and e.jurisdiction in {"US-CA", "US-TX"}),
    (Question(jurisdiction="US-CA"), lambda e: is_view(e) and e.jurisdiction == "US-CA"),
    (Question(jurisdiction="EEA"), lambda e: is_view(e) and e.jurisdiction == "DE-BE"),
    (Question(owner="stadtverkehr"), lambda e: is_view(e) and e.owner == "stadtverkehr"),
    (Question(people=("p-one", "p-two")), lambda e: is_view(e) and e.person in {"p-one", "p-two"}),
    (Question(people=()), lambda _: False),
    (Question(place="US"), lambda e: is_view(e) and e.place in {"US", "US-CA"}),
    (Question(place="US-CA"), lambda e: is_view(e) and e.place == "US-CA"),
    (Question(place="EEA"), lambda e: is_view(e) and e.place in EEA),
    (Question(place="unknown"), lambda e: is_view(e) and not e.place),
    (Question(outcome="deny"), lambda e: is_view(e) and e.outcome == "deny"),
    (Question(since=SINCE, until=UNTIL), lambda e: is_view(e) and SINCE <= e.at < UNTIL),
    (Question(outside=True, outcome="allow"), lambda e: is_view(e) and e.outcome == "allow" and leaves_its_country(e)),
    (
        Question(outside=True, camera="cam-ca-1", people=("p-one",), since=SINCE),
        lambda e: (
            is_view(e) and leaves_its_country(e) and e.source == "cam-ca-1" and e.person == "p-one" and e.at >= SINCE
        ),
    ),
]


@pytest.fixture
def ledger(db: None) -> list[LedgerEntry]:
    return entries.many(200, people=["p-one", "p-two", "p-three"])


@pytest.fixture
def everything(officer: Person) -> Reader:
    return reader_for(officer)


@pytest.mark.parametrize(("question", "truth"), TRUTH, ids=lambda value: str(value)[9:60])
def test_a_question_finds_exactly_what_the_truth_holds(
    ledger: list[LedgerEntry],
    everything: Reader,
    question: Question,
    truth: Callable[[LedgerEntry], bool],
) -> None:
    beside = {entry.pk for entry in LedgerEntry.objects.exclude(pk__in=[entry.pk for entry in ledger])}
    found = {entry.pk for entry in find_entries(everything, question)} - beside
    assert found == {entry.pk for entry in ledger if truth(entry)}


@pytest.mark.parametrize(("question", "truth"), TRUTH[:-1], ids=lambda value: str(value)[9:60])
def test_an_owner_finds_the_same_within_their_own_footage(
    ledger: list[LedgerEntry], owner: Person, question: Question, truth: Callable[[LedgerEntry], bool]
) -> None:
    found = {entry.pk for entry in find_entries(reader_for(owner), question)}
    assert found == {entry.pk for entry in ledger if truth(entry) and entry.owner == "golden-coast"}


def figures(reader: Reader, question: Question) -> Counts:
    found = find_entries(reader, question)
    return count_answer(groups_of(reader, question, found), found)


def test_the_figures_count_what_the_rows_hold(ledger: list[LedgerEntry], everything: Reader) -> None:
    views = [entry for entry in ledger if is_view(entry)]
    counts = figures(everything, Question())
    assert counts.entries == len(views)
    assert counts.allowed == sum(entry.outcome == "allow" for entry in views)
    assert counts.denied == sum(entry.outcome == "deny" for entry in views)
    assert counts.footage == len({entry.footage for entry in views})
    assert counts.places == len({entry.place for entry in views} - {""})
    assert counts.unknown_places == sum(not entry.place for entry in views)


def test_each_summary_has_one_line_for_each_thing_counted(ledger: list[LedgerEntry], everything: Reader) -> None:
    found = find_entries(everything, Question())
    counts = figures(everything, Question())
    places = places_of(groups_of(everything, Question(), found), with_parts=True)
    assert len(by_footage(found)) == counts.footage
    whole = [*places.countries, places.unknown] if places.unknown else places.countries
    assert sum(line.entries for line in whole) == counts.entries
    assert [line.code for line in places.lines if not line.is_part][-1] == "unknown"


def test_pages_hold_every_entry_once_and_in_order(ledger: list[LedgerEntry], everything: Reader) -> None:
    wanted = sorted((entry for entry in ledger if is_view(entry)), key=lambda e: (e.at, e.pk.hex), reverse=True)
    seen: list[LedgerEntry] = []
    page = page_of(find_entries(everything, Question()), size=17)
    while True:
        seen += page.entries
        if not page.older:
            break
        page = page_of(find_entries(everything, Question()), before=page.older, size=17)
    assert [entry.pk for entry in seen] == [entry.pk for entry in wanted]


def test_going_back_shows_the_page_one_came_from(ledger: list[LedgerEntry], everything: Reader) -> None:
    found = find_entries(everything, Question())
    first = page_of(found, size=20)
    second = page_of(found, before=first.older, size=20)
    back = page_of(found, after=second.newer, size=20)
    assert back.entries == first.entries
    assert not back.newer


def test_a_page_stays_put_while_the_ledger_grows(ledger: list[LedgerEntry], everything: Reader) -> None:
    found = find_entries(everything, Question())
    first = page_of(found, size=20)
    before = page_of(found, before=first.older, size=20)
    entries.view(entries.START + timedelta(days=1))
    assert page_of(found, before=first.older, size=20).entries == before.entries
