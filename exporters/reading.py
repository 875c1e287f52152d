"""The tasks of an export file one by one, in memory that does not grow with the file.

A JSON array and JSON Lines are read, on one line, a task a line, or spread over many. A task on a line of its own is
parsed straight away; else its end is found by its braces first. Either way a task is taken only as one whole JSON
object, and whatever else stands in the file is an error that names the task and the byte.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import orjson

from exporters.errors import InputError

CHUNK = 1 << 18
MOST_TASK = 64 << 20
"""Bytes of one task; a larger one is no task, or no task that a training set could use."""

BETWEEN = re.compile(rb"[\s,]*")
BRACE = re.compile(rb'(?:[^"{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([{}])', re.DOTALL)
ID = re.compile(rb'\{\s*"id"\s*:\s*(\d{1,20})')
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NOT_JSON = {
    b"PK": "this is an archive, not JSON: unpack it first",
    b"\x1f\x8b": "this is compressed, not JSON: unpack it first",
    b"\xff\xfe": "this is UTF-16: save it as UTF-8",
    b"\xfe\xff": "this is UTF-16: save it as UTF-8",
}


@dataclass(frozen=True, slots=True)
class RawTask:
    """One parsed task, its number from 1, and the byte it begins at."""

    number: int
    byte: int
    data: dict[str, object]


class TaskReader:
    """Goes through the tasks of a stream once; `consumed` is how many bytes of it are done."""

    def __init__(self, stream: BinaryIO, *, most: int = MOST_TASK) -> None:
        self._stream, self._most = stream, most
        self._buffer, self._at, self._base = b"", 0, 0
        self._number = 0
        self._lineless = 0
        self._ended = False

    @property
    def consumed(self) -> int:
        """Bytes of the stream that are done."""
        return self._base + self._at

    def __iter__(self) -> Iterator[RawTask]:
        self._more()
        listed = self._open()
        while (begins := self._peek()) not in (b"", b"]"):
            self._number += 1
            if begins != b"{":
                raise self._wrong("a task should be an object")
            byte = self.consumed
            yield RawTask(self._number, byte, self._task())
        self._close(listed=listed)

    def _open(self) -> bool:
        """Go into the file; say whether it is one list."""
        for magic, says in NOT_JSON.items():
            if self._buffer.startswith(magic):
                raise InputError(says, byte=0)
        if self._buffer.startswith(BYTE_ORDER_MARK):
            self._at = len(BYTE_ORDER_MARK)
        first = self._peek(blank=b" \t\r\n")
        if not first:
            raise InputError("there is nothing in it", byte=self.consumed)
        if first not in (b"[", b"{"):
            raise InputError("this is not JSON: it should begin with `[` or `{`", byte=self.consumed)
        self._at += first == b"["
        return first == b"["

    def _close(self, *, listed: bool) -> None:
        """Check that the file ends where its tasks do."""
        begins = self._peek()
        if listed != (begins == b"]"):
            says = "it ends before its list does: it is cut short" if listed else "a list ends that never began"
            raise InputError(says, byte=self.consumed)
        self._at += listed
        if self._peek(blank=b" \t\r\n"):
            raise InputError("there is something after the end of the list", byte=self.consumed)
        if not self._number:
            raise InputError("there is no task in it", byte=self.consumed)

    def _peek(self, blank: bytes | None = None) -> bytes:
        """The next byte that is not between tasks, or nothing at the end."""
        while True:
            if blank is None:
                found = BETWEEN.match(self._buffer, self._at)
                self._at = found.end() if found else self._at
            else:
                rest = len(self._buffer) - self._at
                self._at += rest - len(self._buffer[self._at :].lstrip(blank))
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._more():
                return b""

    def _more(self, size: int = CHUNK) -> bool:
        """Take more of the stream in, and forget what is done."""
        chunk = b"" if self._ended else self._stream.read(size)
        self._ended = not chunk
        if chunk:
            self._base += self._at
            self._buffer = self._buffer[self._at :] + chunk
            self._lineless = max(0, self._lineless - self._at)
            self._at = 0
        return bool(chunk)

    def _task(self) -> dict[str, object]:
        line = self._line()
        if line is not None:
            try:
                task = orjson.loads(line)
            except orjson.JSONDecodeError:
                task = None
            if isinstance(task, dict):
                self._at += len(line)
                return task
        return self._parsed(self._end())

    def _line(self) -> bytes | None:
        """The rest of the line, as far as it could be a task; or nothing, where the line does not end soon."""
        if self._lineless >= len(self._buffer):
            return None
        ends = self._buffer.find(b"\n", self._at)
        if ends < 0 and self._more():
            ends = self._buffer.find(b"\n", self._at)
        if ends < 0:
            self._lineless = len(self._buffer)
            return None
        line = self._buffer[self._at : ends].rstrip(b" \t\r,]")
        return line if line.endswith(b"}") and len(line) <= self._most else None

    def _end(self) -> int:
        """Where the object that begins here ends, by its braces."""
        depth, seen, size = 0, 0, CHUNK
        while True:
            brace = BRACE.match(self._buffer, self._at + seen)
            if brace is None:
                if len(self._buffer) - self._at > self._most:
                    raise self._wrong(f"it is larger than `{self._most}` bytes")
                if not self._more(size):
                    raise self._wrong("the file ends in the middle of it: it is cut short")
                # Twice as much each time, so that what was looked at is looked at again only a few times.
                size = min(size * 2, self._most)
                continue
            seen = brace.end() - self._at
            depth += 1 if brace[1] == b"{" else -1
            if depth == 0:
                break
        if seen > self._most:
            raise self._wrong(f"it is larger than `{self._most}` bytes")
        return self._at + seen

    def _parsed(self, end: int) -> dict[str, object]:
        try:
            task: dict[str, object] = orjson.loads(self._buffer[self._at : end])
        except orjson.JSONDecodeError as error:
            raise self._wrong(f"this is not JSON, `{error.pos}` characters on: {error.msg}") from error
        self._at = end
        return task

    def _wrong(self, says: str) -> InputError:
        own = ID.match(self._buffer, self._at)
        named = f"task `{own[1].decode()}`: {says}" if own else says
        return InputError(named, byte=self.consumed, number=self._number)
