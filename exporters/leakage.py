"""Pictures on different sides of a split that look alike: what a split by groups cannot know, reported and not hidden.

The hash is a difference hash of 64 bits: the picture in grey, 9 by 8, each bit says whether a point is brighter than
the one to its right. It stays the same, or nearly, when a picture is scaled, encoded again or made brighter.

Pairs are found without comparing all: a hash is cut into four bands, and two hashes no more than `d` bits apart are, in
one of the bands, no more than `d // 4` bits apart. So only hashes with such a band are compared (multi-index hashing).
Pictures with equal hashes are counted together, so a thousand black frames cost no more than one.
"""

import struct
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from io import BytesIO
from itertools import chain, combinations, islice, product

from PIL import Image

from exporters.errors import ExportError, UnreadableMediaError
from exporters.splits import Side

ACROSS, DOWN = 9, 8
DECODED = (16 * ACROSS, 16 * DOWN)
"""A JPEG need not be decoded larger than this, and at half of it the hash begins to depend on the encoder."""
MARGIN = 1.0
"""Grey levels by which a point has to be brighter: in sky or at night, less is the encoder's noise."""
DISTANCE = 4
"""Bits by which near-duplicates may differ, unless the caller says otherwise."""
MOST_DISTANCE = 7
"""Beyond this, different pictures of one road begin to count, and looking takes ten times as long."""
MOST_PAIRS = 1_000
BANDS, BAND_BITS = 4, 16
BAND = (1 << BAND_BITS) - 1


class DistanceError(ExportError):
    """A distance by which near-duplicates cannot be told from other pictures."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """One picture of a set: its file name, the side it is on, and its hash."""

    picture: str
    side: Side
    hash: int


@dataclass(frozen=True, slots=True, order=True)
class NearDuplicate:
    """Two pictures on different sides that differ by `distance` bits; `first` is on the earlier side."""

    distance: int
    first: str
    second: str
    sides: tuple[Side, Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """All near-duplicates across sides as counts, and the closest of them as pairs."""

    pictures: int
    distance: int
    total: int
    by_sides: tuple[tuple[tuple[Side, Side], int], ...]
    pairs: tuple[NearDuplicate, ...]


def difference_hash(content: bytes, *, footage_id: str) -> int:
    """The hash of a picture, of 64 bits.

    Raises:
        UnreadableMediaError: it is no picture that can be read.
    """
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(content)) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture.draft("L", DECODED)
            # In floating point: rounding to whole grey levels first would decide where two points are nearly equal.
            small = picture.convert("L").convert("F").resize((ACROSS, DOWN), Image.Resampling.BOX)
            grey = struct.unpack(f"{ACROSS * DOWN}f", small.tobytes())
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableMediaError(footage_id, f"this is no picture that can be read: {error}") from error
    bits = 0
    for row in range(0, ACROSS * DOWN, ACROSS):
        for at in range(row, row + ACROSS - 1):
            bits = bits << 1 | (grey[at] > grey[at + 1] + MARGIN)
    return bits


def near_duplicates(pictures: Iterable[Hashed], *, distance: int = DISTANCE, most: int = MOST_PAIRS) -> Leakage:
    """Every pair on different sides that is no more than `distance` bits apart, counted; the closest `most` as pairs.

    Raises:
        DistanceError: the distance is negative or too wide.
    """
    if not 0 <= distance <= MOST_DISTANCE:
        raise DistanceError(f"the distance `{distance}` should be from 0 to {MOST_DISTANCE} of 64 bits")
    named: defaultdict[int, defaultdict[Side, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in pictures:
        named[one.hash][one.side].append(one.picture)
    for names in chain.from_iterable(by_side.values() for by_side in named.values()):
        names.sort()
    by_sides: Counter[tuple[Side, Side]] = Counter()

    def found() -> Iterator[NearDuplicate]:
        for apart, left, right in chain(((0, own, own) for own in named), _close(list(named), distance)):
            for sides, firsts, seconds in _across(named[left], named[right], same=left == right):
                by_sides[sides] += len(firsts) * len(seconds)
                for first, second in islice(product(firsts, seconds), most):
                    yield NearDuplicate(apart, first, second, sides)

    pairs = tuple(nsmallest(most, found())) if most else tuple(islice(found(), 0))
    return Leakage(
        pictures=sum(len(names) for by_side in named.values() for names in by_side.values()),
        distance=distance,
        total=by_sides.total(),
        by_sides=tuple(sorted(by_sides.items(), key=lambda pair: [_place(side) for side in pair[0]])),
        pairs=pairs,
    )


def _across(
    left: dict[Side, list[str]], right: dict[Side, list[str]], *, same: bool
) -> Iterator[tuple[tuple[Side, Side], list[str], list[str]]]:
    """The names of two hashes on different sides; both ways round, unless the two are the same hash."""
    for early, late in combinations(Side, 2):
        if early in left and late in right:
            yield (early, late), left[early], right[late]
        if not same and early in right and late in left:
            yield (early, late), right[early], left[late]


def _close(hashes: list[int], distance: int) -> Iterator[tuple[int, int, int]]:
    """Every two different hashes that are close, once, with their distance."""
    index: tuple[defaultdict[int, list[int]], ...] = tuple(defaultdict(list) for _ in range(BANDS))
    masks = _masks(distance // BANDS)
    for own in hashes:
        seen: set[int] = set()
        for number, band in enumerate(_bands(own)):
            table = index[number]
            for mask in masks:
                if known := table.get(band ^ mask):
                    seen.update(known)
            table[band].append(own)
        for other in seen:
            apart = (own ^ other).bit_count()
            if apart <= distance:
                yield apart, own, other


def _bands(value: int) -> tuple[int, ...]:
    return tuple(value >> (number * BAND_BITS) & BAND for number in range(BANDS))


@cache
def _masks(radius: int) -> tuple[int, ...]:
    """Every way to change at most `radius` bits of a band."""
    ways = (bits for count in range(radius + 1) for bits in combinations(range(BAND_BITS), count))
    return tuple(sum(1 << bit for bit in bits) for bits in ways)


def _place(side: Side) -> int:
    return list(Side).index(side)
