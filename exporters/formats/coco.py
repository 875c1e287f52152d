"""COCO object detection: one JSON file, `annotations/instances_default.json`, beside `images/`.

As published, with these choices:

- ids of images, annotations and categories count from 1; categories follow the dataset's label list and nothing else.
- `bbox` is the upright hull in pixels, as drawn, also where it stands over the frame. A turned box also has `rotation`,
  and its four corners as `segmentation`, beginning at its own top left; `area` is the area of the box itself.
- keys beyond the specification, which its readers pass over: `attributes` on annotations and images; `track_id` from 1
  where a box belongs to a track; `source` names the shape and the annotation it was drawn in; `footage_id` and `frame`
  (from 0) on images.
- a picture without boxes is listed with its true width and height.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import orjson

from exporters.attributes import as_object
from exporters.dataset import Box, LabeledFootage
from exporters.geometry import corners, hull, turned
from exporters.pictures import Picture
from exporters.run import Run
from exporters.tracks import TrackNumbers

VERSION = "COCO 1.0"
DOCUMENT = "annotations/instances_default.json"
CHUNK = 1 << 18


@dataclass(slots=True)
class _Rows:
    """A JSON list that grows on disk, so that memory does not."""

    spool: IO[bytes]
    count: int = 0

    def add(self, row: dict[str, object]) -> None:
        self.spool.write(b"\n" if self.count == 0 else b",\n")
        self.spool.write(orjson.dumps(row))
        self.count += 1

    def chunks(self) -> Iterator[bytes]:
        self.spool.seek(0)
        while chunk := self.spool.read(CHUNK):
            yield chunk


def write(run: Run) -> None:
    """Write every item of the run."""
    numbers, tracks = run.label_numbers, TrackNumbers()
    with tempfile.TemporaryFile() as image_spool, tempfile.TemporaryFile() as annotation_spool:
        images, annotations = _Rows(image_spool), _Rows(annotation_spool)
        for item in run.items():
            tracks.next_item()
            for picture, boxes in run.pictures(item):
                images.add(_image(images.count + 1, picture))
                for box in boxes:
                    row = _annotation(annotations.count + 1, images.count, numbers[box.label] + 1, box)
                    if picture.frame is not None:
                        row["track_id"] = tracks.of(box)
                    annotations.add(row)
                    run.keep(box)
        if not run.stopped:
            run.put(DOCUMENT, _document(run, images, annotations))


def _document(run: Run, images: _Rows, annotations: _Rows) -> Iterator[bytes]:
    info = {"description": run.dataset.name, "version": VERSION}
    categories = [
        {"id": number, "name": label, "supercategory": ""} for number, label in enumerate(run.dataset.labels, start=1)
    ]
    yield b'{"info":' + orjson.dumps(info) + b',\n"licenses":[],\n"categories":' + orjson.dumps(categories)
    yield b',\n"images":['
    yield from images.chunks()
    yield b'],\n"annotations":['
    yield from annotations.chunks()
    yield b"]}\n"


def _image(number: int, picture: Picture) -> dict[str, object]:
    item: LabeledFootage = picture.item
    row: dict[str, object] = {
        "id": number,
        "file_name": picture.file_name,
        "width": item.width,
        "height": item.height,
        "footage_id": item.footage_id,
    }
    if picture.frame is not None:
        row["frame"] = picture.frame
    if item.attributes:
        row["attributes"] = as_object(item.attributes)
    return row


def _annotation(number: int, image: int, category: int, box: Box) -> dict[str, object]:
    around = hull(box)
    row: dict[str, object] = {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": [around.left, around.top, around.width, around.height],
        "area": box.width * box.height,
        "iscrowd": 0,
        "segmentation": [],
        "attributes": as_object(box.attributes),
        "source": {"shape": box.id, "annotation": box.annotation_id},
    }
    if turned(box):
        row["rotation"] = box.rotation
        row["segmentation"] = [[side for corner in corners(box) for side in corner]]
    else:
        row["bbox"] = [box.x, box.y, box.width, box.height]
    return row
