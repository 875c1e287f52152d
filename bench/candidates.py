"""The ways one and the same byte can take, each as the requests that take it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.load import Request
from bench.material import Material, fresh_cookies, ranges

FRESH = 4000
CADDYFILE = """{{
	admin off
	auto_https off
	persist_config off
}}
http://:{port} {{
	bind 127.0.0.1
	reverse_proxy {store} {{
		header_up Host {{upstream_hostport}}
		header_up -Accept-Encoding
		header_up -X-*
		header_up -Via
	}}
}}
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to fetch something: its name, where it asks, the requests of one run, and the views they share."""

    name: str
    port: int
    host: str
    requests: Callable[[], Sequence[Request]]
    leases: int = 1
    each_is_a_view: bool = False


def stills(material: Material, *, door: int, caddy: int) -> list[Candidate]:
    """Stills of the demo."""
    direct = [Request(piece.in_the_store) for piece in material.stills]
    leased = [Request(piece.at_the_door, cookie=material.cookie) for piece in material.stills]
    return [
        Candidate("store alone", material.store_port, material.store_host, lambda: direct),
        Candidate("Caddy to store, undecided", caddy, f"127.0.0.1:{caddy}", lambda: direct),
        Candidate("door, under a lease", door, f"us.localhost:{door}", lambda: leased, len(leased)),
        Candidate(
            "door, each its own view", door, f"us.localhost:{door}", lambda: _views(material), each_is_a_view=True
        ),
    ]


def recordings(material: Material, *, door: int, caddy: int) -> list[Candidate]:
    """1 MiB ranges of a 20 MB recording."""
    direct = ranges(material.recording.in_the_store)
    leased = ranges(material.recording.at_the_door, cookie=material.cookie)
    return _under_a_lease(material, direct, leased, door=door, caddy=caddy)


def whole_recordings(material: Material, *, door: int, caddy: int) -> list[Candidate]:
    """The whole of a 20 MB recording."""
    direct = [Request(material.recording.in_the_store)]
    leased = [Request(material.recording.at_the_door, cookie=material.cookie)]
    return _under_a_lease(material, direct, leased, door=door, caddy=caddy)


def _under_a_lease(
    material: Material, direct: Sequence[Request], leased: Sequence[Request], *, door: int, caddy: int
) -> list[Candidate]:
    return [
        Candidate("store alone", material.store_port, material.store_host, lambda: direct),
        Candidate("Caddy to store, undecided", caddy, f"127.0.0.1:{caddy}", lambda: direct),
        Candidate("door, under a lease", door, f"us.localhost:{door}", lambda: leased),
    ]


def _views(material: Material) -> list[Request]:
    """Every still once in each of many new sessions: no two requests share a lease."""
    cookies = fresh_cookies(material.cookie, FRESH // len(material.stills) + 1)
    return [Request(piece.at_the_door, cookie=cookie) for cookie in cookies for piece in material.stills]


@contextmanager
def bare_caddy(port: int, store: str, folder: Path) -> Iterator[None]:
    """Run a Caddy that passes everything to the store and asks nobody."""
    file = folder / "Caddyfile"
    file.write_text(CADDYFILE.format(port=port, store=store))
    command = [str(Path(sys.executable).parent / "caddy"), "run", "--adapter", "caddyfile", "--config", str(file)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env={"HOME": str(folder), "PATH": ""}) as process:
        try:
            _wait(port)
            yield
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the bare Caddy did not start")
