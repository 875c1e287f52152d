"""Values from outside: which may be kept, and how a message shows one that may not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from residency.errors import RequestError
from residency.outside import LARGEST, is_count, is_text, is_time, nests_too_deep, one_line, shown


@pytest.mark.parametrize(
    "value", ["x", "two words", "line\nbreak", "\N{LATIN SMALL LETTER U WITH DIAERESIS}", "x" * 10**6]
)
def test_text_is_kept(value: str) -> None:
    assert is_text(value)


@pytest.mark.parametrize("value", ["", " ", "\n", "a\0b", "\ud800", "a\udfff", None, 1, True, ["x"], b"x"], ids=repr)
def test_what_is_no_text_or_cannot_be_stored_is_not(value: object) -> None:
    assert not is_text(value)


@pytest.mark.parametrize(
    ("value", "least", "counts"),
    [
        (0, 0, True),
        (0, 1, False),
        (1, 1, True),
        (-1, 0, False),
        (LARGEST, 0, True),
        (LARGEST + 1, 0, False),
        (True, 0, False),
        (1.0, 0, False),
        ("1", 0, False),
        (None, 0, False),
    ],
    ids=repr,
)
def test_a_count_is_a_whole_number_within_its_limits(value: object, least: int, *, counts: bool) -> None:
    assert is_count(value, least=least) is counts


def test_every_count_is_a_number_of_days_that_a_span_can_have() -> None:
    assert timedelta(days=LARGEST) > timedelta(0)
    with pytest.raises(OverflowError):
        timedelta(days=LARGEST + 1)


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), True),
        (datetime(2, 1, 1, tzinfo=timezone(timedelta(hours=14))), True),
        (datetime(9998, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), True),
        (datetime(1, 12, 31, tzinfo=UTC), False),
        (datetime(9999, 1, 1, tzinfo=UTC), False),
        (datetime(2026, 1, 1), False),  # noqa: DTZ001 - the point of the test
        ("2026-01-01", False),
    ],
    ids=repr,
)
def test_a_time_says_its_zone_and_can_be_written_in_any_other(moment: object, *, kept: bool) -> None:
    assert is_time(moment) is kept


def nested(levels: int, *, table: bool = False) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"a": value} if table else [value]
    return value


@pytest.mark.parametrize("table", [True, False])
def test_twenty_levels_are_deep_enough(*, table: bool) -> None:
    assert not nests_too_deep(nested(19, table=table))
    assert nests_too_deep(nested(20, table=table))
    assert nests_too_deep(nested(100_000, table=table))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x", "`x`"),
        (3, "`3`"),
        (1.5, "`1.5`"),
        (True, "`true`"),
        (False, "`false`"),
        (None, "nothing"),
        ([1], "a list"),
        ((1,), "a list"),
        ({"a": 1}, "a table"),
        (10**5000, "a number that is too large"),
        (-(10**5000), "a number that is too large"),
        ("x" * 81, f"`{'x' * 80}…`"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_wrong_value_is_shown_short(value: object, said: str) -> None:
    assert shown(value) == said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("two\nlines\r\nand\u2028three", "two lines and three"),
        ("a\0b\x1b[31mc\u202ed\ud800", "a�b�[31mc�d�"),
        ("x" * 5000, "x" * 4000 + "…"),
        ("Türkiye … ok", "Türkiye … ok"),
    ],
    ids=["plain", "ends", "controls", "long", "letters"],
)
def test_a_message_is_one_line_that_hides_nothing(text: str, line: str) -> None:
    assert one_line(text) == line


def test_the_problems_of_a_request_are_one_line_each() -> None:
    assert RequestError(["a\nb"]).problems == ("a b",)
