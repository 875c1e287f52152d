"""CVAT for video: a track read as CVAT reads it is the track that was drawn."""

from math import cos, radians, sin
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import KeyFrame, LabeledFootage, LossReason, Track, UnsupportedShapeError, box_at
from exporters.geometry import hull
from tests.exporters.builders import box, clip, exported, key, mp4, still, track

GOLDEN = Path(__file__).parent / "golden" / "cvat.xml"
FRAMES = 12
SIDES = ("xtl", "ytl", "xbr", "ybr")


def document(*items: LabeledFootage, labels: tuple[str, ...] = ("Car", "Van"), lossy: bool = False) -> ET.Element:
    return ET.fromstring(exported("cvat", *items, labels=labels, lossy=lossy)[1]["v1/annotations.xml"])


def boxes(element: ET.Element) -> list[ET.Element]:
    return element.findall("track/box")


def place(element: ET.Element) -> list[float]:
    """The box as Label Studio has it: its own top left corner, its size, and its turn about that corner."""
    left, top, right, bottom = (float(element.attrib[side]) for side in SIDES)
    turn = float(element.get("rotation", "0"))
    width, height, angle = right - left, bottom - top, radians(turn)
    across, down = (left + right) / 2, (top + bottom) / 2
    x = across - (width * cos(angle) - height * sin(angle)) / 2
    y = down - (width * sin(angle) + height * cos(angle)) / 2
    return [x, y, width, height, turn]


def imported(element: ET.Element) -> dict[int, list[float]]:
    """What CVAT shows after an import: it keeps key frames and draws straight lines between them."""
    kept = [one for one in element.findall("box") if one.attrib["keyframe"] == "1"]
    ends = [int(one.attrib["frame"]) for one in kept[1:]]
    seen: dict[int, list[float]] = {}
    for one, end, following in zip(kept, [*ends, FRAMES], [*kept[1:], kept[-1]], strict=True):
        start = int(one.attrib["frame"])
        if one.attrib["outside"] == "1":
            continue
        for frame in range(start, end):
            share = (frame - start) / (end - start)
            between = ET.Element("box", dict(one.attrib))
            for side in SIDES:
                first, last = float(one.attrib[side]), float(following.attrib[side])
                between.set(side, repr(first + (last - first) * share))
            seen[frame] = place(between)
    return seen


def test_the_example_is_written_as_agreed() -> None:
    attributes = (("occluded", "yes"), ("type", "SUV"))
    moving = track(key(0, 0.0), key(2, 20.5, enabled=False), attributes=attributes)
    turning = track(key(2), key(3, rotation=90.0), own="t2", label="Van")
    assert exported("cvat", clip("v1", moving, turning, frames=4))[1]["v1/annotations.xml"] == GOLDEN.read_bytes()


def test_a_task_is_laid_out_with_every_frame() -> None:
    _, files = exported("cvat", clip("v1", track(key(2)), data=mp4()))
    assert sorted(files) == [
        "croissant.json",
        "manifest.json",
        "v1/annotations.xml",
        *(f"v1/images/frame_{number:06d}.jpg" for number in range(12)),
    ]


def test_the_description_names_labels_and_their_attributes() -> None:
    followed = (
        track(key(0), attributes=(("type", "SUV"), ("occluded", "no"))),
        track(key(0), own="t2", attributes=(("colour", "red"), ("type", "Van"))),
    )
    task = document(clip("v1", *followed)).find("meta/task")
    assert task is not None
    assert [task.findtext(name) for name in ("size", "mode", "original_size/width", "source")] == [
        "12",
        "interpolation",
        "64",
        "v1.mp4",
    ]
    names = {one.findtext("name"): [own.text for own in one.findall(".//attribute/name")] for one in task.iter("label")}
    assert names == {"Car": ["type", "colour"], "Van": []}


