"""Polygons, masks, ellipses and key points of Label Studio are read whole and exactly, or refused by name."""

import math

import pytest

from exporters import Canvas, Ellipse, KeyPoint, Mask, Polygon, ReadError, Reading, Relation, read_result
from exporters.errors import InvalidNumberError, MalformedResultError
from tests.exporters.studio import attribute, brush, drawn, ellipse, key_point, opacity, pack, polygon, rectangle

STILL = Canvas(width=1000, height=500)
SMALL = Canvas(width=3, height=2)


def read(*entries: object, canvas: Canvas = STILL) -> Reading:
    return read_result(list(entries), task="12", canvas=canvas, annotation_id="7")


def test_a_polygon_has_its_points_in_pixels() -> None:
    points = ((100.0, 100.0), (300.0, 100.0), (300.0, 300.0))
    assert read(polygon()).shapes == (Polygon(id="s1", label="Car", points=points, annotation_id="7"),)


def test_a_polygon_that_was_left_open_is_known_to_be() -> None:
    (shape,) = read(polygon(closed=False)).shapes
    assert isinstance(shape, Polygon)
    assert not shape.closed


def test_an_ellipse_has_a_radius_of_each_side_of_the_picture() -> None:
    expected = Ellipse(id="s1", label="Car", x=500, y=250, radius_x=100, radius_y=100, rotation=30, annotation_id="7")
    assert read(ellipse()).shapes == (expected,)


def test_a_key_point_keeps_its_width_and_what_it_was_put_under() -> None:
    expected = KeyPoint(id="s1", label="nose", x=500, y=250, width=5, parent="r1", annotation_id="7")
    assert read(rectangle(), key_point("s1", "nose", parent="r1")).shapes == (expected,)


@pytest.mark.parametrize("entry", [key_point(), key_point() | {"parentID": ""}, key_point() | {"parentID": None}])
def test_a_key_point_on_its_own_has_no_parent(entry: object) -> None:
    (shape,) = read(entry).shapes
    assert isinstance(shape, KeyPoint)
    assert shape.parent == ""


def test_a_brush_becomes_a_mask_of_the_whole_picture() -> None:
    mask = Mask(id="s1", label="Car", width=3, height=2, counts=(1, 2, 1, 1, 1), annotation_id="7")
    assert read(brush(pack(opacity(".##", "#.."))), canvas=SMALL).shapes == (mask,)


def test_what_a_shape_was_set_to_is_its_attributes() -> None:
    (shape,) = read(polygon("r1"), attribute("choices", "type", ["SUV"]), attribute("number", "doors", 4)).shapes
    assert shape.attributes == (("type", "SUV"), ("doors", 4.0))


def test_a_shape_without_labels_of_its_own_takes_those_of_the_labels_control() -> None:
    plain = ellipse("r1") | {"type": "ellipse"}
    del plain["value"]["ellipselabels"]
    assert [shape.label for shape in read(plain, attribute("labels", "class", ["Van"])).shapes] == ["Van"]


def test_a_shape_with_two_labels_becomes_two_shapes() -> None:
    shapes = read(polygon("s1", "Car", "Van")).shapes
    assert [(shape.id, shape.label) for shape in shapes] == [("s1", "Car"), ("s1/2", "Van")]


def test_a_relation_keeps_its_direction_and_its_labels() -> None:
    entry = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "bi", "labels": ["tows"]}
    assert read(entry).relations == (
        Relation(from_id="a", to_id="b", direction="bi", labels=("tows",), annotation_id="7"),
    )


def test_a_relation_without_more_points_from_the_first_to_the_second() -> None:
    (relation,) = read({"type": "relation", "from_id": "a", "to_id": "b"}).relations
    assert (relation.direction, relation.labels) == ("right", ())


@pytest.mark.parametrize(
    ("entry", "error", "says"),
    [
        (drawn("polygon"), MalformedResultError, "points should be a list, not empty"),
        (drawn("polygon", points=[[1, 2, 3]]), MalformedResultError, "points should be pairs of numbers, not `3` tog"),
        (drawn("polygon", points=[[1, "2"]]), MalformedResultError, "points.y should be a number, not a text"),
        (drawn("polygon", points=[[1, math.nan]]), InvalidNumberError, "points.y is not finite"),
        (drawn("polygon", points=[[1e9, 1]]), InvalidNumberError, "points.x is more than `1000`"),
        (drawn("polygon", points=[], closed=1), MalformedResultError, "closed should be true or false"),
        (ellipse(radiusX=-1), InvalidNumberError, "radiusX is a size and negative"),
        (ellipse(radiusY=None), MalformedResultError, "radiusY should be a number, not empty"),
        (key_point(x=None), MalformedResultError, "x should be a number, not empty"),
        (key_point() | {"parentID": 5}, MalformedResultError, "parentID should be a text, not a number"),
        (brush([1], format="png"), MalformedResultError, "format should be `rle`"),
        (brush("AAAA"), MalformedResultError, "rle should be a list, not a text"),
        (brush([256]), MalformedResultError, "it holds something else than numbers from 0 to 255"),
        (brush([1.5]), MalformedResultError, "it holds something else than numbers from 0 to 255"),
        (brush([]), MalformedResultError, "the bits end too early"),
        (brush(pack(b"", total=10**9)), MalformedResultError, "it holds `1000000000` values, a picture of `1000` by"),
        (brush(pack(opacity("#"))), MalformedResultError, "it holds `4` values"),
        (polygon() | {"original_width": 500, "original_height": 1000}, MalformedResultError, "the footage is turned"),
        ({"type": "relation", "from_id": "a"}, MalformedResultError, "to_id should be a text, not empty"),
    ],
)
def test_what_label_studio_does_not_write_is_refused_naming_the_task(
    entry: object, error: type[ReadError], says: str
) -> None:
    with pytest.raises(error, match=rf"^task `12`: .*{says}"):
        read(entry)
