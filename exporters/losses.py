"""Why something that was drawn is not, or not wholly, in a training set: a closed list, so that it can be counted.

A *dropped* shape is absent from the set. A *reduced* one is there, with less than was drawn.
Either is refused unless the caller allows losses. Some are only ever reported: attributes that a format has no place
for or that must not leave, spaces in a label's name, a frame rate that is no whole number, footage that shows nothing
to be carried, and what the caller chose to leave out.
"""

from dataclasses import dataclass
from enum import StrEnum


class LossReason(StrEnum):
    """The reasons; the manifest counts by these words."""

    # dropped: of a kind that the format, or any, does not carry
    POLYGON = "polygon"
    BRUSH = "brush mask"
    ELLIPSE = "ellipse"
    KEY_POINT = "key point"
    RELATION = "relation"
    TIMELINE = "timeline span"
    OTHER_SHAPE = "other shape"
    # dropped: of a kind that is carried, but nothing a training set could use
    NO_LABEL = "no label"
    NO_AREA = "no area"
    NO_KEY_FRAMES = "no key frames"
    OUTSIDE_FRAME = "outside the frame"
    TURNED_IMAGE = "drawn on a turned image"
    LABEL_NOT_LISTED = "label not in the label list"
    BOX_WITHOUT_FRAME = "box without a frame in a video"
    SHAPE_WITHOUT_FRAME = "shape without a frame in a video"
    KEY_POINT_ALONE = "key point without a box"
    KEY_POINT_TWICE = "second key point of one name"
    RELATION_END = "relation to a shape that is not in the set"
    TRACK_ON_STILL = "track on a still"
    TRACK_AFTER_END = "track after the end of the video"
    # reduced
    ROTATION = "rotation"
    TRACK_IDENTITY = "track identity"
    ELLIPSE_AS_POLYGON = "ellipse as a polygon"
    OPEN_POLYGON = "open polygon written closed"
    CLIPPED = "clipped to the frame"
    ATTRIBUTES = "attributes"
    LABEL_NAME = "spaces in the label's name"
    FRAME_RATE = "frame rate rounded to a whole number"
    # whole items
    NO_LABELED_FRAMES = "video without labeled frames"
    STILL = "still in a format of videos"
    # dropped: not chosen among several annotations
    NOT_CHOSEN = "in an annotation that was not chosen"
    NOT_REVIEWED = "not reviewed"
    NO_MAJORITY = "drawn by no majority"
    MERGED = "drawn alike in a shape that was kept"
    NO_OVERLAP = "of a kind that no majority is taken of"
    # dropped: a shape that is not wanted
    LABEL_NOT_WANTED = "label not wanted"
    TOO_SMALL = "smaller than wanted"
    BY_ATTRIBUTE = "left out by its attribute"
    # a whole item that is not wanted
    NEGATIVE = "shows nothing wanted"
    # reduced: an attribute that is not wanted, or must not leave
    ATTRIBUTE_NOT_WANTED = "attribute not wanted"
    PROHIBITED_ATTRIBUTE = "prohibited attribute"


CHOSEN = frozenset(
    {
        LossReason.NOT_CHOSEN,
        LossReason.NOT_REVIEWED,
        LossReason.NO_MAJORITY,
        LossReason.MERGED,
        LossReason.LABEL_NOT_WANTED,
        LossReason.TOO_SMALL,
        LossReason.BY_ATTRIBUTE,
        LossReason.ATTRIBUTE_NOT_WANTED,
        LossReason.NEGATIVE,
    }
)
"""Losses that the caller asked for."""
REPORTED_ONLY = CHOSEN | {
    LossReason.ATTRIBUTES,
    LossReason.LABEL_NAME,
    LossReason.FRAME_RATE,
    LossReason.NO_LABELED_FRAMES,
    LossReason.PROHIBITED_ATTRIBUTE,
}
"""Losses that never stop an export: they are counted in the manifest and nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One shape that is dropped or reduced, and where it was; `frame` counts from 0.

    Without a shape it is about the whole footage.
    """

    footage_id: str
    shape_id: str
    label: str
    reason: LossReason
    frame: int | None = None

    def __str__(self) -> str:
        place = (
            f"footage `{self.footage_id}`" if self.frame is None else f"footage `{self.footage_id}` frame {self.frame}"
        )
        if not self.shape_id:
            return f"{place}: {self.reason}"
        return f"{place}: shape `{self.shape_id}` labeled `{self.label}`: {self.reason}"
