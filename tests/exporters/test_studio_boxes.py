"""The short way to an upright rectangle finds what the long way finds, or leaves it to the long way."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exporters import Canvas, ReadError, Reading, read_result
from exporters.studio_boxes import plain_boxes, plain_rectangle
from tests.exporters.studio import attribute, rectangle

OF_ALL = ("of all", "x")

numbers = st.one_of(
    st.floats(),
    st.integers(-2_000, 2_000),
    st.booleans(),
    st.none(),
    st.text(max_size=2),
    st.sampled_from([0, 0.0, 360, 10**400]),
)
likely = st.one_of(st.floats(0, 100), st.integers(0, 100), numbers)
labels = st.one_of(st.lists(st.sampled_from(["Car", "", "Van"]), max_size=2), st.just("Car"), st.just([1]), st.none())
values = st.fixed_dictionaries(
    {"x": likely, "y": likely, "width": likely, "height": likely, "rectanglelabels": labels},
    optional={"rotation": st.one_of(st.just(0), numbers)},
)
changes = st.fixed_dictionaries(
    {"value": st.one_of(values, st.none(), st.lists(st.integers(), max_size=1))},
    optional={"image_rotation": numbers, "original_width": st.just(500), "original_height": st.just(1000)},
)

ids = st.sampled_from(["a", "b", "c"])
odd = st.sampled_from([None, True, -1, 1e9, "", "x", [], ["a", "b"], [1], {}, 0, 0.0, -0.0, 90, 1000])
rectangles = st.builds(rectangle, ids, st.sampled_from(["Car", "Van"]), x=st.floats(0, 100), y=st.integers(0, 100))
options = st.builds(
    attribute, st.just("choices"), st.sampled_from(["kind", "seen"]), st.lists(st.text(), max_size=2), ids
)


@st.composite
def results(draw: st.DrawFn) -> list[Any]:
    """Results of plain entries, with a field or two that may be anything."""
    entries = draw(st.lists(rectangles | options, max_size=6))
    for _ in range(draw(st.integers(0, 2)) if entries else 0):
        entry = draw(st.sampled_from(entries))
        place = draw(st.sampled_from([entry, entry["value"]])) if isinstance(entry["value"], dict) else entry
        place[draw(st.sampled_from([*place, "meta", "rotation", "labels"]))] = draw(odd)
    return entries


def read_all(result: list[Any]) -> Reading | str:
    try:
        return read_result(result, task="1", canvas=Canvas(width=1000, height=500), annotation_id="7")
    except ReadError as error:
        return str(error)


def read(entry: dict[str, Any]) -> Reading | str:
    try:
        return read_result([entry], task="1", canvas=Canvas(width=1000, height=500))
    except ReadError as error:
        return str(error)


@given(changes)
def test_both_ways_read_the_same_or_refuse_the_same(changed: dict[str, Any]) -> None:
    entry = rectangle() | changed
    # an empty note changes nothing, and is enough for the short way to step back
    assert read(entry) == read(entry | {"meta": {}})


def test_what_most_exports_are_full_of_goes_the_short_way() -> None:
    assert plain_rectangle(rectangle(), 1000, 500) == ("Car", 100, 50, 200, 100)
    assert plain_rectangle(rectangle() | {"meta": {}}, 1000, 500) is None


@given(results())
def test_whole_results_are_read_the_same_both_ways_or_refused_the_same(result: list[Any]) -> None:
    short = read_all(result)
    # an attribute of the whole picture is of no rectangle, and is enough for the short way to step back
    longer = read_all([*result, attribute("textarea", "of all", ["x"], "picture")])
    assert longer == (short if isinstance(short, str) else replace(short, attributes=(*short.attributes, OF_ALL)))


def test_a_result_of_plain_rectangles_and_options_goes_the_short_way() -> None:
    result = [rectangle("a"), attribute("choices", "seen", ["yes"], "a"), rectangle("b", "Van")]
    boxes = plain_boxes(result, 1000, 500, "7")
    assert boxes is not None
    assert [(box.id, box.label, box.attributes) for box in boxes] == [
        ("a", "Car", (("seen", "yes"),)),
        ("b", "Van", ()),
    ]
    assert plain_boxes([*result, attribute("rating", "sharp", 3, "a")], 1000, 500, "7") is None
