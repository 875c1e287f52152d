"""Labeled footage as values: frozen, in pixels, and of no format.

Coordinates are pixels of the upright picture, from its top left corner, before rotation. Rotation is in degrees,
clockwise on the screen, around the box's own top left corner, as Label Studio draws it. Frames count from 0.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import BinaryIO

from exporters.errors import InvalidDatasetError
from exporters.losses import LossReason
from residency import MediaKind

AttributeValue = str | tuple[str, ...] | float
Attributes = tuple[tuple[str, AttributeValue], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One rectangle; `annotation_id` says in whose annotation it was drawn."""

    id: str
    label: str
    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0
    attributes: Attributes = ()
    annotation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFrame:
    """Where a track's box is at one frame; `enabled` says whether it stays until the next key frame."""

    frame: int
    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One subject followed over the frames of a video; key frames in order, each frame once."""

    id: str
    label: str
    key_frames: tuple[KeyFrame, ...]
    attributes: Attributes = ()
    annotation_id: str = ""

    def __post_init__(self) -> None:
        frames = [key.frame for key in self.key_frames]
        if not frames or frames[0] < 0 or any(a >= b for a, b in pairwise(frames)):
            raise InvalidDatasetError(f"track `{self.id}` needs key frames in order, each frame once, from 0 on")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A shape that was drawn and that boxes and tracks cannot express, kept so that it can be counted."""

    id: str
    label: str
    reason: LossReason
    annotation_id: str = ""


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
    attributes: Attributes = ()
    left_out: tuple[LeftOut, ...] = ()
    annotations: tuple[AnnotationRef, ...] = ()
    media: Callable[[], BinaryIO] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise InvalidDatasetError(f"footage `{self.footage_id}` has no size: `{self.width}` by `{self.height}`")
        if self.media_kind is MediaKind.VIDEO and not self.frames:
            raise InvalidDatasetError(f"footage `{self.footage_id}` is a video without a number of frames")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is to become a training set. The order of `labels` gives the class ids, and nothing else does.

    `items` may be a generator; it is gone through once.
    """

    name: str
    labels: tuple[str, ...]
    purpose: str
    items: Iterable[LabeledFootage]

    def __post_init__(self) -> None:
        if not self.labels or not all(self.labels):
            raise InvalidDatasetError(f"dataset `{self.name}` needs labels, none of them empty")
        if len(set(self.labels)) != len(self.labels):
            raise InvalidDatasetError(f"dataset `{self.name}` names a label twice")
