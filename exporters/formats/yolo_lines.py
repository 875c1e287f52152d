"""The lines of a YOLO label file: a class, then numbers as fractions of the picture, one way for each of its tasks."""

from collections.abc import Iterable
from math import cos, radians, sin

from exporters.dataset import Box, LabeledFootage
from exporters.geometry import Extent, corners, hull, turned
from exporters.keypoints import Points, places
from exporters.outlines import Points as Corners
from exporters.outlines import around, clipped, polygon_area


def yolo_line(box: Box, width: int, height: int, class_number: int) -> str:
    """One line: class, then centre and size as fractions of a picture of this size."""
    if box.rotation == 0 and box.x >= 0 and box.y >= 0 and box.x + box.width <= width and box.y + box.height <= height:
        left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        across, down = (left + right) / 2 / width, (top + bottom) / 2 / height
        return f"{class_number} {across:.9f} {down:.9f} {(right - left) / width:.9f} {(bottom - top) / height:.9f}\n"
    part = hull(box).clipped(width, height)
    across, down = (part.left + part.right) / 2 / width, (part.top + part.bottom) / 2 / height
    return f"{class_number} {across:.9f} {down:.9f} {part.width / width:.9f} {part.height / height:.9f}\n"


def pose_line(box: Box, points: Points, names: Iterable[str], item: LabeledFootage, class_number: int) -> str:
    """The line of a box, and after it across, down and visibility of each point; all 0 where it is absent."""
    numbers = iter(places(points, names))
    placed = (
        f" {across / item.width:.9f} {down / item.height:.9f} {seen:.0f}"
        for across, down, seen in zip(numbers, numbers, numbers, strict=True)
    )
    return yolo_line(box, item.width, item.height, class_number).rstrip("\n") + "".join(placed) + "\n"


def corner_line(points: Corners, item: LabeledFootage, class_number: int) -> str:
    """One line: class, then across and down of every corner."""
    numbers = (f" {x / item.width:.9f} {y / item.height:.9f}" for x, y in points)
    return f"{class_number}{''.join(numbers)}\n"


def outline_inside(points: Corners, item: LabeledFootage) -> Corners:
    """The part of an outline inside the picture; empty where there is none."""
    if around(points).inside(item.width, item.height):
        return tuple((min(max(x, 0.0), item.width), min(max(y, 0.0), item.height)) for x, y in points)
    part = clipped(points, item.width, item.height)
    return part if polygon_area(part) > 0 else ()


def box_inside(box: Box, item: LabeledFootage) -> Corners:
    """Four corners of the part of a box inside the picture, turned as the box is; empty where there is none.

    A turned part may still stand over the edge with its corners, which readers accept as long as it is no larger than
    the picture; where it is, it becomes upright.
    """
    if not turned(box):
        return _upright(hull(box).clipped(item.width, item.height))
    whole = hull(box)
    if whole == whole.clipped(item.width, item.height):
        return corners(box)
    part = clipped(corners(box), item.width, item.height)
    if polygon_area(part) <= 0:
        return ()
    within = _turned_around(part, radians(box.rotation))
    reach = around(within)
    if reach.width <= item.width and reach.height <= item.height:
        return within
    return _upright(around(part))


def _upright(part: Extent) -> Corners:
    return (part.left, part.top), (part.right, part.top), (part.right, part.bottom), (part.left, part.bottom)


def _turned_around(points: Corners, angle: float) -> Corners:
    """The smallest rectangle around points that is turned by `angle`."""
    own = around(tuple((x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)) for x, y in points))
    return tuple((x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)) for x, y in _upright(own))
