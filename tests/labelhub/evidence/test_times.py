"""Times on the clock of a zone, and stretches of time in words: each is one moment, or is refused with the mend."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelhub.evidence.periods import PeriodError, period_of
from labelhub.evidence.zoned import LocalTimeError, Twice, moment_of, start_of, zone_names, zone_of, zoned_words

BERLIN, NEW_YORK, SYDNEY, LORD_HOWE, CAIRO = map(
    ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Cairo")
)
ZONES = sorted(zone_names())
NOW = datetime(2026, 11, 25, 21, 30, 0, 7, tzinfo=UTC)


def shown(text: str) -> datetime:
    """What a clock showed: a time without a zone."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        (shown("2026-03-29T02:30"), BERLIN),
        (shown("2026-03-08T02:00"), NEW_YORK),
        (shown("2026-10-04T02:15"), SYDNEY),
        (shown("2026-10-04T02:15"), LORD_HOWE),
    ],
)
def test_a_time_that_the_clocks_skipped_is_refused(written: datetime, zone: ZoneInfo) -> None:
    for twice in (None, *Twice):
        with pytest.raises(LocalTimeError, match="skipped"):
            moment_of(written, zone, twice)


@pytest.mark.parametrize(
    ("written", "zone", "earlier", "later"),
    [
        (shown("2026-10-25T02:30"), BERLIN, (10, 25, 0, 30), (10, 25, 1, 30)),
        (shown("2026-11-01T01:00"), NEW_YORK, (11, 1, 5, 0), (11, 1, 6, 0)),
        (shown("2026-04-05T01:45"), LORD_HOWE, (4, 4, 14, 45), (4, 4, 15, 15)),
    ],
)
def test_a_time_that_the_clocks_showed_twice_is_refused_until_it_is_said_which(
    written: datetime, zone: ZoneInfo, earlier: tuple[int, ...], later: tuple[int, ...]
) -> None:
    with pytest.raises(LocalTimeError, match="twice"):
        moment_of(written, zone)
    assert moment_of(written, zone, Twice.EARLIER) == datetime(2026, *earlier, tzinfo=UTC)
    assert moment_of(written, zone, Twice.LATER) == datetime(2026, *later, tzinfo=UTC)


@given(st.datetimes(shown("1990-01-01T00:00"), shown("2037-01-01T00:00")), st.sampled_from(ZONES))
def test_a_time_that_is_taken_is_what_the_clocks_of_the_zone_show(written: datetime, name: str) -> None:
    zone = zone_of(name)
    try:
        moment = moment_of(written, zone)
    except LocalTimeError:
        shown = {(written.replace(tzinfo=zone, fold=fold)).utcoffset() for fold in (0, 1)}
        assert len(shown) == 2
    else:
        assert moment.astimezone(zone).replace(tzinfo=None, fold=0) == written


@given(st.dates(date(1990, 1, 1), date(2037, 1, 1)), st.sampled_from(ZONES))
def test_a_day_starts_at_the_first_moment_the_clocks_show_it(day: date, name: str) -> None:
    zone = zone_of(name)
    start = start_of(day, zone)
    if start.astimezone(zone).date() == day:  # a zone that moved over the date line has no such day at all
        assert (start - timedelta(seconds=1)).astimezone(zone).date() < day


def test_a_day_whose_midnight_was_skipped_starts_when_the_clocks_show_it() -> None:
    assert start_of(date(2024, 4, 26), CAIRO) == datetime(2024, 4, 25, 22, 0, tzinfo=UTC)


def test_an_offset_is_taken_at_its_word() -> None:
    written = datetime.fromisoformat("2026-10-25T02:30:00+01:00")
    assert moment_of(written, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "berlin", "+01:00", "../../etc/passwd"])
def test_a_zone_nobody_has_is_refused(name: str) -> None:
    with pytest.raises(LocalTimeError, match="IANA"):
        zone_of(name)


def test_a_moment_is_said_on_both_clocks() -> None:
    words = zoned_words(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BERLIN)
    assert words == "2026-10-25 02:30:00 Europe/Berlin (UTC+02:00), which is 2026-10-25 00:30:00 UTC"
    assert zoned_words(datetime(2026, 1, 1, tzinfo=UTC), zone_of("")) == "2026-01-01 00:00:00 UTC"


@pytest.mark.parametrize(
    ("words", "zone", "since", "until"),
    [
        ("last 24 hours", "UTC", NOW - timedelta(hours=24), NOW),
        ("Last  30 days", "UTC", NOW - timedelta(days=30), NOW),
        ("last 2 weeks", "UTC", NOW - timedelta(days=14), NOW),
        ("today", "UTC", datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)),
        # It is the 26th there already.
        ("today", "Asia/Tokyo", datetime(2026, 11, 25, 15, tzinfo=UTC), datetime(2026, 11, 26, 15, tzinfo=UTC)),
        ("yesterday", "UTC", datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)),
        ("this month", "UTC", datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        # October has 25 hours more than 30 days there: clocks went back.
        ("last month", "Europe/Berlin", datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)),
        ("this year", "UTC", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ("last year", "UTC", datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
        ("since 1 March", "UTC", datetime(2026, 3, 1, tzinfo=UTC), None),
        ("since 1 mar", "Europe/Berlin", datetime(2026, 2, 28, 23, tzinfo=UTC), None),
        ("since 1 December", "UTC", datetime(2025, 12, 1, tzinfo=UTC), None),
        ("since 25 November", "UTC", datetime(2026, 11, 25, tzinfo=UTC), None),
        ("since 29 February", "UTC", datetime(2024, 2, 29, tzinfo=UTC), None),
        ("since 1 March 2024", "UTC", datetime(2024, 3, 1, tzinfo=UTC), None),
    ],
)
def test_words_name_a_stretch_of_time(words: str, zone: str, since: datetime, until: datetime | None) -> None:
    period = period_of(words, ZoneInfo(zone), at=NOW)
    assert (period.since, period.until) == (since, until)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "last days",
        "last 0 days",
        "last 99999 weeks",
        "since March",
        "since 31 February",
        "since 1 Brumaire",
    ],
)
def test_words_that_name_none_are_refused(words: str) -> None:
    with pytest.raises(PeriodError):
        period_of(words, ZoneInfo("UTC"), at=NOW)
