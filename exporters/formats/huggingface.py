"""Hugging Face image folder: `train/metadata.jsonl` beside the pictures in `train/`, and the card `README.md`.

`load_dataset("imagefolder", data_dir=FOLDER)` reads it, with labels as text; `load_dataset(FOLDER)` reads the card as
well, whose features make classes of the labels, in the order of the dataset's list. The choices:

- pictures are in a folder named after the split, since readers otherwise look for words such as `test` in the names of
  pictures and leave out all others. No split was made, so all of them are in `train`.
- `objects` has one list per fact, each as long as there are boxes: `bbox` is the upright hull in pixels as
  `[x, y, width, height]`, also over the edge; `drawn` the box itself as `[x, y, width, height, rotation]`, turned in
  degrees, clockwise on the screen, around its own top left corner; `area` is that of the box itself.
- columns have one type in every row, because readers guess it from the first rows: `attributes` are an object as JSON
  text, and `frame` (from 0) and `track` (from 1) are -1 where there is none. For the same reason the rows with boxes
  come before those without.
- a picture that the set only refers to has its `file_name` like any other and `included` false: opening it fails.
"""

import tempfile
from collections.abc import Iterator
from itertools import chain
from typing import IO

import orjson

from exporters.attributes import as_text
from exporters.dataset import Box
from exporters.formats.huggingface_card import card
from exporters.geometry import hull
from exporters.pictures import Layout, Picture
from exporters.run import Run
from exporters.tracks import TrackNumbers

VERSION = "Hugging Face ImageFolder (datasets 5)"
FOLDER = "train"
METADATA = f"{FOLDER}/metadata.jsonl"
CARD = "README.md"
NONE = -1
CHUNK = 1 << 18


def write(run: Run) -> None:
    """Write every item of the run."""
    tracks, extensions = TrackNumbers(), set[str]()
    with tempfile.TemporaryFile() as drawn_on, tempfile.TemporaryFile() as bare:
        for item in run.items():
            tracks.next_item()
            for picture, boxes in run.pictures(item, Layout(folder=FOLDER)):
                followed = [NONE if picture.frame is None else tracks.of(box) for box in boxes]
                row = orjson.dumps(_row(picture, boxes, followed), option=orjson.OPT_APPEND_NEWLINE)
                (drawn_on if boxes else bare).write(row)
                if picture.content is not None:
                    extensions.add(picture.extension)
                for box in boxes:
                    run.keep(box)
        if not run.stopped:
            run.put(METADATA, chain(_chunks(drawn_on), _chunks(bare)))
            run.put(CARD, (card(run, folder=FOLDER, version=VERSION, extensions=sorted(extensions)).encode(),))


def _chunks(spool: IO[bytes]) -> Iterator[bytes]:
    spool.seek(0)
    while chunk := spool.read(CHUNK):
        yield chunk


def _row(picture: Picture, boxes: tuple[Box, ...], tracks: list[int]) -> dict[str, object]:
    item = picture.item
    return {
        "file_name": picture.file_name,
        "included": picture.content is not None,
        "width": item.width,
        "height": item.height,
        "footage_id": item.footage_id,
        "frame": NONE if picture.frame is None else picture.frame,
        "attributes": as_text(item.attributes),
        "objects": {
            "bbox": [_bbox(box) for box in boxes],
            "categories": [box.label for box in boxes],
            "area": [box.width * box.height for box in boxes],
            "drawn": [(box.x, box.y, box.width, box.height, box.rotation) for box in boxes],
            "attributes": [as_text(box.attributes) for box in boxes],
            "track": tracks,
            "shape": [box.id for box in boxes],
            "annotation": [box.annotation_id for box in boxes],
        },
    }


def _bbox(box: Box) -> tuple[float, float, float, float]:
    if not box.rotation % 360:
        return box.x, box.y, box.width, box.height
    around = hull(box)
    return around.left, around.top, around.width, around.height
