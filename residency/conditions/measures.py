"""Questions about how much: levels, flags, dates, ages and hours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, TypeVar

from residency.conditions.answer import Answer, said
from residency.facts import Request, Sensitivity, instant
from residency.ledger.entry import Json
from residency.places import AssuranceLevel
from residency.vocabulary import FACTS

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The place is assured at this level or better; only for permits, since a level is a lower bound."""

    fact: str
    level: AssuranceLevel

    def ask(self, request: Request) -> Answer:
        """Unknown when the place is."""
        found = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if found is None else said(found >= self.level)

    def wanted(self) -> str:
        """As in "must be LA2 or better"."""
        return f"{self.level.name} or better"

    def canonical(self) -> Json:
        """The level by name."""
        return [self.fact, "at_least", self.level.name]


@dataclass(frozen=True, slots=True)
class Below:
    """The place is not assured at this level; only for forbids, since a level is a lower bound."""

    fact: str
    level: AssuranceLevel

    def ask(self, request: Request) -> Answer:
        """Unknown when the place is."""
        found = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if found is None else said(found < self.level)

    def wanted(self) -> str:
        """As in "must be below LA3"."""
        return f"below {self.level.name}"

    def canonical(self) -> Json:
        """The level by name."""
        return [self.fact, "below", self.level.name]


@dataclass(frozen=True, slots=True)
class SensitivityAtMost:
    """The footage is no more sensitive than this."""

    fact: str
    level: Sensitivity

    def ask(self, request: Request) -> Answer:
        """Unknown when nobody classed it."""
        found = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if found is None else said(found <= self.level)

    def wanted(self) -> str:
        """As in "must be at most `personal`"."""
        return f"at most `{self.level.name.lower()}`"

    def canonical(self) -> Json:
        """The class by name."""
        return [self.fact, "at_most", self.level.name.lower()]


@dataclass(frozen=True, slots=True)
class SensitivityAtLeast:
    """The footage is this sensitive or more."""

    fact: str
    level: Sensitivity

    def ask(self, request: Request) -> Answer:
        """Unknown when nobody classed it."""
        found = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if found is None else said(found >= self.level)

    def wanted(self) -> str:
        """As in "must be at least `sensitive`"."""
        return f"at least `{self.level.name.lower()}`"

    def canonical(self) -> Json:
        """The class by name."""
        return [self.fact, "at_least", self.level.name.lower()]


@dataclass(frozen=True, slots=True)
class Is:
    """The fact is true, or is false."""

    fact: str
    value: bool

    def ask(self, request: Request) -> Answer:
        """Unknown when nobody said."""
        found = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if found is None else said(found is self.value)

    def wanted(self) -> str:
        """As in "must be so"."""
        return "so" if self.value else "not so"

    def canonical(self) -> Json:
        """The truth value."""
        return [self.fact, "is", self.value]


@dataclass(frozen=True, slots=True)
class Given:
    """The fact is given at all. Nothing given is an answer here, not an unknown."""

    fact: str
    value: bool

    def ask(self, request: Request) -> Answer:
        """Yes when it is given as asked."""
        return said(bool(FACTS[self.fact].read(request)) is self.value)

    def wanted(self) -> str:
        """As in "must be given"."""
        return "given" if self.value else "left out"

    def canonical(self) -> Json:
        """The truth value."""
        return [self.fact, "given", self.value]


@dataclass(frozen=True, slots=True)
class FromTime:
    """The fact is a time at this one or later; of a span, all of it."""

    fact: str
    moment: datetime

    def ask(self, request: Request) -> Answer:
        """Unknown when the time is, or when this one lies within the span."""
        found = FACTS[self.fact].read(request)
        return _over_span(found, lambda moment: moment >= self.moment)

    def wanted(self) -> str:
        """As in "must be from 2026-01-01 on"."""
        return f"from {_date(self.moment)} on"

    def canonical(self) -> Json:
        """The time in UTC."""
        return [self.fact, "from", instant(self.moment)]


@dataclass(frozen=True, slots=True)
class Before:
    """The fact is a time before this one; of a span, all of it."""

    fact: str
    moment: datetime

    def ask(self, request: Request) -> Answer:
        """Unknown when the time is, or when this one lies within the span."""
        found = FACTS[self.fact].read(request)
        return _over_span(found, lambda moment: moment < self.moment)

    def wanted(self) -> str:
        """As in "must be before 2026-01-01"."""
        return f"before {_date(self.moment)}"

    def canonical(self) -> Json:
        """The time in UTC."""
        return [self.fact, "before", instant(self.moment)]


@dataclass(frozen=True, slots=True)
class AtMostDays:
    """The age is no more than so many days of 24 hours; of a span, all of it."""

    fact: str
    days: int

    def ask(self, request: Request) -> Answer:
        """Unknown when the age is, or when the limit lies within the span."""
        return _over_span(FACTS[self.fact].read(request), lambda age: age <= timedelta(days=self.days))

    def wanted(self) -> str:
        """As in "must be at most 21 days"."""
        return f"at most {self.days} days"

    def canonical(self) -> Json:
        """The number of days."""
        return [self.fact, "at_most_days", self.days]


@dataclass(frozen=True, slots=True)
class OverDays:
    """The age is more than so many days of 24 hours; of a span, all of it."""

    fact: str
    days: int

    def ask(self, request: Request) -> Answer:
        """Unknown when the age is, or when the limit lies within the span."""
        return _over_span(FACTS[self.fact].read(request), lambda age: age > timedelta(days=self.days))

    def wanted(self) -> str:
        """As in "must be over 21 days"."""
        return f"over {self.days} days"

    def canonical(self) -> Json:
        """The number of days."""
        return [self.fact, "over_days", self.days]


@dataclass(frozen=True, slots=True)
class WithinHours:
    """The time of day lies in a window, on these days, by a clock so many minutes from UTC.

    A window that ends at or before its start runs over midnight and belongs to the day it began on.
    """

    fact: str
    start: int
    end: int
    offset: int
    days: tuple[str, ...] = DAYS

    def ask(self, request: Request) -> Answer:
        """Yes inside the window; its last minute is no longer inside."""
        local = FACTS[self.fact].read(request).astimezone(timezone(timedelta(minutes=self.offset)))
        minute = local.hour * 60 + local.minute
        today = DAYS[local.weekday()] in self.days
        if self.start < self.end:
            return said(today and self.start <= minute < self.end)
        yesterday = DAYS[local.weekday() - 1] in self.days
        return said((today and minute >= self.start) or (yesterday and minute < self.end))

    def wanted(self) -> str:
        """As in "must be between 08:00 and 18:00 (UTC-08:00) on mon, tue"."""
        days = "" if self.days == DAYS else f" on {', '.join(self.days)}"
        sign, far = "-" if self.offset < 0 else "+", abs(self.offset)
        return f"between {_clock(self.start)} and {_clock(self.end)} (UTC{sign}{_clock(far)}){days}"

    def canonical(self) -> Json:
        """Minutes of the day, minutes from UTC, and the days in order."""
        return [self.fact, "within", self.start, self.end, self.offset, *self.days]


_Point = TypeVar("_Point", datetime, timedelta)


def _over_span(span: tuple[_Point, _Point] | None, holds: Callable[[_Point], bool]) -> Answer:
    """Whether a test that can change once only holds at both ends of a span, at neither, or at one: unknown."""
    if span is None:
        return Answer.UNKNOWN
    least, most = holds(span[0]), holds(span[1])
    return said(least) if least is most else Answer.UNKNOWN


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _date(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%d}" if utc.time() == datetime.min.time() else f"{utc:%Y-%m-%d %H:%M} UTC"
