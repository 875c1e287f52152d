"""Tiles: the names and the layout of C2SP tlog-tiles, and the same proofs as from the whole tree."""

import random
from collections.abc import Callable

import pytest

from residency.ledger.entry import leaf_hash
from residency.ledger.errors import TileError
from residency.ledger.tiles import (
    ReadTile,
    TileReader,
    bundle,
    entries_path,
    grow,
    grow_entries,
    parse_path,
    read_bundle,
    tile_path,
)
from residency.ledger.tree import Frontier, frontier_at, prove_consistency, prove_inclusion, root
from tests.residency.ledger.test_tree import Nodes


def leaf(number: int) -> bytes:
    return f'{{"n":{number}}}'.encode()


def stored(*portions: int) -> dict[str, bytes]:
    """Every tile and bundle that a tree grown in these portions has ever named."""
    kept: dict[str, bytes] = {}
    size = 0
    for portion in portions:
        leaves = [leaf(number) for number in range(size, size + portion)]
        for path, data in [
            *grow(kept.get, size, list(map(leaf_hash, leaves))),
            *grow_entries(kept.get, size, leaves),
        ]:
            assert kept.setdefault(path, data) == data, "a tile that was named once never changes"
        size += portion
    return kept


@pytest.mark.parametrize(
    ("path", "level", "index", "width"),
    [
        ("tile/0/000", 0, 0, 256),
        ("tile/0/067.p/8", 0, 67, 8),
        ("tile/3/x001/234.p/255", 3, 1_234, 255),
        ("tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("tile/63/999", 63, 999, 256),
        ("tile/entries/x001/x234/067.p/1", None, 1_234_067, 1),
        ("tile/entries/001", None, 1, 256),
    ],
)
def test_tiles_are_named_as_in_the_specification(path: str, level: int | None, index: int, width: int) -> None:
    assert (entries_path(index, width) if level is None else tile_path(level, index, width)) == path
    assert parse_path(path) == (level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/1234",
        "tile/0/x000/001",
        "tile/0/001/x000",
        "tile/00/001",
        "tile/64/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/999",
        "tile/0/001.p/08",
        "/tile/0/001",
        "tile/0/001\n",
        "tile/-1/001",
        "tile/entries/../001",
    ],
)
def test_a_name_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(TileError):
        parse_path(path)


@pytest.mark.parametrize("level", [-1, 64])
def test_there_are_64_levels_of_tiles(level: int) -> None:
    with pytest.raises(TileError, match=f"`{level}` is no level of tiles"):
        tile_path(level, 0)


@pytest.mark.parametrize(("index", "width"), [(-1, 256), (0, 0), (0, 257)])
def test_there_are_no_tiles_outside_their_bounds(index: int, width: int) -> None:
    with pytest.raises(TileError, match="an index of at least 0 and a width of 1 to 256"):
        entries_path(index, width)


def test_a_tree_is_stored_in_the_tiles_of_the_specification() -> None:
    kept = stored(70_000)
    assert {path for path in kept if path.startswith("tile/1/")} == {"tile/1/000", "tile/1/001.p/17"}
    assert {path for path in kept if path.startswith("tile/2/")} == {"tile/2/000.p/1"}
    assert sum(path.startswith("tile/0/") for path in kept) == 274
    assert "tile/0/273.p/112" in kept
    assert len(kept["tile/0/273.p/112"]) == 112 * 32
    assert "tile/entries/273.p/112" in kept


@pytest.mark.parametrize("portions", [(1, 1, 254, 1, 300, 66_000), (255, 257), (256,), (65_536, 1)])
def test_growing_in_portions_leaves_the_tiles_of_growing_at_once(portions: tuple[int, ...]) -> None:
    piecewise, at_once = stored(*portions), stored(sum(portions))
    assert at_once.items() <= piecewise.items()


def test_proofs_from_tiles_are_those_of_the_whole_tree() -> None:
    kept = stored(300, 70_000)
    hashes = [leaf_hash(leaf(number)) for number in range(70_300)]
    rng = random.Random(8)
    for size in (1, 255, 256, 300, 65_536, 70_300):
        read, whole = TileReader(_full_tiles(kept, size), size), Nodes(hashes)
        assert frontier_at(read, size).root() == root(hashes[:size])
        for _ in range(5):
            number = rng.randrange(size)
            assert prove_inclusion(read, number, size) == prove_inclusion(whole, number, size)
            assert prove_consistency(read, number + 1, size) == prove_consistency(whole, number + 1, size)
            assert read.leaf(number) == leaf(number)


def _full_tiles(kept: dict[str, bytes], size: int) -> ReadTile:
    """As a server may: no partial tile where the full one is there; of the last tiles only those of this size."""
    full = {path: data for path, data in kept.items() if ".p/" not in path}
    partial = {path: data for path, data in stored(size).items() if path.partition(".p/")[0] not in full}
    return {**full, **partial}.get


def test_a_frontier_is_taken_up_from_tiles() -> None:
    hashes = [leaf_hash(leaf(number)) for number in range(1_000)]
    tree = frontier_at(TileReader(stored(700).get, 700), 700)
    tree.extend(hashes[700:])
    whole = Frontier()
    whole.extend(hashes)
    assert tree.root() == whole.root()


@pytest.mark.parametrize(("level", "index"), [(0, 300), (2, 75), (9, 0), (-1, 0), (0, -1)])
def test_a_node_that_the_tree_does_not_have_is_refused(level: int, index: int) -> None:
    with pytest.raises(TileError, match=f"no whole subtree `{index}` at level `{level}`"):
        TileReader(stored(300).get, 300)(level, index)


@pytest.mark.parametrize("number", [-1, 300])
def test_a_leaf_that_the_tree_does_not_have_is_refused(number: int) -> None:
    with pytest.raises(TileError, match=f"no leaf `{number}`"):
        TileReader(stored(300).get, 300).leaf(number)


@pytest.mark.parametrize("change", [lambda _: None, lambda data: data[:-32], lambda data: data + b"\0"])
def test_a_missing_or_cut_tile_is_named(change: Callable[[bytes], bytes | None]) -> None:
    kept = stored(300)
    changed = {path: change(data) for path, data in kept.items()}
    read = TileReader(changed.get, 300)
    with pytest.raises(TileError, match=r"`tile/0/001\.p/44` is missing or cut"):
        read(0, 299)


def test_a_missing_or_cut_bundle_is_named() -> None:
    kept = stored(300)
    path = "tile/entries/001.p/44"
    for data in (None, bundle([b"only one"])):
        read = TileReader(({**kept, path: data}).get, 300)
        with pytest.raises(TileError, match=r"`tile/entries/001\.p/44` is missing or cut"):
            read.leaf(299)


@pytest.mark.parametrize("cut", [1, 2, 7])
def test_a_bundle_that_ends_inside_an_entry_is_refused(cut: int) -> None:
    data = bundle([b"", b"a", b"bcdef"])
    assert read_bundle(data) == [b"", b"a", b"bcdef"]
    assert data[:2] == b"\0\0"
    with pytest.raises(TileError, match="an entry bundle is cut after"):
        read_bundle(data[: len(data) - cut] if cut != 7 else data[:6])


def test_an_entry_too_long_for_its_length_is_refused() -> None:
    assert len(bundle([b"x" * 65_535])) == 65_537
    with pytest.raises(TileError, match="a leaf of 65536 bytes is too long for an entry bundle, which holds 65535"):
        bundle([b"x" * 65_536])
