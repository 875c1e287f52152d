"""MOTChallenge: what the nine columns and the sequence's description say, and what they cannot."""

import configparser
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import InvalidDatasetError, KeyFrame, LabeledFootage, LossReason, Track, UnsupportedShapeError
from exporters import boxes_by_frame as shown
from exporters.dataset import Attributes
from tests.exporters.builders import box, clip, exported, key, mp4, still, track

GOLDEN = Path(__file__).parent / "golden" / "mot.txt"


def lines(*items: LabeledFootage, name: str = "v1", lossy: bool = False) -> list[list[float]]:
    text = exported("mot", *items, lossy=lossy)[1][f"{name}/gt/gt.txt"].decode()
    return [[float(column) for column in line.split(",")] for line in text.splitlines()]


def test_the_example_is_written_as_agreed() -> None:
    first = track(key(0, 0.0), key(2, 20.5, enabled=False), attributes=(("visibility", 0.5), ("type", "SUV")))
    item = clip("v1", first, track(key(2), own="t2", label="Van"), frames=4)
    assert exported("mot", item)[1]["v1/gt/gt.txt"] == GOLDEN.read_bytes()


def test_a_sequence_is_laid_out_with_every_frame() -> None:
    _, files = exported("mot", clip("v1", track(key(2), key(3, enabled=False)), data=mp4()))
    assert sorted(files) == [
        "croissant.json",
        "manifest.json",
        "v1/gt/gt.txt",
        "v1/gt/labels.txt",
        *(f"v1/img1/{number:06d}.jpg" for number in range(1, 13)),
        "v1/seqinfo.ini",
    ]
    assert files["v1/gt/labels.txt"] == b"Car\nVan\nPerson\n"


def test_the_sequence_describes_itself() -> None:
    described = configparser.ConfigParser()
    described.read_string(exported("mot", clip("v1"))[1]["v1/seqinfo.ini"].decode())
    assert dict(described["Sequence"]) == {
        "name": "v1",
        "imdir": "img1",
        "framerate": "25",
        "seqlength": "12",
        "imwidth": "64",
        "imheight": "48",
        "imext": ".jpg",
    }


def test_a_clip_that_shows_nothing_labeled_is_a_sequence_without_lines() -> None:
    manifest, files = exported("mot", clip("v1"))
    assert files["v1/gt/gt.txt"] == b""
    assert (manifest.counts.items_out, manifest.counts.items_dropped) == (1, ())


places = st.floats(-15, 40)
key_frames = st.lists(
    st.builds(
        KeyFrame,
        frame=st.integers(0, 11),
        x=places,
        y=places,
        width=st.floats(16, 90),
        height=st.floats(16, 90),
        enabled=st.booleans(),
    ),
    min_size=1,
    unique_by=lambda one: one.frame,
).map(lambda keys: tuple(sorted(keys, key=lambda one: one.frame)))


@given(st.lists(key_frames, max_size=3))
def test_what_is_read_is_what_the_screen_shows(drawn: list[tuple[KeyFrame, ...]]) -> None:
    tracks = [Track(id=f"t{number}", label="Car", key_frames=keys) for number, keys in enumerate(drawn, start=1)]
    read = {
        (int(line[0]) - 1, int(line[1])): [line[2] - 1, line[3] - 1, *line[4:6]] for line in lines(clip("v1", *tracks))
    }
    assert read == {
        (frame, number): pytest.approx([one.x, one.y, one.width, one.height], abs=1e-9)
        for number, following in enumerate(tracks, start=1)
        for frame, one in shown(following, 12)
    }


@pytest.mark.parametrize(
    ("attributes", "counts", "visibility", "reduced"),
    [
        pytest.param((), 1, 1, (), id="not said"),
        pytest.param((("Ignored", "yes"), ("visibility", "0.25")), 0, 0.25, (), id="said"),
        pytest.param((("ignored", "no"), ("visibility", "no")), 1, 0, (), id="said by yes and no"),
        pytest.param((("visibility", 3.0),), 1, 1, (("attributes", 1),), id="not to be said by the columns"),
        pytest.param((("type", "SUV"),), 1, 1, (("attributes", 1),), id="another attribute"),
    ],
)
def test_flag_and_visibility_come_from_their_attributes_and_others_are_only_counted(
    attributes: Attributes, counts: float, visibility: float, reduced: tuple[tuple[str, int], ...]
) -> None:
    item = clip("v1", track(key(0), attributes=attributes), frames=1)
    assert [line[6::2] for line in lines(item)] == [[counts, visibility]]
    assert exported("mot", item)[0].counts.reduced == reduced


def test_tracks_of_two_annotations_with_one_id_are_two() -> None:
    item = clip("v1", track(key(0), annotation_id="7"), track(key(0), annotation_id="8"), frames=1)
    assert [line[1] for line in lines(item)] == [1, 2]


def test_two_tracks_of_one_annotation_with_one_id_are_refused() -> None:
    with pytest.raises(InvalidDatasetError, match="footage `v1` has two tracks of one annotation with the same id"):
        lines(clip("v1", track(key(0)), track(key(1))))


def test_a_box_over_the_edge_stays_as_drawn() -> None:
    item = clip("v1", track(key(0, -10.0)), frames=1)
    assert lines(item)[0][2:6] == [-9, 6, 20, 10]


def test_a_turned_box_is_its_hull_where_losing_rotation_is_allowed() -> None:
    item = clip("v1", track(key(0, 30.0, rotation=90.0)), frames=1)
    with pytest.raises(UnsupportedShapeError, match="rotation"):
        lines(item)
    assert lines(item, lossy=True)[0][2:6] == pytest.approx([21, 6, 10, 20])


def test_a_still_is_refused_or_counted_with_its_boxes() -> None:
    items = (still("f1", box()), still("f2"), clip("v1"))
    with pytest.raises(UnsupportedShapeError, match="footage `f2`: still in a format of videos") as caught:
        exported("mot", *items)
    assert {loss.reason for loss in caught.value.losses} == {LossReason.STILL}
    counts = exported("mot", *items, lossy=True)[0].counts
    assert counts.items_dropped == (("still in a format of videos", 2),)
    assert counts.dropped == (("still in a format of videos", "Car", 1),)


def test_a_broken_frame_rate_is_rounded_and_counted() -> None:
    manifest, files = exported("mot", replace(clip("v1"), fps=Fraction(30000, 1001)))
    assert b"frameRate=30\n" in files["v1/seqinfo.ini"]
    assert manifest.counts.reduced == (("frame rate rounded to a whole number", 1),)


def test_an_unknown_frame_rate_is_not_made_up() -> None:
    assert b"frameRate=-1\n" in exported("mot", replace(clip("v1"), fps=None))[1]["v1/seqinfo.ini"]


def test_a_name_of_two_lines_is_one_line_and_counted() -> None:
    manifest, files = exported("mot", clip("v1"), labels=("a\nb", "c d"))
    assert files["v1/gt/labels.txt"] == b"a b\nc d\n"
    assert manifest.counts.reduced == (("spaces in the label's name", 1),)


def test_attributes_of_a_clip_are_only_counted() -> None:
    assert exported("mot", clip("v1", attributes=(("weather", "Rain"),)))[0].counts.reduced == (("attributes", 1),)
