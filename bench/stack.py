"""A stack of the benchmark's own: started, signed in to, and ended, in a folder that is deleted afterwards."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from labelhub.stack.home import Home, load_environment

BLOCK = 41
KEPT = ("PATH", "HOME", "LANG")
STOP_SECONDS = 20
READY = "labelhub is ready at "


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack."""

    home: Path
    port: int
    seconds: float

    @property
    def environment(self) -> dict[str, str]:
        """What its commands run with."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | {"LABELHUB_HOME": str(self.home), "LABELHUB_PORT": str(self.port)}


@contextmanager
def running(home: Path | None = None) -> Iterator[Stack]:
    """Start a stack and end it, whatever happens. A folder that is given is left in place."""
    folder = home or Path(tempfile.mkdtemp(prefix="lhbench-"))
    stack = Stack(folder, free_block(), 0.0)
    began = time.monotonic()
    command = [sys.executable, "-m", "labelhub.cli", "up"]
    with subprocess.Popen(
        command,
        env=stack.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            _wait(process)
            yield Stack(folder, stack.port, time.monotonic() - began)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=STOP_SECONDS)
            if home is None:
                shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(READY):
            return
    raise SystemExit("the stack did not start:\n" + "".join(said[-20:]))


def free_block() -> int:
    """Find a block of ports nobody uses now."""
    for first in range(20000, 32000, BLOCK * 3):  # below those that the kernel gives to connections
        if all(_is_free(first + offset) for offset in range(BLOCK)):
            return first
    raise SystemExit("no free block of ports on this machine")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def sign_in(stack: Stack, email: str, place: str) -> str:
    """Sign a demo person in over HTTP, as a browser would, and return the key of their session."""
    command = [sys.executable, "-m", "labelhub.cli", "demo", "accounts", "--json"]
    cards = json.loads(
        subprocess.run(command, env=stack.environment, capture_output=True, text=True, check=True).stdout
    )
    card = next(card for card in cards if card["email"] == email)
    host = f"{place}.localhost:{stack.port}"
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.port}", headers={"Host": host}, timeout=60) as client:
        _send(client, "/accounts/login/", host, {"login": email, "password": card["password"]})
        # SHA-1 is what RFC 6238 and every authenticator use for these codes.
        totp = TOTP(base64.b32decode(card["totp_secret"]), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303
        _send(client, "/accounts/2fa/authenticate/", host, {"code": totp.generate(int(time.time())).decode()})
        return client.cookies["labelhub_session"]


def _send(client: httpx.Client, path: str, host: str, form: dict[str, str]) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(path).text)
    assert token is not None, path
    answer = client.post(path, data=form | {"csrfmiddlewaretoken": token[1]}, headers={"Origin": f"http://{host}"})
    assert answer.status_code == 302, f"{path}: {answer.status_code}"


def start_django(stack: Stack) -> None:
    """Start Django in this process, on the settings the stack has kept."""
    assert load_environment(Home(stack.home, stack.port)), "the stack has kept no settings"
    os.environ["DJANGO_SETTINGS_MODULE"] = "labelhub.settings"
    django.setup()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would print the signed addresses
