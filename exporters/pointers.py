"""From what a task says about its picture to a name, a size and, where there is a folder of pictures, a file.

An address is only ever taken apart; nothing is fetched. Folders stay part of the name, so pictures of the same base
name in two folders stay two.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

from exporters.errors import ExportError, MalformedResultError, UnsafeNameError

MOST_SIDE = 1_000_000
MOST_FRAMES = 100_000_000
CHUNK = 1 << 20
INLINE = {"image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/bmp": ".bmp", "video/mp4": ".mp4"}
PLAIN = frozenset(":?#%")
COLUMNS = (2, 3)
NUMBER = re.compile(r"[0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a picture or video is; `frames` only of a video."""

    width: int
    height: int
    frames: int | None = None


class SizesError(ExportError):
    """A table of sizes that cannot be read."""


class PictureFileError(ExportError):
    """A picture that the given folder does not have, or that two pictures would share."""


def name_of(value: object, *, task: str, where: str) -> str:
    """The name of a picture, with its folders, from a path, an address or a data address."""
    if not isinstance(value, str) or not value:
        raise MalformedResultError(task, f"{where} should be the path or address of a picture")
    if PLAIN.isdisjoint(value):
        return value.strip("/")
    if value.startswith("data:"):
        return f"task-{task}{INLINE.get(value[5:64].partition(';')[0], '.jpg')}"
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise MalformedResultError(task, f"{where} is no address that can be read") from error
    local = parse_qs(parts.query).get("d") if "local-files" in parts.path else None
    return (local[0] if local else unquote(parts.path)).strip("/")


def read_sizes(lines: Iterable[str]) -> dict[str, Size]:
    """Read a table `name,width,height`, with `frames` as a fourth column where there are videos.

    Raises:
        SizesError: a row is not that, or gives a name a second size.
    """
    sizes: dict[str, Size] = {}
    try:
        for number, row in enumerate(csv.reader(lines), start=1):
            if not row or (number == 1 and row[1:3] == ["width", "height"]):
                continue
            size = _size(row, number)
            if sizes.setdefault(row[0], size) != size:
                raise SizesError(f"line {number} of the sizes gives `{row[0][:80]}` a second size")
    except (csv.Error, UnicodeDecodeError) as error:
        raise SizesError(f"the sizes are no table that can be read: {error}") from error
    return sizes


def _size(row: list[str], number: int) -> Size:
    cells = row[1:]
    if len(cells) not in COLUMNS or not row[0] or not all(NUMBER.fullmatch(cell) for cell in cells):
        raise SizesError(f"line {number} of the sizes should be `name,width,height` or `name,width,height,frames`")
    width, height, frames = (*(int(cell) for cell in cells), 0)[:3]
    if not 0 < width <= MOST_SIDE or not 0 < height <= MOST_SIDE:
        raise SizesError(f"line {number} of the sizes gives `{row[0][:80]}` no size that can be meant")
    return Size(width, height, frames or None)


@dataclass(slots=True)
class PictureFolder:
    """A folder that holds the pictures, under their whole name or its last parts."""

    root: Path
    _given: dict[Path, str] = field(default_factory=dict)

    def find(self, name: str, *, task: str) -> tuple[str, Callable[[], BinaryIO]]:
        """The hash of a picture's bytes, and how to open them.

        Raises:
            UnsafeNameError: the name would leave the folder.
            PictureFileError: there is no such file, or it was taken for a picture of another name.
        """
        parts = [part for part in PurePosixPath(name).parts if part not in ("/", ".")]
        if ".." in parts or "\0" in name:
            raise UnsafeNameError(f"task `{task}`: a name with `..` or NUL leads out of the folder of pictures")
        path = next((path for start in range(len(parts)) if (path := self._inside(parts[start:])) is not None), None)
        if path is None:
            raise PictureFileError(f"task `{task}`: the folder of pictures has no `{name[-80:]}`")
        if self._given.setdefault(path, name) != name:
            raise PictureFileError(f"task `{task}`: `{path.name}` was already taken for a picture of another folder")
        return _hash(path), cast("Callable[[], BinaryIO]", partial(path.open, "rb"))

    def _inside(self, parts: list[str]) -> Path | None:
        try:
            path = self.root.joinpath(*parts).resolve()
            return path if path.is_relative_to(self.root.resolve()) and path.is_file() else None
        except OSError:  # a name that the file system cannot hold is a name it does not have
            return None


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
