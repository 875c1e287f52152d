"""The next few entries that answer a question, found by the hours that hold them.

An index by time finds the newest views at once, but reads the whole ledger for a country that is hardly ever looked
from. The counts say in which hours there are any, so that only those are read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.questions import Question
from labelhub.evidence.reader import Reader
from labelhub.evidence.rollups import counts_for, floor_of, is_counted, pending_entries, readable
from labelhub.evidence.where_viewed_models import Grain

Entries = QuerySet[LedgerEntry]
Take = Callable[[Entries, datetime | None, int], list[LedgerEntry]]
Stretch = tuple[datetime, datetime]


def take(entries: Entries, edge: datetime | None, limit: int) -> list[LedgerEntry]:
    """Take the next entries in their order, as an index finds them."""
    return list(entries[:limit])


def taker_of(reader: Reader, question: Question) -> Take:
    """Say how the next entries of a question are found: by the hours that hold them, where the counts know them."""
    return _ByHours(reader, question) if is_counted(question) else take


class _ByHours:
    """Finds entries by the days, then the hours, that hold enough of them."""

    def __init__(self, reader: Reader, question: Question) -> None:
        self._reader, self._question = reader, question

    def __call__(self, entries: Entries, edge: datetime | None, limit: int) -> list[LedgerEntry]:
        """Take the next entries from an edge on, in their order."""
        newest_first = str(entries.query.order_by[0]).startswith("-")
        # What waits is read first: what is numbered meanwhile is then found twice, never not at all.
        pending = readable(self._reader, pending_entries()).values("pk")
        waiting = list(_sorted(entries.filter(pk__in=pending), newest_first=newest_first)[:limit])
        low, high = self._bounds(edge, newest_first=newest_first)
        days = self._stretches(Grain.DAY, [(low, high)], edge, limit, newest_first=newest_first)
        hours = self._stretches(Grain.HOUR, list(days), edge, limit, newest_first=newest_first) if days else []
        found = list(_sorted(entries.filter(_within(hours)), newest_first=newest_first)[:limit]) if hours else []
        every = {entry.pk: entry for entry in (*waiting, *found)}
        return sorted(every.values(), key=lambda entry: (entry.at, entry.pk), reverse=newest_first)[:limit]

    def _bounds(self, edge: datetime | None, *, newest_first: bool) -> tuple[datetime | None, datetime | None]:
        low, high = self._question.since, self._question.until
        if edge is None:
            return low, high
        # The entry at the edge itself may share its moment with others, so that this moment stays in.
        past = edge + timedelta(microseconds=1)
        if newest_first:
            return low, past if high is None else min(high, past)
        return (edge if low is None else max(low, edge)), high

    def _stretches(
        self, grain: Grain, inside: list[Any], edge: datetime | None, limit: int, *, newest_first: bool
    ) -> list[Stretch]:
        """Find the nearest stretches that hold enough entries; those cut by a bound may hold none that is meant."""
        low, high = inside[-1][0] if newest_first else inside[0][0], inside[0][1] if newest_first else inside[-1][1]
        step = timedelta(hours=grain.value)
        counts = counts_for(self._reader, self._question).filter(grain=grain).filter(_starting_within(inside, step))
        starts = counts.order_by("-start" if newest_first else "start").values("start").annotate(held=Sum("entries"))
        found: list[Stretch] = []
        held = 0
        for row in starts[: limit + 3]:
            start, end = row["start"], row["start"] + step
            found.append((start if low is None else max(start, low), end if high is None else min(end, high)))
            is_whole = (low is None or start >= low) and (high is None or end <= high)
            # The moment of the edge itself is passed in part, and so counts for nothing.
            held += row["held"] if is_whole and not (edge is not None and start <= edge < end) else 0
            if held >= limit:
                break
        return found


def _sorted(entries: Entries, *, newest_first: bool) -> Entries:
    """Sort by time without the index by time, which would be read through from its end for want of enough rows."""
    at = Coalesce("at", "at")
    return entries.order_by(*((at.desc(), "-id") if newest_first else (at.asc(), "id")))


def _starting_within(stretches: list[tuple[datetime | None, datetime | None]], step: timedelta) -> Q:
    return reduce(or_, (_starting(low, high, step) for low, high in stretches))


def _starting(low: datetime | None, high: datetime | None, step: timedelta) -> Q:
    condition = Q()
    if low is not None:
        condition &= Q(start__gte=floor_of(low, Grain(step // timedelta(hours=1))))
    return condition if high is None else condition & Q(start__lt=high)


def _within(stretches: list[Stretch]) -> Q:
    return reduce(or_, (Q(at__gte=low, at__lt=high) for low, high in stretches))
