"""The key log of one ledger: which key signs from which size on, each key introduced by the one before it.

One line of canonical JSON a key: `at` (when it was introduced), `from_size` (the first size it may sign), `key` (its
text form), `v`, and, but for the first key, `signature` by the key before over the line without it. Who trusts the
first key can follow every later one. A checkpoint of size s is signed by the key of the last line whose `from_size` is
not above s; so a rotation begins one above the size of the last checkpoint that the old key signed.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from residency.errors import EncodingError
from residency.ledger.entry import Json, canonical_json, read_canonical
from residency.ledger.errors import KeyLogError, NoteError
from residency.ledger.leaf import time_text
from residency.ledger.notes import KeyType, VerifierKey, parse_key
from residency.outside import shown

_VERSION: Final = 1
_NAMES: Final = frozenset({"at", "from_size", "key", "v"})


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line: from which size on the key may sign, and the line as it is written."""

    at: str
    from_size: int
    key: VerifierKey
    text: str


@dataclass(frozen=True, slots=True)
class KeyLog:
    """All keys of one ledger in the order they came; whoever holds one has had its chain checked."""

    lines: tuple[KeyLine, ...]

    def key_for(self, size: int) -> VerifierKey:
        """The key in force for a checkpoint of this size."""
        return next(line.key for line in reversed(self.lines) if line.from_size <= size)

    def begins_with(self, key: VerifierKey) -> bool:
        """Whether this is the first key, which all others follow from."""
        return self.lines[0].key == key

    def __contains__(self, key: VerifierKey) -> bool:
        return any(line.key == key for line in self.lines)


def first_line(key: VerifierKey, *, at: datetime) -> str:
    """The line that begins a key log: this key signs from the empty tree on, and no key signs for it."""
    return canonical_json(_unsigned(time_text(at), 0, key)).decode()


def next_line(log: KeyLog, key: VerifierKey, *, at: datetime, from_size: int, signer: Ed25519PrivateKey) -> str:
    """The line that puts a new key in force from a size on, signed by `signer`, the private half of the last key.

    Raises:
        KeyLogError: the signer is not the last key, or the log with this line would not hold.
    """
    unsigned = _unsigned(time_text(at), from_size, key)
    signature = base64.b64encode(signer.sign(canonical_json(unsigned))).decode()
    line = canonical_json({**unsigned, "signature": signature}).decode()
    read_key_log([*(one.text for one in log.lines), line])
    return line


def read_key_log(lines: Iterable[str]) -> KeyLog:
    """Read a key log and check that each key was introduced by the one before.

    Raises:
        KeyLogError: a line cannot be read, is not signed by the key before, or goes back in size or time.
    """
    found: list[KeyLine] = []
    for number, text in enumerate(lines, 1):
        try:
            found.append(_read_line(text, found[-1] if found else None))
        except (EncodingError, NoteError, KeyLogError) as err:
            raise KeyLogError(f"line {number} of the key log: {err}") from err
    if not found:
        raise KeyLogError("the key log is empty")
    return KeyLog(tuple(found))


def _read_line(text: str, before: KeyLine | None) -> KeyLine:
    said = read_canonical(text)
    if not isinstance(said, dict) or said.get("v") != _VERSION or said.keys() - {"signature"} != _NAMES:
        raise KeyLogError("a line has `at`, `from_size`, `key`, `signature` and `v`, which is 1")
    at, from_size, key = said["at"], said["from_size"], said["key"]
    if not isinstance(at, str) or type(from_size) is not int or not isinstance(key, str) or from_size < 0:
        raise KeyLogError("`at` and `key` are text, `from_size` is a whole number that is not below 0")
    line = KeyLine(_time(at), from_size, parse_key(key), text)
    if line.key.type is not KeyType.NOTE:
        raise KeyLogError("the key of a witness cannot sign for a ledger")
    if before is None:
        _check_first(line, said)
    else:
        _check_next(line, said, before)
    return line


def _check_first(line: KeyLine, said: dict[str, Json]) -> None:
    if line.from_size or "signature" in said:
        raise KeyLogError("the first key signs from size 0 on, and no key signs for it")


def _check_next(line: KeyLine, said: dict[str, Json], before: KeyLine) -> None:
    if line.from_size < before.from_size or line.at < before.at:
        raise KeyLogError("a key comes in force before the one before it")
    if line.key.name != before.key.name:
        raise KeyLogError(f"the key is named {shown(line.key.name)}, the one before it {shown(before.key.name)}")
    unsigned = canonical_json({name: value for name, value in said.items() if name != "signature"})
    if not before.key.signed(unsigned, _signature(said.get("signature"))):
        raise KeyLogError("the key is not signed for by the one before it")


def _signature(value: object) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        return b""


def _time(text: str) -> str:
    try:
        plain = time_text(datetime.fromisoformat(text))
    except ValueError:
        plain = ""
    if plain != text:
        raise KeyLogError(f"{shown(text)} is not a time as entries write it")
    return text


def _unsigned(at: str, from_size: int, key: VerifierKey) -> dict[str, Json]:
    return {"at": at, "from_size": from_size, "key": str(key), "v": _VERSION}
