"""Label Studio results to boxes, tracks and other shapes, in pixels of the footage.

What Label Studio 1.23.2 writes and this reads:

- one entry per control that was used on a drawn shape; entries of one shape share its `id`. The entry with the geometry
  makes the shape; its own labels, or else those of a `labels` entry, are its class; all other entries become
  attributes under the control's name (`from_name`).
- coordinates are percentages of the picture, and its size is taken from the footage record (`Canvas`), never from the
  annotation. Rotation is in degrees, clockwise, around the top left corner.
- video frames count from 1 (`sequence[].frame`), at the frame rate of the labeling config; here they count from 0, at
  the frame rate of the footage. A track drawn at another rate than stated is refused: its frames would be others.
- an attribute entry whose `id` is no shape's is about the whole picture.

A list of one choice or text becomes that text, a longer one a tuple. A shape with two labels becomes two shapes.
Shapes besides boxes and tracks are read in `studio_shapes`; those of which there is no value are returned as left out,
with the reason; a kind Label Studio is not known to write is an error.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, pairwise

from exporters.dataset import Attributes, AttributeValue, Box, KeyFrame, LeftOut, Relation, Shape, Track
from exporters.errors import DuplicateShapeError, FrameRateError, MalformedResultError, UnknownControlError
from exporters.fields import Fields, entries
from exporters.losses import LossReason
from exporters.studio_attributes import ATTRIBUTES, attributes_of, labels_and_attributes
from exporters.studio_boxes import plain_boxes, plain_rectangle
from exporters.studio_shapes import MOST_DEGREES, MOST_PERCENT, READERS, Drawn, read_shape

MOST_FRAMES = 1e8
MOST_ID = 2.0**53
RATE_TOLERANCE = 0.0005
FRAME_TOLERANCE = 1.0
"""The screen counts `duration` times its frame rate, rounded: one frame off is rounding, more is another rate."""

PLAIN = "rectanglelabels"
BOXES = frozenset({"rectanglelabels", "rectangle"})
TRACKS = frozenset({"videorectangle"})
LEFT_OUT = {
    "bitmasklabels": LossReason.BRUSH,
    "bitmask": LossReason.BRUSH,
    "timelinelabels": LossReason.TIMELINE,
    "vectorlabels": LossReason.OTHER_SHAPE,
    "vector": LossReason.OTHER_SHAPE,
    "hypertextlabels": LossReason.OTHER_SHAPE,
    "paragraphlabels": LossReason.OTHER_SHAPE,
    "timeserieslabels": LossReason.OTHER_SHAPE,
}
SHAPES = BOXES | TRACKS | READERS.keys() | LEFT_OUT.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """What the shapes were drawn on, from the footage record. `screen_rate` is the labeling config's frame rate."""

    width: int
    height: int
    frames: int | None = None
    fps: Fraction | None = None
    screen_rate: Fraction | None = None

    @property
    def drawn_rate(self) -> Fraction | None:
        """The frame rate by which the labeling screen counted."""
        return self.screen_rate or self.fps

    def frame(self, counted: int) -> int:
        """The footage's frame, from 0, that the screen counted as this, from 1."""
        if self.fps is None or self.drawn_rate is None or self.fps == self.drawn_rate:
            return counted - 1
        return round((counted - 1) * self.fps / self.drawn_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything one result holds, or several of one picture."""

    boxes: tuple[Box, ...] = ()
    tracks: tuple[Track, ...] = ()
    shapes: tuple[Shape, ...] = ()
    relations: tuple[Relation, ...] = ()
    attributes: Attributes = ()
    left_out: tuple[LeftOut, ...] = ()

    @classmethod
    def joined(cls, readings: "Iterable[Reading]") -> "Reading":
        """All of these as one, in their order."""
        listed = tuple(readings)
        if len(listed) == 1:
            return listed[0]
        return cls(
            boxes=tuple(chain.from_iterable(one.boxes for one in listed)),
            tracks=tuple(chain.from_iterable(one.tracks for one in listed)),
            shapes=tuple(chain.from_iterable(one.shapes for one in listed)),
            relations=tuple(chain.from_iterable(one.relations for one in listed)),
            attributes=tuple(chain.from_iterable(one.attributes for one in listed)),
            left_out=tuple(chain.from_iterable(one.left_out for one in listed)),
        )


@dataclass(slots=True)
class _Found:
    """A reading while it is put together."""

    boxes: list[Box] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    attributes: list[tuple[str, AttributeValue]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def reading(self) -> Reading:
        return Reading(
            boxes=tuple(self.boxes),
            tracks=tuple(self.tracks),
            shapes=tuple(self.shapes),
            relations=tuple(self.relations),
            attributes=tuple(self.attributes),
            left_out=tuple(self.left_out),
        )


@dataclass(slots=True)
class _Shape:
    """The entries of one `id`, while they are being brought together."""

    drawn: Fields | None = None
    others: list[Fields] = field(default_factory=list)


def read_result(result: object, *, task: str, canvas: Canvas, annotation_id: str = "") -> Reading:
    """Read the `result` list of one annotation.

    Raises:
        ReadError: the result is not what Label Studio writes; the error names the task.
    """
    boxes = plain_boxes(result, canvas.width, canvas.height, annotation_id)
    if boxes is not None:
        return Reading(boxes=boxes)
    relations: list[Relation] = []
    shapes: dict[str, _Shape] = {}
    for index, value in enumerate(entries(result, task=task, where="result")):
        entry = Fields.of(value, task=task, where=f"result[{index}]")
        kind = entry.text("type")
        if kind == "relation":
            relations.append(_relation(entry, annotation_id))
        else:
            _collect(entry, kind, shapes)
    found = _Found(relations=relations)
    for shape in shapes.values():
        _read_shape(shape, canvas, annotation_id, found)
    return found.reading()


def read_task(task: object, *, canvas: Canvas) -> Reading:
    """Read one task of a Label Studio JSON export: all its annotations that were not cancelled, each by its own id."""
    head = Fields.of(task, task="?", where="task")
    name = str(head.whole("id", most=MOST_ID))
    return Reading.joined(
        read_result(
            annotation.data.get("result"),
            task=name,
            canvas=canvas,
            annotation_id=str(annotation.whole("id", most=MOST_ID)),
        )
        for annotation in Fields(name, "task", head.data).rows("annotations")
        if not annotation.flag("was_cancelled", default=False)
    )


def _collect(entry: Fields, kind: str, shapes: dict[str, _Shape]) -> None:
    """Put one entry to the others of its shape."""
    own = entry.text("id")
    shape = shapes.get(own)
    if shape is None:
        shape = shapes[own] = _Shape()
    if kind in SHAPES:
        if shape.drawn is not None:
            raise DuplicateShapeError(entry.task, f"{entry.where} draws shape `{own}` a second time")
        shape.drawn = entry
    elif kind in ATTRIBUTES:
        shape.others.append(entry)
    else:
        raise UnknownControlError(entry.task, f"{entry.where} is of the unknown kind `{kind}`")


def _relation(entry: Fields, annotation_id: str) -> Relation:
    return Relation(
        from_id=entry.text("from_id"),
        to_id=entry.text("to_id"),
        direction=entry.text("direction") if entry.has("direction") else "right",
        labels=entry.texts("labels") if entry.has("labels") else (),
        annotation_id=annotation_id,
    )


def _read_shape(shape: _Shape, canvas: Canvas, annotation_id: str, found: _Found) -> None:
    """Read one shape with its attributes; or the attributes of the whole picture, where nothing was drawn."""
    drawn = shape.drawn
    if drawn is None:
        _read_unplaced(shape, annotation_id, found)
    elif drawn.data["type"] == PLAIN and (plain := plain_rectangle(drawn.data, canvas.width, canvas.height)):
        label, x, y, width, height = plain
        attributes = attributes_of(shape.others) if shape.others else ()
        box = Box(
            id=drawn.text("id"),
            label=label,
            x=x,
            y=y,
            width=width,
            height=height,
            attributes=attributes,
            annotation_id=annotation_id,
        )
        found.boxes.append(box)
    else:
        _read_drawn(drawn, shape.others, canvas, annotation_id, found)


def _read_drawn(drawn: Fields, others: list[Fields], canvas: Canvas, annotation_id: str, found: _Found) -> None:
    """Read whatever was drawn."""
    kind = drawn.text("type")
    labels, attributes = labels_and_attributes(drawn, others)
    reason = _why_left_out(drawn, labels)
    if reason is not None:
        label = labels[0] if labels else ""
        found.left_out.append(LeftOut(id=drawn.text("id"), label=label, reason=reason, annotation_id=annotation_id))
    elif kind in BOXES:
        found.boxes.extend(_boxes(drawn, labels, attributes, canvas, annotation_id))
    elif kind in TRACKS:
        found.tracks.extend(_tracks(drawn, labels, attributes, canvas, annotation_id))
    else:
        _check_upright(drawn, canvas)
        placed = Drawn(
            entry=drawn, width=canvas.width, height=canvas.height, attributes=attributes, annotation_id=annotation_id
        )
        found.shapes.extend(read_shape(placed, _named(drawn.text("id"), labels)))


def _read_unplaced(shape: _Shape, annotation_id: str, found: _Found) -> None:
    """Read entries without a drawn shape: attributes of the picture, and labels of something that is no picture."""
    spans = [entry for entry in shape.others if entry.text("type") == "labels"]
    if spans:
        label = next(iter(spans[0].fields("value").texts("labels")), "")
        left = LeftOut(id=spans[0].text("id"), label=label, reason=LossReason.OTHER_SHAPE, annotation_id=annotation_id)
        found.left_out.append(left)
    else:
        found.attributes.extend(attributes_of(shape.others))


def _why_left_out(drawn: Fields, labels: tuple[str, ...]) -> LossReason | None:
    """Why this shape is none we can place, if it is not."""
    if drawn.text("type") in LEFT_OUT:
        return LEFT_OUT[drawn.text("type")]
    if drawn.has("image_rotation") and drawn.number("image_rotation", most=MOST_DEGREES) % 360:
        return LossReason.TURNED_IMAGE
    if not labels:
        return LossReason.NO_LABEL
    if drawn.text("type") in TRACKS and not drawn.fields("value").rows("sequence"):
        return LossReason.NO_KEY_FRAMES
    return None


def _boxes(
    drawn: Fields, labels: tuple[str, ...], attributes: Attributes, canvas: Canvas, annotation_id: str
) -> Iterator[Box]:
    """The box, once per label."""
    _check_upright(drawn, canvas)
    x, y, width, height, rotation = _geometry(drawn.fields("value"), canvas)
    for own, label in _named(drawn.text("id"), labels):
        yield Box(
            id=own,
            label=label,
            x=x,
            y=y,
            width=width,
            height=height,
            rotation=rotation,
            attributes=attributes,
            annotation_id=annotation_id,
        )


def _tracks(
    drawn: Fields, labels: tuple[str, ...], attributes: Attributes, canvas: Canvas, annotation_id: str
) -> Iterator[Track]:
    """The track, once per label."""
    value = drawn.fields("value")
    _check_rate(value, canvas)
    keys = sorted((_key_frame(row, canvas) for row in value.rows("sequence")), key=lambda key: key.frame)
    for before, after in pairwise(keys):
        if before.frame == after.frame:
            raise DuplicateShapeError(drawn.task, f"{drawn.where} has two key frames at frame `{after.frame}`")
    for own, label in _named(drawn.text("id"), labels):
        yield Track(id=own, label=label, key_frames=tuple(keys), attributes=attributes, annotation_id=annotation_id)


def _named(own: str, labels: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """An id for each label of a shape: its own, then with the number of the label."""
    for number, label in enumerate(labels, start=1):
        yield own if number == 1 else f"{own}/{number}", label


def _key_frame(row: Fields, canvas: Canvas) -> KeyFrame:
    counted = row.whole("frame", most=MOST_FRAMES)
    if counted < 1:
        raise MalformedResultError(row.task, f"{row.where}.frame should count from 1, not `{counted}`")
    x, y, width, height, rotation = _geometry(row, canvas)
    return KeyFrame(
        frame=canvas.frame(counted),
        x=x,
        y=y,
        width=width,
        height=height,
        rotation=rotation,
        enabled=row.flag("enabled", default=True),
    )


def _geometry(value: Fields, canvas: Canvas) -> tuple[float, float, float, float, float]:
    """Left, top, width, height in pixels, and the rotation."""
    return (
        value.number("x", most=MOST_PERCENT) * canvas.width / 100,
        value.number("y", most=MOST_PERCENT) * canvas.height / 100,
        value.size("width", most=MOST_PERCENT) * canvas.width / 100,
        value.size("height", most=MOST_PERCENT) * canvas.height / 100,
        value.number("rotation", most=MOST_DEGREES) if value.has("rotation") else 0.0,
    )


def _check_upright(drawn: Fields, canvas: Canvas) -> None:
    """Refuse a shape that was drawn on the same picture lying on its side: its percentages mean something else."""
    seen = (drawn.data.get("original_width"), drawn.data.get("original_height"))
    if canvas.width != canvas.height and seen == (canvas.height, canvas.width):
        raise MalformedResultError(
            drawn.task, f"{drawn.where} was drawn on a picture of `{seen[0]}` by `{seen[1]}`; the footage is turned"
        )


def _check_rate(value: Fields, canvas: Canvas) -> None:
    """Refuse a track whose own count of frames shows that the screen counted at another rate."""
    rate = canvas.drawn_rate
    if rate is None or not value.has("framesCount") or not value.has("duration"):
        return
    counted, lasts = value.number("framesCount", most=MOST_FRAMES), value.number("duration", most=MOST_FRAMES)
    expected = lasts * float(rate)
    if lasts > 0 and abs(counted - expected) > max(FRAME_TOLERANCE, RATE_TOLERANCE * expected):
        raise FrameRateError(
            value.task,
            f"{value.where} counts `{counted:.0f}` frames in `{lasts:.3f}` seconds, at `{float(rate):.3f}` a second "
            f"they would be `{expected:.0f}`",
        )
