"""The demo's footage is what its ground truth says, to the pixel and to the frame."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops

from labelhub.demo.render import demo_footage, render_clip, render_still, true_boxes, true_tracks
from labelhub.demo.scenes import (
    CLIP_SIZE,
    PAINT,
    STILL_SIZE,
    Box,
    DemoItem,
    Label,
    PaintColour,
    Scene,
    Subject,
    SubjectType,
)
from labelhub.footage.probe import probe
from residency import MediaKind

STILLS = [item for item in demo_footage() if item.media_kind is MediaKind.IMAGE]
CLIPS = [item for item in demo_footage() if item.media_kind is MediaKind.VIDEO]


def named(item: DemoItem) -> str:
    return item.name


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def scene_with(subjects: tuple[Subject, ...], *, camera: str = "cam-ca-1", frames: int = 1) -> Scene:
    return replace(STILLS[0].scene, camera=camera, subjects=subjects, frames=frames)


def alone(kind: SubjectType, colour: PaintColour, **motion: float) -> tuple[Subject, ...]:
    fields = {"across": 0.3, "ahead": 10.5, "speed_across": 1.0} | motion
    return (Subject(number=0, type=kind, colour=colour, look=3, **fields),)  # type: ignore[arg-type]


def drawn_box(with_subject: Image.Image, empty: Image.Image) -> Box:
    """Return the box of strongly changed pixels: the subject, not the soft rim of its shadow."""
    change = ImageChops.difference(with_subject, empty).convert("L").point(lambda v: 255 * (v > 24))
    found = change.getbbox()
    assert found is not None
    return Box(x=found[0], y=found[1], width=found[2] - found[0], height=found[3] - found[1])


def test_the_plan_is_kept() -> None:
    counts = Counter((item.camera, item.media_kind) for item in demo_footage())
    assert counts == {
        ("cam-ca-1", MediaKind.IMAGE): 12,
        ("cam-ca-1", MediaKind.VIDEO): 2,
        ("cam-tx-public", MediaKind.IMAGE): 5,
        ("cam-tx-public", MediaKind.VIDEO): 1,
        ("cam-tx-2", MediaKind.IMAGE): 2,
        ("cam-de-1", MediaKind.IMAGE): 6,
        ("cam-de-1", MediaKind.VIDEO): 1,
    }
    assert len({item.name for item in demo_footage()}) == len({item.seed for item in demo_footage()}) == 29
    assert all(item.captured_at.utcoffset() is not None for item in demo_footage())
    assert all(75 <= item.scene.frames <= 100 for item in CLIPS)


def test_every_label_type_and_colour_is_to_be_seen_somewhere() -> None:
    seen = [one for item in STILLS for one in true_boxes(item.scene)]
    assert {one.type for one in seen} == set(SubjectType)
    assert {one.colour for one in seen} == set(PaintColour)
    assert {one.label for one in seen} == set(Label)


@pytest.mark.parametrize("item", STILLS, ids=named)
def test_each_still_has_cars_or_vans_and_its_boxes_lie_within_it(item: DemoItem) -> None:
    boxes = true_boxes(item.scene)
    assert len(boxes) >= 4
    assert {one.label for one in boxes} & {Label.CAR, Label.VAN}
    for one in boxes:
        assert one.box.x >= 0
        assert one.box.y >= 0
        assert one.box.x + one.box.width <= STILL_SIZE[0]
        assert one.box.y + one.box.height <= STILL_SIZE[1]


@pytest.mark.parametrize("camera", ["cam-ca-1", "cam-de-1"])
@pytest.mark.parametrize("kind", [one for one in SubjectType if one is not SubjectType.CYCLIST])
def test_a_subject_is_drawn_where_its_true_box_says(camera: str, kind: SubjectType) -> None:
    scene = scene_with(alone(kind, PaintColour.YELLOW), camera=camera)
    empty = opened(render_still(replace(scene, subjects=())))
    (true,) = true_boxes(scene)
    drawn = drawn_box(opened(render_still(scene)), empty)
    assert abs(drawn.y - true.box.y) <= 2
    assert abs(drawn.x - true.box.x) <= 12
    assert abs(drawn.x + drawn.width - true.box.x - true.box.width) <= 12
    assert abs(drawn.y + drawn.height - true.box.y - true.box.height) <= 14


@pytest.mark.parametrize("kind", [SubjectType.SEDAN, SubjectType.SUV, SubjectType.PANEL_VAN])
@pytest.mark.parametrize("colour", [PaintColour.RED, PaintColour.BLUE, PaintColour.GREEN, PaintColour.YELLOW])
def test_the_commonest_strong_colour_in_a_vehicles_box_is_its_paint(kind: SubjectType, colour: PaintColour) -> None:
    scene = scene_with(alone(kind, colour))
    (true,) = true_boxes(scene)
    box = true.box
    patch = opened(render_still(scene)).crop((box.x, box.y, box.x + box.width, box.y + box.height))
    strong = [pixel for pixel in patch.get_flattened_data() if max(pixel) - min(pixel) > 70]
    middle = tuple(sorted(channel)[len(strong) // 2] for channel in zip(*strong, strict=True))
    nearest = min(PAINT, key=lambda one: sum((a - b) ** 2 for a, b in zip(PAINT[one], middle, strict=True)))
    assert nearest is colour


@pytest.mark.parametrize(("speed", "ahead"), [(-3.0, 22.0), (3.0, 15.0)])
def test_vehicles_on_the_long_road_are_where_their_boxes_say(speed: float, ahead: float) -> None:
    subject = alone(SubjectType.SUV, PaintColour.RED, across=2.0, ahead=ahead, speed_across=0.0, speed_ahead=speed)
    scene = scene_with(subject, camera="cam-tx-public")
    (true,) = true_boxes(scene)
    drawn = drawn_box(opened(render_still(scene)), opened(render_still(replace(scene, subjects=()))))
    assert abs(drawn.x - true.box.x) <= 4
    assert abs(drawn.y - true.box.y) <= 2


def test_what_is_out_of_sight_or_hidden_has_no_box() -> None:
    far_off = alone(SubjectType.SEDAN, PaintColour.RED, across=40.0)
    assert true_boxes(scene_with(far_off)) == ()
    (van,) = alone(SubjectType.PANEL_VAN, PaintColour.BLUE)
    person = replace(van, number=1, type=SubjectType.PEDESTRIAN, ahead=10.9)
    assert [one.subject for one in true_boxes(scene_with((van, person)))] == [0]


def test_the_same_scene_gives_the_same_bytes() -> None:
    short = replace(CLIPS[0].scene, frames=30)
    assert render_still(STILLS[0].scene) == render_still(STILLS[0].scene)
    assert render_clip(short) == render_clip(short)


def test_different_cameras_look_different() -> None:
    empty = [
        opened(render_still(replace(STILLS[0].scene, camera=name, subjects=())))
        for name in ("cam-ca-1", "cam-de-1", "cam-tx-2", "cam-tx-public")
    ]
    means = {tuple(image.resize((1, 1), Image.Resampling.BOX).get_flattened_data()) for image in empty}
    assert len(means) == 4


def test_a_still_is_probed_as_what_it_is(tmp_path: Path) -> None:
    for item in STILLS[:: len(STILLS) - 1]:
        path = tmp_path / item.name
        path.write_bytes(render_still(item.scene))
        found = probe(path)
        assert ((found.width, found.height), found.mime) == (STILL_SIZE, "image/jpeg")
        assert found.captured_at == item.captured_at


@pytest.mark.parametrize("item", CLIPS, ids=named)
def test_a_clip_is_probed_as_its_truth_says(tmp_path: Path, item: DemoItem) -> None:
    path = tmp_path / item.name
    content = render_clip(item.scene)
    path.write_bytes(content)
    found = probe(path)
    assert (found.mime, found.codec, (found.width, found.height)) == ("video/mp4", "h264", CLIP_SIZE)
    assert (found.frames, found.fps) == (item.scene.frames, Fraction(25))
    assert found.duration == Fraction(item.scene.frames, 25)
    assert found.captured_at == item.captured_at
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("item", CLIPS, ids=named)
def test_tracks_lie_within_the_clip_and_move(item: DemoItem) -> None:
    tracks = true_tracks(item.scene)
    assert len(tracks) >= 4
    for track in tracks:
        frames = [one.frame for one in track.boxes]
        assert frames == sorted(set(frames))
        assert 0 <= frames[0] <= frames[-1] < item.scene.frames
        assert all(one.box.x + one.box.width <= CLIP_SIZE[0] for one in track.boxes)
        assert all(one.box.y + one.box.height <= CLIP_SIZE[1] for one in track.boxes)
    assert any(track.boxes[0].box != track.boxes[-1].box for track in tracks)


def decoded(scene: Scene, path: Path) -> list[Image.Image]:
    path.write_bytes(render_clip(scene))
    with av.open(str(path)) as clip:
        return [frame.to_image() for frame in clip.decode(video=0)]


def test_a_tracked_car_is_in_its_box_in_the_decoded_frame_of_that_number(tmp_path: Path) -> None:
    scene = scene_with(alone(SubjectType.SEDAN, PaintColour.RED, across=-4.0, speed_across=3.0), frames=50)
    (track,) = true_tracks(scene)
    pictures = decoded(scene, tmp_path / "car.mp4")
    empty = decoded(replace(scene, subjects=()), tmp_path / "empty.mp4")
    assert [one.frame for one in track.boxes] == list(range(50))
    for one in track.boxes[::7]:
        drawn = drawn_box(pictures[one.frame], empty[one.frame])
        assert abs(drawn.x - one.box.x) <= 12
        assert abs(drawn.y - one.box.y) <= 4
        assert abs(drawn.x + drawn.width - one.box.x - one.box.width) <= 12
