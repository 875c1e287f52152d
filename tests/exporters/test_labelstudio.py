"""Label Studio results are read whole and exactly, or refused by name."""

import math
from fractions import Fraction
from typing import Any

import pytest

from exporters import Canvas, LeftOut, LossReason, ReadError, Reading, read_result, read_task
from exporters.errors import (
    DuplicateShapeError,
    FrameRateError,
    InvalidNumberError,
    MalformedResultError,
    UnknownControlError,
)
from tests.exporters.studio import at, attribute, polygon, rectangle, video

STILL = Canvas(width=1000, height=500)
CLIP = Canvas(width=1000, height=500, frames=12, fps=Fraction(25))


def read(*entries: object, canvas: Canvas = STILL) -> Reading:
    return read_result(list(entries), task="12", canvas=canvas, annotation_id="7")


def test_a_rectangle_becomes_a_box_in_pixels_of_the_footage_record() -> None:
    (box,) = read(rectangle("r1", "Car", rotation=45) | {"original_width": 3, "original_height": 3}).boxes
    assert (box.id, box.label, box.annotation_id) == ("r1", "Car", "7")
    assert (box.x, box.y, box.width, box.height, box.rotation) == (100, 50, 200, 100, 45)


def test_every_per_box_control_becomes_an_attribute_under_its_name() -> None:
    (box,) = read(
        rectangle(),
        attribute("choices", "type", ["SUV"]),
        attribute("choices", "extras", ["Roof rack", "Tow bar"]),
        attribute("textarea", "plate", ["7ABC123"]),
        attribute("number", "doors", 4),
        attribute("rating", "certainty", 3),
        attribute("datetime", "seen", "2026-06-01"),
        attribute("taxonomy", "kind", [["Vehicle", "Car"]]),
    ).boxes
    assert box.attributes == (
        ("type", "SUV"),
        ("extras", ("Roof rack", "Tow bar")),
        ("plate", "7ABC123"),
        ("doors", 4.0),
        ("certainty", 3.0),
        ("seen", "2026-06-01"),
        ("kind", "Vehicle / Car"),
    )


def test_attributes_may_come_before_the_shape_they_belong_to() -> None:
    (box,) = read(attribute("choices", "type", ["SUV"]), rectangle()).boxes
    assert box.attributes == (("type", "SUV"),)


def test_a_note_on_a_shape_is_kept_as_an_attribute() -> None:
    (box,) = read(rectangle() | {"meta": {"text": ["half hidden"]}}).boxes
    assert box.attributes == (("meta", "half hidden"),)


def test_an_entry_that_belongs_to_no_shape_is_about_the_whole_picture() -> None:
    reading = read(rectangle(), attribute("choices", "weather", ["Rain"], own="c1"))
    assert reading.attributes == (("weather", "Rain"),)
    assert reading.boxes[0].attributes == ()


def test_a_plain_rectangle_takes_its_label_from_the_labels_control() -> None:
    plain = rectangle() | {"type": "rectangle", "from_name": "rect"}
    del plain["value"]["rectanglelabels"]
    (box,) = read(plain, attribute("labels", "class", ["Van"])).boxes
    assert (box.label, box.attributes) == ("Van", ())


def test_a_second_control_of_labels_is_an_attribute_and_no_class() -> None:
    (box,) = read(rectangle("r1", "Car"), attribute("labels", "state", ["Parked"])).boxes
    assert (box.label, box.attributes) == ("Car", (("state", "Parked"),))


def test_a_shape_with_two_labels_becomes_two_boxes() -> None:
    boxes = read(rectangle("r1", "Car", "Van")).boxes
    assert [(box.id, box.label) for box in boxes] == [("r1", "Car"), ("r1/2", "Van")]


def test_a_video_track_counts_frames_from_0_and_keeps_its_gaps() -> None:
    reading = read(
        video("r1", at(5, x=50, enabled=False), at(1, rotation=10)),
        attribute("choices", "type", ["SUV"]),
        canvas=CLIP,
    )
    (track,) = reading.tracks
    assert [(one.frame, one.x, one.rotation, one.enabled) for one in track.key_frames] == [
        (0, 100, 10, True),
        (4, 500, 0, False),
    ]
    assert (track.label, track.attributes, track.annotation_id) == ("Car", (("type", "SUV"),), "7")


@pytest.mark.parametrize("field", ["labels", "videorectangle"])
def test_a_track_names_its_label_in_either_place(field: str) -> None:
    entry = video("r1", at(1))
    del entry["value"]["labels"]
    entry["value"][field] = ["Van"]
    assert read(entry, canvas=CLIP).tracks[0].label == "Van"


def test_frames_counted_at_a_stated_other_rate_are_carried_over_to_the_footage() -> None:
    canvas = Canvas(width=1000, height=500, frames=100, fps=Fraction(50), screen_rate=Fraction(25))
    (track,) = read(video("r1", at(1), at(11), framesCount=50, duration=2), canvas=canvas).tracks
    assert [one.frame for one in track.key_frames] == [0, 20]


def test_even_a_short_track_drawn_at_the_default_rate_of_24_is_refused_for_25() -> None:
    with pytest.raises(FrameRateError, match="counts `46` frames"):
        read(video("r1", at(1), framesCount=46, duration=1.92), canvas=CLIP)


def test_a_track_drawn_at_a_rate_nobody_stated_is_refused() -> None:
    with pytest.raises(FrameRateError, match=r"task `12`: .*counts `240` frames in `10.000` seconds"):
        read(video("r1", at(1), framesCount=240, duration=10), canvas=CLIP)


