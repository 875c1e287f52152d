"""WebDataset: `shards/000000.tar` and so on, a sample being a picture and its JSON, and `dataset.json` beside them.

- a sample is `KEY.jpg` (or the picture's own extension) and `KEY.json`, one after the other. Readers split a name at
  its first dot, so a dot in the name of a picture is a tilde in its key; no other name has a tilde.
- a picture that the set only refers to has `KEY.json` alone, with its `file_name` and `included` false.
- shapes are in pixels as drawn: `x`, `y`, `width`, `height`, and `rotation` in degrees, clockwise on the screen, around
  the box's own top left corner. `label_id` is the place in the dataset's list, from 0; `track_id` counts from 1.
- `dataset.json` has the labels in their order and the number of samples in each shard.

The tar headers say nothing of when or where they were written, so the same input gives the same bytes.
"""

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

import orjson

from exporters.attributes import as_object
from exporters.dataset import Box
from exporters.pictures import Layout, Picture
from exporters.run import Run
from exporters.tracks import TrackNumbers

VERSION = "WebDataset 1.0 (POSIX.1-2001 tar)"
DESCRIPTION = "dataset.json"
SAMPLES = 1_000
"""Samples in a shard, at most."""
MODE = 0o644


@dataclass(frozen=True, slots=True)
class _Sample:
    """The files of one sample: extension and content."""

    key: str
    files: tuple[tuple[str, bytes], ...]


def write(run: Run) -> None:
    """Write every item of the run."""
    samples, shards = _samples(run), _Shards(run)
    for first in samples:
        shards.put(chain((first,), islice(samples, SAMPLES - 1)))
    if not run.stopped:
        run.put(DESCRIPTION, (_description(run, shards.sizes),))


class _Shards:
    """Puts one shard after the other and remembers how many samples each has."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.sizes: list[int] = []

    def put(self, samples: Iterable[_Sample]) -> None:
        """Write these samples as the next shard, while they come; a refused run only goes through them."""
        number = len(self.sizes)
        self.sizes.append(0)
        content = self._tar(samples)
        if self._run.stopped:
            for _ in content:
                pass
        else:
            self._run.put(f"shards/{number:06d}.tar", content)

    def _tar(self, samples: Iterable[_Sample]) -> Iterator[bytes]:
        written = 0
        for sample in samples:
            self.sizes[-1] += 1
            for extension, content in sample.files:
                for part in tar_entry(f"{sample.key}{extension}", content):
                    written += len(part)
                    yield part
        ending = 2 * tarfile.BLOCKSIZE
        yield bytes(ending + -(written + ending) % tarfile.RECORDSIZE)


def key_of(stem: str) -> str:
    """The key for a picture of this stem: the stem without dots, and no two stems share one."""
    return stem.replace(".", "~")


def tar_entry(name: str, content: bytes) -> Iterator[bytes]:
    """One file as it stands in a tar archive: header, content, and zeros up to a whole block."""
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = len(content), MODE, 0
    yield header.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
    yield content
    yield bytes(-len(content) % tarfile.BLOCKSIZE)


def _samples(run: Run) -> Iterator[_Sample]:
    numbers, tracks = run.label_numbers, TrackNumbers()
    for item in run.items():
        tracks.next_item()
        for picture, boxes in run.pictures(item, Layout(is_put=False)):
            shapes = [
                _shape(box, numbers[box.label], None if picture.frame is None else tracks.of(box)) for box in boxes
            ]
            labels = (".json", orjson.dumps(_picture(picture, shapes), option=orjson.OPT_APPEND_NEWLINE))
            files = (labels,) if picture.content is None else ((picture.extension, picture.content), labels)
            for box in boxes:
                run.keep(box)
            yield _Sample(key_of(picture.stem), files)


def _picture(picture: Picture, shapes: list[dict[str, object]]) -> dict[str, object]:
    item = picture.item
    return {
        "file_name": picture.file_name,
        "included": picture.content is not None,
        "width": item.width,
        "height": item.height,
        "footage_id": item.footage_id,
        "frame": picture.frame,
        "attributes": as_object(item.attributes),
        "shapes": shapes,
    }


def _shape(box: Box, label: int, track: int | None) -> dict[str, object]:
    return {
        "kind": "box",
        "label": box.label,
        "label_id": label,
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "rotation": box.rotation,
        "attributes": as_object(box.attributes),
        "track_id": track,
        "shape_id": box.id,
        "annotation_id": box.annotation_id,
    }


def _description(run: Run, sizes: list[int]) -> bytes:
    document = {
        "dataset": run.dataset.name,
        "format": VERSION,
        "labels": run.dataset.labels,
        "shards": [{"name": f"shards/{number:06d}.tar", "samples": size} for number, size in enumerate(sizes)],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
