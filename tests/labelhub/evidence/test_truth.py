"""Ten thousand views known one by one: every question's rows, figures, table and map are exactly theirs."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from labelhub.accounts.models import Person
from labelhub.accounts.reading import reader_for
from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.nearest import taker_of
from labelhub.evidence.paging import page_of
from labelhub.evidence.places import PlaceLine, places_of
from labelhub.evidence.queries import by_footage, count_answer, find_entries
from labelhub.evidence.questions import Question
from labelhub.evidence.reader import Reader
from labelhub.evidence.rollups import Group, add_to_rollups, groups_of, tell_pending
from labelhub.evidence.where_viewed_models import ViewRollup
from labelhub.evidence.world_map import world_of
from tests import factories
from tests.labelhub.evidence import truth as truths
from tests.labelhub.evidence.truth import NUMBERED, Seen, answers, random_question

QUESTIONS = 120
NAMED = {
    "every view": Question(),
    "one camera": Question(camera="cam-ca-1"),
    "several pieces": Question(footage="cam-ca-1-3 cam-tx-1-9"),
    "a group of countries recorded in": Question(jurisdiction="EEA"),
    "an owner": Question(owner="stadtverkehr"),
    "people": Question(people=("p-01", "p-07")),
    "an employer": Question(entity="employer-ph"),
    "a country": Question(place="US"),
    "a state": Question(place="US-CA"),
    "no known place": Question(place="unknown"),
    "levels": Question(levels=(1, 2)),
    "a purpose": Question(purpose="ml-training"),
    "a rendition": Question(rendition="thumb"),
    "refusals": Question(outcome="deny"),
    "the beginning of a policy's hash": Question(policy="ab" + "c" * 6),
    "seen from outside": Question(outside=True, outcome="allow"),
    "around a change of clocks": Question(
        since=datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC), until=datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC)
    ),
}


@pytest.fixture(scope="module")
def truth(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Seen]]:
    """Recorded once for all tests here, and taken back with their transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield truths.seed()
        transaction.set_rollback(True)


@pytest.fixture
def everything(truth: list[Seen], officer: Person) -> Reader:
    return reader_for(officer)


@pytest.fixture
def rolled(truth: list[Seen], db: None) -> Iterator[list[Seen]]:
    """The same with four of five views numbered and counted, in the handfuls of a sequencer."""
    numbered = list(LedgerEntry.objects.filter(session=NUMBERED).order_by("at"))
    chance = random.Random(5)
    chance.shuffle(numbered)
    while numbered:
        taken = [numbered.pop() for _ in range(min(len(numbered), chance.randint(1, 400)))]
        add_to_rollups(taken)
    tell_pending(lambda: LedgerEntry.objects.exclude(session=NUMBERED))
    yield truth
    tell_pending(None)


def rows_of(question: Question, truth: list[Seen]) -> set[str]:
    return {seen.entry for seen in truth if answers(question, seen)}


def found_by(reader: Reader, question: Question) -> set[str]:
    return {str(key) for key in find_entries(reader, question).values_list("pk", flat=True)}


def lines_of(seen: list[Seen], *, with_parts: bool = True) -> dict[str, tuple[int, int]]:
    """Count views by place as the table must: by country, by part where LA3 claims one, and in no known place."""
    shown: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for one in seen:
        codes = [one.place[:2]] if one.is_placed else ["unknown"]
        if with_parts and one.is_placed and "-" in one.place and one.level >= 3:
            codes.append(one.place)
        (shown if one.allowed else refused).update(codes)
    return {code: (shown[code], refused[code]) for code in {*shown, *refused}}


