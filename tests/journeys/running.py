"""A whole running stack, as `make up` starts it, in a state folder of its own, and people signed in to it."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

START_SECONDS = 600
STOP_SECONDS = 20
BLOCK = 41
CLEAN = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Account:
    """One demo account, as `labelhub demo accounts --json` prints it."""

    role: str
    email: str
    password: str
    totp_secret: str
    start_url: str


@dataclass(slots=True)
class Stack:
    """A running stack."""

    home: Path
    port: int
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    codes_used: dict[str, int] = field(default_factory=dict)

    def url(self, place: str = "") -> str:
        """The address people in a place type; no place is one nobody knows."""
        return f"http://{place}.localhost:{self.port}" if place else f"http://localhost:{self.port}"

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the `labelhub` command against this stack."""
        command = [sys.executable, "-m", "labelhub.cli", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done

    def accounts(self) -> dict[str, Account]:
        """The demo accounts by e-mail address."""
        cards = json.loads(self.run("demo", "accounts", "--json").stdout)
        names = Account.__slots__
        return {card["email"]: Account(**{name: card[name] for name in names}) for card in cards}

    def fresh_code(self, account: Account) -> str:
        """A second-factor code not used before: a code counts once, so a second sign-in waits for the next."""
        secret = base64.b32decode(account.totp_secret)
        while self.codes_used.get(account.email) == int(time.time()) // 30:
            time.sleep(0.2)  # the wait is for the clock itself: codes change every 30 s
        self.codes_used[account.email] = int(time.time()) // 30
        # SHA-1 is what RFC 6238 and every authenticator use for these codes.
        return TOTP(secret, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time())).decode()  # noqa: S303

    def sign_in(self, email: str, place: str) -> httpx.Client:
        """Sign in over HTTP as a person would: password, then code."""
        account = self.accounts()[email]
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Host": self.url(place).removeprefix("http://"), "Accept": "text/html"},
            timeout=60,
        )
        page = client.get("/accounts/login/")
        form = {"login": email, "password": account.password, "csrfmiddlewaretoken": token_in(page.text)}
        answer = client.post("/accounts/login/", data=form, headers={"Origin": self.url(place)})
        assert answer.headers.get("location", "").endswith("/accounts/2fa/authenticate/"), (answer, answer.text[:2000])
        page = client.get("/accounts/2fa/authenticate/")
        form = {"code": self.fresh_code(account), "csrfmiddlewaretoken": token_in(page.text)}
        answer = client.post("/accounts/2fa/authenticate/", data=form, headers={"Origin": self.url(place)})
        assert answer.status_code == 302, answer.text[:2000]
        return client

    def stop(self) -> float:
        """Ask it to end, as Ctrl-C does, and say how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=STOP_SECONDS)
        return time.monotonic() - began


def token_in(page: str) -> str:
    """Read the form token out of a page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page[:2000]
    return found.group(1)


def start(home: Path, *, extra: Mapping[str, str] | None = None) -> Stack:
    """Start a stack and wait for its ready line."""
    port = free_block()
    environment = {name: os.environ[name] for name in CLEAN if name in os.environ}
    environment |= {"LABELHUB_HOME": str(home), "LABELHUB_PORT": str(port), **(extra or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "labelhub.cli", "up"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    stack = Stack(home, port, process, environment=environment)
    ready = threading.Event()
    threading.Thread(target=_read, args=(stack, ready), daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    while not ready.wait(timeout=0.5):
        assert process.poll() is None, "\n".join(stack.lines[-40:])
        assert time.monotonic() < deadline, "\n".join(stack.lines[-40:])
    return stack


def _read(stack: Stack, ready: threading.Event) -> None:
    assert stack.process.stdout is not None
    for line in stack.process.stdout:
        stack.lines.append(line.rstrip())
        if line.startswith("labelhub is ready at "):
            ready.set()


def free_block() -> int:
    """Find a block of ports that nobody uses now; begun anywhere, so that two runs at once seldom meet."""
    blocks = list(range(20000, 32000, BLOCK))
    random.shuffle(blocks)
    for first in blocks:
        if all(_is_free(first + offset) for offset in range(BLOCK)):
            return first
    raise AssertionError("no free block of ports on this machine")


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
