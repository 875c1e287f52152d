"""Polygons, brush masks, ellipses and key points of Label Studio, in pixels of the footage.

As Label Studio 1.23.2 writes them, all in percent of the picture's width or height:

- a polygon's `points` are pairs, and `closed` says whether the last was joined to the first;
- a brush's `rle` is a list of bytes (`rle.py`), of exactly as many pixels as the picture has;
- an ellipse has its centre, a radius each way (`radiusX` of the width, `radiusY` of the height), and a rotation;
- a key point's `width` is in percent of the picture's width. `parentID`, beside the value, is the shape it was put
  under in the list of shapes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from exporters.errors import MalformedResultError
from exporters.fields import Fields, entries
from exporters.rle import BitsError, decode_studio
from exporters.shapes import Attributes, Ellipse, KeyPoint, Mask, Polygon, Shape

MOST_PERCENT = 1_000.0
"""A coordinate ten pictures away is not meant."""
MOST_DEGREES = 36_000.0
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One drawn entry with what is known about it, on a picture of `width` by `height`."""

    entry: Fields
    width: int
    height: int
    attributes: Attributes
    annotation_id: str

    @property
    def value(self) -> Fields:
        """Its geometry."""
        return self.entry.fields("value")

    def across(self, value: Fields, name: str) -> float:
        """A number in percent of the width, in pixels."""
        return value.number(name, most=MOST_PERCENT) * self.width / 100

    def down(self, value: Fields, name: str) -> float:
        """A number in percent of the height, in pixels."""
        return value.number(name, most=MOST_PERCENT) * self.height / 100


def read_shape(drawn: Drawn, named: Iterator[tuple[str, str]]) -> Iterator[Shape]:
    """The shape, once for each of these ids and labels.

    Raises:
        ReadError: the value is not what Label Studio writes; the error names the task.
    """
    return READERS[drawn.entry.text("type")](drawn, named)


def _polygons(drawn: Drawn, named: Iterator[tuple[str, str]]) -> Iterator[Polygon]:
    value = drawn.value
    pairs = entries(value.data.get("points"), task=value.task, where=f"{value.where}.points")
    points = tuple(_point(drawn, value, pair) for pair in pairs)
    closed = value.flag("closed", default=True)
    for own, label in named:
        yield Polygon(
            id=own,
            label=label,
            points=points,
            closed=closed,
            attributes=drawn.attributes,
            annotation_id=drawn.annotation_id,
        )


def _point(drawn: Drawn, value: Fields, pair: object) -> tuple[float, float]:
    where = f"{value.where}.points"
    numbers = entries(pair, task=value.task, where=where)
    if len(numbers) != PAIR:
        raise MalformedResultError(value.task, f"{where} should be pairs of numbers, not `{len(numbers)}` together")
    both = Fields(value.task, where, dict(zip(("x", "y"), numbers, strict=True)))
    return drawn.across(both, "x"), drawn.down(both, "y")


def _masks(drawn: Drawn, named: Iterator[tuple[str, str]]) -> Iterator[Mask]:
    value = drawn.value
    if value.text("format") != "rle":
        raise MalformedResultError(value.task, f"{value.where}.format should be `rle`")
    packed = entries(value.data.get("rle"), task=value.task, where=f"{value.where}.rle")
    try:
        counts = decode_studio(_bytes(packed), width=drawn.width, height=drawn.height)
    except BitsError as error:
        raise MalformedResultError(value.task, f"{value.where}.rle is no mask of this picture: {error}") from error
    for own, label in named:
        yield Mask(
            id=own,
            label=label,
            width=drawn.width,
            height=drawn.height,
            counts=counts,
            attributes=drawn.attributes,
            annotation_id=drawn.annotation_id,
        )


def _bytes(packed: list[object]) -> bytes:
    try:
        return bytes(packed)  # type: ignore[arg-type]  # bytes() itself checks every number
    except (TypeError, ValueError) as error:
        raise BitsError("it holds something else than numbers from 0 to 255") from error


def _ellipses(drawn: Drawn, named: Iterator[tuple[str, str]]) -> Iterator[Ellipse]:
    value = drawn.value
    x, y = drawn.across(value, "x"), drawn.down(value, "y")
    radius_x = value.size("radiusX", most=MOST_PERCENT) * drawn.width / 100
    radius_y = value.size("radiusY", most=MOST_PERCENT) * drawn.height / 100
    rotation = value.number("rotation", most=MOST_DEGREES) if value.has("rotation") else 0.0
    for own, label in named:
        yield Ellipse(
            id=own,
            label=label,
            x=x,
            y=y,
            radius_x=radius_x,
            radius_y=radius_y,
            rotation=rotation,
            attributes=drawn.attributes,
            annotation_id=drawn.annotation_id,
        )


def _key_points(drawn: Drawn, named: Iterator[tuple[str, str]]) -> Iterator[KeyPoint]:
    value, entry = drawn.value, drawn.entry
    x, y = drawn.across(value, "x"), drawn.down(value, "y")
    width = value.size("width", most=MOST_PERCENT) * drawn.width / 100 if value.has("width") else 0.0
    # Label Studio writes an empty text where the point has no parent
    parent = entry.text("parentID") if entry.data.get("parentID") else ""
    for own, label in named:
        yield KeyPoint(
            id=own,
            label=label,
            x=x,
            y=y,
            width=width,
            parent=parent,
            attributes=drawn.attributes,
            annotation_id=drawn.annotation_id,
        )


READERS: dict[str, Callable[[Drawn, Iterator[tuple[str, str]]], Iterator[Shape]]] = {
    "polygonlabels": _polygons,
    "polygon": _polygons,
    "brushlabels": _masks,
    "brush": _masks,
    "ellipselabels": _ellipses,
    "ellipse": _ellipses,
    "keypointlabels": _key_points,
    "keypoint": _key_points,
}
