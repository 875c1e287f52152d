"""CVAT for video 1.1: a folder per video with `annotations.xml` and every frame in `images/`.

As CVAT documents and writes it, with these choices:

- a folder is one CVAT task. A track's box is there for every frame that shows it, as in CVAT's own files; `keyframe` is
  1 for the track's key frames and wherever a straight line between its neighbours would not give the box exactly.
- a track that is gone has a box with `outside` at the first frame without it.
- `rotation` is about the centre, clockwise, as CVAT has it; boxes over the frame stay as drawn.
- `occluded` comes from an attribute of this name that says yes or no. All other attributes are on every box of the
  track, and with their names in the label list as texts that do not change over a track.
- no times of making or changing are written, so that the same set gives the same bytes.

Stills are refused unless losses are allowed: CVAT has them in another format. Attributes of a whole video are only
counted in the manifest.
"""

from collections.abc import Iterator
from math import cos, radians, sin

from exporters.dataset import Box, LabeledFootage, Track
from exporters.geometry import turned
from exporters.losses import LossReason
from exporters.pictures import Layout, Picture
from exporters.run import Run
from exporters.said import flag, told_apart
from exporters.tracks import box_at, track_numbers, turns_at
from exporters.wording import number, spelled, xml
from residency import MediaKind

VERSION = "CVAT for video 1.1"
FIELDS = {"occluded": flag}

Spans = list[list[int]]
"""Runs of frames, each as its first frame and the one after its last."""


def write(run: Run) -> None:
    """Write every item of the run."""
    for item in run.items():
        if item.media_kind is MediaKind.VIDEO:
            _write_task(run, item)
        else:
            run.leave_out(item, LossReason.STILL)


def cvat_place(box: Box) -> str:
    """Where a box is: the corners it has before it is turned about its centre, and by how much it is turned."""
    left, top = box.x, box.y
    if not turned(box):
        return _corners(left, top, box)
    angle = radians(box.rotation)
    left += (box.width * cos(angle) - box.height * sin(angle) - box.width) / 2
    top += (box.width * sin(angle) + box.height * cos(angle) - box.height) / 2
    return f'{_corners(left, top, box)} rotation="{number(box.rotation % 360)}"'


def _corners(left: float, top: float, box: Box) -> str:
    right, bottom = number(left + box.width), number(top + box.height)
    return f'xtl="{number(left)}" ytl="{number(top)}" xbr="{right}" ybr="{bottom}"'


def _write_task(run: Run, item: LabeledFootage) -> None:
    if item.attributes:
        run.reduce(item, "", "", LossReason.ATTRIBUTES)
    shown: dict[tuple[str, str], Spans] = {key: [] for key in track_numbers(item)}
    name = ""
    for picture, boxes in run.pictures(item, LAYOUT):
        name = picture.sequence
        for box in boxes:
            _extend(shown[box.annotation_id, box.id], picture.frame or 0)
            run.keep(box)
    if not run.stopped:
        run.put(f"{name}/annotations.xml", (part.encode() for part in _document(run, item, name, shown)))


def _extend(spans: Spans, frame: int) -> None:
    if spans and spans[-1][1] == frame:
        spans[-1][1] = frame + 1
    else:
        spans.append([frame, frame + 1])


def _document(run: Run, item: LabeledFootage, name: str, shown: dict[tuple[str, str], Spans]) -> Iterator[str]:
    yield from _meta(run, item, name)
    number_of_track = 0
    for track in item.tracks:
        spans = shown[track.annotation_id, track.id]
        if spans:
            yield f'  <track id="{number_of_track}" label="{xml(track.label)}" source="manual">\n'
            yield from _boxes(track, spans, item.frames or 0)
            yield "  </track>\n"
            number_of_track += 1
    yield "</annotations>\n"


def _meta(run: Run, item: LabeledFootage, name: str) -> Iterator[str]:
    frames = item.frames or 0
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n'
    yield f"      <name>{xml(name)}</name>\n      <size>{frames}</size>\n      <mode>interpolation</mode>\n"
    yield "      <overlap>0</overlap>\n      <start_frame>0</start_frame>\n"
    yield f"      <stop_frame>{frames - 1}</stop_frame>\n      <frame_filter></frame_filter>\n      <labels>\n"
    for label in run.dataset.labels:
        yield f"        <label>\n          <name>{xml(label)}</name>\n          <type>rectangle</type>\n"
        yield "          <attributes>\n"
        yield from map(_declared, _names(item, label))
        yield "          </attributes>\n        </label>\n"
    yield f"      </labels>\n      <original_size>\n        <width>{item.width}</width>\n"
    yield f"        <height>{item.height}</height>\n      </original_size>\n      <source>{xml(item.name)}</source>\n"
    yield "    </task>\n  </meta>\n"


def _names(item: LabeledFootage, label: str) -> dict[str, None]:
    """The names of the attributes that tracks of this label have, each once, in the order they come."""
    left = (told_apart(track.attributes, FIELDS)[1] for track in item.tracks if track.label == label)
    return dict.fromkeys(name for attributes in left for name, _ in attributes)


def _declared(name: str) -> str:
    return (
        f"            <attribute>\n              <name>{xml(name)}</name>\n              <mutable>False</mutable>\n"
        "              <input_type>text</input_type>\n              <default_value></default_value>\n"
        "              <values></values>\n            </attribute>\n"
    )


def _boxes(track: Track, spans: Spans, frames: int) -> Iterator[str]:
    said, left = told_apart(track.attributes, FIELDS)
    occluded = said.get("occluded", "0")
    inside = "".join(
        f'      <attribute name="{xml(name)}">{xml(value)}</attribute>\n' for name, value in spelled(left).items()
    )
    for first, end in spans:
        place = ""
        for frame in range(first, end):
            box = box_at(track, frame)
            place = place if box is None else cvat_place(box)
            keyed = frame in (first, end - 1) or turns_at(track, frame)
            yield _box(f'frame="{frame}" keyframe="{keyed:d}" outside="0" occluded="{occluded}" {place}', inside)
        if end < frames:
            yield _box(f'frame="{end}" keyframe="1" outside="1" occluded="{occluded}" {place}', inside)


def _box(fields: str, inside: str) -> str:
    return f'    <box {fields} z_order="0">\n{inside}    </box>\n'


def _frame_file(picture: Picture) -> str:
    return f"{picture.sequence}/images/frame_{picture.frame or 0:06d}{picture.extension}"


LAYOUT = Layout(folder="", name=_frame_file, every_frame=True)
