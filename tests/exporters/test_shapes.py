"""Shapes hold together, and their geometry is that of the plane."""

from math import cos, pi, sin

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exporters import InvalidDatasetError, Mask, Shape
from exporters.geometry import Extent
from exporters.outlines import area, around, bounds, clipped, outline, polygon_area
from tests.exporters.builders import dataset, ellipse, key_point, mask, polygon, still

numbers = st.floats(-1e4, 1e4, allow_nan=False)
points = st.tuples(numbers, numbers)


@pytest.mark.parametrize("counts", [(), (5,), (7,), (-1, 7)])
def test_a_mask_counts_every_pixel_of_the_picture(counts: tuple[int, ...]) -> None:
    with pytest.raises(InvalidDatasetError, match="mask `m` does not count `3` by `2` pixels"):
        Mask(id="m", label="Car", width=3, height=2, counts=counts)


def test_footage_holds_no_mask_of_another_size() -> None:
    with pytest.raises(InvalidDatasetError, match="mask `m1` has another size than footage `f1`"):
        still("f1", width=999, shapes=(mask(),))


def test_a_key_point_is_named_once() -> None:
    with pytest.raises(InvalidDatasetError, match="names a key point twice"):
        dataset(key_points=("nose", "nose"))


@pytest.mark.parametrize(
    ("shape", "reach", "size"),
    [
        (polygon(), Extent(100, 100, 300, 200), 10_000),
        (mask(), Extent(3, 2, 4, 6), 4),
        (ellipse(), Extent(400, 200, 600, 300), pi * 5_000),
        (ellipse(rotation=90.0), Extent(450, 150, 550, 350), pi * 5_000),
        (key_point(), Extent(8, 18, 12, 22), 16),
    ],
)
def test_a_shape_has_its_bounds_and_its_area(shape: Shape, reach: Extent, size: float) -> None:
    found = bounds(shape)
    assert (found.left, found.top, found.right, found.bottom) == pytest.approx(
        (reach.left, reach.top, reach.right, reach.bottom)
    )
    assert area(shape) == pytest.approx(size)


@given(st.floats(0, 360), st.floats(-500, 500))
def test_the_outline_of_an_ellipse_stays_within_its_bounds_and_fills_it(rotation: float, x: float) -> None:
    drawn = ellipse(x=x, rotation=rotation)
    reach, followed = bounds(drawn), around(outline(drawn))
    assert (followed.left, followed.top, followed.right, followed.bottom) == pytest.approx(
        (reach.left, reach.top, reach.right, reach.bottom), abs=0.25
    )
    assert polygon_area(outline(drawn)) == pytest.approx(area(drawn), rel=0.002)


@given(points, points, points)
def test_three_points_have_the_area_of_their_triangle(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    doubled = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
    assert polygon_area((a, b, c)) == pytest.approx(abs(doubled) / 2, rel=1e-6, abs=1e-3)


@given(st.integers(3, 40), st.floats(1, 1e3), numbers, numbers, st.integers(0, 39))
def test_the_area_is_the_same_from_every_corner_on_and_either_way(
    corners: int, radius: float, x: float, y: float, turn: int
) -> None:
    steps = [2 * pi * step / corners for step in range(corners)]
    drawn = tuple((x + radius * cos(step), y + radius * sin(step)) for step in steps)
    expected = corners / 2 * radius**2 * sin(2 * pi / corners)
    turned = drawn[turn % corners :] + drawn[: turn % corners]
    assert polygon_area(turned) == pytest.approx(expected, rel=1e-6)
    assert polygon_area(turned[::-1]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("few", [(), ((1.0, 1.0),), ((1.0, 1.0), (2.0, 2.0))])
def test_less_than_three_points_have_no_area(few: tuple[tuple[float, float], ...]) -> None:
    assert polygon_area(few) == 0


def test_the_part_of_a_triangle_inside_the_frame_has_its_corners_on_the_edge() -> None:
    assert clipped(((-100.0, 0.0), (100.0, 0.0), (100.0, 100.0)), 200, 200) == (
        (0.0, 50.0),
        (0.0, 0.0),
        (100.0, 0.0),
        (100.0, 100.0),
    )


@given(st.lists(points, min_size=3, max_size=8))
def test_what_is_cut_lies_in_the_frame(drawn: list[tuple[float, float]]) -> None:
    inside = clipped(tuple(drawn), 1000, 500)
    assume(inside)
    assert around(inside).inside(1000, 500)


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 500)), min_size=3, max_size=8))
def test_what_lies_in_the_frame_is_not_cut(drawn: list[tuple[float, float]]) -> None:
    assert clipped(tuple(drawn), 1000, 500) == tuple(drawn)


def test_nothing_is_left_of_what_lies_outside() -> None:
    assert clipped(((-3.0, 1.0), (-1.0, 1.0), (-2.0, 5.0)), 10, 10) == ()
