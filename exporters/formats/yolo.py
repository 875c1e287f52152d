"""Ultralytics YOLO, four tasks: `images/`, one text file per picture in `labels/`, and `data.yaml`.

A line is a class and fractions of the picture:

- detect: the upright box, centre and size. Rotation is lost: the hull is written.
- obb: the four corners of a box as it was turned, from its own top left on.
- segment: the corners of a polygon, or of a box. An ellipse is a polygon of 64 corners; a polygon that was not closed
  is written closed. Masks have no line.
- pose: the upright box and its key points, three numbers each, in the order of `Dataset.key_points`. A key point that
  was not drawn under a box has no line. How wide a point was drawn is never written.

What no line carries: the identity of a track over frames, and the part of a shape that stands over the frame (it is
clipped, since readers throw out a whole picture for one such shape). All this is refused unless losses are allowed.
Attributes, which the format has no place for, are only counted in the manifest, never refused.

Classes count from 0, as the format asks, in the order of the dataset's label list. A picture without shapes has an
empty text file, which readers take as a picture of nothing. `data.yaml` names all pictures for training and validation
alike, since readers ask for both and no split was made; of a split there is one over all its folders. For pose it
names no `flip_idx`: which points change sides in a mirror nobody said, and without it readers do not mirror.
"""

from collections.abc import Callable, Iterator

import orjson

from exporters.dataset import Box, Ellipse, LabeledFootage, Polygon, Shape
from exporters.formats.yolo_lines import box_inside, corner_line, outline_inside, pose_line, yolo_line
from exporters.geometry import corners, inside_frame, turned
from exporters.keypoints import grouped
from exporters.losses import LossReason
from exporters.outlines import bounds, outline, reductions
from exporters.pictures import Picture
from exporters.run import Run
from exporters.shapes import ShapeKind
from exporters.tracks import visible_frames
from residency import MediaKind

VERSION = "Ultralytics YOLO detect 8"
VERSION_OBB = "Ultralytics YOLO obb 8"
VERSION_SEGMENT = "Ultralytics YOLO segment 8"
VERSION_POSE = "Ultralytics YOLO pose 8"
SEGMENT_CARRIES = frozenset({ShapeKind.POLYGON, ShapeKind.ELLIPSE})
POSE_CARRIES = frozenset({ShapeKind.KEY_POINT})
DESCRIPTION = "data.yaml"

Numbers = dict[str, int]
Lines = Callable[[Run, Picture, tuple[Box, ...], Numbers], Iterator[str]]


def write(run: Run) -> None:
    """Write every item of the run for detection."""
    _write(run, _detect, VERSION)


def write_obb(run: Run) -> None:
    """Write every item of the run for turned boxes."""
    _write(run, _obb, VERSION_OBB)


def write_segment(run: Run) -> None:
    """Write every item of the run for segmentation."""
    _write(run, _segment, VERSION_SEGMENT)


def write_pose(run: Run) -> None:
    """Write every item of the run for boxes with key points."""
    _write(run, _pose, VERSION_POSE, _points_named(run))


def join(run: Run, sides: tuple[str, ...]) -> None:
    """Write the description over the sides of a split for detection."""
    _describe(run, VERSION, "", sides)


def join_obb(run: Run, sides: tuple[str, ...]) -> None:
    """Write the description over the sides of a split for turned boxes."""
    _describe(run, VERSION_OBB, "", sides)


def join_segment(run: Run, sides: tuple[str, ...]) -> None:
    """Write the description over the sides of a split for segmentation."""
    _describe(run, VERSION_SEGMENT, "", sides)


def join_pose(run: Run, sides: tuple[str, ...]) -> None:
    """Write the description over the sides of a split for boxes with key points."""
    _describe(run, VERSION_POSE, _points_named(run), sides)


def _points_named(run: Run) -> str:
    names = run.dataset.key_point_names
    listed = orjson.dumps(names).decode()
    named = "".join(f"  {number}: {listed}\n" for number in range(len(run.dataset.labels)))
    return f"kpt_shape: [{len(names)}, 3]\nkpt_names:\n{named}"


def _write(run: Run, lines: Lines, version: str, more: str = "") -> None:
    numbers = run.label_numbers
    for item in run.items():
        _report_item(run, item)
        for picture, boxes in run.pictures(item):
            text = "".join(lines(run, picture, boxes, numbers))
            if not run.stopped:
                run.put(f"labels/{picture.stem}.txt", (text.encode(),))
    if not run.stopped and not run.folder:
        _describe(run, version, more, ())


def _describe(run: Run, version: str, more: str, sides: tuple[str, ...]) -> None:
    run.put(DESCRIPTION, ("".join(_description(run, version, more, sides)).encode(),))


