"""Ultralytics YOLO: turned boxes, segments and poses, as their readers check them."""

from math import cos, radians, sin
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from exporters import Box, LabeledFootage, LossReason, Manifest, UnsupportedShapeError
from tests.exporters.builders import FootageChanges, box, ellipse, exported, key_point, mask, polygon, still

POINTS = ("nose", "tail")
LABELS = ("Car", "Van")


def written(
    file_format: str, item: LabeledFootage, *, lossy: bool = False
) -> tuple[Manifest, list[tuple[int, list[float]]], dict[str, Any]]:
    """The manifest, each line's class and numbers, and `data.yaml`."""
    manifest, files = exported(file_format, item, labels=LABELS, key_points=POINTS, lossy=lossy)
    rows = [line.split() for line in files["labels/f1.txt"].decode().splitlines()]
    lines = [(int(row[0]), [float(number) for number in row[1:]]) for row in rows]
    return manifest, lines, yaml.safe_load(files["data.yaml"])


def test_an_upright_box_has_its_four_corners_from_the_top_left_on() -> None:
    manifest, lines, _ = written("yolo-obb", still("f1", box(label="Van")))
    assert lines == [(1, [0.1, 0.1, 0.3, 0.1, 0.3, 0.3, 0.1, 0.3])]
    assert manifest.format_version == "Ultralytics YOLO obb 8"


@pytest.mark.parametrize("file_format", ["yolo-obb", "yolo-segment"])
def test_a_turned_box_keeps_its_corners_and_loses_nothing(file_format: str) -> None:
    manifest, ((_, numbers),), _ = written(file_format, still("f1", box(x=200.0, rotation=90.0)))
    assert numbers == pytest.approx([0.2, 0.1, 0.2, 0.5, 0.1, 0.5, 0.1, 0.1])
    assert manifest.counts.reduced == ()


def test_a_turned_box_over_the_edge_becomes_a_smaller_one_turned_alike() -> None:
    drawn = box(x=-50.0, y=0.0, width=200.0, height=200.0, rotation=45.0)
    with pytest.raises(UnsupportedShapeError, match="clipped to the frame"):
        written("yolo-obb", still("f1", drawn))
    _, ((_, numbers),), _ = written("yolo-obb", still("f1", drawn), lossy=True)
    corners = [(x * 1000, y * 500) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    side = 200 - 50 * sin(radians(45)) * 2
    assert corners[0] == pytest.approx((0, 50))
    assert corners[1] == pytest.approx((side * cos(radians(45)), 50 + side * sin(radians(45))))
    assert corners[3] == pytest.approx((-side * sin(radians(45)), 50 + side * cos(radians(45))))


def test_a_turned_box_of_which_only_the_hull_touches_the_picture_is_counted() -> None:
    item = still("f1", box(x=-20.0, y=-100.0, width=300.0, height=20.0, rotation=-80.0))
    near = still("f1", box(x=-80.0, y=60.0, width=140.0, height=1.0, rotation=-45.0))
    for each in (item, near):
        manifest, _, _ = written("yolo-obb", each, lossy=True)
        assert sum(number for _, _, number in manifest.counts.dropped) == 1


def test_a_segment_is_a_polygon_or_the_corners_of_a_box() -> None:
    _, lines, _ = written("yolo-segment", still("f1", box(), shapes=(polygon(label="Van"),)))
    assert lines == [(0, [0.1, 0.1, 0.3, 0.1, 0.3, 0.3, 0.1, 0.3]), (1, [0.1, 0.2, 0.3, 0.2, 0.3, 0.4])]


def test_a_segment_over_the_edge_is_cut_at_the_edge_and_reported() -> None:
    item = still("f1", shapes=(polygon((-100.0, 0.0), (100.0, 0.0), (100.0, 100.0)),))
    manifest, lines, _ = written("yolo-segment", item, lossy=True)
    assert lines == [(0, [0.0, 0.1, 0.0, 0.0, 0.1, 0.0, 0.1, 0.2])]
    assert manifest.counts.reduced == ((LossReason.CLIPPED, 1),)


@pytest.mark.parametrize(
    ("changes", "reduced", "dropped"),
    [
        ({"shapes": (ellipse(),)}, [LossReason.ELLIPSE_AS_POLYGON], []),
        ({"shapes": (polygon(closed=False),)}, [LossReason.OPEN_POLYGON], []),
        ({"shapes": (mask(),)}, [], [LossReason.BRUSH]),
        ({"shapes": (key_point(),)}, [], [LossReason.KEY_POINT]),
    ],
)
def test_what_a_segment_cannot_say_is_reported(
    changes: FootageChanges, reduced: list[LossReason], dropped: list[LossReason]
) -> None:
    counts = written("yolo-segment", still("f1", **changes), lossy=True)[0].counts
    assert [reason for reason, _ in counts.reduced] == reduced
    assert [reason for reason, _, _ in counts.dropped] == dropped


def test_a_pose_is_a_box_with_a_place_for_each_key_point() -> None:
    item = still("f1", box("b1"), box("b2", "Van"), shapes=(key_point("k1", "tail", parent="b1"),))
    manifest, lines, description = written("yolo-pose", item)
    assert lines == [
        (0, [0.2, 0.2, 0.2, 0.2, 0, 0, 0, 0.01, 0.04, 2]),
        (1, [0.2, 0.2, 0.2, 0.2, 0, 0, 0, 0, 0, 0]),
    ]
    assert description["kpt_shape"] == [2, 3]
    assert description["kpt_names"] == {0: ["nose", "tail"], 1: ["nose", "tail"]}
    assert manifest.counts.shapes_out == (("Car", 1), ("Van", 1), ("tail", 1))


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ((key_point("k1", "nose"),), LossReason.KEY_POINT_ALONE),
        ((key_point("k1", "nose", parent="gone"),), LossReason.KEY_POINT_ALONE),
        (
            (key_point("k1", "nose", parent="b1"), key_point("k2", "nose", parent="b1")),
            LossReason.KEY_POINT_TWICE,
        ),
    ],
)
def test_a_key_point_without_a_place_of_its_own_is_counted(points: tuple[Any, ...], reason: LossReason) -> None:
    counts = written("yolo-pose", still("f1", box("b1"), shapes=points), lossy=True)[0].counts
    assert counts.dropped == ((reason, "nose", 1),)