@pytest.mark.parametrize("absent", ["framesCount", "duration"])
def test_a_track_without_its_own_count_is_taken_at_the_stated_rate(absent: str) -> None:
    entry = video("r1", at(1), framesCount=240, duration=10)
    del entry["value"][absent]
    assert read(entry, canvas=CLIP).tracks


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("bitmasklabels", LossReason.BRUSH),
        ("vectorlabels", LossReason.OTHER_SHAPE),
        ("timelinelabels", LossReason.TIMELINE),
        ("timeserieslabels", LossReason.OTHER_SHAPE),
    ],
)
def test_a_shape_of_another_kind_is_left_out_by_name(kind: str, reason: LossReason) -> None:
    entry = {"id": "p1", "type": kind, "from_name": "x", "value": {kind: ["Car"]}}
    assert read(entry).left_out == (LeftOut(id="p1", label="Car", reason=reason, annotation_id="7"),)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (rectangle() | {"image_rotation": 90}, LossReason.TURNED_IMAGE),
        (rectangle() | {"type": "rectangle", "value": {"x": 1, "y": 1, "width": 1, "height": 1}}, LossReason.NO_LABEL),
        (video("r1"), LossReason.NO_KEY_FRAMES),
        (polygon() | {"image_rotation": 90}, LossReason.TURNED_IMAGE),
        (attribute("labels", "sound", ["Horn"]), LossReason.OTHER_SHAPE),
    ],
)
def test_what_cannot_be_placed_is_left_out_and_not_lost(entry: dict[str, Any], reason: LossReason) -> None:
    reading = read(entry)
    assert [left.reason for left in reading.left_out] == [reason]
    assert not reading.boxes
    assert not reading.tracks


@pytest.mark.parametrize(
    ("entry", "error", "says"),
    [
        ("text", MalformedResultError, r"result\[0\] should be an object, not a text"),
        ({}, MalformedResultError, r"result\[0\].type should be a text, not empty"),
        (rectangle() | {"id": 7}, MalformedResultError, "id should be a text, not a number"),
        (rectangle() | {"value": []}, MalformedResultError, "value should be an object, not a list"),
        (rectangle(x="10"), MalformedResultError, "x should be a number, not a text"),
        (rectangle(x=True), MalformedResultError, "x should be a number, not true or false"),
        (rectangle(x=None), MalformedResultError, "x should be a number, not empty"),
        (
            rectangle() | {"value": {"rectanglelabels": {}}},
            MalformedResultError,
            "should be a list of texts, not an object",
        ),
        (rectangle() | {"original_width": 500, "original_height": 1000}, MalformedResultError, "the footage is turned"),
        (rectangle(x=math.nan), InvalidNumberError, "x is not finite: `nan`"),
        (rectangle(y=math.inf), InvalidNumberError, "y is not finite: `inf`"),
        (rectangle(x=1e300), InvalidNumberError, "x is more than `1000`, too large to be meant"),
        (rectangle(x=10**400), InvalidNumberError, "x is more than `1000`, too large to be meant"),
        (rectangle(width=-1), InvalidNumberError, "width is a size and negative"),
        (attribute("number", "doors", math.nan), InvalidNumberError, "not finite"),
        (attribute("taxonomy", "kind", [1]), MalformedResultError, "taxonomy should be a list of texts"),
        (attribute("taxonomy", "kind", 1), MalformedResultError, "taxonomy should be a list"),
        (rectangle() | {"type": "hologram"}, UnknownControlError, "unknown kind `hologram`"),
        (video("r1", at(0)), MalformedResultError, "frame should count from 1"),
        (video("r1", at(1) | {"frame": 1.5}), InvalidNumberError, "frame should be a whole number"),
        (video("r1", at(1, enabled="yes")), MalformedResultError, "enabled should be true or false"),
        (video("r1", at(1), at(1)), DuplicateShapeError, "two key frames at frame `0`"),
        (video("r1") | {"value": {"labels": ["Car"]}}, MalformedResultError, "sequence should be a list, not empty"),
    ],
)
def test_what_label_studio_does_not_write_is_refused_naming_the_task(
    entry: object, error: type[ReadError], says: str
) -> None:
    with pytest.raises(error, match=rf"^task `12`: .*{says}") as caught:
        read(entry, canvas=CLIP)
    assert caught.value.task == "12"


def test_two_shapes_of_one_id_are_refused() -> None:
    with pytest.raises(DuplicateShapeError, match=r"result\[1\] draws shape `r1` a second time"):
        read(rectangle(), rectangle())


def test_an_attribute_set_twice_is_refused() -> None:
    with pytest.raises(DuplicateShapeError, match="sets attribute `type` a second time"):
        read(rectangle(), attribute("choices", "type", ["SUV"]), attribute("choices", "type", ["Sedan"]))


def test_a_task_is_read_with_all_annotations_that_were_not_cancelled() -> None:
    task = {
        "id": 12,
        "annotations": [
            {"id": 1, "result": [rectangle()]},
            {"id": 2, "result": [rectangle()], "was_cancelled": True},
            {"id": 3, "result": [rectangle()], "was_cancelled": False},
        ],
    }
    assert [box.annotation_id for box in read_task(task, canvas=STILL).boxes] == ["1", "3"]


@pytest.mark.parametrize(
    ("task", "says"),
    [
        ([], r"task `\?`: task should be an object, not a list"),
        ({"id": "x"}, r"task `\?`: task.id should be a number"),
        ({"id": 5}, "task `5`: task.annotations should be a list, not empty"),
        ({"id": 5, "annotations": [{"id": 1}]}, "task `5`: result should be a list, not empty"),
    ],
)
def test_a_task_that_is_none_is_refused(task: object, says: str) -> None:
    with pytest.raises(MalformedResultError, match=says):
        read_task(task, canvas=STILL)
