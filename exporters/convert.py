"""What `convert` does: an export file of Label Studio becomes a training set, whole or not at all."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from exporters.config import MOST_BYTES, LabelingConfig, read_config
from exporters.dataset import Dataset
from exporters.envelope import MOST_KEY, read_private_key
from exporters.errors import ExportError, SinkError
from exporters.manifest import Manifest
from exporters.pointers import PictureFolder, Size, read_sizes
from exporters.progress import Bar
from exporters.reading import TaskReader
from exporters.sink import DirectorySink, Sink, ZipSink
from exporters.studio_file import Chosen, StudioFile
from exporters.write import write_uncleared

PIPE = "-"


class FileError(ExportError):
    """A file that was named on the command line and cannot be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for on the command line."""

    source: str
    config: Path
    file_format: str
    out: str
    name: str
    purpose: str
    chosen: Chosen
    sizes: Path | None
    images: Path | None
    lossy: bool
    sign_key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """What a process was born with; the command takes them as arguments so that it can be tried without one."""

    given: BinaryIO
    out: BinaryIO
    says: TextIO
    now: Callable[[], float]


def convert(wanted: Wanted, streams: Streams) -> Manifest:
    """Write the set that was asked for.

    Raises:
        ExportError: something cannot be read or written; nothing is left under the name asked for.
    """
    config = _config(wanted.config)
    sizes = _sizes(wanted.sizes)
    key = None if wanted.sign_key is None else read_private_key(read_key(wanted.sign_key))
    folder = None if wanted.images is None else _folder(wanted.images)
    with _source(wanted.source, streams) as (stream, total), _sink(wanted.out, streams) as sink:
        reader = TaskReader(stream)
        studio = StudioFile(reader=reader, config=config, sizes=sizes, folder=folder, chosen=wanted.chosen)
        dataset = Dataset(name=wanted.name, labels=config.labels, purpose=wanted.purpose, items=studio.items())
        bar = Bar(out=streams.says, now=streams.now, done=lambda: reader.consumed, total=total)
        try:
            return write_uncleared(
                dataset,
                wanted.file_format,
                sink,
                source=lambda: studio.counts,
                lossy=wanted.lossy,
                signing_key=key,
                progress=bar.tell if streams.says.isatty() else None,
            )
        finally:
            bar.clear()


def _config(path: Path) -> LabelingConfig:
    with _opened(path) as stream:
        return read_config(stream.read(MOST_BYTES + 1))


def read_key(path: Path) -> str:
    """The text of a key file.

    Raises:
        FileError: it cannot be read, or is no text.
    """
    with _opened(path) as stream:
        try:
            return stream.read(MOST_KEY).decode()
        except UnicodeDecodeError as error:
            raise FileError(f"`{path.name}` holds no key: it is no text") from error


def _sizes(path: Path | None) -> dict[str, Size]:
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return read_sizes(lines)
    except OSError as error:
        raise FileError(f"`{path.name}` cannot be read: {error.strerror}") from error


def _folder(path: Path) -> PictureFolder:
    if not path.is_dir():
        raise FileError(f"`{path.name}` is no folder of pictures")
    return PictureFolder(path)


@contextmanager
def _source(name: str, streams: Streams) -> Iterator[tuple[BinaryIO, int]]:
    """The stream to read and, where it is known, its size."""
    if name == PIPE:
        yield streams.given, 0
        return
    with _opened(Path(name)) as stream:
        yield stream, os.fstat(stream.fileno()).st_size


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise FileError(f"`{path.name}` cannot be read: {error.strerror}") from error
    with stream:
        yield stream


@contextmanager
def _sink(name: str, streams: Streams) -> Iterator[Sink]:
    """Where the set goes: a pipe, an archive that gets its name at the end, or a folder likewise."""
    if name == PIPE:
        yield ZipSink(streams.out)
        streams.out.flush()
        return
    path = Path(name)
    if path.exists():
        raise SinkError(f"`{path.name}` exists already; name another, or take it away")
    if not path.parent.is_dir():
        raise SinkError(f"there is no folder `{path.parent.name}` to write `{path.name}` into")
    if path.suffix.lower() != ".zip":
        yield DirectorySink(path)
        return
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with partial.open("xb") as out:
            yield ZipSink(out)
        # A link, unlike a rename, never takes the place of a file that appeared meanwhile.
        path.hardlink_to(partial)
    except FileExistsError as error:
        raise SinkError(f"`{path.name}` appeared while it was being written") from error
    finally:
        partial.unlink(missing_ok=True)
