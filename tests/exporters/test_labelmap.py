"""A label's id never changes and is never another label's, whatever is added or taken away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.labelmap import LabelId, LabelMap, LabelMapError, read_label_map

CARS = LabelMap.of("Car", "Van", "Person")

names = st.lists(st.sampled_from("abcdef"), max_size=4)
steps = st.lists(st.tuples(st.booleans(), names), max_size=8)


def test_ids_count_from_one() -> None:
    assert CARS.ids() == {"Car": 1, "Van": 2, "Person": 3}


def test_a_new_label_gets_the_next_free_id() -> None:
    assert CARS.adding(["Bus", "Car"]).ids() == {"Car": 1, "Van": 2, "Person": 3, "Bus": 4}


def test_the_id_of_a_label_taken_away_is_not_given_again() -> None:
    assert CARS.retiring(["Person"]).adding(["Bus"]).ids() == {"Car": 1, "Van": 2, "Bus": 4}


def test_a_label_that_comes_back_has_its_id_again() -> None:
    assert CARS.retiring(["Car"]).adding(["Car"]) == CARS


def test_labels_in_use_are_told_in_the_order_of_their_ids() -> None:
    assert CARS.retiring(["Van"]).labels == ("Car", "Person")


@given(steps)
def test_no_id_ever_means_two_labels(changes: list[tuple[bool, list[str]]]) -> None:
    present, meant = LabelMap(), dict[int, str]()
    for adds, labels in changes:
        known = {one.label for one in present.entries}
        present = present.adding(labels) if adds else present.retiring(set(labels) & known)
        for one in present.entries:
            assert meant.setdefault(one.id, one.label) == one.label


@given(steps)
def test_a_map_is_read_back_as_it_was(changes: list[tuple[bool, list[str]]]) -> None:
    present = LabelMap()
    for adds, labels in changes:
        known = {one.label for one in present.entries}
        present = present.adding(labels) if adds else present.retiring(set(labels) & known)
    assert read_label_map(present.encode()) == present


def test_a_label_that_is_not_there_cannot_be_retired() -> None:
    with pytest.raises(LabelMapError, match="the map has no label `Bus` to retire"):
        CARS.retiring(["Bus"])


@pytest.mark.parametrize(
    "entries",
    [
        (LabelId(0, "a"),),
        (LabelId(1, ""),),
        (LabelId(1, "a"), LabelId(1, "b")),
        (LabelId(2, "a"), LabelId(1, "b")),
        (LabelId(1, "a"), LabelId(2, "a")),
    ],
    ids=["id 0", "empty label", "an id twice", "out of order", "a label twice"],
)
def test_a_map_that_contradicts_itself_is_refused(entries: tuple[LabelId, ...]) -> None:
    with pytest.raises(LabelMapError, match="map should"):
        LabelMap(entries)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"labels": [1]}',
        b'{"labels": [{"id": "1", "label": "a"}]}',
        b'{"labels": [{"id": true, "label": "a"}]}',
    ],
)
def test_what_is_no_label_map_is_refused(data: bytes) -> None:
    with pytest.raises(LabelMapError, match="no label map"):
        read_label_map(data)
