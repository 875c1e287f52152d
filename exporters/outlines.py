"""Plane geometry of shapes other than boxes: how far they reach, their area, their outline, what the frame cuts."""

from collections.abc import Iterator
from itertools import pairwise
from math import cos, hypot, pi, radians, sin

from exporters.geometry import Extent
from exporters.losses import LossReason
from exporters.rle import mask_bounds
from exporters.shapes import Ellipse, KeyPoint, Mask, Polygon, Shape

Points = tuple[tuple[float, float], ...]

ELLIPSE_CORNERS = 64
"""Corners of the polygon an ellipse becomes: it stays within 0.13 % of the radius."""
FEWEST_CORNERS = 3


def bounds(shape: Shape) -> Extent:
    """The smallest upright rectangle around the shape, in pixels."""
    match shape:
        case Polygon():
            return around(shape.points)
        case Mask():
            return Extent(*map(float, mask_bounds(shape.counts, shape.height)))
        case Ellipse():
            turn = radians(shape.rotation)
            across = hypot(shape.radius_x * cos(turn), shape.radius_y * sin(turn))
            down = hypot(shape.radius_x * sin(turn), shape.radius_y * cos(turn))
            return Extent(shape.x - across, shape.y - down, shape.x + across, shape.y + down)
        case KeyPoint():
            half = shape.width / 2
            return Extent(shape.x - half, shape.y - half, shape.x + half, shape.y + half)


def area(shape: Shape) -> float:
    """The area in pixels; of a key point, that of the mark."""
    match shape:
        case Polygon():
            return polygon_area(shape.points)
        case Mask():
            return float(sum(shape.counts[1::2]))
        case Ellipse():
            return pi * shape.radius_x * shape.radius_y
        case KeyPoint():
            return shape.width * shape.width


def around(points: Points) -> Extent:
    """The smallest upright rectangle around points; at the origin where there are none."""
    across, down = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    return Extent(min(across), min(down), max(across), max(down))


def polygon_area(points: Points) -> float:
    """The area inside a line through points and back, by the shoelace formula."""
    if len(points) < FEWEST_CORNERS:
        return 0.0
    # measured from the first point, so that little is lost to rounding far from the origin
    (left, top), rest = points[0], points[1:]
    moved = [(x - left, y - top) for x, y in rest]
    return abs(sum(a * d - c * b for (a, b), (c, d) in pairwise(moved))) / 2


def outline(shape: Polygon | Ellipse) -> Points:
    """The corners of a polygon; of an ellipse, those of a polygon that follows it, from its own right end on."""
    if isinstance(shape, Polygon):
        return shape.points
    turn = radians(shape.rotation)
    steps = (2 * pi * step / ELLIPSE_CORNERS for step in range(ELLIPSE_CORNERS))
    own = ((shape.radius_x * cos(step), shape.radius_y * sin(step)) for step in steps)
    return tuple((shape.x + a * cos(turn) - b * sin(turn), shape.y + a * sin(turn) + b * cos(turn)) for a, b in own)


def reductions(shape: Shape) -> Iterator[LossReason]:
    """What is lost when the shape is written as a closed polygon."""
    if isinstance(shape, Ellipse):
        yield LossReason.ELLIPSE_AS_POLYGON
    elif isinstance(shape, Polygon) and not shape.closed:
        yield LossReason.OPEN_POLYGON


def clipped(points: Points, width: int, height: int) -> Points:
    """The part of a polygon inside a frame of this size (Sutherland and Hodgman); empty where there is none."""
    for axis, limit in ((0, width), (1, height)):
        points = _cut(points, axis, 0.0, side=1)
        points = _cut(points, axis, float(limit), side=-1)
    return points


def _cut(points: Points, axis: int, limit: float, *, side: int) -> Points:
    """The part of a polygon on one side of a line: above `limit` on this axis for 1, below it for -1."""
    kept: list[tuple[float, float]] = []
    for before, point in zip((*points[-1:], *points[:-1]), points, strict=True):
        was_in, is_in = ((one[axis] - limit) * side >= 0 for one in (before, point))
        if was_in != is_in:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
            kept.append((limit, other) if axis == 0 else (other, limit))
        if is_in:
            kept.append(point)
    return tuple(kept)
