"""A file of a set that is written last and known bit by bit: it waits on disk, so that memory does not grow."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

CHUNK = 1 << 18
IN_MEMORY = 1 << 16


class Spool:
    """Takes text and gives it back as bytes; small ones never reach the disk."""

    def __init__(self, *beginning: str) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 # closed by __exit__
        for text in beginning:
            self.add(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, text: str) -> None:
        """Append."""
        self._file.write(text.encode())

    def chunks(self) -> Iterator[bytes]:
        """Everything so far, from the start."""
        self._file.seek(0)
        while chunk := self._file.read(CHUNK):
            yield chunk
