"""What comes to the door, byte by byte: requests written by hand, because a client would tidy them up first."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, TypeVar

import httpx

from tests.journeys.running import Stack, token_in

PATIENCE = 60.0
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The values of a header, joined; empty when it is not there."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    def json(self) -> Any:  # noqa: ANN401  whatever it says
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def everything(self) -> str:
        """Headers and body in one text, for words that must not be in it."""
        return "\n".join(f"{key}: {value}" for key, value in self.headers) + self.body.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a port: the host they typed, and the cookies they carry."""

    port: int
    host: str
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """The address of the pages they look at."""
        return f"http://{self.host}"

    def at(self, place: str) -> Visitor:
        """The same cookies, carried to another place."""
        return Visitor(self.port, f"{place}.localhost:{self.port}" if place else f"localhost:{self.port}", self.cookies)

    def without(self, cookie: str) -> Visitor:
        """The same without one cookie."""
        return Visitor(self.port, self.host, {name: value for name, value in self.cookies.items() if name != cookie})

    def send(
        self,
        verb: str,
        target: str,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        *,
        version: str = "1.1",
        host: str | None = None,
    ) -> Answer:
        """Send one request exactly as written. `host=""` sends no Host header."""
        lines = [f"{verb} {target} HTTP/{version}"]
        lines += [f"Host: {self.host if host is None else host}"] if host != "" else []
        lines += ["Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items())]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"Content-Length: {len(body)}"] if body or verb in {"POST", "PUT", "PATCH"} else []
        raw = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "surrogateescape") + body
        return exchange(self.port, raw, verb=verb)

    def get(self, target: str, **headers: str) -> Answer:
        """Look at something; `range_="…"` becomes the header `Range`."""
        named = tuple((name.strip("_").replace("_", "-"), value) for name, value in headers.items())
        return self.send("GET", target, named)

    def write(self, verb: str, target: str, body: object = None, *, origin: str | None = None) -> Answer:
        """Send JSON as the labeling screen does, from a page of ours; `origin=""` does not say from where."""
        said = self.origin if origin is None else origin
        headers = (("Content-Type", "application/json"), *((("Origin", said),) if said else ()))
        return self.send(verb, target, headers, b"" if body is None else json.dumps(body).encode())


def exchange(port: int, raw: bytes, *, verb: str = "GET") -> Answer:
    """Send bytes to a port and read one answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(raw)
        response = HTTPResponse(connection, method=verb)
        response.begin()
        return Answer(response.status, tuple(response.getheaders()), response.read())


def refuses(port: int, raw: bytes) -> bool:
    """Tell whether a port ends the connection, or answers no 2xx, to some bytes."""
    try:
        return not 200 <= exchange(port, raw).status < 300
    except (HTTPException, OSError):
        return True


def visitor_of(client: httpx.Client, stack: Stack) -> Visitor:
    """Somebody who has signed in, as raw bytes from now on."""
    return Visitor(stack.port, client.headers["Host"], dict(client.cookies))


def submit(client: httpx.Client, page: str, form_page: str = "", **form: str) -> httpx.Response:
    """Send a form of labelhub's own, with the token of the page it is on."""
    token = token_in(client.get(form_page or page).text)
    origin = f"http://{client.headers['Host']}"
    return client.post(page, data={**form, "csrfmiddlewaretoken": token}, headers={"Origin": origin})


def eventually(look: Callable[[], Found | None], what: str, *, seconds: float = PATIENCE) -> Found:
    """Look again until there is something to see; name what was awaited when there never is."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"{what} did not come about within {seconds:.0f} s"
        time.sleep(0.2)  # between two looks
    return found
