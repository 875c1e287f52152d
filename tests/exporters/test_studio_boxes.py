"""The short way to an upright rectangle finds what the long way finds, or leaves it to the long way."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exporters import Canvas, ReadError, Reading, read_result
from exporters.studio_boxes import plain_rectangle
from tests.exporters.studio import rectangle

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
