"""Stretches of time in words, worked out anew each time they are asked: "last 30 days", "since 1 March"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from labelhub.evidence.zoned import start_of

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
EXAMPLES = ("last 24 hours", "last 7 days", "last 30 days", "this month", "last month", "this year", "since 1 March")
LONGEST = 10_000
_LAST = re.compile(r"last (\d{1,5}) (hour|day|week)s?")
_SINCE = re.compile(r"since (\d{1,2}) ([a-z]+)(?: (\d{4}))?")


class PeriodError(ValueError):
    """Words that name no stretch of time; the message says the mend."""


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on, up to but not at another; without an end, for as long as there is anything."""

    since: datetime
    until: datetime | None = None


def period_of(words: str, zone: ZoneInfo, *, at: datetime) -> Period:
    """Work out which time is meant at a moment: calendar words on the zone's clock, "last …" counted back from then.

    Raises:
        PeriodError: the words name no stretch of time.
    """
    asked = " ".join(words.lower().split())
    if found := _LAST.fullmatch(asked):
        return _last(int(found[1]), found[2], at)
    if found := _SINCE.fullmatch(asked):
        return Period(start_of(_day(int(found[1]), found[2], found[3], at.astimezone(zone).date()), zone))
    today = at.astimezone(zone).date()
    days = _calendar(today).get(asked)
    if days is None:
        raise PeriodError(f"“{words}” names no stretch of time: write such as {', '.join(EXAMPLES)}")
    return Period(*(start_of(day, zone) for day in days))


def _last(count: int, unit: str, at: datetime) -> Period:
    if not 1 <= count <= LONGEST:
        raise PeriodError(f"`{count}` {unit}s are no stretch of time here: write a number from 1 to {LONGEST}")
    return Period(at - count * timedelta(**{f"{unit}s": 1}), at)


def _calendar(today: date) -> dict[str, tuple[date, ...]]:
    month, tomorrow = today.replace(day=1), today + timedelta(days=1)
    return {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "this month": (month, (month + timedelta(days=32)).replace(day=1)),
        "last month": ((month - timedelta(days=1)).replace(day=1), month),
        "this year": (today.replace(month=1, day=1), today.replace(year=today.year + 1, month=1, day=1)),
        "last year": (today.replace(year=today.year - 1, month=1, day=1), today.replace(month=1, day=1)),
    }


def _day(day: int, name: str, year: str | None, today: date) -> date:
    """Find the day that is meant: without a year, the last time it was that day, today included."""
    named = [number for number, month in enumerate(MONTHS, start=1) if name in (month, month[:3])]
    if not named:
        raise PeriodError(f"`{name}` is no month: write such as since 1 March")
    # 29 February may lie up to eight years back.
    years = [int(year)] if year else range(today.year, today.year - 9, -1)
    for one in years:
        try:
            found = date(one, named[0], day)
        except ValueError:
            continue
        if year or found <= today:
            return found
    raise PeriodError(f"there is no `{day} {name}`{f' in {year}' if year else ''}: write a day of the calendar")
