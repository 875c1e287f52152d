"""COCO: what a set holds, box by box."""

import json
from pathlib import Path
from typing import Any, cast

from pycocotools.coco import COCO

from exporters import LabeledFootage
from tests.exporters.builders import box, clip, exported, key, mp4, still, track

DOCUMENT = "annotations/instances_default.json"
GOLDEN = Path(__file__).parent / "golden"


def coco(*items: LabeledFootage) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(exported("coco", *items)[1][DOCUMENT]))


def example() -> tuple[LabeledFootage, ...]:
    """A still with an upright and a turned box, an empty one, and a clip."""
    attributes = (("type", "SUV"), ("extras", ("Roof rack", "Tow bar")), ("doors", 4.0))
    return (
        still(
            "f1", box(attributes=attributes, annotation_id="7"), box("b2", "Person", rotation=30.0), source="cam-ca-1"
        ),
        still("f2", attributes=(("weather", "Rain"), ("weather", "Fog"))),
        clip("v1", track(key(0, 0.0), key(2, 20.0, enabled=False)), track(key(2), own="t2", label="Van"), frames=3),
    )


def test_the_example_is_written_as_agreed() -> None:
    manifest, files = exported("coco", *example())
    assert files[DOCUMENT] == (GOLDEN / "coco.json").read_bytes()
    assert manifest.encode() == (GOLDEN / "coco-manifest.json").read_bytes()


def test_pycocotools_finds_every_image_category_and_box(tmp_path: Path) -> None:
    path = tmp_path / "instances.json"
    path.write_bytes(exported("coco", *example())[1][DOCUMENT])
    loaded = COCO(str(path))
    assert sorted(loaded.getImgIds()) == [1, 2, 3, 4, 5]
    assert [one["name"] for one in loaded.loadCats(loaded.getCatIds())] == ["Car", "Van", "Person"]
    (person,) = loaded.loadAnns(loaded.getAnnIds(catIds=[3]))
    assert loaded.annToMask(person).sum() > 0.95 * person["area"]


def test_a_box_over_the_edge_is_written_as_drawn() -> None:
    (annotation,) = coco(still("f1", box(x=-50.0)))["annotations"]
    assert annotation["bbox"] == [-50.0, 50.0, 200.0, 100.0]


def test_a_track_keeps_its_number_over_frames_and_no_two_share_one() -> None:
    first = clip("v1", track(key(0)), track(key(0), own="t2"), frames=2)
    second = clip("v2", track(key(0)), frames=1)
    numbers = [one["track_id"] for one in coco(first, second)["annotations"]]
    assert numbers == [1, 2, 1, 2, 3]


def test_a_clip_becomes_one_image_per_frame_that_shows_something() -> None:
    item = clip("v1", track(key(3), key(5, enabled=False)), data=mp4())
    _, files = exported("coco", item)
    images = json.loads(files[DOCUMENT])["images"]
    assert [(one["file_name"], one["frame"]) for one in images] == [
        ("v1-f000003.jpg", 3),
        ("v1-f000004.jpg", 4),
        ("v1-f000005.jpg", 5),
    ]
    assert [name for name in files if name.startswith("images/")] == [f"images/{one['file_name']}" for one in images]
