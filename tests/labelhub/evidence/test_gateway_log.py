"""Reading the door's log: whatever stands in it, and through every roll of the file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelhub.evidence.gateway_log import LONGEST, LineError, LogError, Spot, follow, read_line
from tests.labelhub.evidence import door_log

BEGUN = datetime(2026, 11, 25, 22, tzinfo=UTC)
WHOLE = door_log.line(BEGUN)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "gateway" / "streamed.log"


def told(log: Path, spot: Spot) -> tuple[list[bytes], list[str], Spot]:
    """The lines since a spot, the problems, and the new spot."""
    reads = list(follow(log, spot))
    lines = [read.raw for read in reads if read.raw and not read.problem]
    return lines, [read.problem for read in reads if read.problem], reads[-1].spot


def test_a_line_of_the_door_is_read() -> None:
    line = read_line(door_log.CAPTURED[3])
    assert (line.path, line.method, line.status, line.size, line.named) == ("/media/sstore", "GET", 200, 4255232, "e-1")
    assert (line.ended - line.begun).total_seconds() == pytest.approx(1.0036, abs=0.001)
    assert line.entry is None


def test_what_a_refusal_says_is_no_footage_and_who_does_not_wait_has_given_up() -> None:
    assert [read_line(raw).served for raw in door_log.CAPTURED] == [1000, 0, 0, 4255232, 0, 1000]
    assert [read_line(raw).is_given_up for raw in door_log.CAPTURED] == [False, False, True, False, False, False]


def test_a_name_of_strange_letters_is_made_plain() -> None:
    assert read_line(door_log.CAPTURED[5]).path == '/media/\ufffd\ufffd"x'
    assert read_line(door_log.line(BEGUN, path="/media/\ud800" + "x" * 5000)).path == "/media/\ufffd" + "x" * 292


HOSTILE = [
    b"", b"\n", b"null\n", b"[]\n", b"{}\n", b"{\n", b"\xff\xfe\n", b"[" * 60_000, b"9" * 60_000, b"NaN\n",
    WHOLE.replace(b"200", b"true"), WHOLE.replace(b"200", b"2e2"), WHOLE.replace(b"200", b"-1"),
    WHOLE.replace(b"200", b"1000"), WHOLE.replace(b"1000,", b"1" + b"0" * 30 + b","), WHOLE.replace(b'"GET"', b"7"),
    door_log.line(BEGUN, ts=None), door_log.line(BEGUN, ts=1e308), door_log.line(BEGUN, ts=-1),
    door_log.line(BEGUN, ts="1"),
    WHOLE.replace(b'"ts": ', b'"ts": 1e999, "was": '), WHOLE.replace(b'"ts": ', b'"ts": NaN, "was": '),
    door_log.line(BEGUN, begun="-1"), door_log.line(BEGUN, begun="9" * 13), door_log.line(BEGUN, begun="１２"),
    door_log.line(BEGUN, begun=5), door_log.line(BEGUN, entry=["x"]), door_log.line(BEGUN, entry=0),
    door_log.line(BEGUN, path=None),
]  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE)
def test_what_is_no_line_of_the_door_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(LineError):
        read_line(raw)


@given(st.binary(max_size=200) | st.text(max_size=60).map(lambda word: door_log.line(BEGUN, entry=word, path=word)))
def test_no_line_does_more_than_be_refused(raw: bytes) -> None:
    try:
        line = read_line(raw)
    except LineError:
        return
    assert line.entry is None
    line.path.encode()
    assert line.path == "" or line.path.isprintable()


def test_a_line_that_is_being_written_waits(log: Path) -> None:
    door_log.write(log, WHOLE, WHOLE[:20])
    lines, problems, spot = told(log, Spot())
    assert (lines, problems) == ([WHOLE], [])
    assert told(log, spot)[:2] == ([], [])
    door_log.write(log, WHOLE[20:])
    assert told(log, spot)[:2] == ([WHOLE], [])


def test_a_roll_loses_and_doubles_nothing(log: Path) -> None:
    lines = [door_log.line(BEGUN, size=number) for number in range(7)]
    door_log.write(log, lines[0])
    _, _, spot = told(log, Spot())
    door_log.write(log, lines[1])
    door_log.roll(log, 1)
    door_log.write(log, lines[2], lines[3])
    door_log.roll(log, 2)
    door_log.write(log, lines[4])
    seen, problems, spot = told(log, spot)
    assert (seen, problems) == (lines[1:5], [])
    door_log.roll(log, 3)
    door_log.write(log, lines[5])
    seen, problems, spot = told(log, spot)
    assert (seen, problems) == ([lines[5]], [])
    door_log.write(log, lines[6])
    assert told(log, spot)[:2] == ([lines[6]], [])


def test_what_was_rolled_away_before_the_first_reading_is_not_read_later(log: Path) -> None:
    door_log.write(log, door_log.line(BEGUN, size=1))
    door_log.roll(log, 1)
    door_log.write(log, WHOLE)
    lines, problems, spot = told(log, Spot())
    door_log.roll(log, 2)
    door_log.write(log, door_log.line(BEGUN, size=2))
    assert (lines, problems) == ([WHOLE], [])
    assert told(log, spot)[:2] == ([door_log.line(BEGUN, size=2)], [])


def test_reading_may_stop_after_any_line_of_any_file_and_go_on(log: Path) -> None:
    lines = [door_log.line(BEGUN, size=number) for number in range(9)]
    door_log.write(log, lines[0])
    _, _, start = told(log, Spot())
    for number in range(1, 9):
        door_log.write(log, lines[number])
        if number % 3 == 0:
            door_log.roll(log, number)
            door_log.write(log)
    reads = list(follow(log, start))
    for stop in range(len(reads)):
        before = [read.raw for read in reads[: stop + 1] if read.raw]
        assert before + told(log, reads[stop].spot)[0] == lines[1:], stop


def test_a_log_that_was_cut_is_said_to_be_and_read_anew(log: Path) -> None:
    door_log.write(log, WHOLE, WHOLE)
    _, _, spot = told(log, Spot())
    os.truncate(log, 0)
    door_log.write(log, door_log.line(BEGUN, size=5))
    lines, problems, spot = told(log, spot)
    assert (lines, problems) == ([door_log.line(BEGUN, size=5)], ["the log was cut, or written anew"])
    assert told(log, spot)[:2] == ([], [])


def test_a_log_written_anew_under_the_same_inode_is_seen_by_its_first_line(log: Path) -> None:
    door_log.write(log, WHOLE)
    _, _, spot = told(log, Spot())
    log.write_bytes(door_log.line(BEGUN, size=7) * 9)
    assert told(log, spot)[:2] == ([door_log.line(BEGUN, size=7)] * 9, ["the log was cut, or written anew"])


def test_a_log_that_was_replaced_is_said_to_be(log: Path) -> None:
    door_log.write(log, WHOLE)
    _, _, spot = told(log, Spot())
    kept = log.with_name("elsewhere")
    log.rename(kept)  # kept, so that its inode is not used again
    door_log.write(log, door_log.line(BEGUN, size=7))
    lines, problems, spot = told(log, spot)
    assert (lines, problems) == ([door_log.line(BEGUN, size=7)], ["the log was replaced, and what it was is gone"])
    assert told(log, spot)[1] == []


def test_a_line_without_end_is_one_problem_and_the_next_is_read(log: Path) -> None:
    door_log.write(log, b"x" * (3 * LONGEST))
    assert told(log, Spot())[:2] == ([], [])
    door_log.write(log, b"\n", WHOLE)
    lines, problems, spot = told(log, Spot())
    assert (lines, problems) == ([WHOLE], ["a line is too long"])
    assert told(log, spot)[:2] == ([], [])


def test_a_line_cut_off_by_a_roll_is_a_problem(log: Path) -> None:
    door_log.write(log, WHOLE, WHOLE[:30])
    _, _, spot = told(log, Spot())
    door_log.roll(log, 1)
    door_log.write(log, WHOLE)
    assert told(log, spot)[:2] == ([WHOLE], ["a line is cut off"])


def test_a_log_that_is_not_there_or_no_file_cannot_be_read(log: Path) -> None:
    with pytest.raises(LogError, match="it is not there"):
        list(follow(log, Spot()))
    log.mkdir(parents=True)
    with pytest.raises(LogError, match="it is not a file"):
        list(follow(log, Spot()))
