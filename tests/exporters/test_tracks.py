"""A track shows its box on exactly the frames, and exactly where, the labeling screen shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import InvalidDatasetError, Track, box_at, boxes_by_frame, visible_frames
from tests.exporters.builders import key, track

MOVING = track(key(2, 0.0), key(6, 40.0), label="Van", attributes=(("type", "Minibus"),), annotation_id="7")
GAP = track(key(0, 0.0), key(2, 20.0, enabled=False), key(5, 50.0))


@pytest.mark.parametrize(
    ("following", "frame", "left"),
    [
        pytest.param(MOVING, 0, None, id="before the first key frame there is no box"),
        pytest.param(MOVING, 2, 0.0, id="at a key frame the box is where the key frame says"),
        pytest.param(MOVING, 3, 10.0, id="between two key frames the box moves in a straight line"),
        pytest.param(MOVING, 5, 30.0, id="and has nearly arrived before the second"),
        pytest.param(MOVING, 6, 40.0, id="at the second key frame it has arrived"),
        pytest.param(MOVING, 9, 40.0, id="after the last key frame it stays"),
        pytest.param(GAP, 1, 10.0, id="towards a disabled key frame it still moves"),
        pytest.param(GAP, 2, 20.0, id="at a disabled key frame it is still shown"),
        pytest.param(GAP, 3, None, id="after a disabled key frame it is gone"),
        pytest.param(GAP, 4, None, id="until the next key frame"),
        pytest.param(GAP, 5, 50.0, id="where it appears again"),
        pytest.param(track(key(0, 1.0, enabled=False)), 0, 1.0, id="a lone disabled key frame is shown once"),
        pytest.param(track(key(0, 1.0, enabled=False)), 1, None, id="and then never again"),
    ],
)
def test_the_box_at_a_frame(following: Track, frame: int, left: float | None) -> None:
    box = box_at(following, frame)
    assert (None if box is None else box.x) == (None if left is None else pytest.approx(left))


@pytest.mark.parametrize(
    ("start", "end", "middle"),
    [(0, 90, 45), (350, 10, 0), (10, 350, 0), (-170, 170, 180), (0, 180, 90), (720, 740, 10)],
)
def test_rotation_turns_the_short_way_round(start: float, end: float, middle: float) -> None:
    box = box_at(track(key(0, rotation=float(start)), key(2, rotation=float(end))), 1)
    assert box is not None
    assert box.rotation == pytest.approx(middle)


def test_every_box_of_a_track_carries_what_the_track_says() -> None:
    frames = dict(boxes_by_frame(MOVING, 8))
    assert list(frames) == [2, 3, 4, 5, 6, 7]
    assert {(box.id, box.label, box.attributes, box.annotation_id) for box in frames.values()} == {
        ("t1", "Van", (("type", "Minibus"),), "7")
    }
    assert [box.width for box in frames.values()] == [20.0] * 6


def test_a_track_stops_at_the_end_of_the_video() -> None:
    assert [frame for frame, _ in boxes_by_frame(track(key(1), key(50)), 4)] == [1, 2, 3]
    assert visible_frames(track(key(9)), 4) == 0


@pytest.mark.parametrize(
    "keys", [(), (key(-1),), (key(3), key(3)), (key(3), key(2))], ids=["none", "before 0", "twice", "out of order"]
)
def test_a_track_has_key_frames_in_order_each_once(keys: tuple[object, ...]) -> None:
    with pytest.raises(InvalidDatasetError, match="track `t1` needs key frames in order"):
        track(*keys)  # type: ignore[arg-type]


key_frames = st.lists(
    st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=8, unique_by=lambda one: one[0]
)


@given(key_frames, st.integers(1, 45))
def test_the_number_of_visible_frames_is_the_number_of_boxes(keys: list[tuple[int, bool]], frames: int) -> None:
    following = track(*(key(frame, enabled=enabled) for frame, enabled in sorted(keys)))
    shown = [frame for frame in range(frames) if box_at(following, frame) is not None]
    assert [frame for frame, _ in boxes_by_frame(following, frames)] == shown
    assert visible_frames(following, frames) == len(shown)
