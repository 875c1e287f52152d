"""Make the two virtual environments from the lock files: one for labelhub, one for Label Studio.

Standard library only, because it runs before anything is installed. An environment counts as made only when its stamp
file holds the hash of the lock it was made from; an interrupted install has no stamp and is simply continued. It refuses
to install anything whose hash the lock file does not name.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
FREE_BYTES = 4 * 1024**3


def main(arguments: list[str] | None = None) -> int:
    """Make what is missing and say what is done; return the process exit code."""
    parser = argparse.ArgumentParser(description="Make labelhub's virtual environments.")
    parser.add_argument("--dev", action="store_true", help="also install what the tests and checks need")
    parser.add_argument("--only", choices=["labelhub", "studio"], help="make just this one")
    options = parser.parse_args(arguments)
    if sys.version_info < OLDEST:
        return _refuse(f"Python {sys.version.split()[0]} is too old: install Python 3.11 or newer and run again")
    wanted = [options.only] if options.only else ["labelhub", "studio"]
    if not all(_is_made(name, dev=options.dev) for name in wanted) and shutil.disk_usage(ROOT).free < FREE_BYTES:
        return _refuse(f"less than 4 GB free at {ROOT}: make room there and run again")
    for number, name in enumerate(wanted, start=1):
        if not _is_made(name, dev=options.dev):
            print(f"[{number}/{len(wanted)}] installing the {name} environment (minutes the first time)", flush=True)
            if not _make(name, dev=options.dev):
                return _refuse(f"installing the {name} environment stopped: check the network and run the same command")
    return 0


def folder(name: str) -> Path:
    """Where an environment lives."""
    return ROOT / (".venv" if name == "labelhub" else ".venv-studio")


def _lock(name: str, *, dev: bool) -> Path:
    return ROOT / "locks" / ("dev.txt" if dev and name == "labelhub" else f"{name}.txt")


def _stamp(name: str, *, dev: bool) -> Path:
    return folder(name) / f".made-{_lock(name, dev=dev).stem}"


def _fingerprint(name: str, *, dev: bool) -> str:
    lock = _lock(name, dev=dev).read_bytes()
    project = (ROOT / "pyproject.toml").read_bytes() if name == "labelhub" else b""
    return hashlib.sha256(lock + project + sys.version.encode() + str(ROOT).encode()).hexdigest()


def _is_made(name: str, *, dev: bool) -> bool:
    """Tell whether the environment is complete; one with the test tools also serves where they are not needed."""
    kinds = [dev] if dev else [False, True]
    stamps = [(_stamp(name, dev=kind), _fingerprint(name, dev=kind)) for kind in kinds]
    return any(stamp.is_file() and stamp.read_text() == fingerprint for stamp, fingerprint in stamps)


def _make(name: str, *, dev: bool) -> bool:
    place = folder(name)
    python = place / "bin" / "python"
    if not _runs(python):
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
    for old in place.glob(".made-*"):
        old.unlink()
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    steps = [[*pip, "--require-hashes", "--no-deps", "-r", str(_lock(name, dev=dev))]]
    if name == "labelhub":
        steps.append([*pip, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    for step in steps:
        if not _run_showing_progress(step, environment):
            return False
    stamp = _stamp(name, dev=dev)
    stamp.write_text(_fingerprint(name, dev=dev))
    return True


def _runs(python: Path) -> bool:
    return python.exists() and subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True).returncode == 0


def _run_showing_progress(command: list[str], environment: dict[str, str]) -> bool:
    """Run pip and show one line that moves on a terminal, or a line every 25 packages elsewhere."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    tail: list[str] = []
    collected = 0
    for line in process.stdout:
        tail = [*tail[-19:], line]
        if line.startswith("Collecting "):
            collected += 1
            if sys.stdout.isatty():
                print(f"\r  {collected:4d} {line.split()[1][:60]:<60}", end="", flush=True)
            elif collected % 25 == 0:
                print(f"  {collected} packages read", flush=True)
        elif line.startswith("Installing collected"):
            print(f"\n  unpacking {collected} packages" if sys.stdout.isatty() else "  unpacking", flush=True)
    if process.wait() != 0:
        print("".join(tail), file=sys.stderr)
    return process.returncode == 0


def _refuse(reason: str) -> int:
    print(f"labelhub: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
