"""Which sprite shows a subject, how large, and where: one answer for the drawing and for the ground truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from PIL import Image

from labelhub.demo import people, vehicles, vehicles_ahead
from labelhub.demo.scenes import FPS, PAINT, Box, Camera, PaintColour, Scene, Subject, SubjectType, camera_named

_SIDES = {
    SubjectType.SEDAN: vehicles.SEDAN,
    SubjectType.SUV: vehicles.SUV,
    SubjectType.HATCHBACK: vehicles.HATCHBACK,
    SubjectType.PANEL_VAN: vehicles.PANEL_VAN,
    SubjectType.MINIBUS: vehicles.MINIBUS,
}
_FRONTS = {
    SubjectType.SEDAN: vehicles_ahead.SEDAN_FRONT,
    SubjectType.SUV: vehicles_ahead.SUV_FRONT,
    SubjectType.HATCHBACK: vehicles_ahead.HATCHBACK_FRONT,
    SubjectType.PANEL_VAN: vehicles_ahead.PANEL_VAN_FRONT,
    SubjectType.MINIBUS: vehicles_ahead.MINIBUS_FRONT,
}
_PEOPLE = frozenset({SubjectType.PEDESTRIAN, SubjectType.CYCLIST})
_STRIDE = 1.45  # metres of one full step cycle
_GEAR = 2.6  # metres of one turn of the pedals
_DUSK = (66, 44, 62)
_LEAST_SEEN = 0.3
_LEAST_PIXELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Names one sprite."""

    type: SubjectType
    colour: PaintColour
    variant: int
    phase: int
    view: str
    dusk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A subject in one picture: its sprite, and the rectangle it fills, which may reach beyond the picture."""

    subject: Subject
    look: Look
    ahead: float
    left: int
    top: int
    width: int
    height: int

    def clipped(self, size: tuple[int, int]) -> Box | None:
        """Return the part within a picture of `size`, or None when nothing of it shows."""
        left, top = max(self.left, 0), max(self.top, 0)
        right, bottom = min(self.left + self.width, size[0]), min(self.top + self.height, size[1])
        if right <= left or bottom <= top:
            return None
        return Box(x=left, y=top, width=right - left, height=bottom - top)


def placed(scene: Scene, frame: int, size: tuple[int, int]) -> tuple[Placed, ...]:
    """Return everything in the picture of `frame`, the farthest first."""
    camera = camera_named(scene.camera)
    seconds = frame / FPS
    found = (_place(camera, subject, seconds, size[0]) for subject in scene.subjects)
    return tuple(sorted(found, key=lambda one: (-one.ahead, one.subject.number)))


def visible(everything: tuple[Placed, ...], size: tuple[int, int]) -> tuple[tuple[Placed, Box], ...]:
    """Return what a person would label: enough of it in the picture and not hidden behind something nearer."""
    seen = []
    for index, one in enumerate(everything):
        box = one.clipped(size)
        if box is None or min(box.width, box.height) < _LEAST_PIXELS:
            continue
        inside = box.width * box.height / (one.width * one.height)
        hidden = max((_covered(box, other.clipped(size)) for other in everything[index + 1 :]), default=0.0)
        if inside >= _LEAST_SEEN and hidden <= 1 - _LEAST_SEEN:
            seen.append((one, box))
    return tuple(seen)


def hidden_most(everything: tuple[Placed, ...], size: tuple[int, int]) -> float:
    """Return how much of the worst-hidden subject is covered, from 0 to 1."""
    worst = 0.0
    for index, one in enumerate(everything):
        box = one.clipped(size)
        if box is not None:
            worst = max(worst, *(_covered(box, other.clipped(size)) for other in everything[index + 1 :]), 0.0)
    return worst


@lru_cache(maxsize=256)
def sprite(look: Look, width: int, height: int) -> Image.Image:
    """Return the sprite that `look` names, at the size it is shown."""
    image = _drawn(look)
    if look.dusk:
        alpha = image.getchannel("A")
        image = Image.blend(image.convert("RGB"), Image.new("RGB", image.size, _DUSK), 0.34)
        image.putalpha(alpha)
    image = image.resize((width, height), Image.Resampling.BOX, reducing_gap=None)
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if look.view == "left" else image


def _covered(box: Box, other: Box | None) -> float:
    if other is None:
        return 0.0
    wide = min(box.x + box.width, other.x + other.width) - max(box.x, other.x)
    high = min(box.y + box.height, other.y + other.height) - max(box.y, other.y)
    return max(wide, 0) * max(high, 0) / (box.width * box.height)


def _place(camera: Camera, subject: Subject, seconds: float, width: int) -> Placed:
    across, ahead = subject.position(seconds)
    look = _look(camera, subject, across)
    drawn = _drawn_size(look.type, look.variant % 3, look.phase, look.view)
    scale = camera.scale_at(ahead, width) / _sprite_scale(look)
    shown = max(1, round(drawn[0] * scale)), max(1, round(drawn[1] * scale))
    x, y = camera.on_screen(across, ahead, width)
    return Placed(
        subject=subject,
        look=look,
        ahead=ahead,
        left=round(x - shown[0] / 2),
        top=round(y) - shown[1],
        width=shown[0],
        height=shown[1],
    )


def _look(camera: Camera, subject: Subject, across: float) -> Look:
    view = "left" if subject.speed_across < 0 else "right"
    phase = 0
    if subject.type in _PEOPLE:
        cycle = _STRIDE if subject.type is SubjectType.PEDESTRIAN else _GEAR
        phase = int(abs(across - subject.across) / cycle * people.PHASES + subject.look) % people.PHASES
    elif camera.along:
        view = "behind" if subject.speed_ahead > 0 else "ahead"
    return Look(
        type=subject.type, colour=subject.colour, variant=subject.look, phase=phase, view=view, dusk=camera.dusk
    )


def _drawn(look: Look) -> Image.Image:
    paint = PAINT[look.colour]
    if look.type is SubjectType.PEDESTRIAN:
        return people.pedestrian(paint, look.variant, look.phase)
    if look.type is SubjectType.CYCLIST:
        return people.cyclist(paint, look.variant, look.phase)
    if look.view == "ahead":
        return vehicles_ahead.seen_from_ahead(_FRONTS[look.type], paint)
    if look.view == "behind":
        return vehicles_ahead.seen_from_behind(_FRONTS[look.type], paint)
    return vehicles.side_view(_SIDES[look.type], paint)


@cache
def _drawn_size(kind: SubjectType, variant: int, phase: int, view: str) -> tuple[int, int]:
    """Return a sprite's own size. Colour does not change it, and of the variants only every third carries a bag."""
    return _drawn(Look(type=kind, colour=PaintColour.GREY, variant=variant, phase=phase, view=view, dusk=False)).size


def _sprite_scale(look: Look) -> float:
    if look.type in _PEOPLE:
        return people.SCALE
    return vehicles_ahead.SCALE if look.view in {"ahead", "behind"} else vehicles.SCALE
