"""COCO: polygons, masks, ellipses, key points and relations, and that `pycocotools` reads them."""

import json
import subprocess
import sys
from math import pi
from pathlib import Path
from typing import Any, cast

import pytest

from exporters import LabeledFootage, LossReason, Relation, UnsupportedShapeError
from tests.exporters.builders import FootageChanges, box, clip, ellipse, exported, key, key_point, mask, polygon, still
from tests.exporters.builders import track as follow

DOCUMENT = "annotations/instances_default.json"
READER = Path(__file__).parent / "loading" / "pycocotools_reads.py"
POINTS = ("nose", "tail")


def coco(item: LabeledFootage, *, lossy: bool = False, labels: tuple[str, ...] = ("Car", "Van")) -> dict[str, Any]:
    files = exported("coco", item, labels=labels, key_points=POINTS, lossy=lossy)[1]
    return cast("dict[str, Any]", json.loads(files[DOCUMENT]))


def test_a_polygon_is_its_corners_with_its_own_area() -> None:
    (row,) = coco(still("f1", shapes=(polygon(label="Van", annotation_id="7"),)))["annotations"]
    assert row["segmentation"] == [[100, 100, 300, 100, 300, 200]]
    assert (row["bbox"], row["area"], row["category_id"]) == ([100, 100, 200, 100], 10_000, 2)
    assert row["source"] == {"shape": "p1", "annotation": "7"}


def test_a_mask_is_run_lengths_of_the_whole_picture() -> None:
    (row,) = coco(still("f1", shapes=(mask(),)))["annotations"]
    assert row["segmentation"]["size"] == [500, 1000]
    assert (row["bbox"], row["area"], row["iscrowd"]) == ([3, 2, 1, 4], 4, 0)


def test_an_ellipse_becomes_a_polygon_and_keeps_its_own_numbers() -> None:
    item = still("f1", shapes=(ellipse(rotation=30.0),))
    with pytest.raises(UnsupportedShapeError, match="ellipse as a polygon"):
        coco(item)
    (row,) = coco(item, lossy=True)["annotations"]
    assert len(row["segmentation"][0]) == 128
    assert row["ellipse"] == [500, 250, 100, 50, 30]
    assert row["area"] == pytest.approx(pi * 5_000)


def test_a_polygon_that_was_left_open_is_closed_and_reported() -> None:
    item = still("f1", shapes=(polygon(closed=False),))
    counts = exported("coco", item, lossy=True)[0].counts
    assert counts.reduced == ((LossReason.OPEN_POLYGON, 1),)
    assert counts.shapes_in == counts.shapes_out


def test_key_points_under_a_box_are_of_its_annotation_each_at_its_place() -> None:
    document = coco(still("f1", box("b1"), box("b2", "Van"), shapes=(key_point("k1", "tail", parent="b1"),)))
    first, second = document["annotations"]
    assert (first["keypoints"], first["num_keypoints"]) == ([0, 0, 0, 10, 20, 2], 1)
    assert first["key_point_shapes"] == [{"name": "tail", "shape": "k1", "width": 4, "attributes": {}}]
    assert "keypoints" not in second
    assert [one.get("keypoints") for one in document["categories"]] == [["nose", "tail"], None]


def test_a_key_point_under_a_box_counts_as_written() -> None:
    item = still("f1", box("b1"), shapes=(key_point("k1", "tail", parent="b1"),))
    counts = exported("coco", item, labels=("Car",), key_points=POINTS)[0].counts
    assert counts.shapes_in == counts.shapes_out == (("Car", 1), ("tail", 1))


def test_a_key_point_on_its_own_is_an_annotation_of_its_own() -> None:
    (row,) = coco(still("f1", shapes=(key_point("k1", "nose"),)), labels=("nose",))["annotations"]
    assert (row["keypoints"], row["num_keypoints"], row["bbox"]) == ([10, 20, 2, 0, 0, 0], 1, [8, 18, 4, 4])


