"""MOTChallenge: a folder per video with `gt/gt.txt`, `gt/labels.txt`, `seqinfo.ini` and every frame in `img1/`.

As MOT17 is published, with these choices:

- frames, tracks, classes and pixels count from 1, so a box that begins at the picture's edge has a left of 1. Boxes
  over the frame stay as drawn, as the benchmark's own do.
- lines are in the order of frames. A class is its place in the dataset's label list; `gt/labels.txt` has the names, as
  CVAT and Datumaro read them, where the benchmark has a fixed list.
- the flag whether a line counts is 0 where an attribute `ignored` says yes. Visibility (0 to 1) comes from an attribute
  of this name, and is 1 without one: readers leave out what is hardly visible.
- a frame rate that is no whole number is rounded and reported, since readers take no other; not on record, it is -1.

Stills and rotation are refused unless losses are allowed. Other attributes are only counted in the manifest.
"""

from collections.abc import Iterator
from functools import lru_cache

from exporters.dataset import Attributes, AttributeValue, Box, LabeledFootage
from exporters.geometry import hull, turned
from exporters.losses import LossReason
from exporters.pictures import Layout, Picture
from exporters.run import Run
from exporters.said import flag, share, told_apart
from exporters.spool import Spool
from exporters.tracks import track_numbers
from exporters.wording import number
from residency import MediaKind

VERSION = "MOTChallenge MOT17"


def write(run: Run) -> None:
    """Write every item of the run."""
    for item in run.items():
        if item.media_kind is MediaKind.VIDEO:
            _write_sequence(run, item)
        else:
            run.leave_out(item, LossReason.STILL)


def mot_line(frame: int, track: int, box: Box, class_number: int, says: str) -> str:
    """One line, from numbers that count from 1 and what the attributes say of flag and visibility."""
    around = hull(box)
    width, height = (around.width, around.height) if turned(box) else (box.width, box.height)
    place = f"{number(around.left + 1)},{number(around.top + 1)},{number(width)},{number(height)}"
    counts, visibility = says.split()
    return f"{frame},{track},{place},{counts},{class_number},{visibility}\n"


def _write_sequence(run: Run, item: LabeledFootage) -> None:
    classes, tracks, name = run.label_numbers, track_numbers(item), ""
    _report(run, item)
    with Spool() as lines:
        for picture, boxes in run.pictures(item, LAYOUT):
            name = picture.sequence
            for box in boxes:
                says, left = _fields(box.attributes)
                own = tracks[box.annotation_id, box.id]
                lines.add(mot_line((picture.frame or 0) + 1, own, box, classes[box.label] + 1, says))
                if left:
                    run.reduce(item, box.id, box.label, LossReason.ATTRIBUTES, picture.frame)
                if turned(box):
                    run.reduce(item, box.id, box.label, LossReason.ROTATION, picture.frame)
                run.keep(box)
        if not run.stopped:
            run.put(f"{name}/gt/gt.txt", lines.chunks())
            run.put(f"{name}/gt/labels.txt", tuple(f"{_one_line(label)}\n".encode() for label in run.dataset.labels))
            run.put(f"{name}/seqinfo.ini", ("".join(_sequence(item, name)).encode(),))


def _report(run: Run, item: LabeledFootage) -> None:
    if item.attributes:
        run.reduce(item, "", "", LossReason.ATTRIBUTES)
    if item.fps is not None and item.fps.denominator != 1:
        run.reduce(item, "", "", LossReason.FRAME_RATE)
    for label in run.dataset.labels:
        if _one_line(label) != label:
            run.reduce(item, "", label, LossReason.LABEL_NAME)


def _one_line(label: str) -> str:
    """A name as its line is read: without white space around it or line breaks in it."""
    return " ".join(label.splitlines()).strip()


def _frame_file(picture: Picture) -> str:
    return f"{picture.sequence}/img1/{(picture.frame or 0) + 1:06d}{picture.extension}"


def _sequence(item: LabeledFootage, name: str) -> Iterator[str]:
    yield f"[Sequence]\nname={name}\nimDir=img1\nframeRate={-1 if item.fps is None else round(item.fps)}\n"
    yield f"seqLength={item.frames}\nimWidth={item.width}\nimHeight={item.height}\nimExt=.jpg\n"


def _counts(value: AttributeValue) -> str | None:
    """The flag of a line for an answer to `ignored`."""
    return {"1": "0", "0": "1"}.get(flag(value) or "")


LAYOUT = Layout(folder="", name=_frame_file, every_frame=True)
FIELDS = {"ignored": _counts, "visibility": share}


@lru_cache(maxsize=4096)
def _fields(attributes: Attributes) -> tuple[str, bool]:
    """Flag and visibility, and whether anything is left that they do not say."""
    said, left = told_apart(attributes, FIELDS)
    return f"{said.get('ignored', '1')} {said.get('visibility', '1')}", bool(left)
