"""Asking the signer, from a process that has no key."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path

from labelhub.signer.keys import SignerError
from residency.ledger.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint
from residency.ledger.errors import LedgerError

PATIENCE = 5.0


class Signer:
    """The signer behind a socket; every question is a connection of its own, so one that restarted is just asked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sign(self, wanted: Checkpoint, proof: Sequence[bytes]) -> SignedCheckpoint:
        """Have a tree signed; `proof` shows that it begins with the last one that was.

        Raises:
            SignerError: it refuses, or does not answer.
        """
        text = self._ask(
            do="sign", origin=wanted.origin, size=wanted.size, root=wanted.root.hex(), proof=[h.hex() for h in proof]
        )
        signed = _checkpoint(text)
        if signed.checkpoint != wanted:
            raise SignerError("the signer signed another tree than it was asked to: see its log")
        return signed

    def last(self, origin: str) -> Checkpoint | None:
        """Ask which tree was last signed of a ledger; nothing where none was ever asked of it.

        Raises:
            SignerError: it does not answer, or its folder is damaged.
        """
        text = self._ask(do="last", origin=origin)
        return _checkpoint(text).checkpoint if text else None

    def key_log(self, origin: str) -> str:
        """Ask for the key log of a ledger.

        Raises:
            SignerError: it does not answer.
        """
        return self._ask(do="keylog", origin=origin)

    def rotate(self, origin: str) -> str:
        """Have a new key made for a ledger, and give the key log with it.

        Raises:
            SignerError: it refuses, or does not answer.
        """
        return self._ask(do="rotate", origin=origin)

    def _ask(self, **request: object) -> str:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(str(self._path))
                connection.sendall(json.dumps(request).encode() + b"\n")
                with connection.makefile("rb") as reading:
                    answer = json.loads(reading.readline())
        except (OSError, ValueError) as error:
            raise SignerError("the signer does not answer: see its log, and start it again") from error
        if not isinstance(answer, dict) or not {"ok", "refused"} & answer.keys():
            raise SignerError("the signer's answer has no meaning: see its log")
        if "ok" not in answer:
            raise SignerError(str(answer["refused"]))
        return str(answer["ok"])


def _checkpoint(text: str) -> SignedCheckpoint:
    try:
        return parse_checkpoint(text)
    except LedgerError as error:
        raise SignerError(f"the signer's answer is no checkpoint: {error}") from error
