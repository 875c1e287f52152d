"""A set in parts: no camera on two sides, each side in the format's own layout, and one manifest over all of them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from exporters import FORMATS, read_manifest
from tests.exporters.builders import jpeg
from tests.exporters.exports import Ran, annotation, converted, lines, task
from tests.exporters.studio import rectangle

ASKED = ("--split", "60/20/20", "--seed", "7")


def tasks(count: int = 20, **changes: object) -> list[dict[str, Any]]:
    """Tasks of ten cameras, two of each."""
    every = [task(own, image=f"cam{own % 10}/take-{own % 5}_{own:03d}.jpg", **changes) for own in range(1, count + 1)]
    for one in every:
        one["data"]["camera"] = f"cam-{one['id'] % 10}"
    return every


def files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def splits(path: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(files(path)["manifest.json"])["splits"]
    return held


def test_no_camera_is_on_two_sides(tmp_path: Path) -> None:
    assert converted(tmp_path, lines(tasks()), *ASKED, "--group-by", "camera").code == 0
    made = splits(tmp_path / "set.zip")
    sides = {(int(item) % 10, side) for item, side in made["items"].items()}
    assert len(sides) == 10
    assert [(one["side"], one["items"], one["asked"]) for one in made["sides"]] == [
        ("train", 12, 0.6),
        ("val", 4, 0.2),
        ("test", 4, 0.2),
    ]
    assert (made["seed"], made["group_by"], made["why_not_closer"]) == (7, "camera", [])


def test_each_side_holds_the_items_the_manifest_says(tmp_path: Path) -> None:
    converted(tmp_path, lines(tasks()), *ASKED)
    held, made = files(tmp_path / "set.zip"), splits(tmp_path / "set.zip")
    for side in ("train", "val", "test"):
        document = json.loads(held[f"{side}/annotations/instances_default.json"])
        assert {one["footage_id"] for one in document["images"]} == {
            item for item, own in made["items"].items() if own == side
        }
        assert [(one["id"], one["name"]) for one in document["categories"]] == [(1, "Car"), (2, "Van")]


@pytest.mark.parametrize("file_format", sorted(set(FORMATS) - {"mot", "cvat"}))
def test_every_format_of_pictures_is_written_in_parts_and_verifies(tmp_path: Path, file_format: str) -> None:
    assert converted(tmp_path, lines(tasks()), *ASKED, "--lossy", file_format=file_format).code == 0
    assert Ran(tmp_path, "verify", str(tmp_path / "set.zip")).code == 0
    held = files(tmp_path / "set.zip")
    manifest = read_manifest(held["manifest.json"])
    assert manifest.encode() == held["manifest.json"]
    assert (manifest.counts.items_in, manifest.counts.items_out) == (20, 20)
    assert {name.partition("/")[0] for name in held if "/" in name} == {"train", "val", "test"}


def test_yolo_has_one_description_over_the_sides(tmp_path: Path) -> None:
    converted(tmp_path, lines(tasks()), *ASKED, "--lossy", file_format="yolo")
    held = files(tmp_path / "set.zip")
    assert [name for name in held if name.endswith("data.yaml")] == ["data.yaml"]
    assert held["data.yaml"].decode().splitlines()[1:] == [
        "train: train/images",
        "val: val/images",
        "test: test/images",
        "nc: 2",
        "names:",
        '  0: "Car"',
        '  1: "Van"',
    ]


def test_a_split_is_the_same_from_a_file_and_from_a_pipe(tmp_path: Path) -> None:
    given = lines(tasks())
    converted(tmp_path, given, *ASKED, "--name", "set")
    (tmp_path / "export.json").write_bytes(given)
    asked = ["convert", "--config", "CONFIG", "--format", "coco", "--name", "set", "--out", str(tmp_path / "two.zip")]
    assert Ran(tmp_path, *asked, *ASKED, str(tmp_path / "export.json")).code == 0
    assert (tmp_path / "two.zip").read_bytes() == (tmp_path / "set.zip").read_bytes()


def test_another_seed_is_another_split(tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        converted(tmp_path, lines(tasks()), "--split", "60/20/20", "--seed", seed)
        made.append(splits(tmp_path / "set.zip")["items"])
        (tmp_path / "set.zip").unlink()
    assert made[0] != made[1]


@pytest.mark.parametrize(("by", "groups"), [("folder", 10), ("prefix", 10), ("item", 20), ("camera", 10)])
def test_items_are_kept_together_as_asked(tmp_path: Path, by: str, groups: int) -> None:
    assert converted(tmp_path, lines(tasks()), *ASKED, "--group-by", by).code == 0
    assert sum(one["groups"] for one in splits(tmp_path / "set.zip")["sides"]) == groups


def test_the_pictures_of_one_task_stay_together(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text(
        """<View><Image name="front" value="$front"/><Image name="rear" value="$rear"/>
        <RectangleLabels name="obj" toName="front,rear"><Label value="Car"/></RectangleLabels></View>"""
    )
    given = [
        task(own, annotation(own, rectangle() | {"to_name": "front"}, rectangle("r2") | {"to_name": "rear"}))
        | {"data": {"front": f"f/{own}.jpg", "rear": f"r/{own}.jpg"}}
        for own in range(1, 11)
    ]
    ran = converted(tmp_path, lines(given), *ASKED, "--group-by", "item")
    assert ran.code == 0
    sides = {(item.partition("/")[0], side) for item, side in splits(tmp_path / "set.zip")["items"].items()}
    assert len(sides) == 10


def test_a_split_that_groups_make_impossible_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    given = tasks()
    for one in given:
        one["data"]["camera"] = "cam-1"
    ran = converted(tmp_path, lines(given), *ASKED)
    assert ran.code == 1
    assert "needs as many groups that share no item; there are 1: `camera:cam-1`" in ran.says
    assert [path.name for path in tmp_path.iterdir()] == ["config.xml"]


@pytest.mark.parametrize("asked", ["80", "80/10/20", "a/b/c"])
def test_what_is_no_split_is_refused(tmp_path: Path, asked: str) -> None:
    assert converted(tmp_path, lines(tasks()), "--split", asked).code == 1
    assert not (tmp_path / "set.zip").exists()


def test_a_task_without_a_camera_is_named(tmp_path: Path) -> None:
    ran = converted(tmp_path, lines([*tasks(), task(99)]), *ASKED)
    assert ran.code == 1
    assert "task `99` has no `camera` and no `source` in its data" in ran.says


def test_what_the_picture_is_read_from_is_no_camera(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text(
        """<View><Image name="image" value="$source"/>
        <RectangleLabels name="obj" toName="image"><Label value="Car"/></RectangleLabels></View>"""
    )
    given = [task(own, annotation(own, rectangle())) | {"data": {"source": f"{own}.jpg"}} for own in range(1, 9)]
    ran = converted(tmp_path, lines(given), *ASKED)
    assert "task `1` has no `camera` and no `source` in its data" in ran.says


def test_every_task_that_cannot_be_read_is_named_before_anything_is_split(tmp_path: Path) -> None:
    ran = converted(tmp_path, lines([*tasks(), task(98, annotation(5)), task(99, annotation(6))]), *ASKED)
    assert ran.says.splitlines()[0] == "error: 2 tasks cannot be read"


def test_pictures_are_included_in_the_folder_of_their_side(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    given = tasks()
    for one in given:
        path = tmp_path / "pictures" / one["data"]["image"]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(jpeg())
    ran = converted(tmp_path, lines(given), *ASKED, "--images", str(tmp_path / "pictures"))
    assert ran.code == 0
    held = files(tmp_path / "set.zip")
    assert sum(name.startswith("train/images/") for name in held) == 12


def test_a_split_of_two_sides_has_no_test_folder(tmp_path: Path) -> None:
    converted(tmp_path, lines(tasks()), "--split", "80/20", "--lossy", file_format="yolo")
    held = files(tmp_path / "set.zip")
    assert {name.partition("/")[0] for name in held if "/" in name} == {"train", "val"}
    assert b"test:" not in held["data.yaml"]


def test_the_command_says_what_each_side_reached(tmp_path: Path) -> None:
    ran = converted(tmp_path, lines(tasks()), *ASKED)
    assert ran.says.splitlines()[1:4] == [
        "  train: 12 items, 60.0%, asked for 60%",
        "  val: 4 items, 20.0%, asked for 20%",
        "  test: 4 items, 20.0%, asked for 20%",
    ]
