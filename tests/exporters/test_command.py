"""The command makes, checks and compares sets; what it refuses, it names, and leaves nothing of it behind."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, cast

import pytest

from exporters import FORMATS, read_manifest
from tests.exporters.builders import jpeg
from tests.exporters.exports import CONFIG, Ran, annotation, converted, lines, task
from tests.exporters.studio import rectangle

DOCUMENT = "annotations/instances_default.json"
ROOT = Path(__file__).parents[2]


def files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def document(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(files(path)[DOCUMENT]))


def test_an_export_becomes_an_archive_with_its_boxes_and_attributes(tmp_path: Path) -> None:
    ran = converted(tmp_path, lines([task(1), task(2)]))
    assert (ran.code, ran.out) == (0, b"")
    made = document(tmp_path / "set.zip")
    assert [one["file_name"] for one in made["images"]] == ["data_upload_1_1.jpg", "data_upload_1_2.jpg"]
    assert [one["bbox"] for one in made["annotations"]] == [[100, 50, 200, 100]] * 2
    assert [one["attributes"] for one in made["annotations"]] == [{"occluded": "no"}] * 2
    assert [one["name"] for one in made["categories"]] == ["Car", "Van"]


def test_a_name_without_zip_is_a_folder_of_the_same_files(tmp_path: Path) -> None:
    given = lines([task(1), task(2)])
    converted(tmp_path, given, "--name", "set")
    folder = tmp_path / "plain"
    asked = ["convert", "--config", "CONFIG", "--format", "coco", "--name", "set", "--out", str(folder), "-"]
    assert Ran(tmp_path, *asked, given=given).code == 0
    held = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert held == files(tmp_path / "set.zip")


def test_a_dash_writes_the_archive_to_the_standard_output(tmp_path: Path) -> None:
    asked = ["convert", "--config", "CONFIG", "--format", "yolo", "--out", "-", "-"]
    ran = Ran(tmp_path, *asked, given=lines([task(1)]))
    with zipfile.ZipFile(io.BytesIO(ran.out)) as archive:
        assert archive.testzip() is None
        assert "labels/data_upload_1_1.txt" in archive.namelist()


def test_the_manifest_says_plainly_that_there_was_no_clearance(tmp_path: Path) -> None:
    converted(tmp_path, lines([task(1, drafts=[{}]), task(2, annotation(5, was_cancelled=True))]))
    held = files(tmp_path / "set.zip")["manifest.json"]
    stated = json.loads(held)
    assert (stated["policy_hash"], stated["clearance"]) == ("", "none: made from a file")
    assert stated["source"] == {
        "annotations": 2,
        "annotations cancelled": 1,
        "annotations not chosen": 0,
        "drafts not read": 1,
        "pictures": 1,
        "tasks": 2,
        "tasks without an annotation": 1,
    }
    assert read_manifest(held).encode() == held


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    ran = converted(tmp_path, lines([task(1, predictions=[{}]), task(2, annotation(5, was_cancelled=True))]))
    assert ran.says.splitlines() == [
        "2 tasks: 1 items, 1 shapes written",
        "  1 annotations cancelled",
        "  1 predictions not read",
        "  1 tasks without an annotation",
    ]


@pytest.mark.parametrize(
    ("chosen", "kept"), [("all", ["5", "7", "6"]), ("first", ["5"]), ("last", ["7"]), ("ground-truth", ["6"])]
)
def test_annotations_are_chosen_as_asked(tmp_path: Path, chosen: str, kept: list[str]) -> None:
    three = [annotation(5, rectangle()), annotation(7, rectangle()), annotation(6, rectangle(), ground_truth=True)]
    ran = converted(tmp_path, lines([task(1, *three)]), "--annotations", chosen)
    assert ran.code == 0
    assert [one["source"]["annotation"] for one in document(tmp_path / "set.zip")["annotations"]] == kept


def test_a_picture_with_an_empty_annotation_is_a_picture_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "sizes.csv").write_text("name,width,height\ndata/upload/1/1.jpg,640,480\n")
    ran = converted(tmp_path, lines([task(1, annotation(5))]), "--image-sizes", str(tmp_path / "sizes.csv"))
    assert ran.code == 0
    made = document(tmp_path / "set.zip")
    assert [(one["width"], one["height"]) for one in made["images"]] == [(640, 480)]
    assert made["annotations"] == []


def test_every_task_that_cannot_be_read_is_named_in_one_run(tmp_path: Path) -> None:
    tasks = [
        task(1, annotation(5)),
        task(2),
        task(2),
        task(3, annotation(5, rectangle(x=1e9))),
        task(4, image="../../etc/passwd"),
        task(5, image="a\0b.jpg"),
        task(6, image="x" * 5000),
        task(7, annotation(5, rectangle() | {"type": "hologram"})),
        task(8, annotation(5, rectangle() | {"from_name": "other"})),
        task(9, annotations={}),
        task(10, annotation(5, rectangle("a"), rectangle("b") | {"original_width": 7})),
        task(11, image=["a"]),
    ]
    ran = converted(tmp_path, lines(tasks))
    assert ran.code == 1
    head, *named = ran.says.splitlines()
    assert head == "error: 11 tasks cannot be read"
    says = (
        "task `1`: no annotation says the size of `data/upload/1/1.jpg`; say it in the sizes",
        "task `2` is in the file a second time",
        "task `3`: result[0].value.x is more than `1000`",
        "footage `4` has no safe name: `../../etc/passwd`",
        r"footage `5` has no safe name: `a\x00b.jpg`",
        "footage `6` has no safe name: `xxx",
        "task `7`: result[0] is of the unknown kind `hologram`",
        "task `8`: task.annotations[0].result[0] is of `other`, no control of the labeling config",
        "task `9`: task.annotations should be a list, not an object",
        "task `10`: several sizes are said of `data/upload/1/10.jpg`",
        "task `11`: task.data.image should be the path or address of a picture",
    )
    for line, expected in zip(named, says, strict=True):
        assert expected in line
    assert [path.name for path in tmp_path.iterdir()] == ["config.xml"]


def test_a_long_list_is_cut_and_counted(tmp_path: Path) -> None:
    ran = converted(tmp_path, lines(task(own, annotation(5)) for own in range(1, 71)))
    assert len(ran.says.splitlines()) == 52
    assert ran.says.endswith("  and 20 more\n")


def test_what_a_format_cannot_carry_is_listed_unless_losses_are_allowed(tmp_path: Path) -> None:
    given = lines([task(1, annotation(5, rectangle(rotation=30)))])
    ran = converted(tmp_path, given, file_format="yolo")
    assert ran.code == 1
    assert "footage `1`: shape `r1` labeled `Car`: rotation" in ran.says
    assert not (tmp_path / "set.zip").exists()
    allowed = converted(tmp_path, given, "--lossy", file_format="yolo")
    assert (allowed.code, allowed.says.splitlines()[1:]) == (0, ["  1 written with less: rotation"])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (b"", "there is nothing in it"),
        (b"  \n", "there is nothing in it"),
        (b"[]", "there is no task in it"),
        (b"PK\x03\x04" + bytes(99), "this is an archive, not JSON"),
        (b"id,image\n1,a.jpg\n", "this is not JSON"),
        (lines([task(1), task(2)])[:-200], "task `2`: the file ends in the middle of it"),
        (lines([task(1)])[:-3], "it ends before its list does"),
        (lines([task(1)]).replace(b": 20", b": NaN", 1), "task number 1, at byte 2: task `1`: this is not JSON"),
    ],
)
def test_an_input_that_is_no_export_is_refused_with_its_byte(tmp_path: Path, given: bytes, says: str) -> None:
    ran = converted(tmp_path, given)
    assert ran.code == 1
    assert says in ran.says
    assert "at byte" in ran.says
    assert [path.name for path in tmp_path.iterdir()] == ["config.xml"]


def test_a_set_that_exists_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"theirs")
    ran = converted(tmp_path, lines([task(1)]))
    assert ran.code == 1
    assert "`set.zip` exists already" in ran.says
    assert (tmp_path / "set.zip").read_bytes() == b"theirs"


def test_pictures_are_included_from_a_folder_by_the_last_parts_of_their_name(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "1.jpg").write_bytes(jpeg())
    ran = converted(tmp_path, lines([task(1)]), "--images", str(tmp_path / "pictures"))
    assert ran.code == 0
    assert "images/data_upload_1_1.jpg" in files(tmp_path / "set.zip")


def test_one_file_is_never_the_picture_of_two_folders(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "1.jpg").write_bytes(jpeg())
    given = lines([task(1, image="front/1.jpg"), task(2, image="rear/1.jpg")])
    ran = converted(tmp_path, given, "--images", str(tmp_path / "pictures"))
    assert ran.code == 1
    assert "task `2`: `1.jpg` was already taken for a picture of another folder" in ran.says


def test_a_link_out_of_the_folder_of_pictures_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    (tmp_path / "pictures" / "1.jpg").symlink_to(tmp_path / "secret.jpg")
    ran = converted(tmp_path, lines([task(1)]), "--images", str(tmp_path / "pictures"))
    assert ran.code == 1
    assert "the folder of pictures has no `data/upload/1/1.jpg`" in ran.says


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_a_terminal_and_gone_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_bytes(lines(task(own) for own in range(1, 9)))
    asked = ["convert", "--config", "CONFIG", "--format", "coco", "--out", "-", str(tmp_path / "export.json")]
    ran = Ran(tmp_path, *asked, says=Terminal())
    bars, rest = ran.says.rsplit("\r\x1b[K", 1)
    assert "items, " in bars
    assert bars.count("#") > 0
    assert rest == "8 tasks: 8 items, 8 shapes written\n"


def test_formats_are_listed_with_their_versions(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "formats")
    assert ran.code == 0
    listed = [line.split()[0] for line in ran.out.decode().splitlines()]
    assert listed == ["name", *FORMATS]


def test_verify_answers_for_people_and_for_programs(tmp_path: Path) -> None:
    converted(tmp_path, lines([task(1)]))
    path = str(tmp_path / "set.zip")
    intact = Ran(tmp_path, "verify", path)
    assert (intact.code, intact.out) == (0, b"`set.zip` is what its manifest says\n")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("extra", b"")
    changed = Ran(tmp_path, "verify", "--json", path)
    assert changed.code == 1
    assert json.loads(changed.out) == {
        "set": "set.zip",
        "intact": False,
        "problems": ["`extra` is not in the manifest"],
    }


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    assert Ran(tmp_path, "verify", str(tmp_path / "none")).code == 1
    assert Ran(tmp_path, "verify", str(tmp_path / "config.xml")).code == 1


@pytest.mark.parametrize("arguments", [[], ["convert"], ["explode"], ["convert", "--format", "avi"]])
def test_wrong_usage_is_another_code(tmp_path: Path, arguments: list[str]) -> None:
    assert Ran(tmp_path, *arguments).code == 2


def test_two_versions_are_compared_by_their_boxes(tmp_path: Path) -> None:
    before = [task(1), task(2, annotation(20, rectangle("a"), rectangle("b"), rectangle("c")))]
    moved = annotation(20, rectangle("a", "Van"), rectangle("b", x=11), rectangle("d"))
    for name, tasks in (("old", before), ("new", [task(2, moved), task(3)])):
        converted(tmp_path, lines(tasks))
        (tmp_path / "set.zip").rename(tmp_path / f"{name}.zip")
    ran = Ran(tmp_path, "diff", "--json", str(tmp_path / "old.zip"), str(tmp_path / "new.zip"))
    assert ran.code == 0
    found = json.loads(ran.out)
    assert found["labels"] == {"added": [], "removed": [], "changed": []}
    assert found["items"] == {"added": ["3"], "removed": ["1"], "changed": []}
    shape = "footage `2` shape `{}` of annotation `20`"
    assert found["boxes"]["changed"] == [shape.format("a"), shape.format("b")]
    assert found["boxes"]["added"] == [shape.format("d"), "footage `3` shape `r1` of annotation `30`"]
    assert found["boxes"]["removed"] == ["footage `1` shape `r1` of annotation `10`", shape.format("c")]


def test_the_same_export_twice_is_the_same_bytes_and_no_difference(tmp_path: Path) -> None:
    for name in ("old", "new"):
        converted(tmp_path, lines([task(1), task(2)]))
        (tmp_path / "set.zip").rename(tmp_path / f"{name}.zip")
    assert (tmp_path / "old.zip").read_bytes() == (tmp_path / "new.zip").read_bytes()
    ran = Ran(tmp_path, "diff", str(tmp_path / "old.zip"), str(tmp_path / "new.zip"))
    assert ran.out == b"nothing changed\n"


def bare(*arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = ["env", "-i", f"PYTHONPATH={ROOT}", sys.executable, "-m", "exporters", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False)


def test_it_runs_as_a_process_with_nothing_in_its_environment(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text(CONFIG)
    asked = ["convert", "--config", str(tmp_path / "config.xml"), "--format", "coco", "--out", "-", "-"]
    ran = bare(*asked, given=lines([task(1)]))
    assert (ran.returncode, ran.stderr) == (0, b"1 tasks: 1 items, 1 shapes written\n")
    assert zipfile.is_zipfile(io.BytesIO(ran.stdout))


def test_a_refused_process_leaves_with_1_and_a_wrong_one_with_2(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text(CONFIG)
    asked = ["convert", "--config", str(tmp_path / "config.xml"), "--format", "coco", "--out", str(tmp_path / "set")]
    assert bare(*asked, "-", given=b"{").returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["config.xml"]
    assert bare(*asked).returncode == 2


def test_it_needs_no_django() -> None:
    asks = "import sys, exporters.command; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asks], cwd=ROOT, check=False).returncode == 0
