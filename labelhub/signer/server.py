"""The signer's one socket: a line of JSON in, a line of JSON out, one request after the other.

Requests: `{"do": "sign", "origin", "size", "root", "proof": [hex]}`, `{"do": "last", "origin"}`,
`{"do": "keylog", "origin"}`, `{"do": "rotate", "origin"}`. Answers: `{"ok": text}` or `{"refused": words}`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TextIO

from labelhub.signer.keys import Keys, SignerError
from residency.ledger.checkpoint import Checkpoint
from residency.ledger.errors import LedgerError

LONGEST_REQUEST = 64 * 1024
PATIENCE = 2.0  # for a whole request: below that of whoever waits behind a slow one


def serve(path: Path, keys: Keys) -> None:
    """Answer until the process is told to end.

    Raises:
        OSError: the socket cannot be made.
    """
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        before = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
        listening.listen(16)
        signal.signal(signal.SIGTERM, _end)
        _say(sys.stdout, "the signer is ready")
        while True:
            connection, _ = listening.accept()
            with connection:
                _answer(connection, keys)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _answer(connection: socket.socket, keys: Keys) -> None:
    """Answer one connection's one request; whoever speaks too slowly or hangs up is no reason to end."""
    try:
        line = _line(connection, until=time.monotonic() + PATIENCE)
        connection.settimeout(PATIENCE)
        connection.sendall(json.dumps(answer(line, keys)).encode() + b"\n")
    except OSError as error:
        _say(sys.stderr, f"a request was dropped: {error}")


def _line(connection: socket.socket, *, until: float) -> bytes:
    """Read up to the end of a line, of what may be said, or of patience: a byte now and then is no way to stay.

    Raises:
        OSError: it took too long.
    """
    heard = b""
    while not heard.endswith(b"\n") and len(heard) < LONGEST_REQUEST:
        if (left := until - time.monotonic()) <= 0:
            raise TimeoutError("it was said too slowly")
        connection.settimeout(left)
        more = connection.recv(LONGEST_REQUEST)
        if not more:
            break
        heard += more
    return heard


def _say(out: TextIO, line: str) -> None:
    out.write(f"{line}\n")
    out.flush()


def answer(line: bytes, keys: Keys) -> dict[str, str]:
    """Do what a request asks, or say why not."""
    try:
        asked = json.loads(line)
        return {"ok": _do(asked, keys, at=datetime.now(UTC))}
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, LedgerError):
            return {"refused": str(error)}
        return {"refused": "the request is no JSON object with `do`, `origin` and what belongs to it"}
    except (SignerError, OSError) as error:
        return {"refused": str(error)}


def _do(asked: dict[str, object], keys: Keys, *, at: datetime) -> str:
    origin = asked["origin"]
    if not isinstance(origin, str):
        raise TypeError("`origin` is text")
    match asked["do"]:
        case "sign":
            size, proof = asked["size"], asked["proof"]
            if type(size) is not int or not isinstance(proof, list):
                raise TypeError("`size` is a number and `proof` a list")
            wanted = Checkpoint(origin, size, bytes.fromhex(str(asked["root"])))
            return str(keys.sign(wanted, [bytes.fromhex(one) for one in proof], at=at))
        case "last":
            return str(keys.last(origin) or "")
        case "keylog":
            return keys.key_log(origin, at=at)
        case "rotate":
            return keys.rotate(origin, at=at)
        case _:
            raise ValueError("`do` is one of sign, last, keylog, rotate")
