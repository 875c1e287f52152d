"""What `convert` does: an export file of Label Studio becomes a training set, whole or not at all."""

import os
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from exporters.bundles import Candidate
from exporters.config import MOST_BYTES, LabelingConfig, read_config
from exporters.dataset import Dataset, LabeledFootage
from exporters.envelope import MOST_KEY, read_private_key
from exporters.errors import ExportError, SinkError
from exporters.grouping import GroupBy, candidate, task_of
from exporters.manifest import Manifest
from exporters.parts import Parts
from exporters.pointers import PictureFolder, Size, read_sizes
from exporters.progress import Bar
from exporters.reading import TaskReader
from exporters.selection import Selection
from exporters.sink import DirectorySink, Sink, ZipSink
from exporters.splits import Shares, Side, split
from exporters.studio_file import Chosen, StudioFile
from exporters.write import write_uncleared

PIPE = "-"


class FileError(ExportError):
    """A file that was named on the command line and cannot be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWanted:
    """Which split was asked for, if one was."""

    shares: Shares
    group_by: GroupBy
    seed: int


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
    split: SplitWanted | None = None
    selection: Selection | None = None


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
    labels = wanted.selection.labels(config.labels) if wanted.selection else config.labels
    sizes = _sizes(wanted.sizes)
    key = None if wanted.sign_key is None else read_private_key(read_key(wanted.sign_key))
    folder = None if wanted.images is None else _folder(wanted.images)
    with _source(wanted.source, streams, again=wanted.split is not None) as (stream, total):
        passes = _Passes(stream=stream, total=total, config=config, sizes=sizes, chosen=wanted.chosen)
        parts = None if wanted.split is None else _parts(passes, folder, wanted.split, wanted.selection)
        with _sink(wanted.out, streams) as sink:
            items = () if parts else passes.items(folder)
            dataset = Dataset(name=wanted.name, labels=labels, purpose=wanted.purpose, items=items)
            bar = Bar(out=streams.says, now=streams.now, done=passes.consumed, total=total * passes.times(parts))
            try:
                return write_uncleared(
                    dataset,
                    wanted.file_format,
                    sink,
                    source=lambda: passes.counts,
                    lossy=wanted.lossy,
                    signing_key=key,
                    selection=wanted.selection,
                    parts=parts,
                    progress=bar.tell if streams.says.isatty() else None,
                )
            finally:
                bar.clear()


@dataclass(slots=True, kw_only=True)
class _Passes:
    """The file, as often as it has to be gone through; the counts are those of the first time, which is of all."""

    stream: BinaryIO
    total: int
    config: LabelingConfig
    sizes: dict[str, Size]
    chosen: Chosen
    _first: StudioFile | None = None
    _reader: TaskReader | None = None
    _done: int = 0

    @property
    def counts(self) -> Counter[str]:
        """What the file held."""
        return self._first.counts if self._first else Counter()

    def consumed(self) -> int:
        """Bytes read, over all passes."""
        return self._done * self.total + (self._reader.consumed if self._reader else 0)

    @staticmethod
    def times(parts: Parts | None) -> int:
        """How often the file is gone through: for each side, and once before that."""
        return 1 if parts is None else 1 + len(parts.splits.sides)

    def items(self, folder: PictureFolder | None, tasks: frozenset[str] | None = None) -> Iterator[LabeledFootage]:
        """The items of these tasks, or of all."""
        if self._first is not None:
            self.stream.seek(0)
            self._done += 1
        self._reader = TaskReader(self.stream)
        studio = StudioFile(
            reader=self._reader, config=self.config, sizes=self.sizes, folder=folder, chosen=self.chosen, tasks=tasks
        )
        self._first = self._first or studio
        yield from studio.items()


def _parts(passes: _Passes, folder: PictureFolder | None, wanted: SplitWanted, selection: Selection | None) -> Parts:
    """Go through the file once to know what is to be split."""
    left: set[str] = set()
    found = split(_candidates(passes, wanted, selection, left), shares=wanted.shares, seed=wanted.seed)
    first = found.sides[0].side

    def items(side: Side) -> Iterable[LabeledFootage]:
        tasks = {task_of(item) for item, own in found.assigned if own is side}
        # What is left out whole is on no side; the first one reports it.
        return passes.items(folder, frozenset(tasks | left) if side is first else frozenset(tasks))

    return Parts(splits=found, group_by=wanted.group_by, items=items)


def _candidates(
    passes: _Passes, wanted: SplitWanted, selection: Selection | None, left: set[str]
) -> Iterator[Candidate]:
    """What stays of each item; the tasks of which nothing stays are put into `left`."""
    kept: set[str] = set()
    for item in passes.items(None):
        picked = None if selection is None else selection.of(item)
        task = task_of(item.footage_id)
        if picked is not None and picked.dropped is not None:
            left.add(task)
            continue
        kept.add(task)
        yield candidate(item if picked is None else picked.item, wanted.group_by)
    left -= kept


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
def _source(name: str, streams: Streams, *, again: bool) -> Iterator[tuple[BinaryIO, int]]:
    """The stream to read and, where it is known, its size; to be read `again`, a pipe is kept on disk meanwhile."""
    if name == PIPE:
        with _kept(streams.given) if again else nullcontext(streams.given) as stream:
            yield stream, 0
        return
    with _opened(Path(name)) as stream:
        size = os.fstat(stream.fileno()).st_size
        with _kept(stream) if again and not stream.seekable() else nullcontext(stream) as seekable:
            yield seekable, size


@contextmanager
def _kept(stream: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(stream, file)
        file.seek(0)
        yield cast("BinaryIO", file)


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
