"""Where a training set is written: one file after the other, and all of it or nothing."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from exporters.errors import SinkError
from exporters.ids import Texts
from exporters.kept import Kept
from exporters.names import check_path

Chunks = Iterable[bytes]

EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX = 3
PLAIN_FILE = 0o100644 << 16
KEPT = ("flag_bits", "CRC", "compress_size", "file_size", "header_offset", "extract_version", "create_version")
"""What an archive's table of contents says of an entry beside its name, and is not the same for all."""


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

    def __init__(self, out: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(_Forward(out), "w", zipfile.ZIP_STORED)
        self._names = Texts()
        self._entries = Kept(_encode_entry, _decode_entry)

    def write(self, name: str, chunks: Chunks) -> None:
        """Write one entry."""
        check_path(name)
        if not self._names.add(name):
            raise SinkError(f"`{name}` is written twice")
        info = _entry(name)
        with self._archive.open(info, "w", force_zip64=not isinstance(chunks, tuple)) as entry:
            for chunk in chunks:
                entry.write(chunk)
        # The archive would hold all entries in memory until its end; it needs them only for its table of contents.
        self._entries.append(info)
        self._archive.filelist.clear()
        self._archive.NameToInfo.clear()

    def finish(self) -> None:
        """Write the table of contents."""
        self._archive.filelist = self._entries  # type: ignore[assignment] # it is only gone through and counted
        self._archive.close()

    def discard(self) -> None:
        """Write nothing more: without a table of contents the stream is no archive."""
        self._archive.fp = None


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system, info.external_attr = UNIX, PLAIN_FILE
    return info


def _encode_entry(info: zipfile.ZipInfo) -> dict[str, Any]:
    return {"name": info.filename} | {name: getattr(info, name) for name in KEPT}


def _decode_entry(row: dict[str, Any]) -> zipfile.ZipInfo:
    info = _entry(row["name"])
    for name in KEPT:
        setattr(info, name, row[name])
    return info


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
