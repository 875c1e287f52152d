"""Of several annotations of one item, what was asked for stays, and everything else is left out with its reason."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import AnnotationRef, Box, LabeledFootage, LeftOut, LossReason
from exporters.choose import ChoiceError, Consensus, choose
from exporters.overlap import overlap
from tests.exporters.builders import box, clip, key, still, track

MERGED, NO_MAJORITY = LossReason.MERGED, LossReason.NO_MAJORITY
THREE = tuple(AnnotationRef(id=own, annotator=f"p{own}") for own in "123")


def drawn(annotation: str, x: float = 100.0, label: str = "Car", own: str = "") -> Box:
    return box(own or f"b{annotation}", label, x=x, annotation_id=annotation)


def by_three(*boxes: Box) -> LabeledFootage:
    return still("f1", *boxes, annotations=THREE)


def left(item: LabeledFootage) -> list[tuple[str, LossReason]]:
    return [(one.id, one.reason) for one in item.left_out]


def test_what_more_than_half_drew_stays_once() -> None:
    found = choose(by_three(drawn("1"), drawn("2", 110.0), drawn("3", 500.0)), Consensus.MAJORITY)
    assert [one.id for one in found.item.boxes] == ["b1"]
    assert left(found.item) == [("b2", MERGED), ("b3", NO_MAJORITY)]


def test_the_box_that_stays_is_one_that_was_drawn_and_covers_the_others_best() -> None:
    found = choose(by_three(drawn("1", 90.0), drawn("2", 100.0), drawn("3", 112.0)), Consensus.MAJORITY)
    assert [(one.id, one.x) for one in found.item.boxes] == [("b2", 100.0)]


def test_agreement_is_told() -> None:
    found = choose(by_three(drawn("1"), drawn("2"), drawn("3", 500.0)), Consensus.MAJORITY)
    assert [(one.votes, one.voters, one.overlap) for one in found.agreed] == [(2, 3, 1.0)]
    assert found.subjects == 2


def test_half_is_no_majority() -> None:
    item = still("f1", drawn("1"), annotations=THREE[:2])
    assert left(choose(item, Consensus.MAJORITY).item) == [("b1", NO_MAJORITY)]


def test_an_annotator_who_drew_nothing_has_a_vote() -> None:
    item = still("f1", drawn("1"), drawn("2"), annotations=(*THREE, AnnotationRef(id="4", annotator="p4")))
    assert choose(item, Consensus.MAJORITY).item.boxes == ()


def test_two_annotations_of_one_annotator_are_one_vote() -> None:
    twice = (*THREE[:1], AnnotationRef(id="2", annotator="p1"), AnnotationRef(id="3", annotator="p3"))
    item = still("f1", drawn("1"), drawn("2"), annotations=twice)
    assert choose(item, Consensus.MAJORITY).item.boxes == ()


def test_boxes_of_different_labels_are_different_things() -> None:
    found = choose(by_three(drawn("1"), drawn("2", label="Van"), drawn("3", label="Person")), Consensus.MAJORITY)
    assert (found.item.boxes, found.subjects) == ((), 3)


def test_a_row_of_boxes_is_not_chained_into_one() -> None:
    found = choose(by_three(drawn("1", 100.0), drawn("2", 160.0), drawn("3", 220.0)), Consensus.MAJORITY)
    assert [one.votes for one in found.agreed] == [2]


def test_two_things_close_together_stay_two() -> None:
    pairs = [drawn(one, x, own=f"{one}-{x:.0f}") for one in "123" for x in (100.0, 180.0)]
    found = choose(by_three(*pairs), Consensus.MAJORITY, threshold=0.3)
    assert [one.x for one in found.item.boxes] == [100.0, 180.0]


def test_one_annotator_alone_is_a_majority() -> None:
    item = still("f1", drawn("1"), drawn("1", own="c"), annotations=THREE[:1])
    assert len(choose(item, Consensus.MAJORITY).item.boxes) == 2


def test_tracks_are_brought_together_over_their_frames() -> None:
    tracks = [
        track(key(0, x), key(9, x + 9), own=f"t{one}", annotation_id=one)
        for one, x in zip("123", (0, 2, 40), strict=True)
    ]
    found = choose(clip("v1", *tracks, annotations=THREE), Consensus.MAJORITY)
    assert [one.id for one in found.item.tracks] == ["t1"]
    assert left(found.item) == [("t2", MERGED), ("t3", NO_MAJORITY)]


def test_a_threshold_that_is_none_is_refused() -> None:
    with pytest.raises(ChoiceError, match=r"the threshold `1\.5` should be over 0 and at most 1"):
        choose(by_three(), Consensus.MAJORITY, threshold=1.5)


def test_the_reviewed_annotation_stays() -> None:
    item = still("f1", drawn("1"), drawn("2"), annotations=(replace(THREE[0], reviewer="r"), THREE[1]))
    found = choose(item, Consensus.REVIEWED).item
    assert ([one.id for one in found.boxes], [one.id for one in found.annotations]) == (["b1"], ["1"])
    assert left(found) == [("b2", LossReason.NOT_CHOSEN)]


def test_of_two_reviewed_annotations_the_last_stays() -> None:
    item = still("f1", drawn("1"), drawn("2"), annotations=tuple(replace(one, reviewer="r") for one in THREE[:2]))
    assert [one.id for one in choose(item, Consensus.REVIEWED).item.boxes] == ["b2"]


def test_an_item_without_a_reviewed_annotation_is_left_out_whole() -> None:
    found = choose(by_three(drawn("1")), Consensus.REVIEWED)
    assert found.dropped is LossReason.NOT_REVIEWED
    assert left(found.item) == [("b1", LossReason.NOT_REVIEWED)]


def test_strictly_an_item_without_a_reviewed_annotation_is_an_error() -> None:
    with pytest.raises(ChoiceError, match="footage `f1` has no reviewed annotation, only `1`, `2`, `3`; have one"):
        choose(by_three(drawn("1")), Consensus.REVIEWED, strict=True)


def test_what_could_not_be_read_in_an_annotation_that_is_not_chosen_is_in_nobodys_way() -> None:
    polygon = LeftOut(id="p", label="Car", reason=LossReason.POLYGON, annotation_id="2")
    item = still("f1", annotations=(replace(THREE[0], reviewer="r"), THREE[1]), left_out=(polygon,))
    assert left(choose(item, Consensus.REVIEWED).item) == [("p", LossReason.NOT_CHOSEN)]


def test_all_keeps_everything() -> None:
    item = by_three(drawn("1"), drawn("2"))
    assert choose(item, Consensus.ALL).item is item


boxes = st.lists(
    st.builds(
        lambda annotation, x, label, turn: replace(drawn(annotation, x, label), rotation=turn),
        st.sampled_from("1234"), st.sampled_from([100.0, 110.0, 150.0, 400.0]), st.sampled_from(["Car", "Van"]),
        st.sampled_from([0.0, 5.0]),
    ), max_size=12,
)  # fmt: skip


@given(boxes, st.sampled_from(Consensus))
def test_what_went_in_is_what_stayed_and_what_was_left_out(shapes: list[Box], consensus: Consensus) -> None:
    item = by_three(*shapes)
    found = choose(item, consensus).item
    out = Counter([*(one.label for one in found.boxes), *(one.label for one in found.left_out)])
    assert (out, item) == (Counter(one.label for one in shapes), by_three(*shapes))


@given(boxes)
def test_what_stays_was_drawn_by_more_than_half(shapes: list[Box]) -> None:
    found = choose(by_three(*shapes), Consensus.MAJORITY)
    assert all(2 * one.votes > one.voters for one in found.agreed)
    assert len(found.agreed) == len(found.item.boxes)


@pytest.mark.parametrize(
    ("one", "other", "covered"),
    [
        pytest.param(box(), box(), 1.0, id="the same"),
        pytest.param(box(), box(x=200.0), 1 / 3, id="half"),
        pytest.param(box(), box(x=300.0), 0.0, id="side by side"),
        pytest.param(box(), box(width=0.0), 0.0, id="no area"),
        pytest.param(box(width=0.0), box(width=0.0), 0.0, id="neither has any"),
        pytest.param(box(rotation=30.0), box(rotation=30.0), 1.0, id="the same, turned"),
        pytest.param(box(), box(x=300.0, y=150.0, rotation=180.0), 1.0, id="turned on its head"),
        pytest.param(box(width=100.0), box(x=200.0, width=100.0, rotation=90.0), 1.0, id="a square on its side"),
        pytest.param(
            box(x=0.0, y=0.0, width=2.0, height=2.0),
            box(x=1.0, y=1 - 2**0.5, width=2.0, height=2.0, rotation=45.0),
            (8 * (2**0.5 - 1)) / (8 - 8 * (2**0.5 - 1)),
            id="an octagon",
        ),
    ],
)  # fmt: skip
def test_intersection_over_union(one: Box, other: Box, covered: float) -> None:
    assert overlap({0: one}, {0: other}) == pytest.approx(covered)
    assert overlap({0: other}, {0: one}) == pytest.approx(covered)
