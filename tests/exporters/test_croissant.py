"""Croissant: what the description of a set says, and that it says nothing that the manifest does not."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exporters import FORMATS, AnnotationRef, LabeledFootage, Publication, croissant
from exporters.croissant import MOST_LISTED
from exporters.manifest import FileEntry
from tests.exporters.builders import box, clip, exported, jpeg, key, still, track

GOLDEN = Path(__file__).parent / "golden"


def example() -> tuple[LabeledFootage, ...]:
    """A still with its picture, drawn on from two places, and a clip only referred to."""
    annotations = (
        AnnotationRef(id="7", annotator="p1", place="US"),
        AnnotationRef(id="8", annotator="p2", place="PH"),
        AnnotationRef(id="9", annotator="p3", place="US"),
    )
    return (
        still("f1", box(), box("b2", "Person"), data=jpeg(), annotations=annotations),
        clip("v1", track(key(0)), frames=2, annotations=annotations[:1]),
    )


def described(file_format: str, *items: LabeledFootage) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(exported(file_format, *items)[1]["croissant.json"])
    return read


def listed(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in document["distribution"] if one["@type"] == kind]


def columns(document: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    (found,) = (one for one in document["recordSet"] if one["@id"] == name)
    return {field["name"]: field for field in found["field"]}


def test_the_example_is_described_as_agreed() -> None:
    assert exported("huggingface", *example())[1]["croissant.json"] == (GOLDEN / "croissant.json").read_bytes()


@pytest.mark.parametrize("file_format", list(FORMATS))
def test_every_set_has_one_just_before_its_manifest_and_in_it(file_format: str) -> None:
    manifest, files = exported(file_format, *example(), lossy=True)
    assert list(files)[-2:] == ["croissant.json", "manifest.json"]
    assert manifest.files[-1].name == "croissant.json"


def test_files_are_listed_with_their_hashes_and_sizes() -> None:
    manifest, files = exported("parquet", *example())
    written = {file.name: file for file in manifest.files}
    (_, shapes) = listed(json.loads(files["croissant.json"]), "cr:FileObject")
    assert shapes["contentUrl"] == "shapes.parquet"
    assert shapes["sha256"] == written["shapes.parquet"].sha256
    assert shapes["contentSize"] == f"{written['shapes.parquet'].size} B"


def test_pictures_are_a_set_of_files() -> None:
    (pictures,) = listed(described("coco", *example()), "cr:FileSet")
    assert (pictures["includes"], pictures["encodingFormat"]) == ("images/*.jpg", "image/jpeg")


def test_more_files_than_a_catalogue_should_list_are_a_set() -> None:
    manifest, _ = exported("yolo", still("f1"))
    many = tuple(FileEntry(name=f"labels/{number}.txt", sha256="0" * 64, size=1) for number in range(MOST_LISTED + 1))
    document = json.loads(croissant(replace(manifest, files=many)))
    assert [one["includes"] for one in document["distribution"]] == ["labels/*.txt"]


def test_footage_is_named_by_its_hash() -> None:
    items = example()
    assert described("coco", *items)["prov:wasDerivedFrom"] == [
        {"@type": "prov:Entity", "identifier": item.footage_id, "sha256": item.sha256} for item in items
    ]


def test_more_footage_than_a_catalogue_should_list_is_a_collection() -> None:
    manifest, _ = exported("coco", still("f1"))
    document = json.loads(croissant(replace(manifest, items=tuple(manifest.items) * (MOST_LISTED + 1))))
    (collection,) = document["prov:wasDerivedFrom"]
    assert collection["@type"] == "prov:Collection"
    assert collection["description"].startswith("1001 pieces of footage")


def test_places_of_annotators_are_counts_and_no_person_is_named() -> None:
    manifest, _ = exported("coco", *example())
    text = croissant(manifest).decode()
    assert json.loads(text)["rai:annotatorDemographics"] == [
        "annotations drawn from place `PH`: 1",
        "annotations drawn from place `US`: 3",
    ]
    assert not [person for person in ("p1", "p2", "p3") if f'"{person}"' in text]


def test_a_set_without_annotators_says_nothing_of_their_places() -> None:
    assert "rai:annotatorDemographics" not in described("coco", still("f1"))


def test_both_specifications_are_named_with_their_versions() -> None:
    assert described("coco", still("f1"))["conformsTo"] == [
        "http://mlcommons.org/croissant/1.1",
        "http://mlcommons.org/croissant/RAI/1.0",
    ]


def test_what_the_publisher_states_is_said_and_nothing_else() -> None:
    manifest, _ = exported("coco", still("f1"))
    stated = Publication(
        license_url="https://spdx.org/licenses/CC-BY-4.0",
        url="https://example.org/streets",
        creator="Example",
        published=date(2026, 6, 1),
        version="1.0.0",
    )
    document = json.loads(croissant(manifest, stated))
    assert document["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert document["url"] == "https://example.org/streets"
    assert document["creator"] == {"@type": "sc:Organization", "name": "Example"}
    assert (document["datePublished"], document["version"]) == ("2026-06-01", "1.0.0")
    assert not {"license", "url", "creator", "datePublished", "version"} & json.loads(croissant(manifest)).keys()


def test_pictures_that_are_not_in_the_set_are_said_to_be_missing() -> None:
    assert "3 pictures, 2 of them only named and not in the set" in described("coco", *example())["description"]


@pytest.mark.parametrize("file_format", ["parquet", "huggingface"])
def test_records_name_the_labels_in_their_order(file_format: str) -> None:
    labels = described(file_format, *example())["recordSet"][0]
    assert labels["data"] == [
        {"labels/name": "Car", "labels/number": 0},
        {"labels/name": "Van", "labels/number": 1},
        {"labels/name": "Person", "labels/number": 2},
    ]


def test_records_of_parquet_are_the_columns_of_its_tables() -> None:
    shapes = columns(described("parquet", *example()), "shapes")
    assert shapes["label"]["dataType"] == ["sc:Text", "cr:Label"]
    assert shapes["x"]["source"] == {"fileObject": {"@id": "shapes.parquet"}, "extract": {"column": "x"}}


def test_records_of_a_folder_have_its_boxes_inside_their_picture() -> None:
    objects = columns(described("huggingface", *example()), "images")["objects"]
    bbox = objects["subField"][0]
    assert (bbox["name"], bbox["dataType"], bbox["source"]["format"]) == ("bbox", "cr:BoundingBox", "XYWH")


def test_a_format_that_cannot_be_read_has_no_records() -> None:
    assert "recordSet" not in described("webdataset", *example())
