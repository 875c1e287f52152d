"""Where a training set is written: one file after the other, and all of it or nothing."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from exporters.errors import SinkError
from exporters.names import check_path

Chunks = Iterable[bytes]


class Sink(Protocol):
    """Takes the files of one training set. Give a file's content as a tuple where it is known whole."""

    def write(self, name: str, chunks: Chunks) -> None:
        """Write one file; raise `UnsafeNameError` for a name that could leave the set."""

    def finish(self) -> None:
        """Make the set appear, complete."""

    def discard(self) -> None:
        """Leave nothing behind under the final name."""


class DirectorySink:
    """Writes a folder: under a temporary name beside it, renamed when everything is there."""

    def __init__(self, folder: Path) -> None:
        if folder.exists():
            raise SinkError(f"`{folder.name}` exists already")
        self._folder = folder
        self._partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))

    def write(self, name: str, chunks: Chunks) -> None:
        """Write one file into the folder to be."""
        check_path(name)
        path = self._partial / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as out:
                out.writelines(chunks)
        except FileExistsError as error:
            raise SinkError(f"`{name}` is written twice") from error

    def finish(self) -> None:
        """Give the folder its name, unless somebody else took it meanwhile."""
        self._partial.chmod(0o755)
        try:
            self._partial.rename(self._folder)
        except OSError as error:
            raise SinkError(f"`{self._folder.name}` appeared while it was being written") from error

    def discard(self) -> None:
        """Remove what was written so far."""
        shutil.rmtree(self._partial, ignore_errors=True)


class ZipSink:
    """Writes one archive to a stream that need not be seekable; the same files give the same bytes.

    Entries are stored, in the order they come, all with the same time. The stream stays open and is the caller's:
    after `discard`, what it holds is no archive and has to be thrown away.
    """

    EPOCH = (1980, 1, 1, 0, 0, 0)
    UNIX = 3
    PLAIN_FILE = 0o100644 << 16

    def __init__(self, out: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(_Forward(out), "w", zipfile.ZIP_STORED)

    def write(self, name: str, chunks: Chunks) -> None:
        """Write one entry."""
        check_path(name)
        if name in self._archive.NameToInfo:
            raise SinkError(f"`{name}` is written twice")
        info = zipfile.ZipInfo(name, self.EPOCH)
        info.create_system, info.external_attr = self.UNIX, self.PLAIN_FILE
        with self._archive.open(info, "w", force_zip64=not isinstance(chunks, tuple)) as entry:
            for chunk in chunks:
                entry.write(chunk)

    def finish(self) -> None:
        """Write the table of contents."""
        self._archive.close()

    def discard(self) -> None:
        """Write nothing more: without a table of contents the stream is no archive."""
        self._archive.fp = None


class _Forward:
    """A stream that can only be written to, so that an archive looks the same wherever it goes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        self._out.flush()

    def close(self) -> None:
        """Leave the caller's stream open."""
