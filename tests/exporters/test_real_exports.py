"""Real Label Studio exports are read: every shape in them comes out, or is named as left out."""

import json
from typing import Any, cast

import pytest

from exporters import Canvas, LossReason, read_task
from tests.exporters.builders import SHARED, exported, still

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real exports at `{SHARED.name}` beside the repository")


def tasks(name: str) -> list[dict[str, Any]]:
    path = SHARED / "exports" / name / "data.json"
    return cast("list[dict[str, Any]]", json.loads(path.read_text(encoding="utf-8")))


def test_a_real_export_with_other_shapes_names_them_all() -> None:
    (task,) = tasks("rectangles")
    reading = read_task(task, canvas=Canvas(width=500, height=320))
    (box,) = reading.boxes
    assert (box.x, box.y) == pytest.approx((31.941923774954628 * 5, 4.113475177304964 * 3.2))
    assert [(left.label, left.reason) for left in reading.left_out] == [
        ("polygon_label", LossReason.POLYGON),
        ("keypoint_label1", LossReason.KEY_POINT),
        ("keypoint_label2", LossReason.KEY_POINT),
    ]


def test_a_real_export_of_two_annotators_keeps_every_rectangle_of_both() -> None:
    drawn = kept = 0
    for task in tasks("yolo-rectangles"):
        live = [one for one in task["annotations"] if not one["was_cancelled"]]
        drawn += sum(len(one["result"]) for one in live)
        reading = read_task(task, canvas=Canvas(width=2800, height=2800))
        assert {box.annotation_id for box in reading.boxes} == {str(one["id"]) for one in live if one["result"]}
        kept += len(reading.boxes)
    assert drawn == kept > 0


def test_a_real_export_becomes_a_set_with_every_rectangle() -> None:
    items = []
    for task in tasks("yolo-rectangles"):
        reading = read_task(task, canvas=Canvas(width=2800, height=2800))
        items.append(still(str(task["id"]), *reading.boxes, width=2800, height=2800))
    manifest, files = exported("coco", *items, labels=("parasites", "white"))
    document = json.loads(files["annotations/instances_default.json"])
    assert len(document["annotations"]) == sum(len(item.boxes) for item in items)
    assert manifest.counts.shapes_in == manifest.counts.shapes_out
