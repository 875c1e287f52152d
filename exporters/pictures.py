"""Footage as pictures: a still is one, a video is one per frame that shows something labeled."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from pathlib import PurePosixPath

from exporters.dataset import Box, LabeledFootage
from exporters.media import FrameCutter, clean_still
from exporters.tracks import boxes_by_frame
from residency import MediaKind

KNOWN_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of a training set. Without `content` the set only refers to it; `frame` counts from 0."""

    item: LabeledFootage
    stem: str
    extension: str
    boxes: tuple[Box, ...]
    frame: int | None = None
    content: bytes | None = None

    @property
    def file_name(self) -> str:
        """Stem and extension."""
        return f"{self.stem}{self.extension}"


def pictures_of(item: LabeledFootage, stem: str, *, with_media: bool) -> Iterator[Picture]:
    """Every picture of the footage, in order, under names that begin with `stem`."""
    included = with_media and item.media is not None
    if item.media_kind is MediaKind.VIDEO:
        yield from _cut_frames(item, stem) if included else _frames(item, stem)
    elif included:
        extension, content = clean_still(item)
        yield Picture(item=item, stem=stem, extension=extension, boxes=item.boxes, content=content)
    else:
        suffix = PurePosixPath(item.name).suffix.lower()
        extension = suffix if suffix in KNOWN_EXTENSIONS else ".jpg"
        yield Picture(item=item, stem=stem, extension=extension, boxes=item.boxes)


def _frames(item: LabeledFootage, stem: str) -> Iterator[Picture]:
    by_track = [boxes_by_frame(track, item.frames or 0) for track in item.tracks]
    for frame, shown in groupby(merge(*by_track, key=itemgetter(0)), key=itemgetter(0)):
        boxes = tuple(box for _, box in shown)
        yield Picture(item=item, stem=f"{stem}-f{frame:06d}", extension=".jpg", boxes=boxes, frame=frame)


def _cut_frames(item: LabeledFootage, stem: str) -> Iterator[Picture]:
    waiting = _frames(item, stem)
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
