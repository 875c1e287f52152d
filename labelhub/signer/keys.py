"""The signer's folder: per ledger its keys, its key log, and the last tree it signed.

`<ledger origin, encoded>/key-<number>.pem`, `keylog.jsonl` and `signed` (the last checkpoint). A ledger's folder
appears whole, with its first key and a checkpoint of the empty tree; from then on a file missing or damaged is a
refusal, never a fresh start. A checkpoint is on disk before its signature leaves this process, so no crash makes the
signer forget what it signed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from residency.ledger.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint, sign_checkpoint
from residency.ledger.errors import LedgerError
from residency.ledger.keylog import KeyLog, first_line, next_line, read_key_log
from residency.ledger.notes import check_name, verifier_key
from residency.ledger.tree import verify_consistency

EMPTY_ROOT = hashlib.sha256().digest()
LONGEST_ORIGIN = 200  # encoded it still fits the name of a file


class SignerError(Exception):
    """The signer refuses; the words say why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the folder holds of one ledger, all of it checked against each other."""

    log: KeyLog
    key: Ed25519PrivateKey
    signed: SignedCheckpoint

    @property
    def last(self) -> Checkpoint:
        """The last tree signed."""
        return self.signed.checkpoint


class Keys:
    """The folder of one signer; only one process may use it at a time."""

    def __init__(self, folder: Path) -> None:
        """Take the folder for this process.

        Raises:
            SignerError: another signer uses it.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._lock = os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise SignerError(f"another signer uses `{folder}`: end it first") from error

    def close(self) -> None:
        """Give the folder up."""
        os.close(self._lock)

    def sign(self, wanted: Checkpoint, proof: Sequence[bytes], *, at: datetime) -> SignedCheckpoint:
        """Sign a tree that begins with the last one signed; the first of a ledger makes its first key.

        The same tree again gets the same answer, by the key of then: the log says that key for that size.

        Raises:
            SignerError: it is smaller, or is not shown to begin with the last one, or the folder is damaged.
        """
        kept = self._kept(wanted.origin, at=at)
        if wanted == kept.last:
            return kept.signed
        _refuse_other_past(kept.last, wanted, proof)
        signed = _signed(wanted, kept.key)
        _write_durably(self._of(wanted.origin) / "signed", str(signed))
        return signed

    def key_log(self, origin: str, *, at: datetime) -> str:
        """The key log of a ledger, made with its first key if there is none yet.

        Raises:
            SignerError: the folder is damaged.
        """
        return "".join(f"{line.text}\n" for line in self._kept(origin, at=at).log.lines)

    def rotate(self, origin: str, *, at: datetime) -> str:
        """Make a new key that signs from the next larger tree on, named in the log by the key before it.

        Raises:
            SignerError: the folder is damaged, or the clock is before the last key's time.
        """
        kept, folder, key = self._kept(origin, at=at), self._of(origin), Ed25519PrivateKey.generate()
        try:
            line = next_line(kept.log, verifier_key(origin, key), at=at, from_size=kept.last.size + 1, signer=kept.key)
        except LedgerError as error:
            raise SignerError(f"no new key for `{origin}`: {error}") from error
        _write_durably(folder / f"key-{len(kept.log.lines) + 1}.pem", _pem(key))
        _write_durably(folder / "keylog.jsonl", "".join(f"{one.text}\n" for one in kept.log.lines) + f"{line}\n")
        return self.key_log(origin, at=at)

    def last(self, origin: str) -> SignedCheckpoint | None:
        """The last checkpoint signed of a ledger, or nothing where it has no folder yet.

        Raises:
            SignerError: the folder is damaged.
        """
        return self._read(origin).signed if self._of(origin).exists() else None

    def _of(self, origin: str) -> Path:
        # The name also keeps "." and ".." from being a folder of this machine.
        if len(origin) > LONGEST_ORIGIN or not origin.strip("."):
            raise SignerError(f"`{origin[:LONGEST_ORIGIN]}` cannot name a ledger: use 1 to {LONGEST_ORIGIN} letters")
        return self._folder / quote(check_name(origin), safe="")

    def _kept(self, origin: str, *, at: datetime) -> Kept:
        if not self._of(origin).exists():
            self._begin(origin, at=at)
        return self._read(origin)

    def _begin(self, origin: str, *, at: datetime) -> None:
        """Make a ledger's folder with everything in it, or, after a crash, not at all."""
        folder, key = self._of(origin), Ed25519PrivateKey.generate()
        draft = folder.with_name(f".new-{folder.name}")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        _write_durably(draft / "key-1.pem", _pem(key))
        _write_durably(draft / "keylog.jsonl", f"{first_line(verifier_key(origin, key), at=at)}\n")
        _write_durably(draft / "signed", str(sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), key)))
        draft.rename(folder)
        _sync(self._folder)

    def _read(self, origin: str) -> Kept:
        folder = self._of(origin)
        log = _key_log(folder / "keylog.jsonl")
        path = folder / f"key-{len(log.lines)}.pem"
        key = _load(path)
        if verifier_key(origin, key) != log.lines[-1].key:
            raise SignerError(f"`{path}` is not the last key of the log beside it: restore both from one copy")
        return Kept(log, key, _last(folder / "signed", log))


def _signed(wanted: Checkpoint, key: Ed25519PrivateKey) -> SignedCheckpoint:
    """Sign, and refuse what could not be read back: a size or a root that is none."""
    signed = sign_checkpoint(wanted, key)
    if parse_checkpoint(str(signed)) != signed:
        raise SignerError(f"`{wanted.origin}` of {wanted.size} entries is no tree")
    return signed


def _refuse_other_past(last: Checkpoint, wanted: Checkpoint, proof: Sequence[bytes]) -> None:
    if wanted.size < last.size:
        raise SignerError(f"`{wanted.origin}` had {last.size} entries when last signed, and now has {wanted.size}")
    try:
        verify_consistency(old=last.size, old_root=last.root, new=wanted.size, new_root=wanted.root, proof=tuple(proof))
    except LedgerError as error:
        raise SignerError(f"`{wanted.origin}` does not begin with what was last signed of it: {error}") from error


def _key_log(path: Path) -> KeyLog:
    try:
        return read_key_log(path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise SignerError(f"the key log `{path}` cannot be read: restore it from a copy ({error})") from error


def _last(path: Path, log: KeyLog) -> SignedCheckpoint:
    try:
        found = parse_checkpoint(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SignerError(f"`{path}` cannot be read: restore it from a copy ({error})") from error
    if not found.signed_by(log.key_for(found.checkpoint.size)):
        raise SignerError(f"`{path}` is not signed by the key in force: restore it from a copy")
    return found


def _load(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise SignerError(f"`{path}` is no key that can be read: restore it from a copy") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SignerError(f"`{path}` is no Ed25519 key: restore it from a copy")
    return key


def _pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _write_durably(path: Path, text: str) -> None:
    """Write a file that is whole and on disk when this returns, or not there at all."""
    draft = path.with_name(f".{path.name}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
