"""Real Label Studio exports and real footage are read: every shape comes out, or is named as left out."""

import io
import json
from typing import Any, cast

import pytest
from PIL import Image

from exporters import Canvas, KeyPoint, Polygon, read_task
from tests.exporters.builders import SHARED, clip, exported, key, still, track

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real exports at `{SHARED.name}` beside the repository")


def tasks(name: str) -> list[dict[str, Any]]:
    path = SHARED / "exports" / name / "data.json"
    return cast("list[dict[str, Any]]", json.loads(path.read_text(encoding="utf-8")))


def test_a_real_export_with_other_shapes_is_read_whole() -> None:
    (task,) = tasks("rectangles")
    reading = read_task(task, canvas=Canvas(width=500, height=320))
    (box,) = reading.boxes
    assert (box.x, box.y) == pytest.approx((31.941923774954628 * 5, 4.113475177304964 * 3.2))
    assert [(type(shape), shape.label) for shape in reading.shapes] == [
        (Polygon, "polygon_label"),
        (KeyPoint, "keypoint_label1"),
        (KeyPoint, "keypoint_label2"),
    ]
    assert not reading.left_out


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


def test_frames_of_a_real_clip_are_cut_to_the_last_one() -> None:
    data = (SHARED / "videos" / "car-detection.mp4").read_bytes()
    shown = track(key(0, enabled=False), key(376))
    item = clip("v1", shown, data=data, width=768, height=432, frames=377)
    _, files = exported("coco", item)
    images = [name for name in files if name.startswith("images/")]
    assert images == ["images/v1-f000000.jpg", "images/v1-f000376.jpg"]
    assert files[images[0]] != files[images[1]]


def test_a_real_photograph_keeps_its_pixels_and_loses_its_metadata() -> None:
    data = (SHARED / "photos" / "test1.jpg").read_bytes()
    _, files = exported("yolo", still("f1", data=data, width=1280, height=720))
    with Image.open(io.BytesIO(files["images/f1.jpg"])) as clean, Image.open(io.BytesIO(data)) as original:
        assert clean.tobytes() == original.tobytes()
        assert not clean.getexif()
