"""Checkpoints (C2SP tlog-checkpoint): how large a ledger is and what its root is, signed.

Witnesses add cosignatures (C2SP tlog-cosignature): that they have seen this checkpoint, at what time, and that it began
with every earlier one they have seen.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from residency.ledger.errors import NoteError
from residency.ledger.notes import (
    KeyType,
    Note,
    Signature,
    VerifierKey,
    check_name,
    parse_note,
    sign_note,
    verifier_key,
)
from residency.ledger.tree import HASH_SIZE
from residency.outside import shown

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME_SIZE: Final = 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One state of one ledger: its origin, how many entries it has, the root over them; `str` is what is signed."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it was received: what it says, and the note with its signatures, which nobody has checked yet."""

    checkpoint: Checkpoint
    note: Note

    def __str__(self) -> str:
        return str(self.note)

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether the key of a ledger signed this."""
        line = self.note.by(key)
        return key.type is KeyType.NOTE and line is not None and key.signed(self.note.text.encode(), line.blob)

    def cosigned_at(self, key: VerifierKey) -> int | None:
        """When a witness says it saw this, in seconds since 1970, or nothing if it did not sign."""
        line = self.note.by(key)
        if line is None or key.type is not KeyType.COSIGNATURE:
            return None
        at = int.from_bytes(line.blob[:_TIME_SIZE], "big")
        return at if key.signed(_cosigned(self.note, at), line.blob[_TIME_SIZE:]) else None


def parse_checkpoint(text: str) -> SignedCheckpoint:
    """Read a signed checkpoint, strictly; no signature is checked.

    Raises:
        NoteError: the text is no signed note, or the note is no checkpoint of a ledger.
    """
    note = parse_note(text)
    lines = note.text.split("\n")
    if len(lines) != 4:  # noqa: PLR2004
        raise NoteError("a checkpoint has three lines: origin, size, root")
    origin, size, written = lines[:3]
    if _SIZE.fullmatch(size) is None:
        raise NoteError(f"{shown(size)} is not the size of a tree; write it in decimal without zeros before it")
    found = Checkpoint(check_name(origin), int(size), _root(written))
    if str(found) != note.text:
        raise NoteError("a checkpoint is written in one way only; this base64 is another spelling of the same root")
    return SignedCheckpoint(found, note)


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> SignedCheckpoint:
    """Sign a checkpoint with the key of its ledger, whose name is the origin.

    Whether the tree has only grown is for the caller to check first: a signature cannot be taken back.

    Raises:
        NoteError: the origin cannot name a key.
    """
    return SignedCheckpoint(checkpoint, sign_note(str(checkpoint), checkpoint.origin, key))


def cosign(signed: SignedCheckpoint, name: str, key: Ed25519PrivateKey, *, at: int) -> SignedCheckpoint:
    """Add a witness's cosignature: it saw this checkpoint at that time, in seconds since 1970.

    Raises:
        NoteError: the name cannot name a key.
    """
    witness = verifier_key(name, key, KeyType.COSIGNATURE)
    blob = at.to_bytes(_TIME_SIZE, "big") + key.sign(_cosigned(signed.note, at))
    line = Signature(name, witness.id, blob)
    return SignedCheckpoint(signed.checkpoint, Note(signed.note.text, (*signed.note.signatures, line)))


def _cosigned(note: Note, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{note.text}".encode()


def _root(text: str) -> bytes:
    try:
        root = base64.b64decode(text, validate=True)
    except ValueError:
        root = b""
    if len(root) != HASH_SIZE:
        raise NoteError(f"{shown(text)} is not the root of a tree; one is base64 of {HASH_SIZE} bytes")
    return root
