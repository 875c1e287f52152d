"""A split keeps groups whole, is the same for the same seed, and says why it is no closer to what was asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.splits import Candidate, Shares, SplitError, Splits, split

USUAL = Shares(80, 10, 10)

names = st.integers(0, 12).map("camera:cam-{}".format) | st.integers(0, 12).map("day:2026-05-{:02}".format)
groups: st.SearchStrategy[list[str]] = (
    st.just([]) | st.lists(names, max_size=1) | st.lists(names, min_size=2, max_size=2)
)
labels = st.dictionaries(st.sampled_from(["Car", "Van", "Person"]), st.integers(0, 5)).map(
    lambda own: tuple(own.items())
)
candidates = st.lists(st.tuples(groups, labels), max_size=60).map(
    lambda rows: [Candidate(f"f{n}", tuple(groups), own) for n, (groups, own) in enumerate(rows)]
)
shares = st.sampled_from([USUAL, Shares(70, 30, 0), Shares(34, 33, 33), Shares(0, 0, 100), Shares(1, 98, 1)])


def by_camera(*sizes: int, label: str = "Car") -> list[Candidate]:
    """As many items of each camera as said."""
    return [
        Candidate(f"c{camera}-{n}", (f"camera:cam-{camera}",), ((label, 1),))
        for camera, size in enumerate(sizes, start=1)
        for n in range(size)
    ]


def joined(items: list[Candidate]) -> list[set[str]]:
    """The items that have to stay together, worked out the slow way."""
    found: list[tuple[set[str], set[str]]] = []
    for one in items:
        own, groups = {one.item}, set(one.groups)
        for other in [known for known in found if known[1] & groups]:
            found.remove(other)
            own, groups = own | other[0], groups | other[1]
        found.append((own, groups))
    return [own for own, _ in found]


def attempt(items: list[Candidate], asked: Shares, seed: int = 7) -> Splits | None:
    try:
        return split(items, shares=asked, seed=seed)
    except SplitError:
        return None


@given(candidates, shares, st.integers())
def test_no_group_is_on_two_sides(items: list[Candidate], asked: Shares, seed: int) -> None:
    found = attempt(items, asked, seed)
    sides = found.by_item() if found else {}
    assert all(len({sides.get(item) for item in together}) == 1 for together in joined(items))


@given(candidates, shares, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_changes_nothing(items: list[Candidate], asked: Shares, random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert attempt(shuffled, asked) == attempt(items, asked)


@given(candidates, shares)
def test_no_side_is_over_its_share_by_as_much_as_the_largest_bundle(items: list[Candidate], asked: Shares) -> None:
    found = attempt(items, asked)
    largest = max(map(len, joined(items)), default=0)
    assert all(side.items - side.asked * len(items) < largest + 1e-9 for side in (found.sides if found else ()))


@given(candidates, shares)
def test_no_side_is_short_by_more_than_the_others_can_be_over(items: list[Candidate], asked: Shares) -> None:
    found = attempt(items, asked)
    most = max(map(len, joined(items)), default=0) * 2
    assert all(side.asked * len(items) - side.items < most + 1e-9 for side in (found.sides if found else ()))


@given(candidates, shares)
def test_every_item_is_on_one_side_and_no_side_asked_for_is_empty(items: list[Candidate], asked: Shares) -> None:
    found = attempt(items, asked)
    if found is not None:
        assert sorted(found.by_item()) == sorted(one.item for one in items)
        assert {side.side for side in found.sides if side.items} == set(asked.asked())


@given(candidates, shares)
def test_labels_on_the_sides_add_up(items: list[Candidate], asked: Shares) -> None:
    found = attempt(items, asked)
    if found is not None:
        there = sum(count for side in found.sides for _, count in side.labels)
        assert there == sum(count for one in items for _, count in one.labels)


def test_single_items_reach_the_shares_exactly() -> None:
    found = split([Candidate(f"f{n}") for n in range(100)], shares=USUAL, seed=7)
    assert [(side.side, side.items) for side in found.sides] == [("train", 80), ("val", 10), ("test", 10)]
    assert found.why_not_closer == ()


def test_another_seed_is_another_split() -> None:
    items = by_camera(*[5] * 20)
    assert split(items, shares=USUAL, seed=1).assigned != split(items, shares=USUAL, seed=2).assigned


def test_the_same_seed_is_the_same_split_everywhere() -> None:
    found = split(by_camera(1, 1, 1, 1, 1), shares=Shares(60, 20, 20), seed=7)
    assert " ".join(side for _, side in found.assigned) == "train val train test train"


def test_items_joined_over_several_groups_stay_together() -> None:
    chain = [
        Candidate("a", ("camera:cam-1", "day:1")),
        Candidate("b", ("day:1", "vehicle:7")),
        Candidate("c", ("vehicle:7",)),
        Candidate("d", ("camera:cam-2",)),
    ]
    sides = split(chain, shares=Shares(70, 30, 0), seed=7).by_item()
    assert sides == {"a": "train", "b": "train", "c": "train", "d": "val"}


def test_a_rare_label_is_spread_over_the_sides() -> None:
    rare = [Candidate(f"r{n}", (f"clip:r{n}",), (("Bus", 1),)) for n in range(10)]
    common = [Candidate(f"c{n}", (f"clip:c{n}",), (("Car", 1),)) for n in range(90)]
    found = split([*rare, *common], shares=USUAL, seed=7)
    assert [dict(side.labels)["Bus"] for side in found.sides] == [8, 1, 1]


def test_a_label_that_one_group_shows_is_said_to_be_missing_elsewhere() -> None:
    items = [*by_camera(4, 4), *(Candidate(f"b{n}", ("camera:bus",), (("Bus", 1),)) for n in range(4))]
    found = split(items, shares=Shares(34, 33, 33), seed=7)
    assert [why.split(":")[1] for why in found.why_not_closer if "`Bus`" in why] == [
        " it is shown by 1 whole group only"
    ]


def test_a_split_that_misses_says_by_how_much_and_why() -> None:
    found = split(by_camera(6, 2, 2), shares=USUAL, seed=7)
    assert found.why_not_closer[0] == (
        "`train` holds 6 of 10 items instead of 8, in 1 whole group, the largest of 6 items: `camera:cam-1`"
    )


def test_fewer_groups_than_sides_are_refused_with_the_mend() -> None:
    with pytest.raises(SplitError) as refused:
        split(by_camera(8, 2), shares=USUAL, seed=7)
    assert str(refused.value) == (
        "the split `80/10/10` has 3 sides and needs as many groups that share no item; there are 2: `camera:cam-1`, "
        "`camera:cam-2`; take another --group-by, of smaller groups, or a --split with fewer sides"
    )


def test_a_group_too_large_for_any_side_is_refused_with_the_mend() -> None:
    with pytest.raises(SplitError) as refused:
        split(by_camera(95, 3, 2), shares=USUAL, seed=7)
    assert str(refused.value) == (
        "the group `camera:cam-1` holds 95 of 100 items, 95.0%, and cannot be taken apart; the largest side of "
        "`80/10/10` is to hold 80%; take another --group-by, of smaller groups, or a --split whose largest side is at "
        "least 85"
    )


def test_nothing_to_split_is_refused() -> None:
    with pytest.raises(SplitError, match="there are 0: none"):
        split([], shares=USUAL, seed=7)


def test_an_item_named_twice_is_refused() -> None:
    with pytest.raises(SplitError, match="item `a` is to be split twice"):
        split([Candidate("a", ("day:1",)), Candidate("a", ("day:2",))], shares=USUAL, seed=7)


@pytest.mark.parametrize(
    ("text", "read"), [("80/10/10", USUAL), ("80/20", Shares(80, 20, 0)), ("0/0/100", Shares(0, 0, 100))]
)
def test_shares_are_read(text: str, read: Shares) -> None:
    assert Shares.parse(text) == read


@pytest.mark.parametrize(
    "text", ["", "80", "80/10", "80/10/20", "-10/100/10", "1/1/1/97", "a/b/c", "8e1/10/10", "9" * 5000]
)
def test_shares_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(SplitError, match="80/10/10"):
        Shares.parse(text)
