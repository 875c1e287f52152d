"""Counts by the hour and the day, exact to the entry, so that ten million views are counted without reading them.

The sequencer adds each entry once, in the transaction that numbers it. What is not numbered yet is counted as it
stands, and so is what a question's bounds leave of an hour. All of it is asked in one statement, which sees one state
of the database: no entry is counted twice or missed while the sequencer moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.questions import Question, within
from labelhub.evidence.reader import Reader
from labelhub.evidence.where_viewed_models import DIMENSIONS, Grain, ViewRollup

NOT_IN_ROLLUPS: Final = (
    "footage",
    "camera",
    "contract",
    "people",
    "entity",
    "network",
    "purpose",
    "rendition",
    "policy",
    "judged_at",
)
KEYS: Final = ("place", "level", "outcome")
ROWS_AT_ONCE: Final = 500
Entries = QuerySet[LedgerEntry]
Rows = QuerySet[Any, dict[str, Any]]
Pending = Callable[[], Entries]


class Sequencer:
    """Who says which entries are not numbered yet; without anybody, none is, and nothing was ever added here."""

    pending: Pending | None = None


def tell_pending(pending: Pending | None) -> None:
    """Say how the entries are found that were not given to `add_to_rollups` yet; told once, when the service starts."""
    Sequencer.pending = staticmethod(pending) if pending else None


def pending_entries(ledger: str = "") -> Entries:
    """Find the entries, of one ledger or of all, that were not given to `add_to_rollups` yet."""
    found = Sequencer.pending() if Sequencer.pending else LedgerEntry.objects.all()
    return found.filter(ledger=ledger) if ledger else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How many entries came from one place, at one level, to one outcome, and when the first and the last."""

    place: str
    level: int
    outcome: str
    entries: int
    first: datetime
    last: datetime


@dataclass(slots=True)
class _Tally:
    """What is added to one row."""

    entries: int
    first: datetime
    last: datetime


def add_to_rollups(entries: Sequence[LedgerEntry]) -> None:
    """Count entries that were just numbered, each given exactly once, inside the transaction that numbers them."""
    tallies: dict[tuple[Any, ...], _Tally] = {}
    for entry in entries:
        for grain in Grain:
            key = (
                grain.value,
                floor_of(entry.at, grain),
                *(getattr(entry, name) for name in DIMENSIONS[2:]),
            )
            tally = tallies.setdefault(key, _Tally(0, entry.at, entry.at))
            tally.entries += 1
            tally.first, tally.last = min(tally.first, entry.at), max(tally.last, entry.at)
    # Always in one order: two writers could otherwise each wait for a row of the other.
    waiting = iter(sorted(tallies.items(), key=lambda item: str(item[0])))
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        _add(some)


def _add(rows: list[tuple[tuple[Any, ...], _Tally]]) -> None:
    names = (*DIMENSIONS, "entries", "first_at", "last_at")
    table = ViewRollup._meta.db_table  # noqa: SLF001  Django names it so
    least, most = _least_and_most()
    marks = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES {marks} "  # noqa: S608  our own names
        f"ON CONFLICT ({', '.join(DIMENSIONS)}) DO UPDATE SET entries = {table}.entries + excluded.entries, "
        f"first_at = {least}({table}.first_at, excluded.first_at), "
        f"last_at = {most}({table}.last_at, excluded.last_at)"
    )
    values = [value for key, tally in rows for value in (*key, tally.entries, tally.first, tally.last)]
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(statement, [adapt(value) if isinstance(value, datetime) else value for value in values])


def _least_and_most() -> tuple[str, str]:
    return ("MIN", "MAX") if connection.vendor == "sqlite" else ("LEAST", "GREATEST")


def groups_of(reader: Reader, question: Question, entries: Entries) -> tuple[Group, ...]:
    """Count a question's entries by place, level and outcome; `entries`, which it finds, are read if need be."""
    if not is_counted(question):
        return _joined([_of_entries(entries)])
    every = question.narrow_all_but_time(readable(reader, LedgerEntry.objects.all()))
    counts = counts_for(reader, question)
    cut = cut_time(question.since, question.until)
    parts = [_of_entries(every.filter(within(*edge))) for edge in cut.edges]
    if cut.has_hours:
        waiting = question.narrow_all_but_time(readable(reader, pending_entries()))
        parts.append(_of_entries(waiting.filter(within(cut.since, cut.until))))
        parts.append(_of_rollups(counts.filter(cut.rows)))
    return _joined(parts)


