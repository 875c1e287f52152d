"""A leaf: the bytes of one entry in the tree, and what in it is a commitment to something kept beside it.

A leaf is open to everybody who verifies. What it says about footage, people and private facts it says only as hashes
that nobody can guess from: `private` and `personal` are salted, `about` is keyed by owner.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

from residency.ledger.errors import LedgerError

SALT_SIZE: Final = 16
LONGEST_LEAF: Final = 65_535  # what the length in a C2SP entry bundle can say


def leaf_bytes(leaf_text: str, number: int, sequenced: str) -> bytes:
    """The leaf of an entry: its canonical JSON, its number from 0 without gaps, and when it was given that number.

    `sequenced` is written as by `time_text`. All three are taken as they stand; the result is canonical JSON if
    `leaf_text` is.

    Raises:
        LedgerError: the leaf would be too long for an entry bundle.
    """
    leaf = f'{{"entry":{leaf_text},"n":{number},"sequenced":"{sequenced}"}}'.encode()
    if len(leaf) > LONGEST_LEAF:
        raise LedgerError(
            f"entry `{number}` has a leaf of {len(leaf)} bytes; an entry bundle holds at most {LONGEST_LEAF}"
        )
    return leaf


def time_text(at: datetime) -> str:
    """A time as every entry writes it: UTC, always with microseconds, so that texts sort as times do.

    Raises:
        LedgerError: the time has no zone.
    """
    if at.utcoffset() is None:
        raise LedgerError("a time in an entry needs a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def seal(salt: bytes, text: str) -> str:
    """The commitment to a text kept beside the leaf, hex: without the salt nobody can tell what it commits to.

    Raises:
        LedgerError: the salt is not 16 bytes.
    """
    if len(salt) != SALT_SIZE:
        raise LedgerError(f"a salt has {SALT_SIZE} bytes, not {len(salt)}")
    return hashlib.sha256(salt + text.encode()).hexdigest()


def owner_key(master: bytes, owner: str) -> bytes:
    """The key of one owner in one ledger, derived from that ledger's master key; theirs to keep."""
    return hmac.digest(master, f"owner:{owner}".encode(), "sha256")


def about_tag(key: bytes, footage: str) -> str:
    """What a leaf says about footage, hex: its owner recognizes it with their key, to others it is a random number."""
    return hmac.digest(key, footage.encode(), "sha256").hex()
