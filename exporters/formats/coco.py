"""COCO detection, segmentation and key points: one file, `annotations/instances_default.json`, beside `images/`.

As published, with these choices:

- ids of images, annotations and categories count from 1; categories follow the dataset's label list and nothing else.
- `bbox` is the upright hull in pixels, as drawn, also where it stands over the frame. A turned box also has `rotation`,
  and its four corners as `segmentation`, beginning at its own top left; `area` is the area of the box itself.
- a polygon is its `segmentation`, with `area` by the shoelace formula; one that was not closed is written closed. A
  mask is run lengths as compressed text, as `pycocotools` writes them. An ellipse is a polygon of 64 corners, with its
  true `area` and `bbox`, and `ellipse`: centre, radii, rotation.
- key points drawn under a box are the `keypoints` of that box, one place for each name of `Dataset.key_points`; others
  are an annotation each. A category that has any lists the names.
- keys beyond the specification, which its readers pass over: `attributes` on annotations and images; `track_id` from 1
  where a box belongs to a track; `source` names the shape and the annotation it was drawn in; `key_point_shapes` the
  key points behind `keypoints`; `footage_id` and `frame` (from 0) on images; `relations`, beside `annotations`, are
  pairs of their ids.
- a picture without boxes is listed with its true width and height.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

import orjson

from exporters.attributes import as_object
from exporters.dataset import Box, KeyPoint, LabeledFootage, Relation, Shape
from exporters.formats.coco_shapes import key_points, placed
from exporters.geometry import corners, hull, turned
from exporters.keypoints import Groups, Points, grouped
from exporters.losses import LossReason
from exporters.outlines import reductions
from exporters.pictures import Picture
from exporters.run import Run
from exporters.shapes import ShapeKind
from exporters.tracks import TrackNumbers

VERSION = "COCO 1.0"
CARRIES = frozenset(ShapeKind)
DOCUMENT = "annotations/instances_default.json"
CHUNK = 1 << 18


@dataclass(slots=True)
class _Rows:
    """A JSON list that grows on disk, so that memory does not."""

    spool: IO[bytes]
    count: int = 0

    def add(self, row: dict[str, object]) -> None:
        self.spool.write((b",\n" if self.count else b"\n") + orjson.dumps(row))
        self.count += 1

    def extend(self, rows: list[dict[str, object]]) -> None:
        if rows:
            self.spool.write((b",\n" if self.count else b"\n") + b",\n".join(map(orjson.dumps, rows)))
            self.count += len(rows)

    def chunks(self) -> Iterator[bytes]:
        self.spool.seek(0)
        while chunk := self.spool.read(CHUNK):
            yield chunk


@dataclass(slots=True)
class _Writer:
    """The document while it grows: its three lists, and what later rows need to know of earlier ones."""

    run: Run
    images: _Rows
    annotations: _Rows
    relations: _Rows
    tracks: TrackNumbers = field(default_factory=TrackNumbers)
    numbers: dict[str, int] = field(default_factory=dict)
    with_points: set[str] = field(default_factory=set)

    def picture(self, picture: Picture, boxes: tuple[Box, ...]) -> None:
        """Write one picture with all boxes, and with the shapes it holds."""
        self.images.add(_image(self.images.count + 1, picture))
        first = self.annotations.count + 1
        points = grouped(boxes, picture.shapes) if picture.shapes else Groups()
        rows = []
        for number, box in enumerate(boxes, start=first):
            row = self._box(number, box)
            if picture.frame is not None:
                row["track_id"] = self.tracks.of(box)
            if points.of_box and (own := points.take(box)):
                self._add_points(row, box.label, own)
            rows.append(row)
        self.annotations.extend(rows)
        self.run.keep_all(boxes)
        loose = {id(point) for point, _ in points.loose}
        alone = [shape for shape in picture.shapes if not isinstance(shape, KeyPoint) or id(shape) in loose]
        written = [*boxes, *(shape for shape in alone if self._shape(picture, shape))]
        if picture.relations:
            places = {(one.annotation_id, one.id): first + place for place, one in enumerate(written)}
            for relation in picture.relations:
                self._relation(picture, relation, places)

    def _box(self, number: int, box: Box) -> dict[str, object]:
        if not turned(box):
            return self._row(number, box, _upright(box))
        return self._row(number, box, _turned(box)) | {"rotation": box.rotation}

    def _shape(self, picture: Picture, shape: Shape) -> bool:
        """Write one shape that is no box, and say whether that was possible."""
        if shape.label not in self.numbers:
            # the name of a key point, but no class: under a box it would have been written
            self.run.drop(picture, shape, LossReason.LABEL_NOT_LISTED)
            return False
        for reason in reductions(shape):
            self.run.reduce(picture.item, shape.id, shape.label, reason)
        if isinstance(shape, KeyPoint):
            self.with_points.add(shape.label)
        number = self.annotations.count + 1
        self.annotations.add(self._row(number, shape, placed(shape, self.run.dataset.key_point_names)))
        self.run.keep(shape)
        return True

    def _add_points(self, row: dict[str, object], label: str, points: Points) -> None:
        """Add a box's key points to its row."""
        self.with_points.add(label)
        row |= key_points(points, self.run.dataset.key_point_names)
        row["key_point_shapes"] = [
            {"name": name, "shape": point.id, "width": point.width, "attributes": as_object(point.attributes)}
            for name, point in points.items()
        ]
        for point in points.values():
            self.run.keep(point)

    def _relation(self, picture: Picture, relation: Relation, places: dict[tuple[str, str], int]) -> None:
        ends = [places.get((relation.annotation_id, end)) for end in (relation.from_id, relation.to_id)]
        if None in ends:
            self.run.drop(picture, relation, LossReason.RELATION_END)
            return
        row: dict[str, object] = {"image_id": self.images.count, "from": ends[0], "to": ends[1]}
        self.relations.add(row | {"direction": relation.direction, "labels": relation.labels})
        self.run.keep(relation)

    def _row(self, number: int, drawn: Box | Shape, where: dict[str, object]) -> dict[str, object]:
        return {
            "id": number,
            "image_id": self.images.count,
            "category_id": self.numbers[drawn.label] + 1,
            **where,
            "attributes": as_object(drawn.attributes),
            "source": {"shape": drawn.id, "annotation": drawn.annotation_id},
        }

    def document(self) -> Iterator[bytes]:
        """The whole document, in pieces."""
        info = {"description": self.run.dataset.name, "version": VERSION}
        yield b'{"info":' + orjson.dumps(info) + b',\n"licenses":[],\n"categories":' + orjson.dumps(self._categories())
        yield b',\n"images":['
        yield from self.images.chunks()
        yield b'],\n"annotations":['
        yield from self.annotations.chunks()
        if self.relations.count:
            yield b'],\n"relations":['
            yield from self.relations.chunks()
        yield b"]}\n"

    def _categories(self) -> list[dict[str, object]]:
        names = {"keypoints": self.run.dataset.key_point_names, "skeleton": ()}
        return [
            {"id": number, "name": label, "supercategory": "", **(names if label in self.with_points else {})}
            for number, label in enumerate(self.run.dataset.labels, start=1)
        ]


def write(run: Run) -> None:
    """Write every item of the run."""
    with ExitStack() as stack:
        images, annotations, relations = (_Rows(stack.enter_context(tempfile.TemporaryFile())) for _ in range(3))
        writer = _Writer(run, images, annotations, relations, numbers=run.label_numbers)
        for item in run.items():
            writer.tracks.next_item()
            for picture, boxes in run.pictures(item):
                writer.picture(picture, boxes)
        if not run.stopped:
            run.put(DOCUMENT, writer.document())


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


def _upright(box: Box) -> dict[str, object]:
    return {
        "bbox": [box.x, box.y, box.width, box.height],
        "area": box.width * box.height,
        "iscrowd": 0,
        "segmentation": [],
    }


def _turned(box: Box) -> dict[str, object]:
    around = hull(box)
    return {
        "bbox": [around.left, around.top, around.width, around.height],
        "area": box.width * box.height,
        "iscrowd": 0,
        "segmentation": [[side for corner in corners(box) for side in corner]],
    }
