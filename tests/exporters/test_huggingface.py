"""Hugging Face image folder: what the rows and the card say."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporters import LabeledFootage
from exporters.formats.huggingface_card import quoted
from tests.exporters.builders import box, clip, exported, jpeg, key, mp4, still, track

GOLDEN = Path(__file__).parent / "golden"


def rows(*items: LabeledFootage) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported("huggingface", *items)[1]["train/metadata.jsonl"].splitlines()]


def header(*items: LabeledFootage, labels: tuple[str, ...] = ("Car", "Van")) -> dict[str, Any]:
    text = exported("huggingface", *items, labels=labels)[1]["README.md"].decode()
    read: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return read


def test_the_example_is_written_as_agreed() -> None:
    item = still("f1", box(attributes=(("type", "SUV"),)), box("b2", "Person", rotation=30.0))
    _, files = exported("huggingface", item, still("f2"), clip("v1", track(key(0)), frames=2))
    assert files["train/metadata.jsonl"] == (GOLDEN / "huggingface.jsonl").read_bytes()
    assert files["README.md"] == (GOLDEN / "huggingface.md").read_bytes()


def test_a_row_names_its_picture_beside_it() -> None:
    _, files = exported("huggingface", still("f1", name="front/1.jpg", data=jpeg()))
    assert "train/front_1.jpg" in files
    assert json.loads(files["train/metadata.jsonl"])["file_name"] == "front_1.jpg"


def test_a_row_has_one_list_per_fact_of_its_boxes() -> None:
    drawn = (
        box("a", attributes=(("type", "SUV"),), annotation_id="7"),
        box("b", "Person", x=-50.0),
    )
    (row,) = rows(still("f1", *drawn, data=jpeg()))
    assert row["objects"] == {
        "bbox": [[100.0, 50.0, 200.0, 100.0], [-50.0, 50.0, 200.0, 100.0]],
        "categories": ["Car", "Person"],
        "area": [20000.0, 20000.0],
        "drawn": [[100.0, 50.0, 200.0, 100.0, 0.0], [-50.0, 50.0, 200.0, 100.0, 0.0]],
        "attributes": ['{"type":"SUV"}', "{}"],
        "track": [-1, -1],
        "shape": ["a", "b"],
        "annotation": ["7", ""],
    }


def test_a_turned_box_is_its_hull_and_also_as_drawn() -> None:
    (row,) = rows(still("f1", box(x=200.0, rotation=90.0)))
    assert row["objects"]["bbox"] == [pytest.approx([100.0, 50.0, 100.0, 200.0])]
    assert row["objects"]["drawn"] == [[200.0, 50.0, 200.0, 100.0, 90.0]]


def test_a_picture_without_boxes_is_a_row_of_empty_lists() -> None:
    (row,) = rows(still("f1", data=jpeg()))
    assert {name: len(values) for name, values in row["objects"].items()} == dict.fromkeys(row["objects"], 0)


def test_rows_with_boxes_come_before_those_without() -> None:
    read = rows(still("f1"), still("f2", box()), still("f3"), still("f4", box()))
    assert [row["footage_id"] for row in read] == ["f2", "f4", "f1", "f3"]


def test_no_column_changes_its_type_between_stills_and_frames() -> None:
    kinds = [
        {name: type(value) for name, value in row.items()}
        for row in rows(still("f1"), clip("v1", track(key(0)), frames=1))
    ]
    assert kinds[0] == kinds[1]


def test_frames_of_a_clip_have_their_number_and_the_number_of_the_track() -> None:
    read = rows(clip("v1", track(key(3), key(4, enabled=False)), data=mp4()))
    assert [(row["frame"], row["objects"]["track"]) for row in read] == [(3, [1]), (4, [1])]


def test_a_picture_only_referred_to_is_named_and_the_card_says_so() -> None:
    _, files = exported("huggingface", still("f1", data=jpeg()), still("f2"))
    read = [json.loads(line) for line in files["train/metadata.jsonl"].splitlines()]
    assert [(row["file_name"], row["included"]) for row in read] == [("f1.jpg", True), ("f2.jpg", False)]
    assert b"1 of the pictures are only named and not here" in files["README.md"]


def test_the_card_names_the_classes_in_their_order() -> None:
    columns = {one["name"]: one for one in header(still("f1", data=jpeg()))["configs"][0]["features"]}
    parts = {one["name"]: one for one in columns["objects"]["struct"]}
    assert parts["categories"]["list"]["class_label"]["names"] == {"0": "Car", "1": "Van"}


def test_the_card_names_every_column_of_the_rows() -> None:
    (row,) = rows(still("f1", box(), data=jpeg()))
    features = header(still("f1", box(), data=jpeg()))["configs"][0]["features"]
    assert [one["name"] for one in features] == ["image", *list(row)[1:]]
    assert [one["name"] for one in features[-1]["struct"]] == list(row["objects"])


def test_the_card_points_at_the_pictures_there_are() -> None:
    (with_picture,) = header(still("f1", data=jpeg()))["configs"]
    assert with_picture["data_files"] == [{"split": "train", "path": ["train/metadata.jsonl", "train/*.jpg"]}]
    (without,) = header(still("f1"))["configs"]
    assert without["data_files"] == [{"split": "train", "path": ["train/metadata.jsonl"]}]


@pytest.mark.parametrize(
    "text", ['a "b": c', "a\u0085b", "\u2028", "é", "\U0001f697", "#", "---", "a\nb", "yes", "\x7f"]
)
def test_yaml_reads_back_whatever_a_label_is_called(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == text
