"""Plane geometry of boxes: corners, the upright hull of a turned box, clipping to the frame."""

from dataclasses import dataclass
from math import cos, radians, sin

from exporters.dataset import Box

TOLERANCE = 0.01
"""Pixels by which a box may stand over the frame and still count as inside: what rounding of percentages leaves."""


@dataclass(frozen=True, slots=True)
class Extent:
    """An upright rectangle by its four sides."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """How high it is."""
        return self.bottom - self.top

    def clipped(self, width: int, height: int) -> "Extent":
        """The part of it inside a frame of this size; without area when there is none."""
        left, right = (min(max(side, 0.0), float(width)) for side in (self.left, self.right))
        top, bottom = (min(max(side, 0.0), float(height)) for side in (self.top, self.bottom))
        return Extent(left, top, right, bottom)

    def inside(self, width: int, height: int) -> bool:
        """Whether a frame of this size holds it, up to rounding."""
        low, high = -TOLERANCE, TOLERANCE
        return self.left >= low and self.top >= low and self.right <= width + high and self.bottom <= height + high

    def touches(self, width: int, height: int) -> bool:
        """Whether any area of it lies inside a frame of this size."""
        across = self.left < self.right and self.left < width and self.right > 0
        return across and self.top < self.bottom and self.top < height and self.bottom > 0


def turned(box: Box) -> bool:
    """Whether the box is not upright."""
    return box.rotation % 360 != 0


def corners(box: Box) -> tuple[tuple[float, float], ...]:
    """The four corners, from the box's own top left on, in its own clockwise order."""
    angle = radians(box.rotation)
    along = (box.width * cos(angle), box.width * sin(angle))
    down = (-box.height * sin(angle), box.height * cos(angle))
    return (
        (box.x, box.y),
        (box.x + along[0], box.y + along[1]),
        (box.x + along[0] + down[0], box.y + along[1] + down[1]),
        (box.x + down[0], box.y + down[1]),
    )


def hull(box: Box) -> Extent:
    """The smallest upright rectangle around the box, in pixels."""
    if not turned(box):
        return Extent(box.x, box.y, box.x + box.width, box.y + box.height)
    points = corners(box)
    across, down = [x for x, _ in points], [y for _, y in points]
    return Extent(min(across), min(down), max(across), max(down))


def touches_frame(box: Box, width: int, height: int) -> bool:
    """Whether any area of the box's hull lies inside a frame of this size."""
    if box.rotation:
        return hull(box).touches(width, height)
    right, bottom = box.x + box.width, box.y + box.height
    return box.x < min(right, width) and right > 0 and box.y < min(bottom, height) and bottom > 0


def inside_frame(box: Box, width: int, height: int) -> bool:
    """Whether a frame of this size holds the box, up to rounding."""
    if box.rotation:
        return hull(box).inside(width, height)
    in_front = box.x >= -TOLERANCE and box.y >= -TOLERANCE
    return in_front and box.x + box.width <= width + TOLERANCE and box.y + box.height <= height + TOLERANCE
