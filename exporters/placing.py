"""Whether what was drawn can stand in a training set: listed, with an area, and at least partly inside the frame."""

from exporters.dataset import Box, Dataset, KeyPoint, LabeledFootage, Shape
from exporters.geometry import touches_frame
from exporters.losses import LossReason
from exporters.outlines import area, bounds


def why_not_box(box: Box, item: LabeledFootage, dataset: Dataset) -> LossReason | None:
    """Why this box of the item cannot be written, if so."""
    if box.label not in dataset.labels:
        return LossReason.LABEL_NOT_LISTED
    if box.width <= 0 or box.height <= 0:
        return LossReason.NO_AREA
    return None if touches_frame(box, item.width, item.height) else LossReason.OUTSIDE_FRAME


def why_not_shape(shape: Shape, item: LabeledFootage, dataset: Dataset) -> LossReason | None:
    """Why this shape of the item cannot be written, if so."""
    if isinstance(shape, KeyPoint):
        return _why_not_point(shape, item, dataset)
    if shape.label not in dataset.labels:
        return LossReason.LABEL_NOT_LISTED
    if area(shape) <= 0:
        return LossReason.NO_AREA
    return None if bounds(shape).touches(item.width, item.height) else LossReason.OUTSIDE_FRAME


def _why_not_point(point: KeyPoint, item: LabeledFootage, dataset: Dataset) -> LossReason | None:
    if point.label not in dataset.key_point_names:
        return LossReason.LABEL_NOT_LISTED
    inside = 0 <= point.x <= item.width and 0 <= point.y <= item.height
    return None if inside else LossReason.OUTSIDE_FRAME
