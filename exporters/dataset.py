"""Labeled footage as values: frozen, in pixels, and of no format. What may be drawn on it is in `shapes`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import BinaryIO

from exporters.errors import InvalidDatasetError
from exporters.shapes import (
    Attributes,
    AttributeValue,
    Box,
    Ellipse,
    KeyFrame,
    KeyPoint,
    LeftOut,
    Mask,
    Polygon,
    Relation,
    Shape,
    Track,
)
from residency import MediaKind

__all__ = [
    "AnnotationRef",
    "AttributeValue",
    "Attributes",
    "Box",
    "Dataset",
    "Ellipse",
    "KeyFrame",
    "KeyPoint",
    "LabeledFootage",
    "LeftOut",
    "Mask",
    "Polygon",
    "Relation",
    "Shape",
    "Track",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationRef:
    """One annotation behind the boxes: whose (a pseudonym), drawn from which place, under which decision."""

    id: str
    annotator: str | None = None
    place: str | None = None
    decision_entry_id: str | None = None
    reviewer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabeledFootage:
    """One recording with everything drawn on it. `media` opens its bytes; without it the set only refers to it."""

    footage_id: str
    name: str
    sha256: str
    media_kind: MediaKind
    width: int
    height: int
    frames: int | None = None
    fps: Fraction | None = None
    source: str | None = None
    jurisdiction: str | None = None
    boxes: tuple[Box, ...] = ()
    tracks: tuple[Track, ...] = ()
    shapes: tuple[Shape, ...] = ()
    relations: tuple[Relation, ...] = ()
    attributes: Attributes = ()
    left_out: tuple[LeftOut, ...] = ()
    annotations: tuple[AnnotationRef, ...] = ()
    media: Callable[[], BinaryIO] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise InvalidDatasetError(f"footage `{self.footage_id}` has no size: `{self.width}` by `{self.height}`")
        if self.media_kind is MediaKind.VIDEO and not self.frames:
            raise InvalidDatasetError(f"footage `{self.footage_id}` is a video without a number of frames")
        for shape in self.shapes:
            if isinstance(shape, Mask) and (shape.width, shape.height) != (self.width, self.height):
                raise InvalidDatasetError(f"mask `{shape.id}` has another size than footage `{self.footage_id}`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is to become a training set. The order of `labels` gives the class ids, and nothing else does.

    `items` may be a generator; it is gone through once. `key_points` names the points that a box may have, in order;
    without it, any label may be one.
    """

    name: str
    labels: tuple[str, ...]
    purpose: str
    items: Iterable[LabeledFootage]
    key_points: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.labels or not all(self.labels):
            raise InvalidDatasetError(f"dataset `{self.name}` needs labels, none of them empty")
        if len(set(self.labels)) != len(self.labels):
            raise InvalidDatasetError(f"dataset `{self.name}` names a label twice")
        if len(set(self.key_points)) != len(self.key_points):
            raise InvalidDatasetError(f"dataset `{self.name}` names a key point twice")

    @property
    def key_point_names(self) -> tuple[str, ...]:
        """The points that a box may have, in the order in which formats list them."""
        return self.key_points or self.labels
