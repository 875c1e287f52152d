"""The child process of probing: takes a path per line, answers a line per path, and may be killed at any moment."""

from __future__ import annotations

import math
import resource
import signal
import sys
from typing import TYPE_CHECKING

from labelhub.footage import probe_wire
from labelhub.footage.probe_decode import read
from labelhub.footage.probe_facts import Limits, Unusable, UnusableFileError

if TYPE_CHECKING:
    from pathlib import Path

_GRACE_SECONDS = 5  # the caller kills first; the alarm is for a caller that is gone


def main(arguments: list[str]) -> int:
    """Answer every line of standard input until it ends."""
    limits = probe_wire.unpack_limits(arguments[0])
    _confine(limits)
    sys.stdout.write(probe_wire.READY.decode())
    sys.stdout.flush()
    for line in sys.stdin.buffer:
        path = probe_wire.unpack_question(line)
        signal.alarm(math.ceil(limits.seconds_for(_size_of(path))) + _GRACE_SECONDS)
        sys.stdout.write(_answer(path, limits) + "\n")
        sys.stdout.flush()
        signal.alarm(0)
    return 0


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the caller, who then ends us


def _size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except (OSError, ValueError):
        return 0


def _answer(path: Path, limits: Limits) -> str:
    try:
        return probe_wire.pack_probed(read(path, limits))
    except UnusableFileError as refused:
        return probe_wire.pack_refusal(refused)
    except Exception as error:  # noqa: BLE001 (the process edge: whatever a decoder raises refuses this file only)
        return probe_wire.pack_refusal(UnusableFileError(path, Unusable.CORRUPT, type(error).__name__))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
