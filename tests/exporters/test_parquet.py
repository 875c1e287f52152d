"""Parquet: what the two tables hold, and that they do not depend on anything but the dataset."""

import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from exporters import LabeledFootage
from exporters.formats import parquet
from tests.exporters.builders import box, clip, exported, jpeg, key, mp4, still, track


def table(name: str, *items: LabeledFootage) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = pq.read_table(io.BytesIO(exported("parquet", *items)[1][name])).to_pylist()
    return read


def images(*items: LabeledFootage) -> list[dict[str, Any]]:
    return table("images.parquet", *items)


def shapes(*items: LabeledFootage) -> list[dict[str, Any]]:
    return table("shapes.parquet", *items)


def test_a_picture_is_a_row_also_when_nothing_is_drawn_on_it() -> None:
    (row,) = images(still("f1", attributes=(("weather", "Rain"), ("weather", "Fog")), data=jpeg()))
    assert row == {
        "image_id": 1,
        "file_name": "f1.jpg",
        "included": True,
        "width": 1000,
        "height": 500,
        "footage_id": "f1",
        "frame": None,
        "attributes": '{"weather":["Rain","Fog"]}',
    }


def test_a_shape_is_a_row_with_its_box_as_drawn() -> None:
    attributes = (("type", "SUV"), ("doors", 4.0))
    _, row = shapes(still("f0", box()), still("f1", box("b", "Person", x=-5.5, rotation=30.0, attributes=attributes)))
    assert row == {
        "image_id": 2,
        "kind": "box",
        "label": "Person",
        "label_id": 2,
        "x": -5.5,
        "y": 50.0,
        "width": 200.0,
        "height": 100.0,
        "rotation": 30.0,
        "attributes": '{"type":"SUV","doors":4.0}',
        "track_id": None,
        "frame": None,
        "shape_id": "b",
        "annotation_id": "",
    }


def test_a_track_keeps_its_number_over_frames_and_no_two_share_one() -> None:
    first = clip("v1", track(key(0)), track(key(0), own="t2"), frames=2)
    second = clip("v2", track(key(0)), frames=1)
    rows = shapes(first, second)
    assert [(row["image_id"], row["frame"], row["track_id"]) for row in rows] == [
        (1, 0, 1),
        (1, 0, 2),
        (2, 1, 1),
        (2, 1, 2),
        (3, 0, 3),
    ]


def test_a_picture_only_referred_to_is_named_and_marked() -> None:
    rows = images(still("f1", data=jpeg()), still("f2", name="front/2.png"))
    assert [(row["file_name"], row["included"]) for row in rows] == [("f1.jpg", True), ("front_2.png", False)]


def test_frames_of_a_clip_are_beside_the_tables_under_the_names_in_them() -> None:
    item = clip("v1", track(key(3), key(4, enabled=False)), data=mp4())
    _, files = exported("parquet", item)
    named = [f"images/{row['file_name']}" for row in images(item)]
    assert [name for name in files if name.startswith("images/")] == named


@pytest.mark.parametrize("name", [parquet.IMAGES, parquet.SHAPES])
def test_the_metadata_names_the_dataset_its_labels_and_the_format(name: str) -> None:
    metadata = pq.read_schema(io.BytesIO(exported("parquet", still("f1"))[1][name])).metadata
    assert metadata[b"dataset"] == b"streets"
    assert json.loads(metadata[b"labels"]) == ["Car", "Van", "Person"]
    assert metadata[b"format"] == parquet.VERSION.encode()


def test_row_groups_are_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 2)
    _, files = exported("parquet", still("f1", *(box(str(number)) for number in range(5))))
    groups = pq.ParquetFile(io.BytesIO(files["shapes.parquet"])).metadata
    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [2, 2, 1]


def test_a_set_without_shapes_has_a_table_of_shapes_without_rows() -> None:
    assert shapes(still("f1")) == []
