"""Tiles of a tree (C2SP tlog-tiles): how hashes and entries are named, written, and read back as nodes.

A tile holds up to 256 hashes of one level; tile level L holds nodes of tree level 8·L. A tile that is not full yet is
partial and carries its width in its name; every width that was ever named stays as it was, so tiles can be cached for
good. Entry bundles hold leaves the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from residency.ledger.errors import TileError
from residency.ledger.leaf import LONGEST_LEAF
from residency.ledger.tree import HASH_SIZE, pairs

ReadTile: TypeAlias = Callable[[str], "bytes | None"]

WIDTH: Final = 256
HEIGHT: Final = 8
_CACHED: Final = 64  # tiles of one walk from a leaf to the root, several times over
_HIGHEST: Final = 63
_ENTRIES: Final = "entries"
_LENGTH_SIZE: Final = 2
_PATH: Final = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """The name of a tile of hashes.

    Raises:
        TileError: there can be no such tile.
    """
    if not 0 <= level <= _HIGHEST:
        raise TileError(f"`{level}` is no level of tiles; there are 0 to {_HIGHEST}")
    return _path(str(level), index, width)


def entries_path(index: int, width: int = WIDTH) -> str:
    """The name of a bundle of entries.

    Raises:
        TileError: there can be no such bundle.
    """
    return _path(_ENTRIES, index, width)


def parse_path(path: str) -> tuple[int | None, int, int]:
    """Read a name back: its level (nothing for entries), its index and its width.

    Raises:
        TileError: this names no tile.
    """
    found = _PATH.fullmatch(path)
    if found is not None:
        level, number, width = found.groups()
        index = int(number.replace("x", "").replace("/", ""))
        parsed = (None if level == _ENTRIES else int(level), index, int(width or WIDTH))
        if _path(level, index, parsed[2]) == path and (parsed[0] or 0) <= _HIGHEST:
            return parsed
    raise TileError(f"`{path[:80]}` names no tile")


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves as an entry bundle: each with its length before it.

    Raises:
        TileError: a leaf is longer than its length can be written.
    """
    parts: list[bytes] = []
    for leaf in leaves:
        if len(leaf) > LONGEST_LEAF:
            raise TileError(f"a leaf of {len(leaf)} bytes is too long for an entry bundle, which holds {LONGEST_LEAF}")
        parts += len(leaf).to_bytes(_LENGTH_SIZE, "big"), leaf
    return b"".join(parts)


def read_bundle(data: bytes) -> list[bytes]:
    """The leaves of an entry bundle.

    Raises:
        TileError: the bundle is cut.
    """
    leaves: list[bytes] = []
    place = 0
    while place < len(data):
        start = place + _LENGTH_SIZE
        place = start + int.from_bytes(data[place:start], "big")
        if start > len(data) or place > len(data):
            raise TileError(f"an entry bundle is cut after {len(leaves)} entries")
        leaves.append(data[start:place])
    return leaves


def grow(read: ReadTile, size: int, hashes: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """The tiles to write when leaves are added to a tree of `size`: name and content, lower levels first.

    `read` is asked for the partial tiles at the right edge of the old tree. Written again after a crash, the same
    leaves give the same tiles.

    Raises:
        TileError: a tile of the old tree is missing or cut.
    """
    level, before, added = 0, size, list(hashes)
    while added:
        first, width = divmod(before, WIDTH)
        kept = _hashes(read, level, first, width) if width else []
        rows = _rows([*kept, *added])
        for index, row in enumerate(rows, first):
            yield tile_path(level, index, len(row)), b"".join(row)
        added = [_top(row) for row in rows if len(row) == WIDTH]
        level, before = level + 1, first


def grow_entries(read: ReadTile, size: int, leaves: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """The entry bundles to write when leaves are added to a tree of `size`.

    Raises:
        TileError: the bundle at the edge of the old tree is missing or cut, or a leaf is too long.
    """
    first, width = divmod(size, WIDTH)
    kept = _entries(read, first, width) if width else []
    for index, row in enumerate(_rows([*kept, *leaves]), first):
        yield entries_path(index, len(row)), bundle(row)


class TileReader:
    """Nodes of the tree of `size` leaves, from its tiles; made for `residency.ledger.tree`, keeps a few tiles."""

    def __init__(self, read: ReadTile, size: int) -> None:
        self.size = size
        self._read = read
        self._tile = lru_cache(maxsize=_CACHED)(self._load)

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of the whole subtree over leaves index·2^level up to (index+1)·2^level.

        Raises:
            TileError: the tree has no such subtree, or a tile is missing or cut.
        """
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise TileError(f"a tree of {self.size} leaves has no whole subtree `{index}` at level `{level}`")
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        tile, place = divmod(first, WIDTH)
        return _top(self._tile(tile_level, tile)[place : place + (1 << above)])

    def leaf(self, number: int) -> bytes:
        """The bytes of one leaf, from its bundle.

        Raises:
            TileError: the tree has no such leaf, or its bundle is missing or cut.
        """
        if not 0 <= number < self.size:
            raise TileError(f"a tree of {self.size} leaves has no leaf `{number}`")
        index, place = divmod(number, WIDTH)
        return _entries(self._read, index, min(WIDTH, self.size - index * WIDTH))[place]

    def _load(self, level: int, index: int) -> list[bytes]:
        at_level = self.size >> (HEIGHT * level)
        return _hashes(self._read, level, index, min(WIDTH, at_level - index * WIDTH))


def _hashes(read: ReadTile, level: int, index: int, width: int) -> list[bytes]:
    data = read(tile_path(level, index, width))
    if data is None:  # a partial tile may be gone once the full one is there
        data = read(tile_path(level, index)) or b""
    if len(data) < width * HASH_SIZE or len(data) % HASH_SIZE:
        raise TileError(f"`{tile_path(level, index, width)}` is missing or cut")
    return [data[start : start + HASH_SIZE] for start in range(0, width * HASH_SIZE, HASH_SIZE)]


def _entries(read: ReadTile, index: int, width: int) -> list[bytes]:
    data = read(entries_path(index, width))
    if data is None:
        data = read(entries_path(index)) or b""
    leaves = read_bundle(data)
    if len(leaves) < width:
        raise TileError(f"`{entries_path(index, width)}` is missing or cut")
    return leaves[:width]


def _rows(items: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [items[start : start + WIDTH] for start in range(0, len(items), WIDTH)]


def _top(nodes: Sequence[bytes]) -> bytes:
    """The root over neighbouring nodes, as many as a power of two."""
    while len(nodes) > 1:
        nodes = pairs(nodes)
    return nodes[0]


def _path(kind: str, index: int, width: int) -> str:
    if index < 0 or not 0 < width <= WIDTH:
        raise TileError(f"a tile has an index of at least 0 and a width of 1 to {WIDTH}, not `{index}` and `{width}`")
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    named = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{kind}/{named}" if width == WIDTH else f"tile/{kind}/{named}.p/{width}"
