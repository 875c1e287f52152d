"""What a demo scene is made of, and where everything in it stands at each frame, before a pixel is drawn.

The words of label, type and colour are those of the demo's label schema, so a true box can be compared with a drawn
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from residency import MediaKind

FPS = 25
STILL_SIZE = (1280, 720)
CLIP_SIZE = (960, 540)
_FOCAL = 900.0  # pixels, for a picture 1280 wide


class Label(StrEnum):
    """The labels of the demo's schema."""

    CAR = "Car"
    VAN = "Van"
    PERSON = "Person"


class SubjectType(StrEnum):
    """The `type` attribute of the demo's schema."""

    SEDAN = "Sedan"
    SUV = "SUV"
    HATCHBACK = "Hatchback"
    PANEL_VAN = "Panel van"
    MINIBUS = "Minibus"
    PEDESTRIAN = "Pedestrian"
    CYCLIST = "Cyclist"

    @property
    def label(self) -> Label:
        """Return the label that boxes of this type carry."""
        if self in {SubjectType.PEDESTRIAN, SubjectType.CYCLIST}:
            return Label.PERSON
        return Label.VAN if self in {SubjectType.PANEL_VAN, SubjectType.MINIBUS} else Label.CAR


class PaintColour(StrEnum):
    """The `colour` attribute of the demo's schema: a vehicle's paint, a person's upper clothing."""

    WHITE = "White"
    BLACK = "Black"
    GREY = "Grey"
    RED = "Red"
    BLUE = "Blue"
    GREEN = "Green"
    YELLOW = "Yellow"
    OTHER = "Other"


PAINT: dict[PaintColour, tuple[int, int, int]] = {
    PaintColour.WHITE: (234, 234, 230),
    PaintColour.BLACK: (38, 40, 46),
    PaintColour.GREY: (132, 138, 146),
    PaintColour.RED: (186, 32, 36),
    PaintColour.BLUE: (36, 82, 168),
    PaintColour.GREEN: (42, 118, 74),
    PaintColour.YELLOW: (236, 186, 36),
    PaintColour.OTHER: (202, 104, 40),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A demo camera: where it is, and how it looks at its street."""

    name: str
    jurisdiction: str
    zone: str
    marks: frozenset[str] = frozenset()
    horizon: float
    height: float
    along: bool = False
    """Looks along the road: vehicles are seen from ahead and behind, not from the side."""
    dusk: bool = False

    def scale_at(self, ahead: float, width: int) -> float:
        """Return pixels to the metre at `ahead` metres, in a picture of `width`."""
        return _FOCAL / ahead * width / STILL_SIZE[0]

    def on_screen(self, across: float, ahead: float, width: int) -> tuple[float, float]:
        """Return where a point of the ground appears."""
        scale = self.scale_at(ahead, width)
        return width / 2 + across * scale, self.horizon * width / STILL_SIZE[0] + self.height * scale


CAMERAS: tuple[Camera, ...] = (
    Camera(name="cam-ca-1", jurisdiction="US-CA", zone="us", horizon=240, height=4.2),
    Camera(
        name="cam-tx-public",
        jurisdiction="US-TX",
        zone="us",
        marks=frozenset({"public-test"}),
        horizon=260,
        height=3.2,
        along=True,
    ),
    Camera(name="cam-tx-2", jurisdiction="US-TX", zone="us", horizon=240, height=4.2, dusk=True),
    Camera(name="cam-de-1", jurisdiction="DE-BE", zone="eu", horizon=240, height=4.2),
)


def camera_named(name: str) -> Camera:
    """Return the demo camera `name`.

    Raises:
        KeyError: the demo has no such camera.

    """
    return {camera.name: camera for camera in CAMERAS}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One vehicle or person and its motion: metres across and ahead of the camera, metres a second."""

    number: int
    type: SubjectType
    colour: PaintColour
    look: int
    across: float
    ahead: float
    speed_across: float = 0.0
    speed_ahead: float = 0.0
    stops_after: float | None = None
    """Seconds of even braking until it stands; None keeps its speed."""

    def position(self, seconds: float) -> tuple[float, float]:
        """Return metres across and ahead after `seconds`."""
        moved = seconds
        if self.stops_after is not None:
            part = min(seconds / self.stops_after, 1.0)
            moved = self.stops_after * (part - part * part / 2)
        return self.across + self.speed_across * moved, self.ahead + self.speed_ahead * moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a rendering needs; the same scene always renders the same."""

    camera: str
    captured_at: datetime
    subjects: tuple[Subject, ...]
    frames: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoItem:
    """One piece of the demo's footage."""

    name: str
    camera: str
    media_kind: MediaKind
    captured_at: datetime
    seed: int
    scene: Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box in whole pixels, clipped to the picture."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueBox:
    """Where a subject truly is in one picture."""

    subject: int
    label: Label
    type: SubjectType
    colour: PaintColour
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBox:
    """Where a tracked subject truly is in one frame; frames count from 0."""

    frame: int
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueTrack:
    """A subject over the frames of a clip; frames where it is out of sight or hidden are left out."""

    subject: int
    label: Label
    type: SubjectType
    colour: PaintColour
    boxes: tuple[FrameBox, ...]