def test_without_names_any_label_may_be_a_key_point() -> None:
    item = still("f1", box("b1"), shapes=(key_point("k1", "Person", parent="b1"),))
    _, files = exported("yolo-pose", item)
    assert yaml.safe_load(files["data.yaml"])["kpt_shape"] == [3, 3]


numbers = st.floats(-1500, 1500)
boxes = st.builds(
    Box,
    id=st.just("b"),
    label=st.just("Car"),
    x=numbers,
    y=numbers,
    width=st.floats(0, 2000),
    height=st.floats(0, 2000),
    rotation=st.floats(-180, 180),
)
polygons = st.lists(st.tuples(numbers, numbers), max_size=7).map(lambda points: polygon(*points))
anything = st.lists(boxes, max_size=5), st.lists(st.one_of(polygons, st.builds(ellipse, x=numbers)), max_size=5)


@given(*anything)
def test_every_segment_line_lies_in_the_picture(drawn: list[Box], shapes: list[Any]) -> None:
    _, lines, _ = written("yolo-segment", still("f1", *drawn, shapes=tuple(shapes)), lossy=True)
    assert all(len(numbers) >= 6 and min(numbers) >= 0 and max(numbers) <= 1 for _, numbers in lines)


@given(st.lists(boxes, max_size=5))
@example([Box(id="b", label="Car", x=0.0, y=0.0, width=0.0078125, height=1.0, rotation=0.5)])
def test_every_turned_box_passes_the_check_of_its_reader(drawn: list[Box]) -> None:
    # `verify_image_label`: centre and size of the hull of the corners lie between 0 and 1
    _, lines, _ = written("yolo-obb", still("f1", *drawn), lossy=True)
    for _, numbers in lines:
        for side in (numbers[::2], numbers[1::2]):
            assert -1e-6 <= (min(side) + max(side)) / 2 <= 1.000001
            assert max(side) - min(side) <= 1.000001


@given(*anything)
@pytest.mark.parametrize("file_format", ["coco", "yolo", "yolo-obb", "yolo-segment", "yolo-pose"])
def test_whatever_shape_goes_in_is_out_or_reported(file_format: str, drawn: list[Box], shapes: list[Any]) -> None:
    counts = exported(file_format, still("f1", *drawn, shapes=tuple(shapes)), lossy=True)[0].counts
    reported = sum(number for _, _, number in counts.dropped)
    assert sum(dict(counts.shapes_out).values()) + reported == len(drawn) + len(shapes)
