"""The parts of a COCO annotation that say where a polygon, a mask, an ellipse or a key point is."""

from collections.abc import Iterable

from exporters.keypoints import Points, places
from exporters.outlines import area, bounds, outline
from exporters.rle import coco_text
from exporters.shapes import KeyPoint, Mask, Polygon, Shape


def placed(shape: Shape, names: Iterable[str]) -> dict[str, object]:
    """Where the shape is; `names` are the key points of its category."""
    around = bounds(shape)
    row: dict[str, object] = {
        "bbox": [around.left, around.top, around.width, around.height],
        "area": area(shape),
        "iscrowd": 0,
        "segmentation": [],
    }
    match shape:
        case Mask():
            row["segmentation"] = {"size": [shape.height, shape.width], "counts": coco_text(shape.counts)}
        case KeyPoint():
            row |= key_points({shape.label: shape}, names)
            row["point_width"] = shape.width
        case Polygon():
            row["segmentation"] = [_flat(shape.points)]
        case _:
            row["segmentation"] = [_flat(outline(shape))]
            row["ellipse"] = [shape.x, shape.y, shape.radius_x, shape.radius_y, shape.rotation]
    return row


def key_points(points: Points, names: Iterable[str]) -> dict[str, object]:
    """The key points of one annotation, three numbers for each of these names."""
    return {"keypoints": places(points, names), "num_keypoints": len(points)}


def _flat(points: Iterable[tuple[float, float]]) -> list[float]:
    return [side for point in points for side in point]