def _detect(run: Run, picture: Picture, boxes: tuple[Box, ...], numbers: Numbers) -> Iterator[str]:
    item = picture.item
    for box in boxes:
        _report_box(run, picture, box)
        run.keep(box)
        yield yolo_line(box, item.width, item.height, numbers[box.label])


def _obb(run: Run, picture: Picture, boxes: tuple[Box, ...], numbers: Numbers) -> Iterator[str]:
    item = picture.item
    for box in boxes:
        part = box_inside(box, item)
        if not part:
            run.drop(picture, box, LossReason.OUTSIDE_FRAME)
            continue
        _report_box(run, picture, box, rotation=False)
        run.keep(box)
        yield corner_line(part, item, numbers[box.label])


def _segment(run: Run, picture: Picture, boxes: tuple[Box, ...], numbers: Numbers) -> Iterator[str]:
    item = picture.item
    for drawn in (*boxes, *picture.shapes):
        part = outline_inside(_outline(drawn), item)
        if not part:
            run.drop(picture, drawn, LossReason.OUTSIDE_FRAME)
            continue
        if isinstance(drawn, Box):
            _report_box(run, picture, drawn, rotation=False)
        else:
            _report_shape(run, picture, drawn)
        run.keep(drawn)
        yield corner_line(part, item, numbers[drawn.label])


def _pose(run: Run, picture: Picture, boxes: tuple[Box, ...], numbers: Numbers) -> Iterator[str]:
    groups = grouped(boxes, picture.shapes)
    for point, reason in groups.loose:
        run.drop(picture, point, reason)
    for box in boxes:
        points = groups.take(box)
        _report_box(run, picture, box)
        run.keep(box)
        for point in points.values():
            _report_shape(run, picture, point)
            run.keep(point)
        yield pose_line(box, points, run.dataset.key_point_names, picture.item, numbers[box.label])


def _outline(drawn: Box | Shape) -> tuple[tuple[float, float], ...]:
    """The corners of what segmentation carries; of anything else, none."""
    if isinstance(drawn, Box):
        return corners(drawn)
    return outline(drawn) if isinstance(drawn, Polygon | Ellipse) else ()


def _report_item(run: Run, item: LabeledFootage) -> None:
    for track in item.tracks:
        if item.media_kind is MediaKind.VIDEO and visible_frames(track, item.frames or 0):
            run.reduce(item, track.id, track.label, LossReason.TRACK_IDENTITY)
    if item.attributes:
        run.reduce(item, "", "", LossReason.ATTRIBUTES)


def _report_box(run: Run, picture: Picture, box: Box, *, rotation: bool = True) -> None:
    """Report what a line does not say about this box; with `rotation` it does not say how it was turned."""
    item = picture.item
    if rotation and turned(box):
        run.reduce(item, box.id, box.label, LossReason.ROTATION, picture.frame)
    if not inside_frame(box, item.width, item.height):
        run.reduce(item, box.id, box.label, LossReason.CLIPPED, picture.frame)
    if box.attributes:
        run.reduce(item, box.id, box.label, LossReason.ATTRIBUTES, picture.frame)


def _report_shape(run: Run, picture: Picture, shape: Shape) -> None:
    """Report what a line does not say about this shape."""
    item = picture.item
    for reason in reductions(shape):
        run.reduce(item, shape.id, shape.label, reason, picture.frame)
    if isinstance(shape, Polygon | Ellipse) and not bounds(shape).inside(item.width, item.height):
        run.reduce(item, shape.id, shape.label, LossReason.CLIPPED, picture.frame)
    if shape.attributes:
        run.reduce(item, shape.id, shape.label, LossReason.ATTRIBUTES, picture.frame)


def _description(run: Run, version: str, more: str, sides: tuple[str, ...]) -> Iterator[str]:
    """`data.yaml`; names are quoted as JSON, which YAML reads as it is."""
    said = "each side in its folder" if sides else "no split was made, both sides name all pictures"
    yield f"# {orjson.dumps(run.dataset.name).decode()}: {version}; {said}\n"
    # Readers ask for both, also of a split that has no such side.
    named = {one: f"{one}/images" for one in sides} or {"train": "images", "val": "images"}
    named = {"train": next(iter(named.values())), "val": list(named.values())[-1]} | named
    yield "".join(f"{side}: {folder}\n" for side, folder in named.items())
    yield f"nc: {len(run.dataset.labels)}\nnames:\n"
    for number, label in enumerate(run.dataset.labels):
        yield f"  {number}: {orjson.dumps(label).decode()}\n"
    yield more
