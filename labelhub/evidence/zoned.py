"""Times as people write them, on the clock of a named zone, made into exact moments.

Twice a year a clock that is set for summer skips an hour or shows one twice. A time that was skipped is refused, and
one that came twice is refused until it is said which of the two is meant: a bound that might be an hour off is none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC_NAME = "UTC"


class LocalTimeError(ValueError):
    """A time on the clock of a zone that is no one moment; the message says the mend."""


class Twice(StrEnum):
    """Which of two moments is meant, where the clock showed the same time twice."""

    EARLIER = "earlier"
    LATER = "later"


@cache
def zone_names() -> frozenset[str]:
    """Name every zone of the IANA time zone database that this machine has."""
    return frozenset(available_timezones())


def zone_of(name: str) -> ZoneInfo:
    """Find a zone by its IANA name; an empty name is UTC.

    Raises:
        LocalTimeError: there is no such zone.
    """
    wanted = name or UTC_NAME
    if wanted not in zone_names():
        raise LocalTimeError(f"`{name}` is no time zone: write an IANA name such as Europe/Berlin or UTC")
    return ZoneInfo(wanted)


def moment_of(written: datetime, zone: ZoneInfo, twice: Twice | None = None) -> datetime:
    """Make a written time the one moment it means, in UTC; a time with an offset is taken at its word.

    Raises:
        LocalTimeError: the zone's clock skipped it, or showed it twice and `twice` does not say which.
    """
    if written.utcoffset() is not None:
        return written.astimezone(UTC)
    earlier, later = (written.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = earlier.utcoffset(), later.utcoffset()
    if before == after:
        return earlier.astimezone(UTC)
    if _is_skipped(earlier):
        shown = earlier.astimezone(UTC).astimezone(zone)
        raise LocalTimeError(
            f"the clocks of `{zone.key}` skipped `{written:%Y-%m-%d %H:%M}`: write a time before it, or "
            f"`{shown:%H:%M}`, which they showed instead"
        )
    if twice is None:
        raise LocalTimeError(
            f"the clocks of `{zone.key}` showed `{written:%Y-%m-%d %H:%M}` twice: say below whether the earlier is "
            f"meant ({_offset(earlier)}) or the later ({_offset(later)})"
        )
    return (earlier if twice is Twice.EARLIER else later).astimezone(UTC)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day on a zone's clock, in UTC; where midnight was skipped, the first time it showed."""
    midnight = datetime.combine(day, time(), tzinfo=zone)
    if not _is_skipped(midnight):
        return midnight.astimezone(UTC)
    late, early = midnight.replace(fold=0).utcoffset(), midnight.replace(fold=1).utcoffset()
    jump = (early or timedelta()) - (late or timedelta())
    return _first_shown(midnight.astimezone(UTC) - jump, midnight.astimezone(UTC), day, zone)


def zoned_words(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment on a zone's clock with its offset, and in UTC where that is another zone."""
    in_utc = f"{_exactly(moment.astimezone(UTC))} UTC"
    if zone.key == UTC_NAME:
        return in_utc
    local = moment.astimezone(zone)
    return f"{_exactly(local)} {zone.key} ({_offset(local)}), which is {in_utc}"


def _first_shown(before: datetime, after: datetime, day: date, zone: ZoneInfo) -> datetime:
    """Find the first second between two moments whose local date is the day; dates never go back here."""
    low, high = 0, int((after - before).total_seconds())
    while low < high:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).date() < day:
            low = middle + 1
        else:
            high = middle
    return before + timedelta(seconds=low)


def _is_skipped(local: datetime) -> bool:
    back = local.astimezone(UTC).astimezone(local.tzinfo)
    return back.replace(tzinfo=None) != local.replace(tzinfo=None, fold=0)


def _exactly(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f").removesuffix(".000000")


def _offset(local: datetime) -> str:
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
