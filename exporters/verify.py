"""Check a training set against its own manifest, and the manifest against its signature, offline.

The two are separate answers: files can be as listed in a manifest that nobody signed.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from exporters.envelope import ENVELOPE_NAME, EnvelopeError, UnknownSignerError, check
from exporters.errors import ManifestError
from exporters.manifest import MANIFEST_NAME, FileEntry, Manifest, read_manifest

CHUNK = 1 << 20
MOST_ENVELOPE = 1 << 30
"""Bytes of an envelope; one of a million files has a quarter of that."""


class Signed(StrEnum):
    """What can be said of the signature of a set."""

    VERIFIED = "verified"
    UNKNOWN_KEY = "signed by an unknown key"
    NOT_SIGNED = "not signed"
    NOT_THIS_SET = "not a signature of this set"


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """The answer, and why where there is more to say."""

    signed: Signed
    why: str = ""


class SetFiles(Protocol):
    """The files of a training set, wherever they are."""

    def names(self) -> set[str]:
        """Every file of the set."""

    def open(self, name: str) -> IO[bytes]:
        """One file of the set."""


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> set[str]:
        return {path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if not path.is_dir()}

    def open(self, name: str) -> IO[bytes]:
        return (self._root / name).open("rb")


class _Archive:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def names(self) -> set[str]:
        return set(self._archive.namelist())

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(name)


def verify(path: Path) -> tuple[str, ...]:
    """Every way in which the set at `path`, a folder or an archive, differs from its manifest; empty when intact.

    Raises:
        ManifestError: there is no manifest to check against.
    """
    with opened_set(path) as files:
        present = files.names()
        manifest = manifest_of(files, path.name)
        listed = {entry.name for entry in manifest.files}
        extra = sorted(present - listed - {MANIFEST_NAME, ENVELOPE_NAME})
        return (
            *(problem for entry in manifest.files for problem in _problems(entry, files, present)),
            *(f"`{name}` is not in the manifest" for name in extra),
        )


def verify_signature(path: Path, public_key: Ed25519PublicKey | None = None) -> SignatureFinding:
    """Whether the holder of the key signed the set at `path`; without a key, every signature is by an unknown one.

    Says nothing about the files: `verify` does.

    Raises:
        ManifestError: there is no manifest that could be signed.
    """
    with opened_set(path) as files:
        manifest = _manifest_bytes(files, path.name)
        if ENVELOPE_NAME not in files.names():
            return SignatureFinding(Signed.NOT_SIGNED)
        if public_key is None:
            return SignatureFinding(Signed.UNKNOWN_KEY, "no key was given to check it by")
        with files.open(ENVELOPE_NAME) as stream:
            envelope = stream.read(MOST_ENVELOPE)
    try:
        check(envelope, public_key, manifest)
    except UnknownSignerError as error:
        return SignatureFinding(Signed.UNKNOWN_KEY, str(error))
    except EnvelopeError as error:
        return SignatureFinding(Signed.NOT_THIS_SET, str(error))
    return SignatureFinding(Signed.VERIFIED)


def manifest_of(files: SetFiles, name: str) -> Manifest:
    """The manifest of an opened set.

    Raises:
        ManifestError: there is none, or it cannot be read.
    """
    return read_manifest(_manifest_bytes(files, name))


def _manifest_bytes(files: SetFiles, name: str) -> bytes:
    if MANIFEST_NAME not in files.names():
        raise ManifestError(f"`{name}` has no `{MANIFEST_NAME}`")
    try:
        with files.open(MANIFEST_NAME) as stream:
            return stream.read()
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise ManifestError(f"the manifest of `{name}` cannot be read: {error}") from error


def _problems(entry: FileEntry, files: SetFiles, present: set[str]) -> Iterator[str]:
    if entry.name not in present:
        yield f"`{entry.name}` is missing"
        return
    try:
        size, digest = _measure(files, entry)
    except zipfile.BadZipFile:
        yield f"`{entry.name}` is damaged"
        return
    if size != entry.size:
        yield f"`{entry.name}` has another size than its `{entry.size}` bytes"
    elif digest != entry.sha256:
        yield f"`{entry.name}` has other content"


def _measure(files: SetFiles, entry: FileEntry) -> tuple[int, str]:
    """Size and hash of a file, reading no further than one byte past its stated size."""
    digest, left = hashlib.sha256(), entry.size + 1
    with files.open(entry.name) as stream:
        while left and (chunk := stream.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
    return entry.size + 1 - left, digest.hexdigest()


@contextmanager
def opened_set(path: Path) -> Iterator[SetFiles]:
    """The files of a set, a folder or an archive."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise ManifestError(f"`{path.name}` is neither a folder nor an archive") from error
    with archive:
        yield _Archive(archive)
