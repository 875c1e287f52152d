"""What formats of upright boxes inside single pictures all leave out, reported in one place."""

from exporters.dataset import Box, LabeledFootage
from exporters.geometry import hull, turned
from exporters.losses import LossReason
from exporters.pictures import Picture
from exporters.run import Run
from exporters.tracks import visible_frames
from residency import MediaKind

Sides = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def report_item(run: Run, item: LabeledFootage) -> None:
    """Report that tracks become boxes of single pictures, and that the footage's own attributes have no place."""
    if item.media_kind is MediaKind.VIDEO:
        for track in item.tracks:
            if visible_frames(track, item.frames or 0):
                run.reduce(item, track.id, track.label, LossReason.TRACK_IDENTITY)
    if item.attributes:
        run.reduce(item, "", "", LossReason.ATTRIBUTES)


def sides(run: Run, picture: Picture, box: Box) -> Sides:
    """The hull of a box as far as it is inside its picture; what that leaves out is reported."""
    item = picture.item
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    if box.rotation == 0 and left >= 0 and top >= 0 and right <= item.width and bottom <= item.height:
        return left, top, right, bottom
    if turned(box):
        run.reduce(item, box.id, box.label, LossReason.ROTATION, picture.frame)
    around = hull(box)
    if not around.inside(item.width, item.height):
        run.reduce(item, box.id, box.label, LossReason.CLIPPED, picture.frame)
    part = around.clipped(item.width, item.height)
    return part.left, part.top, part.right, part.bottom
