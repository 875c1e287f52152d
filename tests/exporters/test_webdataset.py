"""WebDataset: what the shards hold, read as tar archives, and how pictures become keys."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import LabeledFootage
from exporters.formats import webdataset
from exporters.formats.webdataset import key_of
from tests.exporters.builders import box, clip, exported, jpeg, key, mp4, still, track

GOLDEN = Path(__file__).parent / "golden"


def members(shard: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(shard)) as archive:
        found = ((member.name, archive.extractfile(member)) for member in archive)
        return {name: stream.read() for name, stream in found if stream is not None}


def samples(*items: LabeledFootage) -> list[dict[str, Any]]:
    read = members(exported("webdataset", *items)[1]["shards/000000.tar"])
    return [json.loads(content) for name, content in read.items() if name.endswith(".json")]


def test_the_example_is_written_as_agreed() -> None:
    item = still("f1", box(attributes=(("type", "SUV"),)), box("b2", "Person", rotation=30.0))
    _, files = exported("webdataset", item, still("f2"), clip("v1", track(key(0)), frames=2))
    assert files["shards/000000.tar"] == (GOLDEN / "webdataset.tar").read_bytes()


def test_a_sample_is_the_picture_and_its_labels_next_to_each_other() -> None:
    read = members(exported("webdataset", still("f1", data=jpeg()), still("f2", data=jpeg()))[1]["shards/000000.tar"])
    assert list(read) == ["f1.jpg", "f1.json", "f2.jpg", "f2.json"]


def test_a_sample_has_its_shapes_as_drawn_in_pixels() -> None:
    attributes = (("type", "SUV"), ("extras", ("Roof rack", "Tow bar")))
    (sample,) = samples(
        still("f1", box("b", "Van", x=-5.0, rotation=30.0, attributes=attributes, annotation_id="7"), data=jpeg())
    )
    assert sample == {
        "file_name": "f1.jpg",
        "included": True,
        "width": 1000,
        "height": 500,
        "footage_id": "f1",
        "frame": None,
        "attributes": {},
        "shapes": [
            {
                "kind": "box",
                "label": "Van",
                "label_id": 1,
                "x": -5.0,
                "y": 50.0,
                "width": 200.0,
                "height": 100.0,
                "rotation": 30.0,
                "attributes": {"type": "SUV", "extras": ["Roof rack", "Tow bar"]},
                "track_id": None,
                "shape_id": "b",
                "annotation_id": "7",
            }
        ],
    }


def test_a_picture_only_referred_to_is_a_sample_of_labels_alone() -> None:
    read = members(exported("webdataset", still("f1", name="front/1.png"))[1]["shards/000000.tar"])
    assert list(read) == ["front_1.json"]
    sample = json.loads(read["front_1.json"])
    assert (sample["file_name"], sample["included"]) == ("front_1.png", False)


def test_frames_of_a_clip_are_samples_with_the_number_of_the_track() -> None:
    read = samples(clip("v1", track(key(3), key(4, enabled=False)), data=mp4()))
    assert [(one["frame"], one["shapes"][0]["track_id"]) for one in read] == [(3, 1), (4, 1)]


def test_pictures_are_in_the_shards_and_nowhere_else() -> None:
    _, files = exported("webdataset", still("f1", data=jpeg()))
    assert not [name for name in files if name.endswith(".jpg")]


def test_a_shard_is_full_before_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webdataset, "SAMPLES", 2)
    _, files = exported("webdataset", *(still(f"f{number}") for number in range(5)))
    shards = json.loads(files["dataset.json"])["shards"]
    assert [(one["name"], one["samples"]) for one in shards] == [
        ("shards/000000.tar", 2),
        ("shards/000001.tar", 2),
        ("shards/000002.tar", 1),
    ]
    assert [len(members(files[one["name"]])) for one in shards] == [2, 2, 1]


def test_the_description_names_the_labels_in_their_order() -> None:
    document = json.loads(exported("webdataset", still("f1"))[1]["dataset.json"])
    assert (document["dataset"], document["labels"]) == ("streets", ["Car", "Van", "Person"])


def test_headers_say_nothing_of_when_or_where_they_were_written() -> None:
    shard = exported("webdataset", still("f1", data=jpeg()))[1]["shards/000000.tar"]
    with tarfile.open(fileobj=io.BytesIO(shard)) as archive:
        facts = {(one.mtime, one.uid, one.gid, one.uname, one.gname, one.mode) for one in archive}
    assert facts == {(0, 0, 0, "", "", 0o644)}


def test_a_shard_ends_on_a_whole_record() -> None:
    shard = exported("webdataset", still("f1", data=jpeg()))[1]["shards/000000.tar"]
    assert len(shard) % tarfile.RECORDSIZE == 0
    assert shard[-1024:] == bytes(1024)


@pytest.mark.parametrize("name", ["é" * 80, "n" * 170, "a.b.c"])
def test_names_long_or_of_any_letters_come_back_whole(name: str) -> None:
    shard = exported("webdataset", still("f1", name=f"{name}.jpg"))[1]["shards/000000.tar"]
    assert list(members(shard)) == [f"{key_of(name)}.json"]


@given(st.lists(st.text("ab.-_", min_size=1, max_size=6), unique=True))
def test_no_two_pictures_share_a_key_and_none_has_a_dot(stems: list[str]) -> None:
    keys = [key_of(stem) for stem in stems]
    assert len(set(keys)) == len(stems)
    assert not any("." in one for one in keys)
