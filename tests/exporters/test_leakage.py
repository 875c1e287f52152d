"""Near-duplicates across sides are all found, whatever the order, and told as the closest pairs and a count."""

import io
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from exporters.errors import UnreadableMediaError
from exporters.leakage import DISTANCE, MOST_DISTANCE, DistanceError, Hashed, difference_hash, near_duplicates
from exporters.splits import Side
from tests.exporters.builders import SHARED, jpeg

PHOTOGRAPHS = sorted((SHARED / "photos").glob("*.jpg"))
with_photographs = pytest.mark.skipif(not PHOTOGRAPHS, reason="no photographs beside the repository")


def near(base: int, flips: list[int]) -> int:
    for bit in flips:
        base ^= 1 << bit
    return base


hashes = st.builds(
    near, st.sampled_from([0, 0xF0F0_1234_5678_9ABC, (1 << 64) - 1]), st.lists(st.integers(0, 63), max_size=9)
)
rows = st.lists(st.tuples(st.sampled_from(Side), hashes), max_size=40)
distances = st.integers(0, MOST_DISTANCE)


def listed(sides: list[tuple[Side, int]]) -> list[Hashed]:
    return [Hashed(f"{number:03}.jpg", side, own) for number, (side, own) in enumerate(sides)]


def encoded(picture: Image.Image, form: str = "JPEG", **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def apart(left: bytes, right: bytes) -> int:
    return (difference_hash(left, footage_id="l") ^ difference_hash(right, footage_id="r")).bit_count()


@given(rows, distances)
def test_exactly_the_pairs_that_comparing_all_would_find_are_found(
    sides: list[tuple[Side, int]], distance: int
) -> None:
    pictures = listed(sides)
    slow = {
        frozenset((one.picture, other.picture))
        for one, other in combinations(pictures, 2)
        if one.side != other.side and (one.hash ^ other.hash).bit_count() <= distance
    }
    found = near_duplicates(pictures, distance=distance)
    assert [frozenset((pair.first, pair.second)) for pair in found.pairs if pair.distance > distance] == []
    assert ({frozenset((pair.first, pair.second)) for pair in found.pairs}, found.total) == (slow, len(slow))


@given(rows, st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_order_of_the_pictures_changes_nothing(sides: list[tuple[Side, int]], most: int, random: object) -> None:
    pictures = listed(sides)
    shuffled = list(pictures)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert near_duplicates(shuffled, most=most) == near_duplicates(pictures, most=most)


def test_the_closest_pairs_are_kept_and_all_are_counted() -> None:
    found = near_duplicates(listed([(Side.TRAIN, 0), (Side.VAL, 3), (Side.TEST, 1), (Side.TEST, 1 << 40)]), most=2)
    assert [(pair.first, pair.second, pair.distance) for pair in found.pairs] == [
        ("000.jpg", "002.jpg", 1),
        ("000.jpg", "003.jpg", 1),
    ]
    assert (found.total, found.pictures) == (5, 4)
    assert found.by_sides == (
        ((Side.TRAIN, Side.VAL), 1),
        ((Side.TRAIN, Side.TEST), 2),
        ((Side.VAL, Side.TEST), 2),
    )


def test_pictures_on_one_side_are_no_leak() -> None:
    assert near_duplicates(listed([(Side.TRAIN, 0)] * 5)).total == 0


def test_a_great_many_equal_pictures_are_counted_without_being_listed() -> None:
    found = near_duplicates(listed([(Side.TRAIN, 0)] * 20_000 + [(Side.TEST, 0)] * 20_000), most=3)
    assert (found.total, len(found.pairs)) == (400_000_000, 3)


@pytest.mark.parametrize("distance", [-1, MOST_DISTANCE + 1])
def test_a_distance_that_tells_nothing_is_refused(distance: int) -> None:
    with pytest.raises(DistanceError, match=f"the distance `{distance}` should be from 0 to 7"):
        near_duplicates([], distance=distance)


@with_photographs
@pytest.mark.parametrize("path", PHOTOGRAPHS, ids=lambda path: path.name)
def test_a_photograph_scaled_brightened_or_encoded_again_is_a_near_duplicate(path: object) -> None:
    with Image.open(path) as opened:  # type: ignore[arg-type]
        whole = opened.convert("RGB")
    original = encoded(whole, quality=95)
    others = {
        "scaled": encoded(whole.resize((whole.width * 2 // 3, whole.height * 2 // 3))),
        "brightened": encoded(ImageEnhance.Brightness(whole).enhance(1.1)),
        "coarse": encoded(whole, quality=30),
        "softened": encoded(whole.filter(ImageFilter.GaussianBlur(1))),
        "as png": encoded(whole, "PNG"),
    }
    assert {name: far for name, data in others.items() if (far := apart(original, data)) > DISTANCE} == {}


@with_photographs
def test_different_photographs_are_not_near_duplicates() -> None:
    far = {apart(left.read_bytes(), right.read_bytes()) for left, right in combinations(PHOTOGRAPHS, 2)}
    assert min(far) > MOST_DISTANCE


def test_a_plain_picture_has_the_hash_zero() -> None:
    assert difference_hash(jpeg(), footage_id="f1") == 0


def test_a_picture_brighter_on_its_left_has_a_bit_where_it_changes() -> None:
    half = Image.new("L", (90, 80), 0)
    half.paste(255, (0, 0, 45, 80))
    assert difference_hash(encoded(half, "PNG"), footage_id="f1") == int("00011000" * 8, 2)


@pytest.mark.parametrize("data", [b"", b"no picture", jpeg()[:200]], ids=["empty", "text", "cut short"])
def test_what_is_no_picture_is_refused_by_its_footage(data: bytes) -> None:
    with pytest.raises(UnreadableMediaError, match="footage `f1`"):
        difference_hash(data, footage_id="f1")
