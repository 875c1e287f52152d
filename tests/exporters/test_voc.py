"""Pascal VOC: what a file says of each box, and what it cannot say."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import Box, LabeledFootage, LossReason, UnsupportedShapeError
from tests.exporters.builders import box, clip, exported, jpeg, key, mp4, still, track

GOLDEN = Path(__file__).parent / "golden" / "voc.xml"


def objects(*drawn: Box, labels: tuple[str, ...] = ("Car", "Person")) -> list[ET.Element]:
    files = exported("voc", still("f1", *drawn), labels=labels)[1]
    return ET.fromstring(files["Annotations/f1.xml"]).findall("object")


def sides(element: ET.Element) -> list[float]:
    """Left, top, width and height by the kit's arithmetic: pixels count from 1 and the last one is included."""
    left, top, right, bottom = (
        float(element.findtext(f"bndbox/{side}") or "") for side in ("xmin", "ymin", "xmax", "ymax")
    )
    return [left - 1, top - 1, right - left + 1, bottom - top + 1]


def test_the_example_is_written_as_agreed() -> None:
    attributes = (("occluded", "yes"), ("type", "SUV"), ("extras", ("Roof rack", "Tow bar")), ("doors", 4.0))
    item = still("f1", box(attributes=attributes), box("b2", "Person", x=10.25, width=0.5), data=jpeg())
    assert exported("voc", item)[1]["Annotations/f1.xml"] == GOLDEN.read_bytes()


def test_a_set_is_laid_out_as_its_readers_look_for_it() -> None:
    item = clip("v1", track(key(4), key(5, enabled=False)), data=mp4())
    _, files = exported("voc", still("f1", data=jpeg()), item, lossy=True)
    assert sorted(files) == [
        "Annotations/f1.xml",
        "Annotations/v1-f000004.xml",
        "Annotations/v1-f000005.xml",
        "ImageSets/Main/default.txt",
        "JPEGImages/f1.jpg",
        "JPEGImages/v1-f000004.jpg",
        "JPEGImages/v1-f000005.jpg",
        "croissant.json",
        "labelmap.txt",
        "manifest.json",
    ]
    assert files["ImageSets/Main/default.txt"].split() == [b"f1", b"v1-f000004", b"v1-f000005"]


def test_the_label_map_has_the_labels_in_order() -> None:
    files = exported("voc", still("f1"), labels=("Van", "Car"))[1]
    assert files["labelmap.txt"].decode().splitlines()[1:] == ["Van:::", "Car:::"]


@pytest.mark.parametrize("name", ["a:b", "#a", " a", "a\nb"])
def test_a_name_that_the_label_map_cannot_hold_leaves_it_out(name: str) -> None:
    assert "labelmap.txt" not in exported("voc", still("f1"), labels=("Car", name))[1]


def test_a_picture_without_boxes_has_its_file_with_its_size() -> None:
    whole = ET.fromstring(exported("voc", still("f1"))[1]["Annotations/f1.xml"])
    assert whole.findall("object") == []
    assert (whole.findtext("filename"), whole.findtext("size/width"), whole.findtext("size/height")) == (
        "f1.jpg",
        "1000",
        "500",
    )


def test_a_box_of_the_whole_picture_goes_from_the_first_pixel_to_the_last() -> None:
    (whole,) = objects(box(x=0.0, y=0.0, width=1000.0, height=500.0))
    assert [side.text for side in whole[-1]] == ["1", "1", "1000", "500"]


starts, lengths = st.floats(0, 400), st.floats(0.01, 100)


@given(
    st.lists(st.builds(Box, id=st.just("b"), label=st.just("Car"), x=starts, y=starts, width=lengths, height=lengths))
)
def test_what_is_read_is_what_was_drawn(drawn: list[Box]) -> None:
    read = [sides(element) for element in objects(*drawn)]
    assert read == [pytest.approx([one.x, one.y, one.width, one.height], abs=1e-9) for one in drawn]


def test_names_and_values_are_read_as_they_were_given() -> None:
    label, name, value = 'a "b" <c> & d\n\te', "x<y", "=1+1\r\n & 'z'"
    (element,) = objects(box(label=label, attributes=((name, value),)), labels=(label,))
    assert (element.findtext("name"), element.findtext(".//attribute/name")) == (label, name)
    assert element.findtext(".//attribute/value") == value


@pytest.mark.parametrize(
    ("attributes", "fields", "others"),
    [
        pytest.param((), {"truncated": "0", "difficult": "0", "occluded": None}, [], id="not said"),
        pytest.param(
            (("Truncated", "Yes"), ("difficult", 1.0), ("occluded", "no")),
            {"truncated": "1", "difficult": "1", "occluded": "0"},
            [],
            id="yes and no in any spelling",
        ),
        pytest.param((("occluded", "partly"),), {"occluded": None}, ["occluded"], id="neither yes nor no"),
        pytest.param(
            (("occluded", "yes"), ("occluded", "no")), {"occluded": None}, ["occluded"], id="two annotators differ"
        ),
    ],
)
def test_flags_come_from_the_attributes_of_their_names(
    attributes: tuple[tuple[str, str | float], ...], fields: dict[str, str | None], others: list[str]
) -> None:
    (element,) = objects(box(attributes=attributes))
    assert {name: element.findtext(name) for name in fields} == fields
    assert [one.text for one in element.findall(".//attribute/name")] == others


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (still("f1", box(rotation=10.0)), LossReason.ROTATION),
        (still("f1", box(x=-1.0)), LossReason.CLIPPED),
        (clip("v1", track(key(0))), LossReason.TRACK_IDENTITY),
    ],
)
def test_what_a_file_cannot_say_is_refused_and_counted_when_allowed(item: LabeledFootage, reason: LossReason) -> None:
    with pytest.raises(UnsupportedShapeError) as caught:
        exported("voc", item)
    assert [loss.reason for loss in caught.value.losses] == [reason]
    counts = exported("voc", item, lossy=True)[0].counts
    assert counts.reduced == ((reason.value, 1),)
    assert counts.shapes_in == counts.shapes_out


def test_a_turned_box_is_its_hull() -> None:
    files = exported("voc", still("f1", box(rotation=90.0, x=300.0)), lossy=True)[1]
    (element,) = ET.fromstring(files["Annotations/f1.xml"]).findall("object")
    assert sides(element) == pytest.approx([200.0, 50.0, 100.0, 200.0])


def test_a_box_over_the_edge_is_the_part_inside() -> None:
    files = exported("voc", still("f1", box(x=-50.0)), lossy=True)[1]
    (element,) = ET.fromstring(files["Annotations/f1.xml"]).findall("object")
    assert sides(element) == [0.0, 50.0, 150.0, 100.0]


def test_attributes_of_a_picture_are_only_counted() -> None:
    assert exported("voc", still("f1", attributes=(("weather", "Rain"),)))[0].counts.reduced == (("attributes", 1),)
