"""How the launcher knows that a part answers, rather than merely runs."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

PATIENCE = 2.0


class Probe(Protocol):
    """One quick question to a part; never waits longer than `PATIENCE` seconds."""

    def answers(self, log: Path, since: int, /) -> bool:
        """Tell whether the part is ready; `log` from byte `since` on is what this run of it has written."""
        ...


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Ready once an address answers with the status we expect of it."""

    port: int
    path: str
    expect: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def answers(self, _log: Path, _since: int, /) -> bool:
        """Ask once."""
        return status_of(self.port, self.path, self.headers) == self.expect


@dataclass(frozen=True, slots=True)
class StoreProbe:
    """Ready once S3 refuses a stranger and the store's own master has a place to put bytes."""

    s3: int
    master: int

    def answers(self, _log: Path, _since: int, /) -> bool:
        """Ask both."""
        return status_of(self.s3, "/", {}) == HTTPStatus.FORBIDDEN and _has_room(self.master)


@dataclass(frozen=True, slots=True)
class ValkeyProbe:
    """Ready once the password opens the socket."""

    path: Path
    password: str

    def answers(self, _log: Path, _since: int, /) -> bool:
        """Sign in and ping."""
        return valkey_says(self.path, f"AUTH {self.password}\r\nPING\r\n").startswith("+OK\r\n+PONG")

    def __repr__(self) -> str:
        return f"ValkeyProbe({self.path})"


@dataclass(frozen=True, slots=True)
class LogProbe:
    """Ready once the part has written a certain text; for parts that answer nobody."""

    text: str

    def answers(self, log: Path, since: int, /) -> bool:
        """Look at what this run has written."""
        try:
            with log.open("rb") as file:
                file.seek(since)
                return self.text.encode() in file.read()
        except FileNotFoundError:
            return False


def _has_room(master: int) -> bool:
    """Tell whether a SeaweedFS master knows a place to put bytes; it answers before its volumes have reported."""
    connection = http.client.HTTPConnection("127.0.0.1", master, timeout=PATIENCE)
    try:
        connection.request("GET", "/dir/status")
        return bool(json.loads(connection.getresponse().read())["Topology"]["Max"])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def status_of(port: int, path: str, headers: Mapping[str, str], *, method: str = "GET") -> int | None:
    """Ask a loopback address once; None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def valkey_says(path: Path, command: str) -> str:
    """Send raw commands to a Valkey socket and return what comes back; empty when nobody answers."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(path))
            connection.sendall(command.encode())
            answer = b""
            while answer.count(b"\r\n") < command.count("\r\n"):
                chunk = connection.recv(4096)
                if not chunk:
                    break
                answer += chunk
    except OSError:
        return ""
    return answer.decode(errors="replace")
