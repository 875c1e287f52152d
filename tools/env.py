"""Make the virtual environments from the lock files: labelhub, Label Studio, and for tests what reads training sets.

Standard library only, because it runs before anything is installed. An environment counts as made only when its stamp
file holds the hash of the lock it was made from; an interrupted install has no stamp and is simply continued, and made
anew when it cannot be continued. It refuses to install anything whose hash the lock file does not name.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NEEDED = ("labelhub", "studio")
LOADERS = "loaders"  # datumaro and others, for the tests of exporters alone
FREE_BYTES = 4 * 1024**3
INTERRUPTED = 130
SAY_EVERY = 10.0
LINES_KEPT = 20
NETWORK_TROUBLE = ("Connection", "Temporary failure", "timed out", "No matching distribution", "Network is unreachable")


class Refused(Exception):  # noqa: N818 - it is told to a person, not handled by code
    """The environments cannot be made; the text says what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Make what is missing and say what is done; return the process exit code."""
    parser = argparse.ArgumentParser(description="Make labelhub's virtual environments.")
    parser.add_argument("--dev", action="store_true", help="also install what the tests and checks need")
    parser.add_argument("--only", choices=[*NEEDED, LOADERS], help="make just this one")
    options = parser.parse_args(arguments)
    try:
        make_all([options.only] if options.only else [*NEEDED, *([LOADERS] if options.dev else [])], dev=options.dev)
    except Refused as refusal:
        print(f"labelhub: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nlabelhub: installing was broken off: run the same command to go on", file=sys.stderr)
        return INTERRUPTED
    return 0


def make_all(names: list[str], *, dev: bool) -> None:
    """Make each environment that is not yet made.

    Raises:
        Refused: something that only a person can mend is in the way.
    """
    if sys.version_info < OLDEST:
        raise Refused(f"Python {sys.version.split()[0]} is too old: install Python 3.11 or newer and run again")
    missing = [name for name in names if not is_made(name, dev=dev)]
    if missing and shutil.disk_usage(ROOT).free < FREE_BYTES:
        raise Refused(f"less than 4 GB free at {ROOT}: make room there and run again")
    for number, name in enumerate(missing, start=1):
        began = time.monotonic()
        print(f"[{number}/{len(missing)}] installing the {name} environment (minutes the first time)", flush=True)
        make(name, dev=dev)
        print(
            f"[{number}/{len(missing)}] the {name} environment is ready ({time.monotonic() - began:.0f} s)", flush=True
        )


def folder(name: str) -> Path:
    """Where an environment lives."""
    return ROOT / (".venv" if name == "labelhub" else f".venv-{name}")


def is_made(name: str, *, dev: bool) -> bool:
    """Tell whether the environment is complete; one with the test tools also serves where they are not needed."""
    kinds = [dev] if dev else [False, True]
    stamps = [(_stamp(name, dev=kind), _fingerprint(name, dev=kind)) for kind in kinds]
    return any(stamp.is_file() and stamp.read_text() == fingerprint for stamp, fingerprint in stamps)


def make(name: str, *, dev: bool) -> None:
    """Make or finish one environment; one that was begun and cannot be finished is made anew, once.

    Raises:
        Refused: it cannot be made.
    """
    place = folder(name)
    begun = _runs(place / "bin" / "python")
    if not begun:
        _create(place)
    for old in place.glob(".made-*"):
        old.unlink()
    wrong = _install(name, dev=dev)
    if wrong and begun and not _is_network_trouble(wrong):
        print("  what an earlier run has left cannot be finished: making it anew", flush=True)
        _create(place)
        wrong = _install(name, dev=dev)
    if wrong:
        print("".join(wrong), file=sys.stderr)
        mend = "check the network and run the same command" if _is_network_trouble(wrong) else "the lines above say why"
        raise Refused(f"installing the {name} environment stopped: {mend}")
    _stamp(name, dev=dev).write_text(_fingerprint(name, dev=dev))


def _lock(name: str, *, dev: bool) -> Path:
    return ROOT / "locks" / ("dev.txt" if dev and name == "labelhub" else f"{name}.txt")


def _stamp(name: str, *, dev: bool) -> Path:
    return folder(name) / f".made-{_lock(name, dev=dev).stem}"


def _fingerprint(name: str, *, dev: bool) -> str:
    lock = _lock(name, dev=dev).read_bytes()
    project = (ROOT / "pyproject.toml").read_bytes() if name == "labelhub" else b""
    return hashlib.sha256(lock + project + sys.version.encode() + str(ROOT).encode()).hexdigest()


def _create(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    try:
        venv.create(place, with_pip=True)
    except (subprocess.CalledProcessError, ImportError) as error:
        shutil.rmtree(place, ignore_errors=True)
        raise Refused(
            "this Python cannot make environments with pip: install its venv package "
            "(Debian and Ubuntu: `apt install python3-venv`) and run again"
        ) from error
    except OSError as error:
        raise Refused(f"cannot write {place}: {error.strerror}") from error


def _runs(python: Path) -> bool:
    try:
        asked = subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0


def _install(name: str, *, dev: bool) -> list[str]:
    """Install everything the lock names; return the last lines of what went wrong, none when all went well."""
    pip = [str(folder(name) / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    lock = _lock(name, dev=dev)
    steps = [[*pip, "--progress-bar", "off", "--require-hashes", "--no-deps", "-r", str(lock)]]
    if name == "labelhub":
        steps.append([*pip, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    total = sum("==" in line for line in lock.read_text().splitlines())
    for step in steps:
        wrong = _run(step, environment, folder(name), total)
        if wrong:
            return wrong
    return []


def _run(command: list[str], environment: dict[str, str], place: Path, total: int) -> list[str]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        with _unpacking_shown(place, total) as unpacking:
            tail = _show_progress(process.stdout, total, unpacking)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return tail or ["pip ended without a word\n"] if process.wait() != 0 else []


@contextmanager
def _unpacking_shown(place: Path, total: int) -> Iterator[threading.Event]:
    """Once the event is set, say how many packages are in place, until the block ends: pip says nothing meanwhile."""
    unpacking, ended = threading.Event(), threading.Event()

    def watch() -> None:
        unpacking.wait()
        while not ended.wait(1 if sys.stdout.isatty() else SAY_EVERY):
            there = sum(1 for _ in place.glob("lib/python3*/site-packages/*.dist-info"))
            _say_count(min(there, total), total, "in place")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield unpacking
    finally:
        ended.set()
        unpacking.set()
        watcher.join()
        if sys.stdout.isatty():
            print(flush=True)


def _say_count(number: int, total: int, what: str) -> None:
    if sys.stdout.isatty():
        print(f"\r  {number:4d} of {total} packages {what}  ", end="", flush=True)
    else:
        print(f"  {number} of {total} packages {what}", flush=True)


def _show_progress(lines: Iterable[str], total: int, unpacking: threading.Event) -> list[str]:
    """Show one line that moves on a terminal, or a line every ten seconds elsewhere; return the last lines read."""
    tail: list[str] = []
    read, said_at = 0, time.monotonic()
    moving = sys.stdout.isatty()
    for line in lines:
        tail = [*tail[1 - LINES_KEPT :], line]
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            read += 1
            if moving or time.monotonic() - said_at > SAY_EVERY:
                said_at = time.monotonic()
                _say_count(read, total, "read")
        elif line.startswith("Installing collected"):
            print(f"{chr(10) if moving else ''}  unpacking them (a minute or two)", flush=True)
            unpacking.set()
    return tail


def _is_network_trouble(lines: list[str]) -> bool:
    return any(sign in line for line in lines for sign in NETWORK_TROUBLE)


if __name__ == "__main__":
    sys.exit(main())