def check_answer(reader: Reader, question: Question, truth: list[Seen]) -> None:
    wanted = [seen for seen in truth if answers(question, seen)]
    found = find_entries(reader, question)
    assert found_by(reader, question) == {seen.entry for seen in wanted}
    groups = groups_of(reader, question, found)
    counts = count_answer(groups, found)
    assert (counts.entries, counts.allowed) == (len(wanted), sum(seen.allowed for seen in wanted))
    assert counts.denied == len(wanted) - counts.allowed
    assert counts.footage == len({seen.footage for seen in wanted}) == by_footage(found).count()
    assert counts.unknown_places == sum(not seen.is_placed for seen in wanted)
    places = places_of(groups, with_parts=True)
    table = {line.code: (line.allowed, line.denied) for line in places.lines}
    assert table == lines_of(wanted)
    assert on_map(places.countries) == {code: line for code, line in table.items() if len(code) == 2}


def on_map(lines: tuple[PlaceLine, ...]) -> dict[str, tuple[int, int]]:
    world = world_of(lines)
    assert not world.beyond
    return {one.line.code: (one.line.allowed, one.line.denied) for one in world.drawn}


@pytest.mark.parametrize("name", NAMED)
def test_each_question_is_answered_exactly(truth: list[Seen], everything: Reader, name: str) -> None:
    assert rows_of(NAMED[name], truth), "a question nothing answers proves nothing"
    check_answer(everything, NAMED[name], truth)


