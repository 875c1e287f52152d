"""Key points under their boxes: one place for each name, as COCO and YOLO list them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from exporters.losses import LossReason
from exporters.shapes import Box, KeyPoint, Shape

Points = dict[str, KeyPoint]
VISIBLE = 2
"""What COCO and YOLO write for a point that was placed and can be seen; of one that is absent they write 0."""


@dataclass(slots=True)
class Groups:
    """The points of each box by name; and those that belong to none, with the reason."""

    of_box: dict[tuple[str, str], Points] = field(default_factory=dict)
    loose: list[tuple[KeyPoint, LossReason]] = field(default_factory=list)

    def take(self, box: Box) -> Points:
        """The points of this box, once: another box of the same id has none."""
        return self.of_box.pop((box.annotation_id, box.id), {})


def grouped(boxes: Iterable[Box], shapes: Iterable[Shape]) -> Groups:
    """Put each key point to the box it was drawn under; of two of one name, the first."""
    groups = Groups({(box.annotation_id, box.id): {} for box in boxes})
    for point in shapes:
        if not isinstance(point, KeyPoint):
            continue
        points = groups.of_box.get((point.annotation_id, point.parent))
        if points is None:
            groups.loose.append((point, LossReason.KEY_POINT_ALONE))
        elif point.label in points:
            groups.loose.append((point, LossReason.KEY_POINT_TWICE))
        else:
            points[point.label] = point
    return groups


def places(points: Points, names: Iterable[str]) -> list[float]:
    """Three numbers for each name: where its point is, in pixels, and whether it can be seen."""
    found = (points.get(name) for name in names)
    return [
        number for point in found for number in ((point.x, point.y, VISIBLE) if point is not None else (0.0, 0.0, 0))
    ]
