"""Find out what a file is without trusting it: the bytes are read only in a child process that may die.

The child has a memory limit, a time limit per file, no secrets in its environment and nowhere to write. One child
reads many files; when it dies or hangs, the file at hand is refused, the next file gets a new child, and the caller
never notices more.

`python -m labelhub.footage.probe PATH …` prints one JSON line per file.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from labelhub.footage import probe_wire
from labelhub.footage.probe_facts import Limits, Probed, Unusable, UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

__all__ = ["Limits", "Probed", "Prober", "ProbingUnavailableError", "Unusable", "UnusableFileError", "main", "probe"]

_FILES_PER_CHILD = 500  # decoders leak; a fresh child costs a fifth of a second
_LONGEST_ANSWER = 1 << 16
_LONGEST_PATH = 4096
_PACKAGES = Path(__file__).resolve().parents[2]


class ProbingUnavailableError(Exception):
    """The child process does not start, so nothing can be said about any file."""


def probe(path: Path, *, limits: Limits | None = None) -> Probed:
    """Read the file at `path` in a child of its own and say what it is. For many files, use a `Prober`.

    Raises:
        UnusableFileError: the file is refused; carries the reason.

    """
    with Prober(limits=limits) as prober:
        return prober.probe(path)


class Prober:
    """Reads file after file in one child process, and replaces the child when a file breaks it.

    Not to be shared by threads.
    """

    def __init__(self, *, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def probe(self, path: Path) -> Probed:
        """Read the file at `path` and say what it is.

        Raises:
            UnusableFileError: the file is refused; carries the reason.

        """
        if len(str(path)) > _LONGEST_PATH:
            raise UnusableFileError(path, Unusable.BAD_NAME, "its path is too long")
        child = self._ready_child()
        self._files += 1
        try:
            answer = self._asked(child, path)
        except BaseException:  # also an interrupt: an answer left in the pipe would be taken for the next file's
            self.close()
            raise
        return probe_wire.unpack_answer(answer, path)

    def probe_all(self, paths: Iterable[Path]) -> Iterator[Probed | UnusableFileError]:
        """Read file after file, in order; a refused one gives its error in place of its facts, and the rest go on."""
        for path in paths:
            try:
                yield self.probe(path)
            except UnusableFileError as refused:
                yield refused

    def close(self) -> None:
        """End the child, at once."""
        child, self._child, self._files = self._child, None, 0
        if child is not None:
            _ended(child)

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._files >= _FILES_PER_CHILD:
            self.close()
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = _started(self._limits)
        return self._child

    def _asked(self, child: subprocess.Popen[bytes], path: Path) -> bytes:
        deadline = time.monotonic() + self._limits.seconds_for(_size_of(path))
        try:
            if child.stdin is not None:
                os.write(child.stdin.fileno(), probe_wire.pack_question(path.absolute()))
            return _line_from(child, deadline)
        except TimeoutError as error:
            raise UnusableFileError(path, Unusable.TOO_SLOW) from error
        except (EOFError, BrokenPipeError) as error:
            raise UnusableFileError(path, Unusable.CRASHED) from error


def _started(limits: Limits) -> subprocess.Popen[bytes]:
    # -P and a bare environment: nothing in the working folder is imported, no secret of ours is in the child's memory.
    command = [sys.executable, "-P", "-m", "labelhub.footage.probe_child", probe_wire.pack_limits(limits)]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={"PYTHONPATH": str(_PACKAGES), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        ready = _line_from(child, time.monotonic() + limits.seconds)
    except (EOFError, TimeoutError) as error:
        _ended(child)
        raise ProbingUnavailableError(f"the process that reads files does not start: `{command[3]}`") from error
    if ready != probe_wire.READY:
        _ended(child)
        raise ProbingUnavailableError("the process that reads files does not say that it is ready")
    return child


def _size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except (OSError, ValueError):
        return 0


def _line_from(child: subprocess.Popen[bytes], deadline: float) -> bytes:
    """Return the next line of the child.

    Raises:
        EOFError: the child ended, or babbles.
        TimeoutError: nothing came in time.

    """
    if child.stdout is None:
        raise EOFError
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
            part = os.read(child.stdout.fileno(), _LONGEST_ANSWER)
            if not part or len(line) > _LONGEST_ANSWER:
                raise EOFError
            line += part
    return line


def _ended(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    child.wait()


def main(arguments: list[str]) -> int:
    """Print one JSON line per path; return 1 when any was refused."""
    refused = False
    with Prober() as prober:
        for path in map(Path, arguments):
            try:
                line = probe_wire.pack_probed(prober.probe(path))
            except UnusableFileError as error:
                refused = True
                line = probe_wire.pack_refusal(error)
            sys.stdout.write(line + "\n")
    return int(refused)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