places, angles = st.floats(-60, 100), st.sampled_from([0.0, 0.0, 30.0, 350.0, -90.0])
key_frames = st.lists(
    st.builds(
        KeyFrame,
        frame=st.integers(0, FRAMES - 1),
        x=places,
        y=places,
        width=st.floats(0.5, 90),
        height=st.floats(0.5, 90),
        rotation=angles,
        enabled=st.booleans(),
    ),
    min_size=1,
    unique_by=lambda one: one.frame,
).map(lambda keys: tuple(sorted(keys, key=lambda one: one.frame)))


def expected(following: Track) -> dict[int, list[float]]:
    """Every frame in which the picture shows something of the track."""
    found = ((frame, box_at(following, frame)) for frame in range(FRAMES))
    return {
        frame: [one.x, one.y, one.width, one.height, one.rotation % 360]
        for frame, one in found
        if one is not None and hull(one).touches(64, 48)
    }


@given(key_frames)
def test_an_import_shows_what_the_labeling_screen_showed(keys: tuple[KeyFrame, ...]) -> None:
    following = Track(id="t1", label="Car", key_frames=keys)
    tracks = document(clip("v1", following), lossy=True).findall("track")
    seen = {frame: where for one in tracks for frame, where in imported(one).items()}
    assert seen == {frame: pytest.approx(where, abs=1e-9) for frame, where in expected(following).items()}


@given(key_frames)
def test_every_frame_that_shows_a_track_has_its_box_once(keys: tuple[KeyFrame, ...]) -> None:
    following = Track(id="t1", label="Car", key_frames=keys)
    inside = [one for one in boxes(document(clip("v1", following), lossy=True)) if one.attrib["outside"] == "0"]
    assert [int(one.attrib["frame"]) for one in inside] == list(expected(following))


def test_a_track_that_is_gone_is_outside_from_the_next_frame() -> None:
    drawn = boxes(document(clip("v1", track(key(3), key(4, enabled=False)))))
    assert [(one.attrib["frame"], one.attrib["outside"]) for one in drawn] == [("3", "0"), ("4", "0"), ("5", "1")]


def test_a_box_over_the_edge_stays_as_drawn_and_is_no_loss() -> None:
    item = clip("v1", track(key(0, -10.0)), frames=1)
    assert [boxes(document(item))[0].attrib[side] for side in SIDES] == ["-10", "5", "10", "15"]


def test_names_and_values_are_read_as_they_were_given() -> None:
    label, name, value = 'a "b" <c> & d\n\te', "x<y", "=1+1\r\n & 'z'"
    whole = document(clip("v1", track(key(0), label=label, attributes=((name, value),)), frames=1), labels=(label,))
    assert [one.attrib["label"] for one in whole.findall("track")] == [label]
    assert [(one.get("name"), one.text) for one in whole.findall("track/box/attribute")] == [(name, value)]
    assert [one.findtext("name") for one in whole.iter("label")] == [label]


@pytest.mark.parametrize(("answer", "written"), [("yes", "1"), ("no", "0"), ("partly", "0")])
def test_occluded_comes_from_its_attribute(answer: str, written: str) -> None:
    (drawn,) = boxes(document(clip("v1", track(key(0), attributes=(("occluded", answer),)), frames=1)))
    assert drawn.attrib["occluded"] == written
    assert [one.text for one in drawn] == ([] if answer in ("yes", "no") else [answer])


def test_a_still_is_refused_or_counted_with_its_boxes() -> None:
    items = (still("f1", box()), clip("v1"))
    with pytest.raises(UnsupportedShapeError) as caught:
        exported("cvat", *items)
    assert {loss.reason for loss in caught.value.losses} == {LossReason.STILL}
    counts = exported("cvat", *items, lossy=True)[0].counts
    assert counts.items_dropped == (("still in a format of videos", 1),)
    assert counts.dropped == (("still in a format of videos", "Car", 1),)


def test_attributes_of_a_clip_are_only_counted() -> None:
    assert exported("cvat", clip("v1", attributes=(("weather", "Rain"),)))[0].counts.reduced == (("attributes", 1),)