def entries_around(reader: Reader, groups: Sequence[Group]) -> int:
    """Count the entries of every kind from the first day of an answer to its last: what reading it would go through."""
    if not groups:
        return 0
    first, last = min(group.first for group in groups), max(group.last for group in groups)
    days = ViewRollup.objects.filter(grain=Grain.DAY, start__gte=floor_of(first, Grain.DAY), start__lte=last)
    return readable(reader, days).aggregate(held=Sum("entries"))["held"] or 0


def readable(reader: Reader, found: QuerySet[Any]) -> QuerySet[Any]:
    """Keep what a reader may know of, among entries or counts of entries."""
    return found if reader.sees_all else found.filter(owner=reader.owner).exclude(owner="")


def is_counted(question: Question) -> bool:
    """Whether the counts can answer a question: somebody adds to them, and it asks for nothing they do not know."""
    return Sequencer.pending is not None and all(getattr(question, name) in ("", None) for name in NOT_IN_ROLLUPS)


def counts_for(reader: Reader, question: Question) -> QuerySet[Any]:
    """Find the counts, at any time and of both grains, that a question is about."""
    return question.narrow_all_but_time(readable(reader, ViewRollup.objects.all()))


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of time as whole hours, with what its bounds leave over at either end."""

    since: datetime | None
    until: datetime | None
    edges: tuple[tuple[datetime | None, datetime | None], ...]
    has_hours: bool
    rows: Q


def cut_time(since: datetime | None, until: datetime | None) -> Cut:
    """Cut a stretch into days, hours and what is left of an hour; `rows` are the counts of its days and hours."""
    low, high = _up(since, Grain.HOUR), _down(until, Grain.HOUR)
    if low is not None and high is not None and low >= high:
        return Cut(since, until, edges=((since, until),), has_hours=False, rows=Q())
    edges = tuple(
        edge for edge, bound, whole in (((since, low), since, low), ((high, until), until, high)) if bound != whole
    )
    return Cut(low, high, edges=edges, has_hours=True, rows=_rows(low, high))


def _rows(low: datetime | None, high: datetime | None) -> Q:
    first, last = _up(low, Grain.DAY), _down(high, Grain.DAY)
    if first is not None and last is not None and first >= last:
        return _starts(Grain.HOUR, low, high)
    rows = _starts(Grain.DAY, first, last)
    if low != first:
        rows |= _starts(Grain.HOUR, low, first)
    return rows if high == last else rows | _starts(Grain.HOUR, last, high)


def _starts(grain: Grain, low: datetime | None, high: datetime | None) -> Q:
    condition = Q(grain=grain)
    if low is not None:
        condition &= Q(start__gte=low)
    return condition if high is None else condition & Q(start__lt=high)


def _of_entries(entries: Entries) -> Rows:
    grouped = entries.order_by().values(*KEYS)
    found: Rows = grouped.annotate(counted=Count("pk"), first_of=Min("at"), last_of=Max("at"))
    return found


def _of_rollups(counts: QuerySet[Any]) -> Rows:
    grouped = counts.order_by().values(*KEYS)
    found: Rows = grouped.annotate(counted=Sum("entries"), first_of=Min("first_at"), last_of=Max("last_at"))
    return found


def _joined(parts: list[Rows]) -> tuple[Group, ...]:
    """Ask all parts in one statement, and add up what comes from several."""
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    found: dict[tuple[str, int, str], Group] = {}
    for group in _groups(rows):
        key = (group.place, group.level, group.outcome)
        found[key] = _sum(found[key], group) if key in found else group
    return tuple(found[key] for key in sorted(found))


def _groups(rows: Iterable[dict[str, Any]]) -> Iterator[Group]:
    for row in rows:
        yield Group(
            place=row["place"],
            level=row["level"],
            outcome=row["outcome"],
            entries=int(row["counted"]),
            first=row["first_of"],
            last=row["last_of"],
        )


def _sum(one: Group, other: Group) -> Group:
    return Group(
        place=one.place,
        level=one.level,
        outcome=one.outcome,
        entries=one.entries + other.entries,
        first=min(one.first, other.first),
        last=max(one.last, other.last),
    )


def floor_of(at: datetime, grain: Grain) -> datetime:
    """The start, in UTC, of the hour or the day that a moment lies in."""
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour if grain is Grain.HOUR else hour.replace(hour=0)


def _down(bound: datetime | None, grain: Grain) -> datetime | None:
    return None if bound is None else floor_of(bound, grain)


def _up(bound: datetime | None, grain: Grain) -> datetime | None:
    if bound is None:
        return None
    floor = floor_of(bound, grain)
    return floor if floor == bound else floor + timedelta(hours=grain.value)
