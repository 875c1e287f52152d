"""Ultralytics YOLO: what a set holds, and what it refuses to leave out unasked."""

import pytest
import yaml

from exporters import Box, LabeledFootage, LossReason, Relation, UnsupportedShapeError
from exporters.formats.yolo_lines import yolo_line
from tests.exporters.builders import (
    FootageChanges,
    box,
    clip,
    ellipse,
    exported,
    jpeg,
    key,
    key_point,
    mask,
    mp4,
    polygon,
    still,
    track,
)


@pytest.mark.parametrize(
    ("drawn", "numbers"),
    [
        pytest.param(box(), "0.200000000 0.200000000 0.200000000 0.200000000", id="centre and size as fractions"),
        pytest.param(
            box(x=0.0, y=0.0, width=1e3, height=500.0), "0.500000000 0.500000000 1.000000000 1.000000000", id="all"
        ),
        pytest.param(box(x=-100.0), "0.050000000 0.200000000 0.100000000 0.200000000", id="only the part inside"),
        pytest.param(box(rotation=90.0, x=200.0), "0.150000000 0.300000000 0.100000000 0.400000000", id="the hull"),
    ],
)
def test_a_line_is_the_class_and_the_box_in_fractions(drawn: Box, numbers: str) -> None:
    assert yolo_line(drawn, 1000, 500, 1) == f"1 {numbers}\n"


def test_a_set_is_laid_out_as_its_readers_look_for_it() -> None:
    _, files = exported(
        "yolo", still("f1", box("a"), box("b", "Person"), data=jpeg()), labels=("Car", 'a "b": c', "Person")
    )
    assert list(files) == ["images/f1.jpg", "labels/f1.txt", "data.yaml", "croissant.json", "manifest.json"]
    assert [line.split()[0] for line in files["labels/f1.txt"].splitlines()] == [b"0", b"2"]
    assert yaml.safe_load(files["data.yaml"]) == {
        "train": "images",
        "val": "images",
        "nc": 3,
        "names": {0: "Car", 1: 'a "b": c', 2: "Person"},
    }


@pytest.mark.parametrize(
    ("item", "reason", "says"),
    [
        (still("f1", box(rotation=10.0)), LossReason.ROTATION, "footage `f1`: shape `b1` labeled `Car`: rotation"),
        (still("f1", box(x=-1.0)), LossReason.CLIPPED, "footage `f1`: shape `b1` labeled `Car`: clipped to the frame"),
        (
            clip("v1", track(key(0))),
            LossReason.TRACK_IDENTITY,
            "footage `v1`: shape `t1` labeled `Car`: track identity",
        ),
    ],
)
def test_what_a_line_cannot_say_is_refused_and_listed_and_counted_when_allowed(
    item: LabeledFootage, reason: LossReason, says: str
) -> None:
    with pytest.raises(UnsupportedShapeError, match="allow losses to go on") as caught:
        exported("yolo", item)
    assert [loss.reason for loss in caught.value.losses] == [reason]
    assert says in str(caught.value)
    counts = exported("yolo", item, lossy=True)[0].counts
    assert counts.reduced == ((reason.value, 1),)
    assert counts.shapes_in == counts.shapes_out


def test_every_shape_in_the_way_is_listed_not_only_the_first() -> None:
    items = (still("f1", box("a", rotation=1.0), box("b", rotation=2.0)), still("f2", box("c", x=-5.0)))
    with pytest.raises(UnsupportedShapeError, match="cannot carry 3 shapes as drawn") as caught:
        exported("yolo", *items)
    assert [loss.shape_id for loss in caught.value.losses] == ["a", "b", "c"]


def test_a_box_over_the_edge_by_rounding_only_is_no_loss() -> None:
    manifest, files = exported("yolo", still("f1", box(x=800.0, width=200.000001)))
    assert manifest.counts.reduced == ()
    assert files["labels/f1.txt"].split()[3] == b"0.200000000"


def test_attributes_of_a_picture_are_only_counted() -> None:
    item = still("f1", box(attributes=(("type", "SUV"),)), attributes=(("weather", "Rain"),))
    assert exported("yolo", item)[0].counts.reduced == (("attributes", 2),)


def test_a_clip_becomes_frames_with_their_lines_where_losing_identity_is_allowed() -> None:
    _, files = exported("yolo", clip("v1", track(key(4), key(5, enabled=False)), data=mp4()), lossy=True)
    assert [name for name in files if "/" in name] == [
        "images/v1-f000004.jpg",
        "labels/v1-f000004.txt",
        "images/v1-f000005.jpg",
        "labels/v1-f000005.txt",
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shapes": (polygon(label="Van"),)}, LossReason.POLYGON),
        ({"shapes": (mask(label="Van"),)}, LossReason.BRUSH),
        ({"shapes": (ellipse(label="Van"),)}, LossReason.ELLIPSE),
        ({"shapes": (key_point(label="Van"),)}, LossReason.KEY_POINT),
    ],
)
def test_a_shape_that_is_not_carried_is_refused_or_counted(changes: FootageChanges, reason: LossReason) -> None:
    with pytest.raises(UnsupportedShapeError, match=f"labeled `Van`: {reason}"):
        exported("yolo", still("f1", **changes))
    counts = exported("yolo", still("f1", **changes), lossy=True)[0].counts
    assert counts.dropped == ((reason, "Van", 1),)
    assert counts.shapes_in == (("Van", 1),)


def test_a_relation_that_is_not_carried_is_counted_under_no_label() -> None:
    item = still("f1", box("a"), box("b"), relations=(Relation(from_id="a", to_id="b"),))
    with pytest.raises(UnsupportedShapeError, match="shape `a to b` labeled ``: relation"):
        exported("yolo", item)
    assert exported("yolo", item, lossy=True)[0].counts.dropped == (("relation", "", 1),)
