"""A set is written only with a clearance, whole or not at all, and its books balance."""

import copy
import io
from collections.abc import Iterable
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import (
    FORMATS,
    AnnotationRef,
    Box,
    ClearanceMismatchError,
    InvalidDatasetError,
    LabeledFootage,
    LeftOut,
    LossReason,
    UnknownFormatError,
    UnsafeNameError,
    UnsupportedShapeError,
    ZipSink,
    read_manifest,
    write_export,
    write_uncleared,
)
from exporters.errors import MiscountError
from exporters.tally import Tally
from residency import Clearance
from tests.exporters.builders import POLICY_HASH, box, cleared, clip, dataset, exported, jpeg, key, mp4, still, track

EVERY_FORMAT = pytest.mark.parametrize("file_format", [name for name in FORMATS if name not in {"mot", "cvat"}])


class Remembering:
    """A sink that only remembers what was asked of it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        self.calls.append(f"write {name}")
        list(chunks)

    def finish(self) -> None:
        self.calls.append("finish")

    def discard(self) -> None:
        self.calls.append("discard")


def items() -> tuple[LabeledFootage, ...]:
    annotations = (
        AnnotationRef(id="7", annotator="p1", place="US", decision_entry_id="e1"),
        AnnotationRef(id="8", annotator="p2", place="PH", decision_entry_id="e2"),
        AnnotationRef(id="9", annotator="p3"),
    )
    return (
        still(
            "f1", box("a", annotation_id="7"), box("b", "Person"), data=jpeg(), annotations=annotations, source="cam-1"
        ),
        still("f2", data=jpeg(colour="red"), jurisdiction="US-CA"),
        clip("v1", track(key(1), key(3, 30.0)), data=mp4()),
    )


@EVERY_FORMAT
def test_writing_never_changes_the_dataset(file_format: str) -> None:
    given_items = items()
    before = copy.deepcopy(given_items)
    for _ in range(2):
        exported(file_format, *given_items, lossy=True)
    assert given_items == before


@EVERY_FORMAT
def test_the_same_dataset_gives_the_same_bytes(file_format: str) -> None:
    archives = []
    for _ in range(2):
        archive = io.BytesIO()
        write_export(dataset(*items()), cleared("f1", "f2", "v1"), file_format, ZipSink(archive), lossy=True)
        archives.append(archive.getvalue())
    assert archives[0] == archives[1]


def test_the_manifest_says_where_everything_came_from() -> None:
    manifest, files = exported("coco", *items())
    assert (manifest.policy_hash, manifest.purpose, manifest.destination) == (POLICY_HASH, "ml-training", "zone us")
    assert (manifest.file_format, manifest.format_version, manifest.lossy) == ("coco", "COCO 1.0", False)
    first = manifest.items[0]
    assert (first.footage_id, first.sha256, first.source) == ("f1", items()[0].sha256, "cam-1")
    assert (first.annotation_ids, first.decision_entry_ids) == (("7", "8", "9"), ("e1", "e2"))
    assert first.annotator_places == (("PH", 1), ("US", 1), ("unknown", 1))
    assert {file.name: file.size for file in manifest.files} == {
        name: len(data) for name, data in files.items() if name != "manifest.json"
    }
    assert files["manifest.json"] == manifest.encode()


def test_items_may_be_a_generator_and_progress_is_told_of_each() -> None:
    told: list[int] = []
    whole = dataset(*items())
    flowing = type(whole)(name=whole.name, labels=whole.labels, purpose=whole.purpose, items=iter(items()))
    manifest = write_export(flowing, cleared("f1", "f2", "v1"), "coco", ZipSink(io.BytesIO()), progress=told.append)
    assert told == [1, 2, 3]
    assert manifest.counts.items_in == 3


@pytest.mark.parametrize(
    ("clearance", "says"),
    [
        (cleared("f1", "f2", "v1", purpose="owner-access"), "is for the purpose `owner-access`"),
        (cleared("f1", "v1"), "does not cover footage `f2`"),
    ],
)
def test_a_clearance_for_something_else_is_refused_and_nothing_is_kept(clearance: Clearance, says: str) -> None:
    sink = Remembering()
    with pytest.raises(ClearanceMismatchError, match=says):
        write_export(dataset(*items()), clearance, "coco", sink)
    assert sink.calls[-1] == "discard"
    assert "finish" not in sink.calls


def test_an_unknown_format_is_refused_naming_the_known_ones() -> None:
    sink = Remembering()
    with pytest.raises(UnknownFormatError, match="there is no format `nothing`; there are `coco`, `yolo`"):
        write_export(dataset(*items()), cleared("f1"), "nothing", sink)
    assert sink.calls == ["discard"]


def test_footage_given_twice_is_refused() -> None:
    with pytest.raises(InvalidDatasetError, match="has footage `f1` twice"):
        exported("coco", still("f1"), still("f1"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/../b.jpg", "a\0b.jpg", "x" * 5000, "", "/", "a\nb.jpg"])
def test_footage_with_an_unsafe_name_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnsafeNameError, match="footage `f1` has no safe name"):
        exported("coco", still("f1", name=name))


@pytest.mark.parametrize(
    ("changes", "reason", "label"),
    [
        ({"boxes": (box(label="Tank"),)}, LossReason.LABEL_NOT_LISTED, "Tank"),
        ({"boxes": (box(width=0.0),)}, LossReason.NO_AREA, "Car"),
        ({"boxes": (box(x=1000.0),)}, LossReason.OUTSIDE_FRAME, "Car"),
        ({"tracks": (track(key(0)),)}, LossReason.TRACK_ON_STILL, "Car"),
        ({"left_out": (LeftOut(id="p", label="Van", reason=LossReason.POLYGON),)}, LossReason.POLYGON, "Van"),
    ],
)
@EVERY_FORMAT
def test_what_cannot_be_written_is_refused_or_counted_but_never_lost(
    file_format: str, changes: dict[str, Any], reason: LossReason, label: str
) -> None:
    with pytest.raises(UnsupportedShapeError, match=reason.value):
        exported(file_format, still("f1", **changes))
    counts = exported(file_format, still("f1", **changes), lossy=True)[0].counts
    assert counts.dropped == ((reason.value, label, 1),)
    assert (counts.shapes_in, counts.shapes_out) == (((label, 1),), ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"boxes": (box(),)}, LossReason.BOX_WITHOUT_FRAME),
        ({"tracks": (track(key(99)),)}, LossReason.TRACK_AFTER_END),
    ],
)
def test_what_no_frame_of_a_clip_shows_is_counted(changes: dict[str, Any], reason: LossReason) -> None:
    counts = exported("coco", clip("v1", **changes), lossy=True)[0].counts
    assert counts.dropped == ((reason.value, "Car", 1),)
    assert counts.items_dropped == (("video without labeled frames", 1),)


def test_a_clip_that_shows_nothing_labeled_is_reported_and_stops_nothing() -> None:
    manifest, _ = exported("coco", clip("v1", data=mp4()))
    assert (manifest.counts.items_in, manifest.counts.items_out) == (1, 0)
    assert manifest.counts.items_dropped == (("video without labeled frames", 1),)


def test_a_refused_run_reads_no_more_media_but_lists_everything() -> None:
    def never() -> BinaryIO:
        raise AssertionError("opened")

    bad = still("f1", box(label="Tank"))
    with pytest.raises(UnsupportedShapeError, match="cannot carry 2 shapes"):
        exported("coco", bad, still("f2", box(label="Tank"), media=never))


def test_a_writer_that_loses_something_is_caught() -> None:
    tally = Tally()
    tally.take(still("f1", box()))
    with pytest.raises(MiscountError, match="shapes in"):
        tally.settle()
    tally.keep("Car")
    with pytest.raises(MiscountError, match="`1` items went in, `0` came out or were reported"):
        tally.settle()


@pytest.mark.parametrize("labels", [(), ("",), ("Car", "Car")])
def test_a_label_list_has_every_label_once_and_none_empty(labels: tuple[str, ...]) -> None:
    with pytest.raises(InvalidDatasetError):
        dataset(labels=labels)


@pytest.mark.parametrize("changes", [{"width": 0}, {"height": -1}])
def test_footage_has_a_size(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidDatasetError, match="footage `f1` has no size"):
        still("f1", **changes)


def test_a_clip_has_a_number_of_frames() -> None:
    with pytest.raises(InvalidDatasetError, match="video without a number of frames"):
        clip("v1", frames=None)


coordinates = st.floats(-300, 1300, allow_nan=False)
sizes = st.floats(0, 600, allow_nan=False)
boxes = st.lists(
    st.builds(
        Box,
        id=st.just("b"),
        label=st.sampled_from(["Car", "Van", "Person", "Tank"]),
        x=coordinates,
        y=coordinates,
        width=sizes,
        height=sizes,
        rotation=st.sampled_from([0.0, 30.0, 360.0]),
    ),
    max_size=6,
)


@given(boxes)
@EVERY_FORMAT
def test_whatever_is_drawn_in_is_out_or_reported(file_format: str, drawn: list[Box]) -> None:
    counts = exported(file_format, still("f1", *drawn), lossy=True)[0].counts
    reported = sum(count for _, _, count in counts.dropped)
    assert sum(dict(counts.shapes_out).values()) + reported == len(drawn)


def test_without_a_clearance_the_manifest_says_so_and_counts_its_source() -> None:
    archive = io.BytesIO()
    read = {"tasks": 0}
    manifest = write_uncleared(dataset(*items()), "coco", ZipSink(archive), source=lambda: read | {"tasks": 3})
    assert (manifest.destination, manifest.policy_hash) == ("", "")
    assert (manifest.clearance, manifest.source) == ("none: made from a file", (("tasks", 3),))
    assert read_manifest(manifest.encode()) == manifest


def test_with_a_clearance_the_manifest_has_no_word_of_there_being_none() -> None:
    assert b'"clearance"' not in exported("coco", *items())[1]["manifest.json"]
