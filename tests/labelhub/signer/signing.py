"""The real signer in a process of its own, and trees for it to sign."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelhub.signer.client import Signer
from residency.ledger.checkpoint import Checkpoint
from residency.ledger.tree import prove_consistency, root

ORIGIN = "ledger.test/us"


@dataclass(slots=True)
class Process:
    """A signer: its folder, its socket, and the process while there is one."""

    folder: Path
    process: subprocess.Popen[str] | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "signer.sock"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def ledger(self) -> Path:
        """Where it keeps what belongs to the one ledger of these tests."""
        return self.keys / "ledger.test%2Fus"

    @property
    def client(self) -> Signer:
        return Signer(self.socket)

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        self.process = self.popen()
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said == "the signer is ready\n", said + self.process.communicate()[1]

    def popen(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "labelhub.signer", "serve", "--socket", self.socket, "--keys", self.keys]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def again(self) -> None:
        self.kill()
        self.start()

    def say(self, words: bytes, *, end: bool = True) -> Any:  # noqa: ANN401  whatever it answers
        """Send bytes as they are, and read the answer; nothing where it hangs up without one."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(30)
            connection.connect(str(self.socket))
            try:
                connection.sendall(words)
                if end:
                    connection.shutdown(socket.SHUT_WR)
                heard = connection.makefile("rb").readline()
            except (BrokenPipeError, ConnectionResetError):
                return None
        return json.loads(heard) if heard else None


@contextmanager
def signing() -> Iterator[Process]:
    """A signer with a fresh folder; the path is short, because a socket's may not be long."""
    folder = Path(tempfile.mkdtemp(prefix="lh-sign-"))
    made = Process(folder)
    try:
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder)


def leaves(number: int, *, kind: str = "leaf") -> list[bytes]:
    """Leaf hashes that differ by kind."""
    return [hashlib.sha256(f"{kind} {one}".encode()).digest() for one in range(number)]


def tree(number: int, *, kind: str = "leaf", origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin, number, root(leaves(number, kind=kind)))


def proof(old: int, new: int, *, kind: str = "leaf") -> tuple[bytes, ...]:
    hashes = leaves(new, kind=kind)
    return prove_consistency(lambda level, index: root(hashes[index << level : (index + 1) << level]), old, new)
