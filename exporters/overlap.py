"""How much two boxes, or two tracks, cover the same: intersection over union, exact for turned boxes too."""

from math import cos, radians, sin

from exporters.dataset import Box, Track
from exporters.geometry import corners, hull, turned
from exporters.tracks import boxes_by_frame

Shown = dict[int, Box]
"""What is shown at which frame; on a still, all is shown at frame 0."""
Points = list[tuple[float, float]]


def shown(shape: Box | Track, frames: int) -> Shown:
    """A box as it stands, a track as its box at every frame that shows it."""
    return {0: shape} if isinstance(shape, Box) else dict(boxes_by_frame(shape, frames))


def overlap(one: Shown, other: Shown) -> float:
    """Intersection over union, added up over the frames: 1 for the same, 0 for nothing in common."""
    common = sum(intersection(box, other[frame]) for frame, box in one.items() if frame in other)
    union = sum(_area(box) for shapes in (one, other) for box in shapes.values()) - common
    return min(common / union, 1.0) if union > 0 else 0.0


def intersection(one: Box, other: Box) -> float:
    """The area that both cover."""
    a, b = hull(one), hull(other)
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    if across <= 0 or down <= 0:
        return 0.0
    return _turned_intersection(one, other) if turned(one) or turned(other) else across * down


def _turned_intersection(one: Box, other: Box) -> float:
    """The second box in the frame of the first, cut at its four sides."""
    angle = radians(-one.rotation)
    along, across = cos(angle), sin(angle)
    points = [
        ((x - one.x) * along - (y - one.y) * across, (x - one.x) * across + (y - one.y) * along)
        for x, y in corners(other)
    ]
    for axis, most in ((0, one.width), (1, one.height)):
        points = _cut(_cut(points, axis, 0.0, 1), axis, most, -1)
    return _polygon_area(points)


def _cut(points: Points, axis: int, limit: float, sign: int) -> Points:
    """The part of a convex outline on one side of a line: above the limit, or below it with `sign` -1."""
    kept: Points = []
    for before, after in zip(points[-1:] + points[:-1], points, strict=True):
        far, near = sign * (before[axis] - limit), sign * (after[axis] - limit)
        if (far < 0) != (near < 0):
            part = far / (far - near)
            kept.append((before[0] + (after[0] - before[0]) * part, before[1] + (after[1] - before[1]) * part))
        if near >= 0:
            kept.append(after)
    return kept


def _polygon_area(points: Points) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(x * below - right * y for (x, y), (right, below) in pairs)) / 2


def _area(box: Box) -> float:
    return max(box.width, 0.0) * max(box.height, 0.0)
