"""Open Images: what the rows of the three tables say, and what they cannot."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import Box, LabeledFootage, LossReason, UnsupportedShapeError
from exporters.dataset import Attributes
from tests.exporters.builders import box, clip, exported, jpeg, key, still, track

GOLDEN = Path(__file__).parent / "golden"
BOXES = "annotations/default-annotations-bbox.csv"
PICTURES = "annotations/default-images-with-rotation.csv"
CLASSES = "annotations/class-descriptions.csv"
FLAGS = ("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")


def rows(
    *items: LabeledFootage, labels: tuple[str, ...] = ("Car", "Person"), table: str = BOXES
) -> list[dict[str, str]]:
    files = exported("openimages", *items, labels=labels)[1]
    return list(csv.DictReader(io.StringIO(files[table].decode(), newline="")))


def test_the_example_is_written_as_agreed() -> None:
    attributes = (("occluded", "yes"), ("IsGroupOf", "no"), ("type", "SUV"))
    item = still("f1", box(attributes=attributes), box("b2", "Person", x=10.25, width=0.5), data=jpeg())
    files = exported("openimages", item, still("f2", data=jpeg()))[1]
    assert list(files) == [
        "images/default/f1.jpg",
        "images/default/f2.jpg",
        CLASSES,
        PICTURES,
        BOXES,
        "croissant.json",
        "manifest.json",
    ]
    assert files[BOXES] == (GOLDEN / "openimages-bbox.csv").read_bytes()
    assert files[PICTURES] == (GOLDEN / "openimages-images.csv").read_bytes()
    assert files[CLASSES] == b"Car,Car\nVan,Van\nPerson,Person\n"


def test_a_picture_without_boxes_is_in_the_table_of_pictures() -> None:
    listed = rows(still("f1"), still("f2", box()), table=PICTURES)
    assert [(one["ImageID"], one["Title"]) for one in listed] == [("f1", "f1.jpg"), ("f2", "f2.jpg")]


starts, lengths = st.floats(0, 400), st.floats(0.01, 100)


@given(
    st.lists(st.builds(Box, id=st.just("b"), label=st.just("Car"), x=starts, y=starts, width=lengths, height=lengths))
)
def test_what_is_read_is_what_was_drawn(drawn: list[Box]) -> None:
    read = [
        (float(row["XMin"]) * 1000, float(row["XMax"]) * 1000, float(row["YMin"]) * 500, float(row["YMax"]) * 500)
        for row in rows(still("f1", *drawn))
    ]
    assert read == [pytest.approx((one.x, one.x + one.width, one.y, one.y + one.height), abs=1e-9) for one in drawn]


@pytest.mark.parametrize("name", ['a, "b"', "line\nbreak", "=1+1", "@x", "-x", "+x", " x "])
def test_names_are_read_as_they_were_given(name: str) -> None:
    (row,) = rows(still("f1", box(label=name)), labels=(name,))
    assert row["LabelName"] == name
    files = exported("openimages", still("f1"), labels=(name,))[1]
    assert list(csv.reader(io.StringIO(files[CLASSES].decode(), newline=""))) == [[name, name]]


@pytest.mark.parametrize(
    ("attributes", "flags"),
    [
        pytest.param((), ["-1"] * 5, id="not said is not known"),
        pytest.param(
            (("occluded", "yes"), ("Truncated", "no"), ("group of", 1.0), ("is_depiction", "0"), ("IsInside", "true")),
            ["1", "0", "1", "0", "1"],
            id="by their names, with or without Is",
        ),
        pytest.param((("occluded", "partly"),), ["-1"] * 5, id="neither yes nor no"),
        pytest.param(
            (("IsOccluded", "no"), ("occluded", "yes")), ["0", "-1", "-1", "-1", "-1"], id="the full name first"
        ),
    ],
)
def test_flags_come_from_the_attributes_of_their_names(attributes: Attributes, flags: list[str]) -> None:
    (row,) = rows(still("f1", box(attributes=attributes)))
    assert [row[name] for name in FLAGS] == flags


def test_what_the_flags_do_not_say_of_attributes_is_only_counted() -> None:
    twice = (("IsOccluded", "no"), ("occluded", "yes"))
    item = still("f1", box(attributes=(("occluded", "partly"),)), box("b2", attributes=(("occluded", "no"),)))
    assert exported("openimages", item, still("f2", box(attributes=twice)))[0].counts.reduced == (("attributes", 2),)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (still("f1", box(rotation=10.0)), LossReason.ROTATION),
        (still("f1", box(x=-1.0)), LossReason.CLIPPED),
        (clip("v1", track(key(0))), LossReason.TRACK_IDENTITY),
    ],
)
def test_what_a_row_cannot_say_is_refused_and_counted_when_allowed(item: LabeledFootage, reason: LossReason) -> None:
    with pytest.raises(UnsupportedShapeError) as caught:
        exported("openimages", item)
    assert [loss.reason for loss in caught.value.losses] == [reason]
    counts = exported("openimages", item, lossy=True)[0].counts
    assert counts.reduced == ((reason.value, 1),)
    assert counts.shapes_in == counts.shapes_out
