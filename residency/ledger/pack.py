"""An evidence pack as files: a ZIP or a folder, read as streams, each file held against the manifest.

A pack comes from somebody who may want to deceive. So a name that stands twice, a link, a way out of the folder or a
file too large to be what it should be is refused before anything is read from it.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from residency.errors import EncodingError
from residency.ledger.entry import Json, read_canonical
from residency.ledger.errors import PackError
from residency.ledger.findings import Findings, Kind
from residency.outside import shown

FORMAT: Final = "labelhub-evidence-1"
MANIFEST: Final = "manifest.json"
LARGEST_READ_WHOLE: Final = 16 * 2**20
_PIECE: Final = 2**20
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class DamagedError(PackError):
    """A file of a pack that ends or breaks while it is read."""


class Source(ABC):
    """Where the files of a pack lie: their names, and each as a stream."""

    names: frozenset[str]

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """One file from its beginning."""

    def close(self) -> None:  # noqa: B027  only a ZIP holds anything open
        """Let go of what is open."""


class _Zip(Source):
    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as err:
            raise PackError(f"`{path.name}` is no ZIP that can be read") from err
        names = [one.filename for one in self._zip.infolist() if not one.is_dir()]
        if len(set(names)) < len(names):
            self._zip.close()
            raise PackError("the pack has two files of the same name; nobody could say which one was meant")
        self.names = frozenset(names)

    def open(self, name: str) -> BinaryIO:
        try:
            return self._zip.open(name)  # type: ignore[return-value]  # it reads like any other
        except _DAMAGE as err:
            raise DamagedError(f"`{name}` cannot be read") from err

    def close(self) -> None:
        self._zip.close()


class _Folder(Source):
    def __init__(self, path: Path) -> None:
        self._path = path
        found: list[str] = []
        for folder, folders, files in os.walk(path):
            here = Path(folder)
            if any((here / one).is_symlink() for one in (*folders, *files)):
                raise PackError("the pack has a link in it; a pack holds files only")
            found += ((here / one).relative_to(path).as_posix() for one in files)
        self.names = frozenset(found)

    def open(self, name: str) -> BinaryIO:
        return (self._path / name).open("rb")


def open_source(path: Path) -> Source:
    """The files of a pack.

    Raises:
        PackError: there is no ZIP and no folder, or one that no pack looks like.
        OSError: it cannot be read.
    """
    source = _Folder(path) if path.is_dir() else _Zip(path)
    for name in source.names:
        if name.startswith("/") or "\\" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
            source.close()
            raise PackError(f"the pack has a file named {shown(name)}, which leads out of it")
    return source


class Pack:
    """The files of a pack with their manifest: read from here, each is hashed on the way."""

    def __init__(self, source: Source) -> None:
        """Read the manifest.

        Raises:
            PackError: there is none, or none of a format known here.
        """
        if MANIFEST not in source.names:
            raise PackError(f"there is no `{MANIFEST}`; this is no evidence pack")
        self._source = source
        self._hashes: dict[str, str] = {}
        self.manifest = _read_manifest(self.read(MANIFEST))
        self.listed: Mapping[str, Json] = self.manifest["files"]  # type: ignore[assignment]
        self.names = source.names - {MANIFEST}

    def read(self, name: str) -> bytes:
        """One whole file, which cannot be larger than 16 MiB.

        Raises:
            PackError: it is larger.
            DamagedError: it breaks off.
        """
        return b"".join(self.stream(name, most=LARGEST_READ_WHOLE))

    def stream(self, name: str, *, most: int | None = None) -> Iterator[bytes]:
        """One file in pieces of at most 1 MiB.

        Raises:
            PackError: it is larger than `most`.
            DamagedError: it breaks off.
        """
        digest, size = hashlib.sha256(), 0
        with self._source.open(name) as file:
            while piece := _read_piece(file, name):
                digest.update(piece)
                size += len(piece)
                if most is not None and size > most:
                    raise PackError(f"`{name}` is larger than {most} bytes, which no such file is")
                yield piece
        self._hashes[name] = digest.hexdigest()

    def lines(self, name: str) -> Iterator[bytes]:
        """One file line by line, without the line ends.

        Raises:
            DamagedError: it breaks off.
        """
        rest = b""
        for piece in self.stream(name):
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > LARGEST_READ_WHOLE:
                raise DamagedError(f"`{name}` has a line that is too long")
            yield from whole
        if rest:
            yield rest

    def hash_of(self, name: str) -> str:
        """The hash of a file, read now if it was not read whole before."""
        if name not in self._hashes:
            for _ in self.stream(name):
                pass
        return self._hashes[name]

    def check_files(self, findings: Findings) -> None:
        """Hold every file against the manifest; to be called last, when most have been read anyway."""
        for name in sorted(self.names - self.listed.keys()):
            findings.add(Kind.FILE_ADDED, name, "it is not in the manifest")
        for name, listed in sorted(self.listed.items()):
            if name not in self.names:
                findings.add(Kind.FILE_MISSING, name, "it is in the manifest only")
                continue
            try:
                found = self.hash_of(name)
            except DamagedError:
                findings.add(Kind.FILE_CHANGED, name, "it breaks off: the pack is damaged")
                continue
            if found != listed:
                findings.add(Kind.FILE_CHANGED, name, f"its hash is `{found}`, the manifest lists {shown(listed)}")


def _read_piece(file: BinaryIO, name: str) -> bytes:
    try:
        return file.read(_PIECE)
    except _DAMAGE as err:
        raise DamagedError(f"`{name}` breaks off") from err


def _read_manifest(data: bytes) -> Mapping[str, Json]:
    try:
        said = read_canonical(data)
    except EncodingError as err:
        raise PackError(f"`{MANIFEST}` cannot be read: {err}") from err
    if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(said.get("files"), dict):
        raise PackError(f"`{MANIFEST}` is not of the format `{FORMAT}`; another release may read it")
    return said
