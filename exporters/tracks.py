"""Tracks to boxes, frame by frame, exactly as the labeling screen shows them.

Rules, as Label Studio 1.23.2 draws (`getShape`, `isInLifespan`):

- at a key frame the box is where the key frame says, also when the key frame is disabled;
- after an enabled key frame the box moves in a straight line to the next one, or stays where it is to the end;
- after a disabled key frame there is no box until the next key frame; before the first there is none either;
- rotation turns the short way round.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from exporters.dataset import Box, KeyFrame, LabeledFootage, Track
from exporters.errors import InvalidDatasetError


@dataclass(slots=True)
class TrackNumbers:
    """Numbers tracks from 1 over the whole set, in the order they first show."""

    _given: int = 0
    _of_item: dict[tuple[str, str], int] = field(default_factory=dict)

    def next_item(self) -> None:
        """Forget the tracks of the item before, so that memory does not grow with the set."""
        self._of_item.clear()

    def of(self, box: Box) -> int:
        """The number of the track this box of the current item belongs to."""
        key = (box.annotation_id, box.id)
        if key not in self._of_item:
            self._given += 1
            self._of_item[key] = self._given
        return self._of_item[key]


def box_at(track: Track, frame: int) -> Box | None:
    """The track's box at this frame, or none where the screen shows none."""
    at = bisect_right(track.key_frames, frame, key=lambda key: key.frame) - 1
    if at < 0:
        return None
    key = track.key_frames[at]
    if key.frame == frame:
        return _box(track, key)
    if not key.enabled:
        return None
    following = track.key_frames[at + 1] if at + 1 < len(track.key_frames) else key
    return _box(track, _between(key, following, frame))


def boxes_by_frame(track: Track, frames: int) -> Iterator[tuple[int, Box]]:
    """Every frame of a video of `frames` frames that shows the track, with its box there."""
    for first, last in spans(track, frames):
        for frame in range(first, last):
            box = box_at(track, frame)
            if box is not None:
                yield frame, box


def spans(track: Track, frames: int) -> Iterator[tuple[int, int]]:
    """The runs of frames that show the track, each as its first frame and the one after its last."""
    ends = [key.frame for key in track.key_frames[1:]]
    for key, end in zip(track.key_frames, [*ends, frames], strict=True):
        last = min(end if key.enabled else key.frame + 1, frames)
        if key.frame < last:
            yield key.frame, last


def visible_frames(track: Track, frames: int) -> int:
    """How many frames of a video of `frames` frames show the track."""
    return sum(last - first for first, last in spans(track, frames))


def turns_at(track: Track, frame: int) -> bool:
    """Whether the box at this frame is more than a point on a straight line: a key frame, or a box that is turning."""
    at = bisect_right(track.key_frames, frame, key=lambda key: key.frame) - 1
    key, following = track.key_frames[max(at, 0)], track.key_frames[min(at + 1, len(track.key_frames) - 1)]
    return key.frame == frame or (following.rotation - key.rotation) % 360 != 0


def track_numbers(item: LabeledFootage) -> dict[tuple[str, str], int]:
    """The tracks of a video from 1, each by its annotation and its own id, as its boxes carry them.

    Raises:
        InvalidDatasetError: two tracks of one annotation have the same id, so that nothing tells their boxes apart.
    """
    numbers = {(track.annotation_id, track.id): number for number, track in enumerate(item.tracks, start=1)}
    if len(numbers) != len(item.tracks):
        raise InvalidDatasetError(f"footage `{item.footage_id}` has two tracks of one annotation with the same id")
    return numbers


def _box(track: Track, key: KeyFrame) -> Box:
    return Box(
        id=track.id,
        label=track.label,
        x=key.x,
        y=key.y,
        width=key.width,
        height=key.height,
        rotation=key.rotation,
        attributes=track.attributes,
        annotation_id=track.annotation_id,
    )


def _between(start: KeyFrame, end: KeyFrame, frame: int) -> KeyFrame:
    if start is end:
        return start
    share = (frame - start.frame) / (end.frame - start.frame)
    return KeyFrame(
        frame=frame,
        x=start.x + (end.x - start.x) * share,
        y=start.y + (end.y - start.y) * share,
        width=start.width + (end.width - start.width) * share,
        height=start.height + (end.height - start.height) * share,
        rotation=_half_turn(start.rotation + _half_turn(end.rotation - start.rotation) * share),
    )


def _half_turn(degrees: float) -> float:
    """The same direction between -180 (excluded) and 180 degrees."""
    return 180.0 - (180.0 - degrees) % 360.0
