"""The measured failures of other exporters, each shown not to happen here."""

import io
import json
from pathlib import Path
from typing import Any, cast

import pytest
from pycocotools.coco import COCO

from exporters import Canvas, LabeledFootage, read_result
from exporters.labelstudio import Reading
from tests.exporters.builders import box, exported, jpeg, still
from tests.exporters.studio import attribute, rectangle

DOCUMENT = "annotations/instances_default.json"


def coco(*items: LabeledFootage) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(exported("coco", *items)[1][DOCUMENT]))


def read(*entries: object) -> Reading:
    return read_result(list(entries), task="1", canvas=Canvas(width=1000, height=500))


def test_1_adding_an_attribute_never_renumbers_the_classes() -> None:
    plain = still("f1", *read(rectangle("r1", "Van")).boxes)
    richer = still("f1", *read(rectangle("r1", "Van"), attribute("choices", "occluded", ["yes"])).boxes)
    for item in (plain, richer):
        document = coco(item)
        assert [(one["id"], one["name"]) for one in document["categories"]] == [(1, "Car"), (2, "Van"), (3, "Person")]
        assert document["annotations"][0]["category_id"] == 2
        assert exported("yolo", item)[1]["labels/f1.txt"].startswith(b"1 ")


def test_2_per_box_attributes_are_kept_by_coco_and_counted_by_yolo(capsys: pytest.CaptureFixture[str]) -> None:
    item = still("f1", *read(rectangle(), attribute("choices", "type", ["SUV"]), attribute("number", "doors", 4)).boxes)
    assert coco(item)["annotations"][0]["attributes"] == {"type": "SUV", "doors": 4.0}
    assert exported("yolo", item)[0].counts.reduced == (("attributes", 1),)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("file_format", ["coco", "yolo"])
@pytest.mark.parametrize(
    "names",
    [("front/1.jpg", "rear/1.jpg"), ("1.jpg", "1.png"), ("A.jpg", "a.jpg"), ("a b.jpg", "a_b.jpg"), ("1.jpg", "1.jpg")],
)
def test_3_footage_of_the_same_name_never_shares_a_file(file_format: str, names: tuple[str, str]) -> None:
    first = still("f1", box(), data=jpeg(), name=names[0])
    second = still("f2", box(), data=jpeg(colour="red"), name=names[1])
    manifest, files = exported(file_format, first, second)
    images = [name for name in files if name.startswith("images/")]
    labels = [name for name in files if name.startswith("labels/")]
    assert len({name.casefold() for name in images}) == 2
    assert len(labels) == (2 if file_format == "yolo" else 0)
    assert len({item.pictures for item in manifest.items}) == 2


def test_4_footage_of_two_annotators_is_one_image_with_the_boxes_of_both() -> None:
    item = still("f1", box(annotation_id="1"), box(annotation_id="2", x=101.0))
    document = coco(item)
    assert len(document["images"]) == 1
    assert [one["source"]["annotation"] for one in document["annotations"]] == ["1", "2"]
    assert exported("yolo", item)[1]["labels/f1.txt"].count(b"\n") == 2


def test_5_a_turned_box_is_hulled_in_pixels_and_not_in_percent() -> None:
    (annotation,) = coco(still("f1", *read(rectangle(rotation=45)).boxes))["annotations"]
    assert annotation["bbox"] == pytest.approx([29.289, 50, 212.132, 212.132], abs=0.001)
    assert annotation["segmentation"][0] == pytest.approx(
        [100, 50, 241.421, 191.421, 170.711, 262.132, 29.289, 120.711], abs=0.001
    )
    assert annotation["area"] == pytest.approx(20_000)
    assert annotation["rotation"] == 45


def test_6_ids_of_images_annotations_and_categories_count_from_1() -> None:
    document = coco(still("f1", box("a"), box("b")), still("f2", box("c", "Person")))
    assert [one["id"] for one in document["images"]] == [1, 2]
    assert [one["id"] for one in document["annotations"]] == [1, 2, 3]
    assert [one["id"] for one in document["categories"]] == [1, 2, 3]
    assert [one["image_id"] for one in document["annotations"]] == [1, 1, 2]


def test_7_a_picture_without_boxes_is_kept_with_its_true_size() -> None:
    empty = still("f1", data=jpeg())
    assert [(one["file_name"], one["width"], one["height"]) for one in coco(empty)["images"]] == [("f1.jpg", 1000, 500)]
    files = exported("yolo", empty)[1]
    assert files["labels/f1.txt"] == b""
    assert "images/f1.jpg" in files


def test_8_coordinates_come_out_as_they_went_in(tmp_path: Path) -> None:
    boxes = [box(f"b{n}", x=n / 7, y=n / 11, width=200 / 3 + n / 13, height=100 / 3 + n / 17) for n in range(1, 300)]
    item = still("f1", *boxes)
    path = tmp_path / "instances.json"
    path.write_bytes(exported("coco", item)[1][DOCUMENT])
    loaded = COCO(str(path))
    assert [loaded.anns[n]["bbox"] for n in sorted(loaded.anns)] == [[b.x, b.y, b.width, b.height] for b in boxes]
    lines = io.BytesIO(exported("yolo", item)[1]["labels/f1.txt"])
    for line, drawn in zip(lines, boxes, strict=True):
        across, down, width, height = (float(number) for number in line.split()[1:])
        read = ((across - width / 2) * 1000, (down - height / 2) * 500, width * 1000, height * 500)
        assert read == pytest.approx((drawn.x, drawn.y, drawn.width, drawn.height), abs=1e-4)
