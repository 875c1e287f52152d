"""Reading leaves by the million: their form, numbers and times are checked on bytes, a piece of the file at a time.

A leaf's bytes have one form, so one pattern over a whole piece finds the facts of all its lines at once; only where a
piece does not hold is it looked at line by line, to say which line it is. No leaf is parsed as JSON here, and no more
than a piece is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from operator import le
from typing import Final, TypeAlias

from residency.ledger.errors import PackError
from residency.ledger.findings import Findings, Kind
from residency.ledger.leaf import LONGEST_LEAF, time_text
from residency.outside import shown

# What a leaf says: about, action, at, id, personal, private, number, sequenced; empty where it says nothing.
Row: TypeAlias = tuple[bytes, ...]
ABOUT, ACTION, AT, NUMBER, SEQUENCED = 0, 1, 2, 6, 7

LATEST_AHEAD: Final = timedelta(seconds=5)  # clocks of two machines may differ by so much
_HEX: Final = b"0123456789abcdef"
_DIGITS_AS_0: Final = bytes.maketrans(b"123456789", b"0" * 9)
_TIME: Final = b"0000-00-00T00:00:00.000000+00:00"
# What has a fixed length is matched by its length, and its characters are looked at for all lines of a piece at once.
_FORM: Final = (
    rb'(?m)^\{"entry":\{(?:"about":"(.{64})",)?"action":"([a-z0-9:_-]{1,80})","at":"(.{32})",'
    rb'"id":"(.{36})","ledger":"%b",(?:"personal":"(.{64})",)?"private":"(.{64})","v":2\},'
    rb'"n":(0|[1-9][0-9]{0,15}),"sequenced":"(.{32})"\}\n'
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Neighbouring leaves: the number of the first, their bytes, and what they say."""

    start: int
    lines: Sequence[bytes]
    rows: Sequence[Row]

    def hashes(self) -> list[bytes]:
        """The leaf hashes, in order."""
        return [sha256(b"\x00" + line).digest() for line in self.lines]


class LeafReader:
    """Batches of the leaves of one ledger, each checked for form, numbers without a gap, and times.

    What is wrong is found under `where`. `first` and `last` are the times the first and the last leaf were given their
    numbers, `count` is how many leaves there were.
    """

    def __init__(self, *, ledger: str, start: int, where: str, findings: Findings) -> None:
        self._form = re.compile(_FORM % re.escape(ledger.encode()))
        self._where = where
        self._findings = findings
        self._expected = start
        self.start = start
        self.count = 0
        self.first = self.last = b""

    def batches(self, pieces: Iterable[bytes]) -> Iterator[Batch]:
        """Read the whole file, given in pieces."""
        for whole in whole_lines(pieces):
            lines = whole.split(b"\n")
            lines.pop()
            rows = self._form.findall(whole)
            if len(rows) != len(lines) or not _are_of_their_kind(rows):
                lines, rows = self._only_leaves(lines)
            if rows:
                self._check_numbers(rows)
                self._check_times(rows)
            yield Batch(self.start + self.count, lines, rows)
            self.count += len(lines)

    def _only_leaves(self, lines: Sequence[bytes]) -> tuple[list[bytes], list[Row]]:
        """Name the lines that are no leaves; the others go on, so that what is wrong further on is found too."""
        kept, rows = [], []
        for line in lines:
            found = self._form.findall(line + b"\n")
            if found and _are_of_their_kind(found):
                kept.append(line)
                rows += found
            else:
                place = f"after entry {self._expected + len(kept) - 1}" if kept or self.count else "in the first line"
                self._findings.add(Kind.LEAF_MALFORMED, self._where, f"{place}: {_said(line)} is no leaf of it")
        return kept, rows

    def _check_numbers(self, rows: Sequence[Row]) -> None:
        numbers = [int(row[NUMBER]) for row in rows]
        if numbers == list(range(self._expected, self._expected + len(rows))):
            self._expected += len(rows)
            return
        for number in numbers:
            if number != self._expected:
                words = f"entry {number} stands where entry {self._expected} must stand"
                self._findings.add(Kind.NUMBER_WRONG, self._where, words)
            self._expected = number + 1

    def _check_times(self, rows: Sequence[Row]) -> None:
        given = [row[SEQUENCED] for row in rows]
        self.first = self.first or given[0]
        before = [self.last, *given[:-1]]
        if not all(map(le, before, given)):
            self._name_going_back(rows, before)
        self.last = given[-1]
        happened = [row[AT] for row in rows]
        if not all(map(le, happened, given)):
            self._name_ahead(rows)

    def _name_going_back(self, rows: Sequence[Row], before: Sequence[bytes]) -> None:
        for row, earlier in zip(rows, before, strict=True):
            if row[SEQUENCED] < earlier:
                number, given = row[NUMBER].decode(), row[SEQUENCED].decode()
                words = f"entry {number} was given its number at {given}, after one of {earlier.decode()}"
                self._findings.add(Kind.TIME_BACK, self._where, words)

    def _name_ahead(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row[AT] > row[SEQUENCED] and not _is_close(row[AT], row[SEQUENCED]):
                number, given = row[NUMBER].decode(), row[SEQUENCED].decode()
                words = f"entry {number} happened at {row[AT].decode()}, and was given its number at {given}"
                self._findings.add(Kind.TIME_AHEAD, self._where, words)


def _are_of_their_kind(rows: Sequence[Row]) -> bool:
    """Whether hashes are hex, ids are hex with dashes, and times are digits in the places where times have them."""
    abouts, _, happened, ids, personals, privates, _, given = zip(*rows, strict=True)
    times = b"".join(happened + given).translate(_DIGITS_AS_0)
    return (
        not b"".join(abouts + personals + privates).translate(None, _HEX)
        and not b"".join(ids).translate(None, _HEX + b"-")
        and times == _TIME * (2 * len(rows))
    )


def earliest_start(since: str) -> str:
    """The time before which the first leaf of a pack must have its number, for a question from `since` on.

    An entry may say that it happened up to 5 seconds after it was given its number; none of those may be left out.
    """
    return time_text(datetime.fromisoformat(since) - LATEST_AHEAD)


def whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes cut at line ends only; a last line without one is given one.

    Raises:
        PackError: a line is longer than any leaf may be.
    """
    rest = b""
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield rest + piece[:end]
            rest = piece[end:]
        else:
            rest += piece
        if len(rest) > 2 * LONGEST_LEAF:
            raise PackError("a line of the leaves is longer than a leaf can be")
    if rest:
        yield rest + b"\n"


def _is_close(at: bytes, sequenced: bytes) -> bool:
    try:
        ahead = datetime.fromisoformat(at.decode()) - datetime.fromisoformat(sequenced.decode())
    except ValueError:  # digits in the right places that are no time, such as a month 13
        return False
    return ahead <= LATEST_AHEAD


def _said(line: bytes) -> str:
    return shown(line.decode(errors="replace"))
