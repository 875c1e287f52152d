"""One launcher per state folder, and how another terminal finds it.

The lock is the kernel's: it is gone the moment its holder dies, however it dies, so a stale file never blocks a start.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labelhub.stack.errors import AlreadyRunningError
from labelhub.stack.home import Home

ENDING = "ending"
LONGEST_END = 15.0


def _file(home: Home) -> Path:
    return home.root / "run" / "launcher.lock"


@contextmanager
def claimed(home: Home) -> Iterator[None]:
    """Hold the state folder for as long as the block runs.

    Raises:
        AlreadyRunningError: another launcher holds it.
    """
    path = _file(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + LONGEST_END
        while not _locked(descriptor):
            if ENDING not in path.read_text(encoding="ascii", errors="replace") or time.monotonic() > deadline:
                raise AlreadyRunningError(pid=_written(path) or 0, root=str(home.root))
            time.sleep(0.1)  # the one before is on its way out
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def say_ending(home: Home) -> None:
    """Note, while holding the lock, that it will soon be free: a start that comes now waits instead of refusing."""
    _file(home).write_text(f"{os.getpid()}\n{ENDING}\n", encoding="ascii")


def launcher_of(home: Home) -> int | None:
    """The process id of the launcher that holds this state folder, None when nobody does."""
    path = _file(home)
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _locked(descriptor) else _written(path)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written(path: Path) -> int | None:
    text = path.read_text(encoding="ascii", errors="replace").partition("\n")[0]
    return int(text) if text.isdecimal() else None
