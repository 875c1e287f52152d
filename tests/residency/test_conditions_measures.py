"""Questions about how much: levels, flags, dates, ages and hours, each at its boundary."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from residency import AssuranceLevel, Sensitivity
from residency.conditions import (
    Answer,
    AtLeast,
    AtMostDays,
    Before,
    Below,
    Condition,
    FromTime,
    Given,
    Is,
    OverDays,
    SensitivityAtLeast,
    SensitivityAtMost,
    WithinHours,
)
from tests.residency.cast import AT, knowing, placed

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
LA1, LA2, LA3 = AssuranceLevel.LA1, AssuranceLevel.LA2, AssuranceLevel.LA3
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
WEEK = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("facts", "at_least"),
    [
        (placed("US", LA1), NO),
        (placed("US", LA2), YES),
        (placed("US", LA3), YES),
        (placed("US", AssuranceLevel.LA0), UNKNOWN),
        (placed("??", LA3), UNKNOWN),
        ({}, UNKNOWN),
    ],
)
def test_a_level_is_met_or_below(facts: dict[str, Any], at_least: Answer) -> None:
    below = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[at_least]
    assert AtLeast("situation.assurance", LA2).ask(knowing(facts)) is at_least
    assert Below("situation.assurance", LA2).ask(knowing(facts)) is below


@pytest.mark.parametrize(
    ("sensitivity", "at_most", "at_least"),
    [
        (Sensitivity.PUBLIC, YES, NO),
        (Sensitivity.PERSONAL, YES, YES),
        (Sensitivity.SENSITIVE, NO, YES),
        (None, UNKNOWN, UNKNOWN),
    ],
)
def test_sensitivity_at_the_boundary(sensitivity: Sensitivity | None, at_most: Answer, at_least: Answer) -> None:
    request = knowing({"footage.sensitivity": sensitivity})
    assert SensitivityAtMost("footage.sensitivity", Sensitivity.PERSONAL).ask(request) is at_most
    assert SensitivityAtLeast("footage.sensitivity", Sensitivity.PERSONAL).ask(request) is at_least


@pytest.mark.parametrize(("value", "so", "not_so"), [(True, YES, NO), (False, NO, YES), (None, UNKNOWN, UNKNOWN)])
def test_a_flag_is_so_not_so_or_unknown(value: object, so: Answer, not_so: Answer) -> None:
    request = knowing({"viewer.designated": value})
    assert Is("viewer.designated", value=True).ask(request) is so
    assert Is("viewer.designated", value=False).ask(request) is not_so


@pytest.mark.parametrize(("case", "given"), [("INC-1", YES), ("", NO), (None, NO)])
def test_nothing_given_is_an_answer_and_not_an_unknown(case: str | None, given: Answer) -> None:
    request = knowing({"situation.case": case})
    assert Given("situation.case", value=True).ask(request) is given
    assert Given("situation.case", value=False).ask(request) is (NO if given is YES else YES)


@pytest.mark.parametrize(
    ("first", "last", "from_time"),
    [
        (AT, None, YES),
        (AT + MOMENT, None, YES),
        (AT - MOMENT, None, NO),
        (AT - DAY, AT - MOMENT, NO),
        (AT - MOMENT, AT, UNKNOWN),
        (AT, AT + DAY, YES),
        (None, None, UNKNOWN),
    ],
)
def test_a_time_is_from_another_on_or_before_it(
    first: datetime | None, last: datetime | None, from_time: Answer
) -> None:
    request = knowing({"footage.captured_at": first})
    request = knowing({"footage.captured_at": first, "footage.captured_until": last}) if last else request
    before = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[from_time]
    assert FromTime("footage.captured_at", AT).ask(request) is from_time
    assert Before("footage.captured_at", AT).ask(request) is before


def test_the_time_of_the_question_is_always_known() -> None:
    assert FromTime("situation.at", AT).ask(knowing({})) is YES
    assert Before("situation.at", AT).ask(knowing({})) is NO


@pytest.mark.parametrize(
    ("first", "last", "at_most"),
    [
        (AT, None, YES),
        (AT - 21 * DAY, None, YES),
        (AT - 21 * DAY - MOMENT, None, NO),
        (AT - 22 * DAY, AT - 20 * DAY, UNKNOWN),
        (AT - 21 * DAY, AT, YES),
        (AT + MOMENT, None, UNKNOWN),
        (AT - DAY, AT + MOMENT, UNKNOWN),
        (None, None, UNKNOWN),
    ],
)
def test_an_age_is_counted_in_days_of_24_hours(first: datetime | None, last: datetime | None, at_most: Answer) -> None:
    facts = {"footage.captured_at": first} | ({"footage.captured_until": last} if last else {})
    over = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[at_most]
    assert AtMostDays("footage.age", 21).ask(knowing(facts)) is at_most
    assert OverDays("footage.age", 21).ask(knowing(facts)) is over


@pytest.mark.parametrize(
    ("attested_at", "answer"),
    [(AT - 365 * DAY, YES), (AT - 365 * DAY - MOMENT, NO), (AT + MOMENT, UNKNOWN), (None, UNKNOWN)],
)
def test_an_attestation_has_an_age(attested_at: datetime | None, answer: Answer) -> None:
    request = knowing({"viewer.attested_at": attested_at})
    assert AtMostDays("viewer.attestation_age", 365).ask(request) is answer


# 2026-06-01 is a Monday.
@pytest.mark.parametrize(
    ("hours", "at", "answer"),
    [
        (WithinHours("situation.hours", 480, 1080, 0), datetime(2026, 6, 1, 8, 0, tzinfo=UTC), YES),
        (WithinHours("situation.hours", 480, 1080, 0), datetime(2026, 6, 1, 7, 59, 59, tzinfo=UTC), NO),
        (WithinHours("situation.hours", 480, 1080, 0), datetime(2026, 6, 1, 17, 59, 59, tzinfo=UTC), YES),
        (WithinHours("situation.hours", 480, 1080, 0), datetime(2026, 6, 1, 18, 0, tzinfo=UTC), NO),
        (WithinHours("situation.hours", 480, 1080, -480), datetime(2026, 6, 1, 16, 0, tzinfo=UTC), YES),
        (WithinHours("situation.hours", 480, 1080, -480), datetime(2026, 6, 1, 15, 59, tzinfo=UTC), NO),
        (WithinHours("situation.hours", 480, 1080, 0, WEEK), datetime(2026, 6, 6, 12, 0, tzinfo=UTC), NO),
        (WithinHours("situation.hours", 480, 1080, 330, WEEK), datetime(2026, 5, 31, 19, 0, tzinfo=UTC), NO),
        (WithinHours("situation.hours", 0, 1080, 330, WEEK), datetime(2026, 5, 31, 19, 0, tzinfo=UTC), YES),
        (WithinHours("situation.hours", 1320, 360, 0, ("mon",)), datetime(2026, 6, 1, 22, 0, tzinfo=UTC), YES),
        (WithinHours("situation.hours", 1320, 360, 0, ("mon",)), datetime(2026, 6, 2, 5, 59, tzinfo=UTC), YES),
        (WithinHours("situation.hours", 1320, 360, 0, ("mon",)), datetime(2026, 6, 2, 6, 0, tzinfo=UTC), NO),
        (WithinHours("situation.hours", 1320, 360, 0, ("mon",)), datetime(2026, 6, 1, 5, 0, tzinfo=UTC), NO),
        (WithinHours("situation.hours", 1320, 360, 0, ("sun",)), datetime(2026, 6, 1, 5, 0, tzinfo=UTC), YES),
        (WithinHours("situation.hours", 480, 480, 0, ("mon",)), datetime(2026, 6, 2, 7, 59, tzinfo=UTC), YES),
    ],
)  # fmt: skip
def test_hours_of_a_clock(hours: WithinHours, at: datetime, answer: Answer) -> None:
    assert hours.ask(knowing({}, at=at)) is answer
    assert hours.ask(knowing({}, at=at.astimezone(timezone(timedelta(hours=9))))) is answer


@pytest.mark.parametrize("at", [datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 59, tzinfo=UTC)])
@pytest.mark.parametrize("offset", [-1439, 1439])
def test_hours_are_told_on_the_first_and_the_last_day(at: datetime, offset: int) -> None:
    assert WithinHours("situation.hours", 0, 1439, offset).ask(knowing({}, at=at)) in {YES, NO}


@pytest.mark.parametrize(
    ("condition", "wanted", "canonical"),
    [
        (AtLeast("situation.assurance", LA2), "LA2 or better", ["at_least", "LA2"]),
        (Below("situation.assurance", LA3), "below LA3", ["below", "LA3"]),
        (
            SensitivityAtMost("footage.sensitivity", Sensitivity.PERSONAL),
            "at most `personal`",
            ["at_most", "personal"],
        ),
        (
            SensitivityAtLeast("footage.sensitivity", Sensitivity.SENSITIVE),
            "at least `sensitive`",
            ["at_least", "sensitive"],
        ),
        (Is("viewer.designated", value=True), "so", ["is", True]),
        (Is("viewer.designated", value=False), "not so", ["is", False]),
        (Given("situation.case", value=True), "given", ["given", True]),
        (Given("situation.case", value=False), "left out", ["given", False]),
        (
            FromTime("situation.at", datetime(2026, 1, 1, tzinfo=UTC)),
            "from 2026-01-01 on",
            ["from", "2026-01-01T00:00:00.000000+00:00"],
        ),
        (
            Before("situation.at", datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))),
            "before 2026-01-01 01:00 UTC",
            ["before", "2026-01-01T01:00:00.000000+00:00"],
        ),
        (AtMostDays("footage.age", 21), "at most 21 days", ["at_most_days", 21]),
        (OverDays("footage.age", 21), "over 21 days", ["over_days", 21]),
        (
            WithinHours("situation.hours", 480, 1110, -480, ("mon", "tue")),
            "between 08:00 and 18:30 (UTC-08:00) on mon, tue",
            ["within", 480, 1110, -480, "mon", "tue"],
        ),
        (
            WithinHours("situation.hours", 0, 60, 330),
            "between 00:00 and 01:00 (UTC+05:30)",
            ["within", 0, 60, 330, "mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        ),
    ],
    ids=repr,
)
def test_words_and_canonical_form(condition: Condition, wanted: str, canonical: list[object]) -> None:
    assert condition.wanted() == wanted
    assert condition.canonical() == [condition.fact, *canonical]
