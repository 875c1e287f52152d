"""One part while it runs: started in a session of its own, written to its own log, ended with everything it started."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

from labelhub.stack.home import Home, write_private
from labelhub.stack.parts import Part

LOG_LIMIT = 10 * 1024 * 1024
TAIL_LINES = 12
STEADY_AFTER = 60.0
LONGEST_BACKOFF = 30.0


class State(StrEnum):
    """Where a part stands."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    RESTING = "resting"  # it died, and is started again after a pause


class Running:
    """A part and its process. Holds no thread: whoever watches it asks `look()` again and again."""

    def __init__(self, part: Part, home: Home, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.part = part
        self.state = State.WAITING
        self.failures = 0
        self.exit_text = ""
        self.started_at = 0.0
        self.seconds_to_ready = 0.0
        self._home = home
        self._log = home.log(part.name)
        self._clock = clock
        self._since = 0
        self._rest_until = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process; it is not ready yet."""
        self._log.touch(mode=0o600)
        shorten(self._log)
        self._since = self._log.stat().st_size
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.part.command,
                env=dict(self.part.environment),
                cwd=self._home.part(self.part.name) if self._home.part(self.part.name).is_dir() else self._home.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = self._clock()
        self.state = State.STARTING

    def look(self) -> State | None:
        """See how the process does, and return the new state when it has just changed."""
        before = self.state
        if self.state is State.RESTING:
            if self._clock() >= self._rest_until:
                self.start()
        elif self.state in {State.STARTING, State.READY}:
            self._look_at_process()
        return self.state if self.state is not before else None

    def _look_at_process(self) -> None:
        assert self._process is not None  # noqa: S101 - a part that starts has a process
        code = self._process.poll()
        if code is not None:
            self._ended(code)
        elif self.state is State.STARTING and self.part.probe and self.part.probe.answers(self._log, self._since):
            self.seconds_to_ready = self._clock() - self.started_at
            self.state = State.READY

    def _ended(self, code: int) -> None:
        self.kill_group()
        self._process = None  # its number may be given to a stranger from now on
        self.seconds_to_ready = self._clock() - self.started_at
        if self.part.probe is None and code == 0:
            self.state = State.DONE
            return
        if self.state is State.READY and self.seconds_to_ready > STEADY_AFTER:
            self.failures = 0
        self.failures += 1
        self.exit_text = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
        self._rest_until = self._clock() + min(0.25 * 2 ** (self.failures - 1), LONGEST_BACKOFF)
        self.state = State.RESTING

    def ask_to_end(self) -> None:
        """Send the part's own stop signal to everything it started."""
        if self.pid is not None:
            _signal_group(self.pid, self.part.stop_signal)

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._process is None or self._process.poll() is not None

    def kill_group(self) -> None:
        """End whatever is left of the part, at once."""
        if self.pid is not None:
            _signal_group(self.pid, signal.SIGKILL)

    def overdue(self) -> bool:
        """Tell whether it has had more time to get ready than it deserves."""
        return self.state is State.STARTING and self._clock() - self.started_at > self.part.patience

    def tail(self) -> str:
        """The last lines this run has written."""
        try:
            with self._log.open("rb") as file:
                file.seek(max(self._since, self._log.stat().st_size - 8192))
                lines = file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])

    def progress(self) -> str:
        """How far a long first run has got, in words; empty when it does not say."""
        try:
            with self._log.open("rb") as file:
                file.seek(self._since)
                text = file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        total = re.search(r"^(\d+) steps$", text, re.MULTILINE)
        if total and total[1] != "0":
            return f"step {text.count('... OK')} of {total[1]}"
        return text.rstrip().rpartition("\n")[2][:60] if self.part.tells else ""


def shorten(log: Path) -> None:
    """Keep a log below its limit: its older half moves to `<name>.log.1`, and the file goes on from nothing."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        older = log.with_name(f"{log.name}.1")
        older.write_bytes(log.read_bytes())
        older.chmod(0o600)
        os.truncate(log, 0)  # writers append, so they go on at the new end


def write_states(home: Home, parts: Iterable[Running]) -> None:
    """Keep, for `labelhub doctor`, how every part stands."""
    states = {one.part.name: {"state": one.state.value, "pid": one.pid, "failures": one.failures} for one in parts}
    write_private(home.root / "run" / "states.json", json.dumps(states))


def read_states(home: Home) -> dict[str, tuple[State, int | None]]:
    """How every part stood when that last changed, with its process id; empty when nothing was ever started."""
    try:
        states = json.loads((home.root / "run" / "states.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): (State(each["state"]), each["pid"]) for name, each in states.items()}


def _signal_group(pid: int, which: signal.Signals) -> None:
    try:
        os.killpg(pid, which)
    except (ProcessLookupError, PermissionError):
        return
