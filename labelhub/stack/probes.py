"""How the launcher knows that a part answers, rather than merely runs."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

PATIENCE = 2.0
DEMANDED = "TLSV13_ALERT_CERTIFICATE_REQUIRED"  # how OpenSSL names the refusal


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
    certificate: Path

    def answers(self, _log: Path, _since: int, /) -> bool:
        """Ask both."""
        return status_of(self.s3, "/", {}) == HTTPStatus.FORBIDDEN and _has_room(self.master, self.certificate)


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


def _has_room(master: int, certificate: Path) -> bool:
    """Tell whether a SeaweedFS master knows a place to put bytes; it answers before its volumes have reported."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificate)
    context.load_cert_chain(certificate)
    connection = http.client.HTTPSConnection("127.0.0.1", master, timeout=PATIENCE, context=context)
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


def answer_without_certificate(port: int) -> int | None:
    """Knock at a loopback port without a certificate: 401 when it demands one, None when nobody answers.

    Whatever else happens counts as let in (200): a port that speaks without TLS, or one that lets the handshake pass.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a stranger does not care whom it talks to
    context.minimum_version = ssl.TLSVersion.TLSv1_3  # in 1.2 the same refusal reads like any other failure
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as bare,
            context.wrap_socket(bare) as connection,
        ):
            connection.recv(1)  # the refusal comes after the handshake; nothing is sent that could outrun it
    except ssl.SSLError as error:
        return HTTPStatus.UNAUTHORIZED if error.reason == DEMANDED else HTTPStatus.OK
    except OSError:
        return None
    return HTTPStatus.OK


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
