"""The door's log of what it streamed: its lines, and following them through every roll of the file.

Caddy rolls the log by renaming it, so a file is known by its inode and its first line, not by its name. Whatever stands
in a line may have been written by somebody who means harm: what cannot be read is said to be so, and never raises more.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn
from uuid import UUID

LONGEST: Final = 64 * 1024  # bytes of a line; Caddy takes no longer address
LONGEST_PATH: Final = 300
LATEST: Final = 4_102_444_800  # the year 2100, in seconds: beyond it a time is a mistake
LARGEST: Final = 2**60
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class LogError(Exception):
    """The log is not there, or cannot be read."""


class LineError(Exception):
    """A line is none of Caddy's; the text says why."""


@dataclass(frozen=True, slots=True)
class Spot:
    """How far the log is read: in which file, up to which byte, and which file had been rolled away last.

    `first` is the SHA-256 of the file's first line: an inode is soon used again for another file.
    """

    inode: str = ""
    offset: int = 0
    first: str = ""
    rolled: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One thing the log said: a whole line, or in `problem` why lines are missing; then it is read up to `spot`."""

    spot: Spot
    raw: bytes = b""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request for footage or a training set. Times are UTC; `named` is the entry's id as it is written."""

    begun: datetime
    ended: datetime
    method: str
    path: str
    status: int
    size: int
    named: str

    @property
    def entry(self) -> UUID | None:
        """The id of the ledger's entry, if it is one."""
        return UUID(self.named) if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", self.named) else None

    @property
    def served(self) -> int:
        """Bytes of footage that left the door: what stands in a refusal or an error is none."""
        return self.size if 200 <= self.status < 300 else 0  # noqa: PLR2004  the class of status codes

    @property
    def is_given_up(self) -> bool:
        """Whether the answer of labelhub never came: the visitor went away, or labelhub did, and no entry is known."""
        return not self.named and self.status in {0, 499, 502, 503, 504}


def read_line(raw: bytes) -> Line:
    """Read one line as Caddy writes it.

    Raises:
        LineError: it is something else.
    """
    try:
        said = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise LineError("it is not JSON in UTF-8") from error
    if not isinstance(said, dict):
        raise LineError("it is not a JSON object")
    entry = said.get("entry")
    return Line(
        begun=EPOCH + timedelta(milliseconds=_milliseconds(said, "begun")),
        ended=EPOCH + timedelta(seconds=_seconds(said, "ts")),
        method=plain(_text(said, "method"), longest=20),
        path=plain(_text(said, "path")),
        status=_whole(said, "status", most=999),
        size=_whole(said, "size", most=LARGEST),
        named="" if entry is None else plain(_text(said, "entry"), longest=60),
    )


def plain(text: str, *, longest: int = LONGEST_PATH) -> str:
    """Make a text of strangers fit to be kept and shown: no control character, no half of one, not long."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:longest])


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise LineError(f"`{name}` is no text")
    return value


def _seconds(said: dict[str, Any], name: str) -> float:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST:
        raise LineError(f"`{name}` is no time")
    return float(value)


def _milliseconds(said: dict[str, Any], name: str) -> int:
    value = _text(said, name)
    if not re.fullmatch(r"[0-9]{1,13}", value) or int(value) >= LATEST * 1000:
        raise LineError(f"`{name}` is no time")
    return int(value)


def _whole(said: dict[str, Any], name: str, *, most: int) -> int:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise LineError(f"`{name}` is no number from 0 to {most}")
    return value


def follow(log: Path, spot: Spot) -> Iterator[Read]:
    """Read every whole line after `spot`, from rolled files first; a line that is still being written waits.

    Raises:
        LogError: the log is not there, or cannot be read.
    """
    try:
        if not stat.S_ISREG(log.stat().st_mode):
            raise LogError("it is not a file")
        with log.open("rb") as current:
            yield from _followed(log, current, spot)
    except FileNotFoundError as error:
        raise LogError("it is not there") from error
    except OSError as error:
        raise LogError(f"it cannot be read: {error.strerror}") from error


def _followed(log: Path, current: BinaryIO, spot: Spot) -> Iterator[Read]:
    inode = _inode(current)
    rolled = _rolled(log, before=inode)
    here = Spot(inode=inode, rolled=rolled[-1].name if rolled else "")
    if spot.inode == inode and _is_same(current, spot):
        here = replace(spot, rolled=here.rolled)
    elif spot.inode:
        yield from _left_over(rolled, spot, shrank=spot.inode == inode)
    yield from _lines(current, here)


def _left_over(rolled: list[Path], spot: Spot, *, shrank: bool) -> Iterator[Read]:
    """What was not read yet of files that have been rolled away since."""
    kept = next((path for path in rolled if _holds(path, spot)), None)
    if kept is None:
        yield Read(
            spot,
            problem="the log was cut, or written anew" if shrank else "the log was replaced, and what it was is gone",
        )
    before = spot.rolled
    for path in rolled:
        if path == kept or path.name > spot.rolled:
            with path.open("rb") as file:
                here = replace(spot, rolled=before) if path == kept else Spot(_inode(file), 0, "", before)
                yield from _lines(file, here, is_finished=True)
            before = path.name


def _lines(file: BinaryIO, here: Spot, *, is_finished: bool = False) -> Iterator[Read]:
    """The whole lines after a spot. What follows the last one counts only in a file that grows no more."""
    file.seek(here.offset)
    while start := file.readline(LONGEST):
        length, piece = len(start), start
        while piece and not piece.endswith(b"\n"):
            piece = file.readline(LONGEST)
            length += len(piece)
        if not piece and not is_finished:
            break
        here = replace(here, offset=here.offset + length, first=here.first or _digest(start))
        problem = "" if start.endswith(b"\n") else "a line is cut off" if not piece else "a line is too long"
        yield Read(here, start, problem)
    yield Read(here)


def _rolled(log: Path, *, before: str) -> list[Path]:
    """The files rolled away, oldest first, up to the one that was the log when it was opened.

    Caddy names them by the time, so that names sort as times do.
    """
    found = []
    for path in sorted(log.parent.glob(f"{log.stem}-*{log.suffix}")):
        inode = _inode_at(path)
        if inode == before:
            break
        if inode:
            found.append(path)
    return found


def _holds(path: Path, spot: Spot) -> bool:
    if _inode_at(path) != spot.inode:
        return False
    with path.open("rb") as file:
        return _is_same(file, spot)


def _is_same(file: BinaryIO, spot: Spot) -> bool:
    """Whether a file is the one that was read up to a spot: as long at least, begun alike, a line ending there."""
    if os.fstat(file.fileno()).st_size < spot.offset:
        return False
    if not spot.offset:
        return True
    file.seek(0)
    if _digest(file.readline(LONGEST)) != spot.first:
        return False
    file.seek(spot.offset - 1)
    return file.read(1) == b"\n"


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _inode(file: BinaryIO) -> str:
    return str(os.fstat(file.fileno()).st_ino)


def _inode_at(path: Path) -> str:
    try:
        return str(path.stat().st_ino)
    except FileNotFoundError:
        return ""