@pytest.mark.parametrize("number", range(QUESTIONS // 10))
def test_questions_at_random_are_answered_exactly(truth: list[Seen], everything: Reader, number: int) -> None:
    chance = random.Random(number)
    for _ in range(10):
        check_answer(everything, random_question(chance), truth)


def test_an_owner_is_answered_exactly_within_their_own_footage(truth: list[Seen], owner: Person) -> None:
    reader, chance = reader_for(owner), random.Random(3)
    own = [seen for seen in truth if seen.owner == "golden-coast"]
    for _ in range(20):
        check_answer_of_owner(reader, random_question(chance), own)


def check_answer_of_owner(reader: Reader, question: Question, own: list[Seen]) -> None:
    wanted = [seen for seen in own if answers(question, seen)]
    groups = groups_of(reader, question, find_entries(reader, question))
    table = {line.code: (line.allowed, line.denied) for line in places_of(groups, with_parts=False).lines}
    assert found_by(reader, question) == {seen.entry for seen in wanted}
    assert table == lines_of(wanted, with_parts=False)


@pytest.mark.parametrize("number", range(20))
def test_counts_by_the_hour_equal_the_entries_for_every_question(
    rolled: list[Seen], officer: Person, number: int
) -> None:
    reader, chance = reader_for(officer), random.Random(1000 + number)
    for _ in range(10):
        question = random_question(chance, only_counted=True)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            counted = groups_of(reader, question, find_entries(reader, question))
        assert len(asked) == 1, "more than one statement may see more than one state of the ledger"
        assert counted == plain_groups([seen for seen in rolled if answers(question, seen)])


@pytest.mark.parametrize("number", range(10))
def test_pages_found_by_the_hour_hold_the_same_rows_in_the_same_order(
    rolled: list[Seen], officer: Person, number: int
) -> None:
    reader, chance = reader_for(officer), random.Random(2000 + number)
    question = random_question(chance, only_counted=True)
    wanted = sorted((seen for seen in rolled if answers(question, seen)), key=lambda seen: (seen.at, seen.entry))[::-1]
    entries, finds, size = find_entries(reader, question), taker_of(reader, question), chance.choice((3, 11, 50))
    page, read, pages = page_of(entries, size=size, take=finds), list[str](), list[list[str]]()
    while True:
        pages.append([str(entry.pk) for entry in page.entries])
        read += pages[-1]
        if not page.older or len(read) > 400:
            break
        page = page_of(entries, before=page.older, size=size, take=finds)
    assert read == [seen.entry for seen in wanted][: len(read)]
    assert page.older or len(read) == len(wanted)
    if len(pages) > 1:
        back = page_of(entries, after=page.newer, size=size, take=finds)
        assert [str(entry.pk) for entry in back.entries] == pages[-2]


def plain_groups(seen: list[Seen]) -> tuple[Group, ...]:
    grouped: dict[tuple[str, int, str], list[datetime]] = {}
    for one in seen:
        grouped.setdefault((one.place, one.level, "allow" if one.allowed else "deny"), []).append(one.at)
    return tuple(
        Group(place=key[0], level=key[1], outcome=key[2], entries=len(times), first=min(times), last=max(times))
        for key, times in sorted(grouped.items())
    )


def test_a_question_of_whole_hours_is_counted_without_reading_numbered_entries(
    rolled: list[Seen], officer: Person
) -> None:
    reader = reader_for(officer)
    tell_pending(LedgerEntry.objects.none)
    ViewRollup.objects.all().delete()
    question = Question(since=truths.START, until=truths.END)
    assert groups_of(reader, question, find_entries(reader, question)) == ()


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        (
            {"since": "2026-03-29T01:30", "until": "2026-03-29T03:00", "zone": "Europe/Berlin"},
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        ),
        (
            {"since": "2026-10-25T02:00", "until": "2026-10-25T03:00", "zone": "Europe/Berlin", "twice": "earlier"},
            datetime(2026, 10, 25, 0, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
        ),
        (
            {"since": "2026-10-25T02:00", "until": "2026-10-25T03:00", "zone": "Europe/Berlin", "twice": "later"},
            datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
        ),
        (
            {"since": "2026-03-08T00:00", "until": "2026-03-09T00:00", "zone": "America/New_York"},
            datetime(2026, 3, 8, 5, tzinfo=UTC),
            datetime(2026, 3, 9, 4, tzinfo=UTC),
        ),
        (
            {"since": "2026-06-01T00:00", "until": "2026-06-02T00:00", "zone": "Asia/Kolkata"},
            datetime(2026, 5, 31, 18, 30, tzinfo=UTC),
            datetime(2026, 6, 1, 18, 30, tzinfo=UTC),
        ),
    ],
)
def test_bounds_on_the_clock_of_a_zone_take_exactly_what_lies_between(
    truth: list[Seen], officer: Person, asked: dict[str, str], since: datetime, until: datetime
) -> None:
    answer = factories.signed_in(officer).get(f"/where-viewed/export.csv?{urlencode(asked)}")
    found = {row["entry"] for row in csv.DictReader(io.StringIO(answer.getvalue().decode()))}
    wanted = {seen.entry for seen in truth if since <= seen.at < until}
    assert found == wanted
    assert found


PAGED: list[tuple[str, Callable[[Seen], bool]]] = [
    ("", lambda _: True),
    (
        "?outside=on&outcome=allow",
        lambda s: s.allowed and s.is_placed and bool(s.jurisdiction) and s.place[:2] != s.jurisdiction[:2],
    ),
    ("?place=unknown", lambda s: not s.is_placed),
    ("?level=3&level=4&place=US", lambda s: s.level >= 3 and s.place[:2] == "US"),
]


@pytest.mark.parametrize(("query", "wanted"), PAGED, ids=lambda value: str(value)[:20])
def test_the_page_shows_the_same_in_figures_table_and_map(
    truth: list[Seen], officer: Person, query: str, wanted: Callable[[Seen], bool]
) -> None:
    answer = factories.signed_in(officer).get(f"/where-viewed/{query}")
    seen = [one for one in truth if wanted(one)]
    assert answer.context["counts"].entries == len(seen)
    assert {line.code: (line.allowed, line.denied) for line in answer.context["places"].lines} == lines_of(seen)
    page = answer.content.decode()
    for line in answer.context["places"].countries:
        name = f"{line.words[0].upper()}{line.words[1:]}"
        assert f'aria-label="{name}: {line.allowed:,} shown, {line.denied:,} refused"' in page


def test_the_moment_of_a_bound_is_taken_in_or_left_out_to_the_microsecond(
    truth: list[Seen], everything: Reader
) -> None:
    edge = truths.CLOCKS[1]
    here = {seen.entry for seen in truth if seen.at == edge}
    assert here
    assert here <= found_by(everything, Question(since=edge))
    assert not here & found_by(everything, Question(until=edge))
    assert here <= found_by(everything, Question(until=edge + timedelta(microseconds=1)))
