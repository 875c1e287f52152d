"""The Merkle tree of RFC 6962: roots, compact ranges, and both kinds of proof.

- A node is named by level and index: node (l, i) is the hash of the whole subtree over leaves i·2^l up to (i+1)·2^l.
  Whatever can read such nodes (tiles, a database, a list) can be proved from, without reading the leaves.
- The tree of no leaves has the SHA-256 of nothing as its root.

    >>> Frontier().root().hex()[:8]
    'e3b0c442'
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from residency.ledger.entry import node_hash
from residency.ledger.errors import ProofError, TreeError

ReadNode: TypeAlias = Callable[[int, int], bytes]

HASH_SIZE: Final = 32
_EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_sha256: Final = hashlib.sha256


class Frontier:
    """A tree that only grows: its size and the roots of its whole subtrees, which is all that appending needs.

    It can be kept and taken up again as `size` and `hashes`.
    """

    __slots__ = ("_nodes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Take up a tree of `size` leaves from the roots of its whole subtrees, the largest first.

        Raises:
            TreeError: there are not exactly as many hashes as a tree of this size has whole subtrees.
        """
        if size < 0 or len(hashes) != size.bit_count() or any(len(one) != HASH_SIZE for one in hashes):
            raise TreeError(
                f"{len(hashes)} hashes are no compact range of {size} leaves; one of 32 bytes each whole subtree"
            )
        self.size = size
        smallest_first = iter(reversed(hashes))
        self._nodes: list[bytes | None] = [
            next(smallest_first) if size >> level & 1 else None for level in range(size.bit_length())
        ]

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the whole subtrees, the largest first."""
        return tuple(node for node in reversed(self._nodes) if node is not None)

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf by its hash."""
        self.extend([leaf_hash])

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaves by their hashes, in order; many at once are several times faster than one by one."""
        carried = list(leaf_hashes)
        self.size += len(carried)
        level = 0
        while carried:
            if level == len(self._nodes):
                self._nodes.append(None)
            if (waiting := self._nodes[level]) is not None:
                carried.insert(0, waiting)
            self._nodes[level] = carried.pop() if len(carried) % 2 else None
            carried = pairs(carried)
            level += 1

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        found: bytes | None = None
        for node in self._nodes:
            if node is not None:
                found = node if found is None else node_hash(node, found)
        return _EMPTY_ROOT if found is None else found


def pairs(nodes: Sequence[bytes]) -> list[bytes]:
    """The next level above an even number of neighbouring nodes."""
    return [_sha256(b"\x01" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)]


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root of the tree over these leaf hashes, in order."""
    tree = Frontier()
    tree.extend(leaf_hashes)
    return tree.root()


def frontier_at(read: ReadNode, size: int) -> Frontier:
    """The tree of the first `size` leaves, from at most one node of each level."""
    return Frontier(size, [read(level, index) for level, index in _whole_subtrees(0, size)])


def prove_inclusion(read: ReadNode, number: int, size: int) -> tuple[bytes, ...]:
    """The hashes that lead from leaf `number` to the root of the first `size` leaves, from the leaf's side up.

    Raises:
        TreeError: there is no such leaf in a tree of this size.
    """
    if not 0 <= number < size:
        raise TreeError(f"there is no leaf `{number}` in a tree of {size}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if number < middle:
            path.append(_root_of(read, middle, end))
            end = middle
        else:
            path.append(_root_of(read, start, middle))
            start = middle
    return tuple(reversed(path))


def prove_consistency(read: ReadNode, old: int, new: int) -> tuple[bytes, ...]:
    """The hashes that show that the first `new` leaves begin with the first `old`; none if either is trivial.

    Raises:
        TreeError: the old tree is larger than the new one.
    """
    if not 0 <= old <= new:
        raise TreeError(f"a tree of {new} leaves cannot begin with {old}")
    if old in (0, new):
        return ()
    start, end = 0, new
    path: list[bytes] = []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_root_of(read, middle, end))
            end = middle
        else:
            path.append(_root_of(read, start, middle))
            start = middle
    if start:
        path.append(_root_of(read, start, end))
    return tuple(reversed(path))


def verify_inclusion(*, leaf_hash: bytes, number: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf stands at `number` in the tree of `size` leaves with this root (RFC 9162, 2.1.3.2).

    Raises:
        ProofError: it is not shown, with the reason.
    """
    if not 0 <= number < size:
        raise ProofError(f"there is no leaf `{number}` in a tree of {size}")
    last, place, found = size - 1, number, leaf_hash
    for one in proof:
        if not last:
            raise ProofError("the inclusion proof is longer than the tree is high")
        if place % 2 or place == last:
            found = node_hash(one, found)
            place, last = _up_to_right_child(place, last)
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the inclusion proof ends before the root")
    if found != root:
        raise ProofError(f"the inclusion proof of leaf `{number}` leads to another root than the checkpoint's")


def verify_consistency(*, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4.2).

    Raises:
        ProofError: it is not shown, with the reason.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves cannot begin with {old}")
    if old in (0, new):
        _verify_trivial(old=old, old_root=old_root, new=new, new_root=new_root, proof=proof)
        return
    found_old, found_new = _follow_consistency(old, new, proof if old & (old - 1) else (old_root, *proof))
    if found_old != old_root:
        raise ProofError(f"the consistency proof leads to another root than that of the first {old} leaves")
    if found_new != new_root:
        raise ProofError(f"the consistency proof leads to another root than that of the {new} leaves")


def _follow_consistency(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that a path leads to from the largest whole subtree that ends the old tree."""
    if not path:
        raise ProofError("the consistency proof is empty")
    place, last = _up_past_right_children(old - 1, new - 1)
    found_old = found_new = path[0]
    for one in path[1:]:
        if not last:
            raise ProofError("the consistency proof is longer than the tree is high")
        if place % 2 or place == last:
            found_old, found_new = node_hash(one, found_old), node_hash(one, found_new)
            place, last = _up_to_right_child(place, last)
        else:
            found_new = node_hash(found_new, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the consistency proof ends before the root")
    return found_old, found_new


def _verify_trivial(*, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    if proof:
        raise ProofError("the consistency proof must be empty where there is nothing to show")
    if old == new and old_root != new_root:
        raise ProofError(f"two heads: two trees of {new} leaves have different roots")
    if old == 0 and old_root != _EMPTY_ROOT:
        raise ProofError("the tree of no leaves has another root than the one it must have")


def _up_to_right_child(place: int, last: int) -> tuple[int, int]:
    """Climb from a left child without a neighbour to where there is one on the left, or to the edge of the tree."""
    while place and not place % 2:
        place, last = place >> 1, last >> 1
    return place, last


def _up_past_right_children(place: int, last: int) -> tuple[int, int]:
    """Climb to the root of the largest whole subtree that ends here: the node a consistency proof begins with."""
    while place % 2:
        place, last = place >> 1, last >> 1
    return place, last


def _split(size: int) -> int:
    """The largest power of two that is smaller than `size`, where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def _root_of(read: ReadNode, start: int, end: int) -> bytes:
    """The root of the subtree over these leaves, from its whole subtrees."""
    nodes = (read(level, index) for level, index in reversed(_whole_subtrees(start, end)))
    found = next(nodes)
    for node in nodes:
        found = node_hash(node, found)
    return found


def _whole_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """Name the whole subtrees of a range, largest first; `start` begins one that is at least as large as the range."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found