def test_a_second_point_of_one_name_is_not_lost() -> None:
    twins = (key_point("k1", "nose", parent="b1"), key_point("k2", "nose", parent="b1", x=30.0))
    rows = coco(still("f1", box("b1"), shapes=twins), labels=("Car", "nose"))["annotations"]
    assert [row["keypoints"][0] for row in rows] == [10, 30]


def test_boxes_of_one_id_in_two_annotations_keep_their_own_points() -> None:
    other = key_point("k1", "nose", parent="b1")
    (first, second) = coco(still("f1", box("b1", annotation_id="7"), box("b1"), shapes=(other,)))["annotations"]
    assert ("keypoints" in first, "keypoints" in second) == (False, True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shapes": (polygon(label="Tank"),)}, LossReason.LABEL_NOT_LISTED),
        ({"shapes": (polygon((0.0, 0.0), (9.0, 9.0)),)}, LossReason.NO_AREA),
        ({"shapes": (mask(counts=(500_000,)),)}, LossReason.NO_AREA),
        ({"shapes": (ellipse(x=-500.0),)}, LossReason.OUTSIDE_FRAME),
        ({"shapes": (key_point(label="ear"),)}, LossReason.LABEL_NOT_LISTED),
        ({"shapes": (key_point(label="nose"),)}, LossReason.LABEL_NOT_LISTED),
        ({"shapes": (key_point(label="nose", x=1001.0),)}, LossReason.OUTSIDE_FRAME),
        ({"relations": (Relation(from_id="a", to_id="b"),)}, LossReason.RELATION_END),
    ],
)
def test_what_cannot_be_written_is_refused_or_counted(changes: FootageChanges, reason: LossReason) -> None:
    item = still("f1", **changes)
    with pytest.raises(UnsupportedShapeError, match=reason):
        coco(item)
    counts = exported("coco", item, labels=("Car",), key_points=POINTS, lossy=True)[0].counts
    assert [(why, number) for why, _, number in counts.dropped] == [(reason, 1)]


def test_a_relation_is_a_pair_of_annotations() -> None:
    pair = Relation(from_id="p1", to_id="b2", direction="bi", labels=("tows",))
    document = coco(still("f1", box("b1"), box("b2"), shapes=(polygon(),), relations=(pair,)))
    assert document["relations"] == [{"image_id": 1, "from": 3, "to": 2, "direction": "bi", "labels": ["tows"]}]


def test_a_shape_or_relation_of_a_clip_has_no_frame_and_is_counted() -> None:
    item = clip("v1", follow(key(0)), shapes=(polygon(),), relations=(Relation(from_id="t1", to_id="p1"),))
    counts = exported("coco", item, lossy=True)[0].counts
    assert counts.dropped == ((LossReason.SHAPE_WITHOUT_FRAME, "", 1), (LossReason.SHAPE_WITHOUT_FRAME, "Car", 1))


def test_pycocotools_alone_reads_every_shape_with_the_same_area(tmp_path: Path) -> None:
    shapes = (polygon(), mask(), ellipse(), key_point("k1", "nose", parent="b1"))
    path = tmp_path / "instances.json"
    path.write_text(json.dumps(coco(still("f1", box("b1"), shapes=shapes), lossy=True)), encoding="utf-8")
    printed = subprocess.run([sys.executable, READER, path], check=True, capture_output=True, text=True).stdout
    with_points, triangle, brushed, oval = json.loads(printed)["annotations"]
    assert with_points["keypoints"] == [10, 20, 2, 0, 0, 0]
    assert brushed["mask_area"] == brushed["pixels"] == brushed["area"] == 4
    assert brushed["mask_bbox"] == brushed["bbox"]
    assert triangle["pixels"] == pytest.approx(triangle["area"], rel=0.01)
    assert oval["pixels"] == pytest.approx(oval["area"], rel=0.01)
