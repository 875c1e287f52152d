"""Values the tests of the exporters begin with: plain functions, every default harmless."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import BinaryIO, TypedDict, Unpack

import av
from PIL import Image

from exporters import (
    AnnotationRef,
    Box,
    Dataset,
    Ellipse,
    KeyFrame,
    KeyPoint,
    LabeledFootage,
    LeftOut,
    Manifest,
    Mask,
    Polygon,
    Relation,
    Shape,
    Track,
    ZipSink,
    write_export,
)
from exporters.dataset import Attributes
from residency import (
    Action,
    AssuranceLevel,
    Clearance,
    Decision,
    Footage,
    MediaKind,
    Place,
    PolicySet,
    Request,
    Situation,
    Viewer,
    decide,
)
from residency.cases import OPEN_PLATFORM

SHARED = Path(__file__).parents[3] / "shared" / "footage"
PURPOSE = "ml-training"
LABELS = ("Car", "Van", "Person")
OPEN = PolicySet.of(OPEN_PLATFORM)
POLICY_HASH = OPEN.hash


class BoxChanges(TypedDict, total=False):
    """What a test may want otherwise about a box."""

    x: float
    y: float
    width: float
    height: float
    rotation: float
    attributes: Attributes
    annotation_id: str


class TrackChanges(TypedDict, total=False):
    """What a test may want otherwise about a track."""

    attributes: Attributes
    annotation_id: str


class FootageChanges(TypedDict, total=False):
    """What a test may want otherwise about footage."""

    name: str
    sha256: str
    width: int
    height: int
    frames: int | None
    source: str
    jurisdiction: str
    boxes: tuple[Box, ...]
    tracks: tuple[Track, ...]
    shapes: tuple[Shape, ...]
    relations: tuple[Relation, ...]
    attributes: Attributes
    left_out: tuple[LeftOut, ...]
    annotations: tuple[AnnotationRef, ...]
    media: Callable[[], BinaryIO] | None


def box(own: str = "b1", label: str = "Car", **changes: Unpack[BoxChanges]) -> Box:
    """A box of 200 by 100 pixels at (100, 50)."""
    return replace(Box(id=own, label=label, x=100.0, y=50.0, width=200.0, height=100.0), **changes)


def key(frame: int, x: float = 0.0, *, enabled: bool = True, rotation: float = 0.0) -> KeyFrame:
    """A key frame with a box of 20 by 10 pixels."""
    return KeyFrame(frame=frame, x=x, y=5.0, width=20.0, height=10.0, rotation=rotation, enabled=enabled)


def track(*keys: KeyFrame, own: str = "t1", label: str = "Car", **changes: Unpack[TrackChanges]) -> Track:
    """A track through these key frames."""
    return Track(id=own, label=label, key_frames=keys, **changes)


def polygon(
    *points: tuple[float, float], own: str = "p1", label: str = "Car", closed: bool = True, annotation_id: str = ""
) -> Polygon:
    """A polygon; without points, a triangle of 200 by 100 pixels."""
    given = points or ((100.0, 100.0), (300.0, 100.0), (300.0, 200.0))
    return Polygon(id=own, label=label, points=given, closed=closed, annotation_id=annotation_id)


def mask(own: str = "m1", label: str = "Car", counts: tuple[int, ...] = ()) -> Mask:
    """A mask of 1000 by 500 pixels; without counts, of 4 pixels in the fourth column, from the third down."""
    taken = counts or (3 * 500 + 2, 4, 1000 * 500 - 3 * 500 - 6)
    return Mask(id=own, label=label, width=1000, height=500, counts=taken)


def ellipse(own: str = "e1", label: str = "Car", *, x: float = 500.0, rotation: float = 0.0) -> Ellipse:
    """An ellipse of 200 by 100 pixels around (500, 250)."""
    return Ellipse(id=own, label=label, x=x, y=250.0, radius_x=100.0, radius_y=50.0, rotation=rotation)


def key_point(own: str = "k1", label: str = "Car", *, x: float = 10.0, y: float = 20.0, parent: str = "") -> KeyPoint:
    """A key point 4 pixels wide."""
    return KeyPoint(id=own, label=label, x=x, y=y, width=4.0, parent=parent)


def still(own: str = "f1", *drawn: Box, data: bytes | None = None, **changes: Unpack[FootageChanges]) -> LabeledFootage:
    """A still of 1000 by 500 pixels; with `data`, its bytes."""
    plain = LabeledFootage(
        footage_id=own,
        name=f"{own}.jpg",
        sha256=hashlib.sha256(own.encode() if data is None else data).hexdigest(),
        media_kind=MediaKind.IMAGE,
        width=1000,
        height=500,
        boxes=drawn,
        media=None if data is None else lambda: io.BytesIO(data),
    )
    return replace(plain, **changes)


def clip(
    own: str = "v1", *followed: Track, data: bytes | None = None, **changes: Unpack[FootageChanges]
) -> LabeledFootage:
    """A clip of 12 frames of 64 by 48 pixels, 25 a second; with `data`, its bytes."""
    plain = replace(
        still(own, data=data, name=f"{own}.mp4", width=64, height=48, tracks=followed),
        media_kind=MediaKind.VIDEO,
        frames=12,
        fps=Fraction(25),
    )
    return replace(plain, **changes)


def dataset(
    *items: LabeledFootage, labels: Iterable[str] = LABELS, name: str = "streets", key_points: tuple[str, ...] = ()
) -> Dataset:
    """A dataset of these items."""
    return Dataset(name=name, labels=tuple(labels), purpose=PURPOSE, items=items, key_points=key_points)


def cleared(*footage_ids: str, purpose: str = PURPOSE) -> Clearance:
    """A clearance for these pieces of footage."""
    return Clearance.for_items(
        {own: allowed(own, purpose) for own in footage_ids}, destination="zone us", purpose=purpose
    )


def allowed(footage_id: str, purpose: str) -> Decision:
    """An allowed export."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    place = Place(jurisdiction="US", level=AssuranceLevel.LA2)
    request = Request(
        action=Action.EXPORT,
        viewer=Viewer(id="lead"),
        footage=Footage(id=footage_id),
        situation=Situation(at=at, place=place, purpose=purpose),
    )
    return decide(request, OPEN)


def exported(
    file_format: str,
    *items: LabeledFootage,
    labels: tuple[str, ...] = LABELS,
    key_points: tuple[str, ...] = (),
    lossy: bool = False,
) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the files of a set of these items."""
    archive = io.BytesIO()
    clearance = cleared(*{item.footage_id for item in items})
    manifest = write_export(
        dataset(*items, labels=labels, key_points=key_points), clearance, file_format, ZipSink(archive), lossy=lossy
    )
    with zipfile.ZipFile(archive) as opened:
        return manifest, {name: opened.read(name) for name in opened.namelist()}


@cache
def jpeg(width: int = 1000, height: int = 500, colour: str = "teal") -> bytes:
    """A plain JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


@cache
def mp4(frames: int = 12, width: int = 64, height: int = 48, *, bright_left: bool = False) -> bytes:
    """A clip whose frame `n` is all of the grey `20 * n`; with `bright_left`, its left half is white."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            grey = Image.new("RGB", (width, height), (20 * number,) * 3)
            if bright_left:
                grey.paste((255, 255, 255), (0, 0, width // 2, height))
            frame = av.VideoFrame.from_image(grey)  # type: ignore[no-untyped-call]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()
