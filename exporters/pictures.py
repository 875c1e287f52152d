"""Footage as pictures: a still is one, a video is one per frame that shows something labeled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter, itemgetter

from exporters.dataset import Box, LabeledFootage, Relation, Shape
from exporters.names import suffix_of
from exporters.tracks import boxes_by_frame
from residency import MediaKind

KNOWN_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of a training set. Without `content` the set only refers to it; `frame` counts from 0.

    `boxes` are all of them; `shapes` and `relations` are what the run found the format to carry.
    """

    item: LabeledFootage
    stem: str
    extension: str
    boxes: tuple[Box, ...]
    shapes: tuple[Shape, ...] = ()
    relations: tuple[Relation, ...] = ()
    frame: int | None = None
    content: bytes | None = None

    @property
    def file_name(self) -> str:
        """Stem and extension."""
        return f"{self.stem}{self.extension}"

    @property
    def sequence(self) -> str:
        """What the names of all pictures of this footage begin with."""
        return self.stem if self.frame is None else self.stem.rpartition("-f")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a format keeps its pictures: a folder, the name in it, and whether a video is all its frames.

    With `is_put` false the format's writer puts them itself.
    """

    folder: str = "images"
    name: Callable[[Picture], str] = attrgetter("file_name")
    every_frame: bool = False
    is_put: bool = True

    def path(self, picture: Picture) -> str:
        """The picture's path in the set."""
        return f"{self.folder}/{self.name(picture)}" if self.folder else self.name(picture)


IMAGES = Layout()
"""`images/`, and of a video only the frames that show something labeled."""


def pictures_of(item: LabeledFootage, stem: str, *, with_media: bool, every_frame: bool = False) -> Iterator[Picture]:
    """Every picture of the footage, in order, under names that begin with `stem`."""
    included = with_media and item.media is not None
    if item.media_kind is MediaKind.VIDEO:
        frames = _frames(item, stem, every_frame=every_frame)
        yield from _cut_frames(item, frames) if included else frames
    elif included:
        from exporters.media import clean_still  # noqa: PLC0415 - its decoders take long to load; references need none

        extension, content = clean_still(item)
        yield Picture(item=item, stem=stem, extension=extension, boxes=item.boxes, content=content)
    else:
        suffix = suffix_of(item.name).lower()
        extension = suffix if suffix in KNOWN_EXTENSIONS else ".jpg"
        yield Picture(item=item, stem=stem, extension=extension, boxes=item.boxes)


def _frames(item: LabeledFootage, stem: str, *, every_frame: bool) -> Iterator[Picture]:
    shown = _shown(item)
    for frame, boxes in _filled(shown, item.frames or 0) if every_frame else shown:
        yield Picture(item=item, stem=f"{stem}-f{frame:06d}", extension=".jpg", boxes=boxes, frame=frame)


def _shown(item: LabeledFootage) -> Iterator[tuple[int, tuple[Box, ...]]]:
    """The frames that show something, each with its boxes."""
    by_track = [boxes_by_frame(track, item.frames or 0) for track in item.tracks]
    for frame, boxes in groupby(merge(*by_track, key=itemgetter(0)), key=itemgetter(0)):
        yield frame, tuple(box for _, box in boxes)


def _filled(shown: Iterator[tuple[int, tuple[Box, ...]]], frames: int) -> Iterator[tuple[int, tuple[Box, ...]]]:
    """The same with all other frames between them, empty."""
    following = 0
    for frame, boxes in shown:
        yield from ((empty, ()) for empty in range(following, frame))
        yield frame, boxes
        following = frame + 1
    yield from ((empty, ()) for empty in range(following, frames))


def _cut_frames(item: LabeledFootage, waiting: Iterator[Picture]) -> Iterator[Picture]:
    from exporters.media import FrameCutter  # noqa: PLC0415 - as above

    first = next(waiting, None)
    if first is None:
        return
    with FrameCutter(item) as cutter:
        for picture in chain((first,), waiting):
            yield Picture(
                item=item,
                stem=picture.stem,
                extension=picture.extension,
                boxes=picture.boxes,
                frame=picture.frame,
                content=cutter.jpeg(picture.frame or 0),
            )
