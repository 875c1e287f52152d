"""Simulators and small real servers for the stack's tests: free blocks of ports, echoing upstreams, raw requests."""

from __future__ import annotations

import json
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from labelhub.stack.certificates import keep_certificate
from labelhub.stack.home import Home, make_home
from labelhub.stack.ports import is_free

BIN = Path(sys.executable).parent


@dataclass
class Answer:
    """What came back over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[0] if values else None

    def names(self) -> set[str]:
        return {key.lower() for key, _ in self.headers}

    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass
class Upstream:
    """A small real HTTP server that keeps what it was asked, and answers as told, else echoes the request."""

    port: int
    seen: list[dict[str, object]]
    replies: dict[str, SimpleNamespace]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def last_headers(self) -> dict[str, str]:
        headers = self.seen[-1]["headers"]
        assert isinstance(headers, dict)
        return headers


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream: Upstream = self.server.upstream  # type: ignore[attr-defined]
        asked = {
            "method": self.command,
            "uri": self.path,
            "headers": {key.lower(): value for key, value in self.headers.items()},
            "body": body.decode(),
        }
        upstream.seen.append(asked)
        reply = upstream.replies.get(self.path.split("?")[0]) or upstream.replies.get("*")
        if reply is None:
            reply = SimpleNamespace(
                status=200, headers={"Content-Type": "application/json"}, body=json.dumps(asked).encode()
            )
        self.send_response(reply.status)
        for key, value in reply.headers.items():
            self.send_header(key, value)
        if reply.status not in {204, 304}:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_PROPFIND = _answer  # noqa: N815 - the names are http.server's

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[Callable[[int], Upstream]]:
    servers: list[ThreadingHTTPServer] = []

    def start(port: int) -> Upstream:
        server = ThreadingHTTPServer(("127.0.0.1", port), _Echo)
        server.daemon_threads = True
        server.upstream = made = Upstream(port=port, seen=[], replies={})  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return made

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class _Demanding(ThreadingHTTPServer):
    """A small real HTTPS server that answers only whoever shows the certificate it has itself."""

    daemon_threads = True
    context: ssl.SSLContext

    def get_request(self) -> tuple[socket.socket, object]:
        bare, address = super().get_request()
        return self.context.wrap_socket(bare, server_side=True), address


@pytest.fixture
def demanding(tmp_path: Path) -> Iterator[Callable[[int], None]]:
    certificate = keep_certificate(tmp_path / "store.pem", name="store-test", at=datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    servers: list[_Demanding] = []

    def start(port: int) -> None:
        server = _Demanding(("127.0.0.1", port), _Echo)
        server.context = context
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def block() -> int:
    """The first of 41 free ports in a row, away from the default block."""
    for _ in range(200):
        first = random.randrange(20000, 31000)
        if all(is_free(port) for port in range(first, first + 41)):
            return first
    pytest.fail("no free block of ports found")


@pytest.fixture
def home(tmp_path: Path, block: int) -> Home:
    made = Home(root=tmp_path / "home", port=block)
    make_home(made)
    return made


@pytest.fixture
def eventually() -> Callable[..., None]:
    def wait(condition: Callable[[], object], *, within: float = 15, why: str = "it never happened") -> None:
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"{why} within {within} s")
            time.sleep(0.02)

    return wait


@pytest.fixture
def ask() -> Callable[..., Answer]:
    """Send one request exactly as written, so that nothing tidies the header spellings or the path."""

    def send(
        port: int,
        uri: str,
        *headers: str,
        method: str = "GET",
        host: str = "localhost",
        body: bytes = b"",
        within: float = 20,
    ) -> Answer:
        lines = [f"{method} {uri} HTTP/1.1", f"Host: {host}:{port}", "Connection: close", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        with socket.create_connection(("127.0.0.1", port), timeout=within) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        head, _, rest = received.partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        pairs = [(key, value.strip()) for key, _, value in (line.partition(":") for line in others)]
        chunked = any(key.lower() == "transfer-encoding" for key, _ in pairs)
        return Answer(int(first.split()[1]), pairs, _unchunked(rest) if chunked else rest)

    return send


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            break
        whole += body[:length]
        body = body[length + 2 :]
    return whole


@pytest.fixture
def caddy(tmp_path: Path, eventually: Callable[..., None]) -> Iterator[Callable[[str, int], subprocess.Popen[bytes]]]:
    """Run the real Caddy on a Caddyfile until the test ends."""
    running: list[subprocess.Popen[bytes]] = []

    def run(text: str, port: int) -> subprocess.Popen[bytes]:
        file = tmp_path / "Caddyfile"
        file.write_text(text)
        with (tmp_path / "caddy.log").open("wb") as log:
            process = subprocess.Popen(
                [BIN / "caddy", "run", "--adapter", "caddyfile", "--config", file],
                env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
                stdout=log,
                stderr=log,
            )
        running.append(process)
        eventually(lambda: process.poll() is not None or not is_free(port), why="caddy never listened")
        assert process.poll() is None, (tmp_path / "caddy.log").read_text()
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()
