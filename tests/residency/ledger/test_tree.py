"""The tree of RFC 6962: the published vectors, an independent implementation, and every small tree."""

import hashlib
import random

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from residency.ledger.entry import leaf_hash, node_hash
from residency.ledger.errors import ProofError, TreeError
from residency.ledger.tree import (
    Frontier,
    frontier_at,
    prove_consistency,
    prove_inclusion,
    root,
    verify_consistency,
    verify_inclusion,
)

# The inputs and answers of Certificate Transparency's reference implementation.
INPUTS = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a3091",
        "5f083f0a1a33ca076a95279832580db3",
        "6b47aaf29ee3c2af9af889bc1fb9254d",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f7",
        "ca854ea128ed050b41b35ffc1b87b8eb",
        "d37ee418976dd95753c1c73862b9398f",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9d",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c",
        "5f083f0a1a33ca076a95279832580db3",
        "bc1a0643b12e4d2d7c77918f44e0f4f7",
    ),
    (0, 1): (),
}
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a3091",
        "5f083f0a1a33ca076a95279832580db3",
        "6b47aaf29ee3c2af9af889bc1fb9254d",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e",
        "ca854ea128ed050b41b35ffc1b87b8eb",
        "d37ee418976dd95753c1c73862b9398f",
    ),
    (2, 5): ("5f083f0a1a33ca076a95279832580db3", "bc1a0643b12e4d2d7c77918f44e0f4f7"),
}


class Nodes:
    """Whole subtrees over leaf hashes, as any store would give them."""

    def __init__(self, hashes: list[bytes]) -> None:
        self.hashes = hashes
        self.reads = 0

    def __call__(self, level: int, index: int) -> bytes:
        self.reads += 1
        if level == 0:
            return self.hashes[index]
        left, right = self(level - 1, 2 * index), self(level - 1, 2 * index + 1)
        self.reads -= 2
        return node_hash(left, right)


def hashes(count: int, seed: int = 0) -> list[bytes]:
    return [leaf_hash(f"{seed}:{number}".encode()) for number in range(count)]


def peer(leaves: list[bytes]) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    return tree


