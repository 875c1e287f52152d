"""Ultralytics YOLO detection: `images/`, one text file per picture in `labels/`, and `data.yaml`.

A line is the class and the upright box, centre and size as fractions of the picture. What that cannot carry:

- rotation (the hull is written), the identity of a track over frames, and the part of a box that stands over the frame
  (the box is clipped, since readers throw out a whole picture for one such box): refused unless losses are allowed.
- attributes: the format has no place for any, so they are only counted in the manifest, never refused.

Classes count from 0, as the format asks, in the order of the dataset's label list. A picture without boxes has an empty
text file, which readers take as a picture of nothing. `data.yaml` names all pictures for training and validation alike,
since readers ask for both and no split was made.
"""

from collections.abc import Iterator

import orjson

from exporters.dataset import Box, LabeledFootage
from exporters.geometry import hull, turned
from exporters.losses import LossReason
from exporters.pictures import Picture
from exporters.run import Run
from exporters.tracks import visible_frames
from residency import MediaKind

VERSION = "Ultralytics YOLO detect 8"
DESCRIPTION = "data.yaml"


def write(run: Run) -> None:
    """Write every item of the run."""
    numbers = run.label_numbers
    for item in run.items():
        _report_item(run, item)
        for picture, boxes in run.pictures(item):
            _report_boxes(run, picture, boxes)
            lines = "".join(yolo_line(box, item.width, item.height, numbers[box.label]) for box in boxes)
            if not run.stopped:
                run.put(f"labels/{picture.stem}.txt", (lines.encode(),))
            for box in boxes:
                run.keep(box)
    if not run.stopped:
        run.put(DESCRIPTION, ("".join(_description(run)).encode(),))


def yolo_line(box: Box, width: int, height: int, class_number: int) -> str:
    """One line: class, then centre and size as fractions of a picture of this size."""
    part = hull(box).clipped(width, height)
    across, down = (part.left + part.right) / 2 / width, (part.top + part.bottom) / 2 / height
    return f"{class_number} {across:.9f} {down:.9f} {part.width / width:.9f} {part.height / height:.9f}\n"


def _report_item(run: Run, item: LabeledFootage) -> None:
    for track in item.tracks:
        if item.media_kind is MediaKind.VIDEO and visible_frames(track, item.frames or 0):
            run.reduce(item, track.id, track.label, LossReason.TRACK_IDENTITY)
    if item.attributes:
        run.reduce(item, "", "", LossReason.ATTRIBUTES)


def _report_boxes(run: Run, picture: Picture, boxes: tuple[Box, ...]) -> None:
    item = picture.item
    for box in boxes:
        for reason in _reductions(item, box):
            run.reduce(item, box.id, box.label, reason, picture.frame)


def _reductions(item: LabeledFootage, box: Box) -> Iterator[LossReason]:
    """What a line does not say about this box."""
    if turned(box):
        yield LossReason.ROTATION
    if not hull(box).inside(item.width, item.height):
        yield LossReason.CLIPPED
    if box.attributes:
        yield LossReason.ATTRIBUTES


def _description(run: Run) -> Iterator[str]:
    """`data.yaml`; names are quoted as JSON, which YAML reads as it is."""
    yield f"# {orjson.dumps(run.dataset.name).decode()}: {VERSION}; no split was made, both sides name all pictures\n"
    yield "train: images\nval: images\n"
    yield f"nc: {len(run.dataset.labels)}\nnames:\n"
    for number, label in enumerate(run.dataset.labels):
        yield f"  {number}: {orjson.dumps(label).decode()}\n"
