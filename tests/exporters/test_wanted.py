"""What is not wanted is left out with its reason, and what is wanted keeps everything else it had."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from exporters import Box, LabeledFootage, LeftOut, LossReason
from exporters.dataset import AttributeValue
from exporters.wanted import Having, Wanted, pick
from tests.exporters.builders import box, clip, exported, key, still, track

OCCLUDED = Having(attribute="occluded", values=frozenset({"yes"}))


def seen(own: str, value: AttributeValue, label: str = "Car") -> Box:
    return box(own, label, attributes=(("occluded", value), ("note", "x")))


def kept(item: LabeledFootage, wanted: Wanted) -> list[str]:
    return [one.id for one in pick(item, wanted).item.boxes]


def left(item: LabeledFootage, wanted: Wanted) -> list[tuple[str, LossReason]]:
    return [(one.id, one.reason) for one in pick(item, wanted).item.left_out]


CARS_AND_VANS = still("f1", box("a"), box("b", "Van"), box("c", "Person", width=10.0))


def test_without_anything_said_everything_stays() -> None:
    assert pick(CARS_AND_VANS, Wanted()).item == CARS_AND_VANS


def test_only_the_labels_wanted_stay() -> None:
    assert kept(CARS_AND_VANS, Wanted(labels=frozenset({"Car", "Person"}))) == ["a", "c"]


def test_a_label_not_wanted_is_left_out_with_its_reason() -> None:
    assert left(CARS_AND_VANS, Wanted(not_labels=frozenset({"Van"}))) == [("b", LossReason.LABEL_NOT_WANTED)]


def test_labels_are_renamed_after_they_were_chosen() -> None:
    wanted = Wanted(not_labels=frozenset({"Van"}), label_names=(("Car", "Van"),))
    found = pick(CARS_AND_VANS, wanted).item
    assert [(one.id, one.label) for one in found.boxes] == [("a", "Van"), ("c", "Person")]
    assert [(one.id, one.label) for one in found.left_out] == [("b", "Van")]


def test_what_could_not_be_carried_is_renamed_too() -> None:
    polygon = LeftOut(id="p", label="Car", reason=LossReason.POLYGON)
    found = pick(still("f1", left_out=(polygon,)), Wanted(label_names=(("Car", "Vehicle"),))).item
    assert found.left_out[0].label == "Vehicle"


def test_what_could_not_be_carried_is_in_nobodys_way_where_its_label_is_not_wanted() -> None:
    polygon = LeftOut(id="p", label="Road", reason=LossReason.POLYGON)
    item = still("f1", box("a"), left_out=(polygon,))
    assert left(item, Wanted(labels=frozenset({"Car"}))) == [("p", LossReason.LABEL_NOT_WANTED)]


def test_a_box_smaller_than_wanted_is_left_out() -> None:
    assert left(CARS_AND_VANS, Wanted(least_width=11.0)) == [("c", LossReason.TOO_SMALL)]


def test_a_box_just_as_large_as_wanted_stays() -> None:
    assert kept(CARS_AND_VANS, Wanted(least_width=10.0, least_height=100.0)) == ["a", "b", "c"]


def test_a_track_never_as_large_as_wanted_is_left_out() -> None:
    item = clip("v1", track(key(0), own="t"))
    assert left(item, Wanted(least_height=11.0)) == [("t", LossReason.TOO_SMALL)]


def test_shapes_are_wanted_by_attribute() -> None:
    item = still("f1", seen("a", "yes"), seen("b", "no"), seen("c", ("no", "yes")), box("d"))
    assert kept(item, Wanted(having=(OCCLUDED,))) == ["a", "c"]


def test_shapes_are_left_out_by_attribute() -> None:
    item = still("f1", seen("a", "yes"), seen("b", "no"))
    assert left(item, Wanted(not_having=(OCCLUDED,))) == [("a", LossReason.BY_ATTRIBUTE)]


def test_a_number_is_compared_as_it_is_written() -> None:
    item = still("f1", seen("a", 3.0), seen("b", 3.5))
    assert kept(item, Wanted(having=(Having(attribute="occluded", values=frozenset({"3"})),))) == ["a"]


def test_attributes_not_wanted_are_taken_off_and_each_is_a_loss() -> None:
    item = still("f1", seen("a", "yes"), attributes=(("note", "y"),))
    found = pick(item, Wanted(not_attributes=frozenset({"note"})))
    assert (found.item.boxes[0].attributes, found.item.attributes) == ((("occluded", "yes"),), ())
    assert [(one.shape_id, one.reason) for one in found.losses] == [
        ("a", LossReason.ATTRIBUTE_NOT_WANTED),
        ("", LossReason.ATTRIBUTE_NOT_WANTED),
    ]


def test_attributes_are_renamed() -> None:
    wanted = Wanted(attributes=frozenset({"occluded"}), attribute_names=(("occluded", "hidden"),))
    assert pick(still("f1", seen("a", "yes")), wanted).item.boxes[0].attributes == (("hidden", "yes"),)


def test_a_picture_of_nothing_is_kept_unless_it_is_not_wanted() -> None:
    empty = still("f1")
    assert (pick(empty, Wanted()).dropped, pick(empty, Wanted(negatives=False)).dropped) == (None, LossReason.NEGATIVE)


def test_a_picture_that_shows_nothing_wanted_is_a_negative() -> None:
    wanted = Wanted(labels=frozenset({"Bus"}), negatives=False)
    assert pick(CARS_AND_VANS, wanted).dropped is LossReason.NEGATIVE


def test_what_was_left_out_on_purpose_stops_no_export() -> None:
    item = pick(CARS_AND_VANS, Wanted(labels=frozenset({"Car"}))).item
    manifest, _ = exported("coco", item)
    assert manifest.counts.dropped == (("label not wanted", "Person", 1), ("label not wanted", "Van", 1))


shapes = st.lists(
    st.builds(
        lambda label, width, value: box("b", label, width=width, attributes=(("occluded", value),)),
        st.sampled_from(["Car", "Van", "Person"]),
        st.sampled_from([1.0, 20.0]),
        st.sampled_from(["yes", "no"]),
    ),
    max_size=8,
)
wishes = st.builds(
    Wanted,
    labels=st.none() | st.frozensets(st.sampled_from(["Car", "Van"])),
    not_labels=st.frozensets(st.sampled_from(["Car", "Person"])),
    having=st.sampled_from([(), (OCCLUDED,)]),
    least_width=st.sampled_from([0.0, 10.0]),
    not_attributes=st.sampled_from([frozenset(), frozenset({"occluded"})]),
)


@given(shapes, wishes)
def test_what_went_in_is_what_stayed_and_what_was_left_out(drawn: list[Box], wanted: Wanted) -> None:
    found = pick(still("f1", *drawn), wanted)
    out = Counter([*(one.label for one in found.item.boxes), *(one.label for one in found.item.left_out)])
    assert out == Counter(one.label for one in drawn)
    taken = Counter(one.label for one in found.losses)
    gone = Counter(one.label for one in found.item.boxes if not one.attributes)
    assert taken == gone
