"""The signer's folder: per ledger its keys, its key log, and the last tree it signed.

`<ledger origin, encoded>/key-<number>.pem`, `keylog.jsonl` and `signed` (the last checkpoint). The checkpoint is on
disk before its signature leaves this process, so no crash makes the signer forget what it signed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
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
from residency.ledger.keylog import first_line, next_line, read_key_log
from residency.ledger.notes import verifier_key
from residency.ledger.tree import verify_consistency


class SignerError(Exception):
    """The signer refuses; the words say why."""


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
            raise SignerError(f"another signer uses `{folder}`: end it first") from error

    def close(self) -> None:
        """Give the folder up."""
        os.close(self._lock)

    def sign(self, wanted: Checkpoint, proof: Sequence[bytes], *, at: datetime) -> SignedCheckpoint:
        """Sign a tree that begins with the last one signed; the first of a ledger makes its first key.

        Raises:
            SignerError: it is smaller, or is not shown to begin with the last one, or the folder is damaged.
        """
        key, last = self._key(wanted.origin, at=at), self._last(wanted.origin)
        if last is not None:
            _refuse_other_past(last, wanted, proof)
        signed = sign_checkpoint(wanted, key)
        _write_durably(self._of(wanted.origin) / "signed", str(signed))
        return signed

    def key_log(self, origin: str, *, at: datetime) -> str:
        """The key log of a ledger, made with its first key if there is none yet."""
        self._key(origin, at=at)
        return (self._of(origin) / "keylog.jsonl").read_text(encoding="utf-8")

    def rotate(self, origin: str, *, at: datetime) -> str:
        """Make a new key that signs from the next larger tree on, named in the log by the key before it.

        Raises:
            SignerError: the folder is damaged.
        """
        old, last = self._key(origin, at=at), self._last(origin)
        self._new_key(origin, previous=old, from_size=0 if last is None else last.size + 1, at=at)
        return self.key_log(origin, at=at)

    def last(self, origin: str) -> Checkpoint | None:
        """The last tree signed of a ledger."""
        return self._last(origin)

    def _of(self, origin: str) -> Path:
        return self._folder / quote(origin, safe="")

    def _key(self, origin: str, *, at: datetime) -> Ed25519PrivateKey:
        folder = self._of(origin)
        log = folder / "keylog.jsonl"
        if not log.exists():
            if (folder / "signed").exists():
                raise SignerError(f"the key log of `{origin}` is missing: restore `{log}` from a copy")
            self._new_key(origin, previous=None, from_size=0, at=at)
        lines = log.read_text(encoding="utf-8").splitlines()
        if len(lines) > 1 and not (folder / "signed").exists():
            raise SignerError(f"what was last signed of `{origin}` is missing: restore `{folder / 'signed'}`")
        return _load(folder / f"key-{len(lines)}.pem")

    def _new_key(self, origin: str, *, previous: Ed25519PrivateKey | None, from_size: int, at: datetime) -> None:
        folder = self._of(origin)
        folder.mkdir(mode=0o700, exist_ok=True)
        log = folder / "keylog.jsonl"
        before = log.read_text(encoding="utf-8") if log.exists() else ""
        key = Ed25519PrivateKey.generate()
        public = verifier_key(origin, key)
        if previous is None:
            line = first_line(public, at=at)
        else:
            line = next_line(read_key_log(before.splitlines()), public, at=at, from_size=from_size, signer=previous)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_durably(folder / f"key-{len(before.splitlines()) + 1}.pem", pem.decode())
        _write_durably(log, f"{before}{line}\n")

    def _last(self, origin: str) -> Checkpoint | None:
        path = self._of(origin) / "signed"
        try:
            return parse_checkpoint(path.read_text(encoding="utf-8")).checkpoint
        except FileNotFoundError:
            return None
        except (OSError, LedgerError) as error:
            raise SignerError(f"`{path}` cannot be read: restore it from a copy ({error})") from error


def _refuse_other_past(last: Checkpoint, wanted: Checkpoint, proof: Sequence[bytes]) -> None:
    if wanted.size < last.size:
        raise SignerError(f"`{wanted.origin}` had {last.size} entries when last signed, and now has {wanted.size}")
    try:
        verify_consistency(old=last.size, old_root=last.root, new=wanted.size, new_root=wanted.root, proof=tuple(proof))
    except LedgerError as error:
        raise SignerError(f"`{wanted.origin}` does not begin with what was last signed of it: {error}") from error


def _load(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise SignerError(f"`{path}` is no key that can be read: restore it from a copy") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SignerError(f"`{path}` is no Ed25519 key")
    return key


def _write_durably(path: Path, text: str) -> None:
    """Write a file that is whole and on disk when this returns, or not there at all."""
    draft = path.with_name(f".{path.name}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