def short(proof: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(one.hex()[:32] for one in proof)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert root(map(leaf_hash, INPUTS[:size])).hex() == ROOTS[size]


@pytest.mark.parametrize(("number", "size"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(number: int, size: int) -> None:
    leaves = list(map(leaf_hash, INPUTS))
    proof = prove_inclusion(Nodes(leaves), number, size)
    assert short(proof) == INCLUSION[number, size]
    verify_inclusion(leaf_hash=leaves[number], number=number, size=size, proof=proof, root=bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int) -> None:
    proof = prove_consistency(Nodes(list(map(leaf_hash, INPUTS))), old, new)
    assert short(proof) == CONSISTENCY[old, new]
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    verify_consistency(old=old, old_root=roots[0], new=new, new_root=roots[1], proof=proof)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=70), st.data())
def test_an_independent_implementation_agrees_on_random_trees(leaves: list[bytes], data: st.DataObject) -> None:
    tree, mine = peer(leaves), list(map(leaf_hash, leaves))
    size = data.draw(st.integers(1, len(leaves)))
    number = data.draw(st.integers(0, size - 1))
    assert tree.get_root(size) == root(mine[:size])
    theirs = tree.prove_inclusion(number + 1, size).path
    assert prove_inclusion(Nodes(mine), number, size) == tuple(theirs[1:] if theirs[0] == mine[number] else theirs)
    proof = prove_consistency(Nodes(mine), size, len(leaves))
    pymerkle.verify_consistency(tree.get_root(size), tree.get_root(), tree.prove_consistency(size, len(leaves)))
    verify_consistency(old=size, old_root=tree.get_root(size), new=len(leaves), new_root=tree.get_root(), proof=proof)


def test_every_proof_in_every_small_tree_holds_and_none_holds_for_another() -> None:
    mine = hashes(20)
    roots = [root(mine[:size]) for size in range(21)]
    for size in range(1, 21):
        for number in range(size):
            proof = prove_inclusion(Nodes(mine), number, size)
            verify_inclusion(leaf_hash=mine[number], number=number, size=size, proof=proof, root=roots[size])
            other = mine[(number + 1) % 20]
            with pytest.raises(ProofError):
                verify_inclusion(leaf_hash=other, number=number, size=size, proof=proof, root=roots[size])
        for old in range(size + 1):
            proof = prove_consistency(Nodes(mine), old, size)
            verify_consistency(old=old, old_root=roots[old], new=size, new_root=roots[size], proof=proof)
            wrong = hashlib.sha256(roots[old]).digest()
            with pytest.raises(ProofError):
                verify_consistency(old=old, old_root=wrong, new=size, new_root=roots[size], proof=proof)


def test_a_changed_hash_or_length_of_a_proof_is_refused() -> None:
    mine = hashes(1_000)
    rng = random.Random(6962)
    roots = {size: root(mine[:size]) for size in (700, 1_000)}
    for _ in range(50):
        number = rng.randrange(700)
        proof = list(prove_inclusion(Nodes(mine), number, 700))
        steps = list(prove_consistency(Nodes(mine), 700, 1_000))
        changed = _changed(proof, rng)
        with pytest.raises(ProofError):
            verify_inclusion(leaf_hash=mine[number], number=number, size=700, proof=changed, root=roots[700])
        changed = _changed(steps, rng)
        with pytest.raises(ProofError):
            verify_consistency(old=700, old_root=roots[700], new=1_000, new_root=roots[1_000], proof=changed)


def _changed(proof: list[bytes], rng: random.Random) -> list[bytes]:
    place = rng.randrange(len(proof))
    return rng.choice(
        [
            [*proof[:place], hashlib.sha256(proof[place]).digest(), *proof[place + 1 :]],
            proof[:-1],
            [*proof, proof[0]],
            [],
        ]
    )


@pytest.mark.parametrize(
    ("number", "size", "cut", "said"),
    [
        (8, 8, 0, "there is no leaf `8` in a tree of 8"),
        (-1, 8, 0, "there is no leaf `-1`"),
        (5, 8, 1, "ends before the root"),
        (5, 8, -1, "longer than the tree is high"),
        (4, 8, 0, "leads to another root than the checkpoint's"),
    ],
)
def test_a_wrong_inclusion_proof_is_named(number: int, size: int, cut: int, said: str) -> None:
    leaves = list(map(leaf_hash, INPUTS))
    proof = prove_inclusion(Nodes(leaves), 5, 8)
    given_proof = proof[: len(proof) - cut] if cut >= 0 else (*proof, proof[0])
    with pytest.raises(ProofError, match=said):
        verify_inclusion(leaf_hash=leaves[5], number=number, size=size, proof=given_proof, root=bytes.fromhex(ROOTS[8]))


@pytest.mark.parametrize(
    ("sizes", "roots", "proof", "said"),
    [
        ((8, 6), (8, 6), 3, "a tree of 6 leaves cannot begin with 8"),
        ((8, 8), (7, 8), 0, "two heads: two trees of 8 leaves have different roots"),
        ((0, 8), (1, 8), 0, "the tree of no leaves has another root"),
        ((0, 8), (0, 8), 1, "must be empty where there is nothing to show"),
        ((6, 8), (6, 8), 0, "the consistency proof is empty"),
        ((6, 8), (6, 8), 2, "ends before the root"),
        ((6, 8), (6, 8), 4, "longer than the tree is high"),
        ((6, 8), (7, 8), 3, "another root than that of the first 6 leaves"),
        ((6, 8), (6, 7), 3, "another root than that of the 8 leaves"),
    ],
)
def test_a_wrong_consistency_proof_is_named(
    sizes: tuple[int, int], roots: tuple[int, int], proof: int, said: str
) -> None:
    right = prove_consistency(Nodes(list(map(leaf_hash, INPUTS))), 6, 8)
    given_proof = (*right, right[0])[:proof]
    old_root, new_root = (bytes.fromhex(ROOTS[one]) for one in roots)
    with pytest.raises(ProofError, match=said):
        verify_consistency(old=sizes[0], old_root=old_root, new=sizes[1], new_root=new_root, proof=given_proof)


def test_what_is_not_in_a_tree_cannot_be_proved() -> None:
    read = Nodes(hashes(8))
    for number in (-1, 8):
        with pytest.raises(TreeError, match=f"no leaf `{number}` in a tree of 8"):
            prove_inclusion(read, number, 8)
    for old in (-1, 9):
        with pytest.raises(TreeError, match=f"a tree of 8 leaves cannot begin with {old}"):
            prove_consistency(read, old, 8)


@given(st.lists(st.integers(0, 40), max_size=6))
def test_growing_in_any_portions_gives_the_same_tree_and_can_be_taken_up_again(portions: list[int]) -> None:
    mine, tree = hashes(sum(portions)), Frontier()
    for portion in portions:
        tree = Frontier(tree.size, tree.hashes)
        tree.extend(mine[tree.size : tree.size + portion])
        assert tree.root() == root(mine[: tree.size])
        assert tree.hashes == frontier_at(Nodes(mine), tree.size).hashes
    assert tree.size == len(mine)


def test_a_leaf_at_a_time_is_the_same_tree() -> None:
    tree = Frontier()
    for number, one in enumerate(hashes(300)):
        tree.append(one)
        assert tree.size == number + 1
    assert tree.root() == root(hashes(300))


@pytest.mark.parametrize(("size", "given_hashes"), [(3, 1), (4, 2), (0, 1), (-1, 1)])
def test_a_compact_range_has_one_hash_for_each_whole_subtree(size: int, given_hashes: int) -> None:
    with pytest.raises(TreeError, match=f"{given_hashes} hashes are no compact range of {size} leaves"):
        Frontier(size, hashes(given_hashes))
    with pytest.raises(TreeError, match="no compact range of 1 leaves"):
        Frontier(1, [b"short"])


def test_a_proof_reads_few_nodes_of_a_large_tree() -> None:
    mine = hashes(5_000)
    for number in (0, 4_095, 4_096, 4_999):
        read = Nodes(mine)
        prove_inclusion(read, number, 5_000)
        assert read.reads <= 2 * (5_000).bit_length()
