"""KITTI: what the fifteen columns of a line say, and what they cannot."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import Box, InvalidDatasetError, LabeledFootage, LossReason, UnsupportedShapeError
from exporters.dataset import Attributes
from tests.exporters.builders import box, clip, exported, jpeg, key, mp4, still, track

GOLDEN = Path(__file__).parent / "golden" / "kitti.txt"


def columns(*drawn: Box, labels: tuple[str, ...] = ("Car", "Person")) -> list[list[str]]:
    files = exported("kitti", still("f1", *drawn), labels=labels)[1]
    return [line.split() for line in files["label_2/f1.txt"].decode().splitlines()]


def test_the_example_is_written_as_agreed() -> None:
    attributes = (("occluded", 2.0), ("truncated", 0.25), ("type", "SUV"))
    item = still("f1", box(attributes=attributes), box("b2", "Person", x=10.25, width=0.5), data=jpeg())
    assert exported("kitti", item)[1]["label_2/f1.txt"] == GOLDEN.read_bytes()


def test_a_set_is_laid_out_as_its_readers_look_for_it() -> None:
    item = clip("v1", track(key(4), key(5, enabled=False)), data=mp4())
    _, files = exported("kitti", still("f1", data=jpeg()), item, lossy=True)
    assert sorted(files) == [
        "croissant.json",
        "image_2/f1.jpg",
        "image_2/v1-f000004.jpg",
        "image_2/v1-f000005.jpg",
        "label_2/f1.txt",
        "label_2/v1-f000004.txt",
        "label_2/v1-f000005.txt",
        "manifest.json",
    ]
    assert files["label_2/f1.txt"] == b""


starts, lengths = st.floats(0, 400), st.floats(0.01, 100)


@given(
    st.lists(st.builds(Box, id=st.just("b"), label=st.just("Car"), x=starts, y=starts, width=lengths, height=lengths))
)
def test_what_is_read_is_what_was_drawn(drawn: list[Box]) -> None:
    lines = columns(*drawn)
    assert {len(line) for line in lines} <= {15}
    read = [tuple(map(float, line[4:8])) for line in lines]
    assert read == [(one.x, one.y, one.x + one.width, one.y + one.height) for one in drawn]


@pytest.mark.parametrize(
    ("attributes", "truncated", "occluded"),
    [
        pytest.param((), "-1", "3", id="not said is not known"),
        pytest.param((("truncated", "0.5"), ("occluded", "1")), "0.5", "1", id="numbers"),
        pytest.param((("Truncated", "yes"), ("Occluded", "no")), "1", "0", id="yes and no"),
        pytest.param((("occluded", "Largely occluded"),), "-1", "2", id="the kit's own words"),
        pytest.param((("truncated", 7.0), ("occluded", 9.0)), "-1", "3", id="numbers beyond the columns"),
        pytest.param((("truncated", "half"), ("occluded", ("a", "b"))), "-1", "3", id="other words"),
    ],
)
def test_truncation_and_occlusion_come_from_their_attributes(
    attributes: Attributes, truncated: str, occluded: str
) -> None:
    (line,) = columns(box(attributes=attributes))
    assert line[1:3] == [truncated, occluded]


def test_what_the_columns_do_not_say_of_attributes_is_only_counted() -> None:
    attributes = (("occluded", "no"), ("type", "SUV"), ("doors", 4.0))
    item = still("f1", box(attributes=attributes), box("b2", attributes=(("occluded", "no"),)))
    assert exported("kitti", item)[0].counts.reduced == (("attributes", 1),)


def test_a_name_of_two_words_is_one_word_and_counted() -> None:
    manifest, files = exported("kitti", still("f1", box(label="Person sitting")), labels=("Person sitting",))
    assert files["label_2/f1.txt"].split()[0] == b"Person_sitting"
    assert manifest.counts.reduced == (("spaces in the label's name", 1),)


def test_two_names_that_would_be_one_word_are_refused() -> None:
    with pytest.raises(InvalidDatasetError, match="rename one of them"):
        columns(labels=("a b", "a_b"))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (still("f1", box(rotation=10.0)), LossReason.ROTATION),
        (still("f1", box(x=-1.0)), LossReason.CLIPPED),
        (clip("v1", track(key(0))), LossReason.TRACK_IDENTITY),
    ],
)
def test_what_a_line_cannot_say_is_refused_and_counted_when_allowed(item: LabeledFootage, reason: LossReason) -> None:
    with pytest.raises(UnsupportedShapeError) as caught:
        exported("kitti", item)
    assert [loss.reason for loss in caught.value.losses] == [reason]
    counts = exported("kitti", item, lossy=True)[0].counts
    assert counts.reduced == ((reason.value, 1),)
    assert counts.shapes_in == counts.shapes_out


def test_a_turned_box_is_its_hull_and_a_box_over_the_edge_the_part_inside() -> None:
    item = still("f1", box(rotation=90.0, x=300.0), box("b2", x=900.0))
    turned, over = exported("kitti", item, lossy=True)[1]["label_2/f1.txt"].splitlines()
    assert list(map(float, turned.split()[4:8])) == pytest.approx([200.0, 50.0, 300.0, 250.0])
    assert over.split()[4:8] == [b"900", b"50", b"1000", b"150"]
