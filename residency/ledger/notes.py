"""Signed notes (C2SP signed-note) and the keys that sign and check them.

A note is a text, an empty line, and signature lines `— <key name> <base64>`. A key's text form is
`<name>+<hex key id>+<base64 of type and public key>`; the type says what is signed: the note itself (Ed25519, a
ledger's own key) or the note with the time it was seen (a witness's cosignature).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from residency.ledger.errors import NoteError
from residency.outside import shown

_KEY_SIZE: Final = 32
_ID_SIZE: Final = 4
_DASH: Final = "\N{EM DASH} "
_NAME: Final = re.compile(r"[^\s+]+")
_ID: Final = re.compile(r"[0-9a-f]{8}")


class KeyType(IntEnum):
    """What a key signs, as the first byte of its text form."""

    NOTE = 1
    COSIGNATURE = 4


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: `str` of it is the text form, which is no secret."""

    name: str
    public: bytes
    type: KeyType = KeyType.NOTE

    @property
    def id(self) -> bytes:
        """The four bytes by which signature lines name this key."""
        named = self.name.encode() + b"\n" + bytes([self.type]) + self.public
        return hashlib.sha256(named).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.type]) + self.public)}"

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether this key made this signature over exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who is said to have signed, with which key, and the signature itself."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_base64(self.key_id + self.blob)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a line end, and its signatures in order; `str` of it is the note."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def by(self, key: VerifierKey) -> Signature | None:
        """The signature line that names this key, checked or not."""
        named = (one for one in self.signatures if one.name == key.name and one.key_id == key.id)
        return next(named, None)


def verifier_key(name: str, key: Ed25519PrivateKey, type: KeyType = KeyType.NOTE) -> VerifierKey:  # noqa: A002
    """The public half of a key under its name.

    Raises:
        NoteError: the name is empty or has a space or a plus in it.
    """
    return VerifierKey(check_name(name), key.public_key().public_bytes_raw(), type)


def parse_key(text: str) -> VerifierKey:
    """Read the text form of a key.

    Raises:
        NoteError: it is no such form, or its key id is not that of the key.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or _ID.fullmatch(parts[1]) is None:  # noqa: PLR2004
        raise NoteError(f"{shown(text)} is no key; one is `<name>+<8 hex digits>+<base64>`")
    typed = _bytes(parts[2])
    if typed is None or len(typed) != 1 + _KEY_SIZE or typed[0] not in set(KeyType):
        raise NoteError(f"the key of {shown(parts[0])} is of no kind known here; an Ed25519 key is base64 of 33 bytes")
    key = VerifierKey(check_name(parts[0]), typed[1:], KeyType(typed[0]))
    if key.id.hex() != parts[1]:
        raise NoteError(f"the key id `{parts[1]}` is not that of the key beside it, `{key.id.hex()}`")
    return key


def parse_note(text: str) -> Note:
    """Read a signed note, strictly: anything before, between or after what belongs there is refused.

    Raises:
        NoteError: the text is no signed note.
    """
    body, gap, tail = text.rpartition("\n\n")
    if not gap or not body:
        raise NoteError("a signed note is a text, an empty line, and signature lines")
    if any(ord(one) < ord(" ") and one != "\n" for one in text):
        raise NoteError("a signed note has no control characters but line ends")
    if not tail.endswith("\n"):
        raise NoteError("the last signature line of a note must end with a line end")
    signatures = tuple(map(_parse_signature, tail[:-1].split("\n")))
    if len({(one.name, one.key_id) for one in signatures}) < len(signatures):
        raise NoteError("a key has signed the same note twice")
    return Note(body + "\n", signatures)


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> Note:
    """Sign a text that ends with a line end.

    Raises:
        NoteError: the text could not be read back out of a note.
    """
    signature = Signature(name, verifier_key(name, key).id, key.sign(text.encode()))
    note = Note(text, (signature,))
    if not text.endswith("\n") or parse_note(str(note)) != note:
        raise NoteError("a text to sign ends with a line end")
    return note


def _parse_signature(line: str) -> Signature:
    name, _, blob = line.removeprefix(_DASH).partition(" ")
    data = _bytes(blob)
    if not line.startswith(_DASH) or data is None or len(data) <= _ID_SIZE or _NAME.fullmatch(name) is None:
        raise NoteError(f"{shown(line)} is no signature line; one is `\N{EM DASH} <key name> <base64>`")
    return Signature(name, data[:_ID_SIZE], data[_ID_SIZE:])


def check_name(name: str) -> str:
    """The name as it is given, if it can name a key.

    Raises:
        NoteError: it is empty, or has spaces or a plus in it.
    """
    if _NAME.fullmatch(name) is None:
        raise NoteError(f"{shown(name)} cannot name a key; a name has no spaces and no plus")
    return name


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes | None:
    """Bytes from base64 in its one spelling, or nothing: another spelling of the same bytes would be a second note."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if _base64(data) == text else None
