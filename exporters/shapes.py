"""What is drawn on footage, as values: boxes, tracks, polygons, masks, ellipses, key points and relations.

Coordinates are pixels of the upright picture, from its top left corner, before rotation. Rotation is in degrees,
clockwise on the screen: of a box around its own top left corner, of an ellipse around its centre, as Label Studio draws
them. Frames count from 0.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from exporters.errors import InvalidDatasetError
from exporters.losses import LossReason

AttributeValue = str | tuple[str, ...] | float
Attributes = tuple[tuple[str, AttributeValue], ...]


class ShapeKind(StrEnum):
    """The kinds of shape that a format may carry besides boxes, which all carry."""

    POLYGON = "polygon"
    MASK = "mask"
    ELLIPSE = "ellipse"
    KEY_POINT = "key point"
    RELATION = "relation"


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
class Polygon:
    """A line through points; `closed` says whether its last point was joined to its first."""

    id: str
    label: str
    points: tuple[tuple[float, float], ...]
    closed: bool = True
    attributes: Attributes = ()
    annotation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """The pixels of a picture that belong to something.

    `counts` goes down the columns, from the left one on: how many pixels do not belong, how many do, and so on in turn,
    as COCO counts them; the first may be 0. Together they are all pixels of the picture.
    """

    id: str
    label: str
    width: int
    height: int
    counts: tuple[int, ...]
    attributes: Attributes = ()
    annotation_id: str = ""

    def __post_init__(self) -> None:
        if sum(self.counts) != self.width * self.height or min(self.counts, default=0) < 0:
            raise InvalidDatasetError(f"mask `{self.id}` does not count `{self.width}` by `{self.height}` pixels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """An ellipse by its centre and its two radii."""

    id: str
    label: str
    x: float
    y: float
    radius_x: float
    radius_y: float
    rotation: float = 0.0
    attributes: Attributes = ()
    annotation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPoint:
    """One point; `width` is how wide it was drawn, `parent` the id of the shape it was put under, or empty."""

    id: str
    label: str
    x: float
    y: float
    width: float = 0.0
    parent: str = ""
    attributes: Attributes = ()
    annotation_id: str = ""


Shape = Polygon | Mask | Ellipse | KeyPoint
"""What is drawn on a still and is no box."""

KINDS: dict[type[Shape], ShapeKind] = {
    Polygon: ShapeKind.POLYGON,
    Mask: ShapeKind.MASK,
    Ellipse: ShapeKind.ELLIPSE,
    KeyPoint: ShapeKind.KEY_POINT,
}
NOT_CARRIED = {
    ShapeKind.POLYGON: LossReason.POLYGON,
    ShapeKind.MASK: LossReason.BRUSH,
    ShapeKind.ELLIPSE: LossReason.ELLIPSE,
    ShapeKind.KEY_POINT: LossReason.KEY_POINT,
    ShapeKind.RELATION: LossReason.RELATION,
}
"""Why a shape is dropped by a format that does not carry its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Two shapes of one annotation that belong together; `direction` is `right`, `left` or `bi`."""

    from_id: str
    to_id: str
    direction: str = "right"
    labels: tuple[str, ...] = ()
    annotation_id: str = ""

    @property
    def label(self) -> str:
        """Empty: what it is labeled with is no class, so it counts under none."""
        return ""

    @property
    def id(self) -> str:
        """A name to report it by; it has none of its own."""
        return f"{self.from_id} to {self.to_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that was drawn and that none of these values can express, kept so that it can be counted."""

    id: str
    label: str
    reason: LossReason
    annotation_id: str = ""
