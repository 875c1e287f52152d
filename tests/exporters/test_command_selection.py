"""What is asked for of an export is in the set, and everything else is reported as left out."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.exporters.exports import annotation, converted, lines, task
from tests.exporters.studio import rectangle


def made(tmp_path: Path, name: str = "annotations/instances_default.json") -> dict[str, Any]:
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        held: dict[str, Any] = json.loads(archive.read(name))
    return held


def counts(tmp_path: Path) -> dict[str, Any]:
    held: dict[str, Any] = made(tmp_path, "manifest.json")["counts"]
    return held


def sources(tmp_path: Path) -> list[str]:
    return [one["source"]["annotation"] for one in made(tmp_path)["annotations"]]


def review(*, accepted: bool) -> dict[str, object]:
    return {"id": 1, "created_by": {"id": 4, "email": "a@example.org"}, "accepted": accepted}


def test_only_what_a_reviewer_accepted_last_is_taken(tmp_path: Path) -> None:
    good, bad = review(accepted=True), review(accepted=False)
    given = [
        task(1, annotation(5, rectangle(), reviews=[good]), annotation(6, rectangle(), reviews=[])),
        task(2, annotation(7, rectangle(), reviews=[good, bad])),
    ]
    ran = converted(tmp_path, lines(given), "--annotations", "reviewed")
    assert (ran.code, sources(tmp_path)) == (0, ["5"])
    assert counts(tmp_path)["items_dropped"] == {"not reviewed": 1}
    assert counts(tmp_path)["dropped"] == {
        "in an annotation that was not chosen": {"Car": 1},
        "not reviewed": {"Car": 1},
    }


def test_what_most_annotators_drew_is_taken_once(tmp_path: Path) -> None:
    three = [annotation(own, rectangle(), completed_by=own) for own in (5, 6)]
    three.append(annotation(7, rectangle("odd", x=70), completed_by=7))
    ran = converted(tmp_path, lines([task(1, *three)]), "--annotations", "majority")
    assert (ran.code, sources(tmp_path)) == (0, ["5"])
    assert counts(tmp_path)["dropped"] == {
        "drawn alike in a shape that was kept": {"Car": 1},
        "drawn by no majority": {"Car": 1},
    }


def test_two_annotations_of_one_person_are_one_vote(tmp_path: Path) -> None:
    twice = [annotation(own, rectangle(), completed_by={"id": 1}) for own in (5, 6)]
    given = [task(1, *twice, annotation(7, completed_by={"id": 2}))]
    (tmp_path / "sizes.csv").write_text("name,width,height\ndata/upload/1/1.jpg,1000,500\n")
    asked = ("--annotations", "majority", "--image-sizes", str(tmp_path / "sizes.csv"))
    assert converted(tmp_path, lines(given), *asked).code == 0
    assert counts(tmp_path)["dropped"] == {"drawn by no majority": {"Car": 2}}


def test_labels_are_left_out_and_renamed(tmp_path: Path) -> None:
    given = [task(1, annotation(5, rectangle("a"), rectangle("b", "Van")))]
    asked = ("--only-labels", "Van", "--rename", "Van=Truck")
    assert converted(tmp_path, lines(given), *asked).code == 0
    assert [one["name"] for one in made(tmp_path)["categories"]] == ["Truck"]
    assert counts(tmp_path)["shapes_out"] == {"Truck": 1}
    assert counts(tmp_path)["dropped"] == {"label not wanted": {"Car": 1}}


def test_two_labels_become_one(tmp_path: Path) -> None:
    given = [task(1, annotation(5, rectangle("a"), rectangle("b", "Van")))]
    assert converted(tmp_path, lines(given), "--rename", "Van=Car").code == 0
    assert [one["name"] for one in made(tmp_path)["categories"]] == ["Car"]
    assert counts(tmp_path)["shapes_out"] == {"Car": 2}


@pytest.mark.parametrize("asked", [("--only-labels", "Car,Bus"), ("--rename", "Bus=Car")])
def test_a_label_that_nobody_can_draw_is_refused(tmp_path: Path, asked: tuple[str, str]) -> None:
    ran = converted(tmp_path, lines([task(1)]), *asked)
    assert ran.code == 1
    assert "there is no label `Bus` in the labeling config; there are `Car`, `Van`" in ran.says


def test_small_boxes_and_pictures_of_nothing_are_left_out(tmp_path: Path) -> None:
    given = [
        task(1, annotation(5, rectangle(), rectangle("small", width=0.5))),
        task(2, annotation(6, rectangle(width=0.5))),
    ]
    ran = converted(tmp_path, lines(given), "--min-size", "8x8", "--no-negatives")
    assert ran.code == 0
    assert len(made(tmp_path)["images"]) == 1
    assert counts(tmp_path)["items_dropped"] == {"shows nothing wanted": 1}
    assert counts(tmp_path)["dropped"] == {"smaller than wanted": {"Car": 2}}


def test_without_anything_asked_pictures_of_nothing_stay(tmp_path: Path) -> None:
    given = [task(1, annotation(5, rectangle(width=0.5)))]
    assert converted(tmp_path, lines(given), "--min-size", "8x8").code == 0
    assert len(made(tmp_path)["images"]) == 1


def test_what_is_left_out_is_on_no_side_and_still_reported(tmp_path: Path) -> None:
    given = [task(own, annotation(own, rectangle("a", "Van" if own % 4 == 0 else "Car"))) for own in range(1, 21)]
    asked = ("--only-labels", "Car", "--no-negatives", "--split", "60/20/20", "--group-by", "item")
    assert converted(tmp_path, lines(given), *asked).code == 0
    manifest = made(tmp_path, "manifest.json")
    assert len(manifest["splits"]["items"]) == 15
    assert manifest["counts"]["items_in"] == 20
    assert manifest["counts"]["items_dropped"] == {"shows nothing wanted": 5}


@pytest.mark.parametrize("asked", [("--min-size", "8"), ("--rename", "Car"), ("--annotations", "best")])
def test_what_cannot_be_meant_is_wrong_usage(tmp_path: Path, asked: tuple[str, str]) -> None:
    assert converted(tmp_path, lines([task(1)]), *asked).code == 2
