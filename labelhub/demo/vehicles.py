"""Cars and vans seen from the side, drawn facing right: outline, glass, wheels, lights, shading."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from PIL import Image

from labelhub.demo.pen import Colour, Pen, Point, mix, shade, smooth

SCALE = 200.0  # pixels to the metre: more than any scene shows, so that scaling down smooths every edge
_MARGIN = 0.06
_GLASS_TOP: Colour = (120, 150, 172)
_GLASS_BOTTOM: Colour = (28, 38, 50)
_RUBBER: Colour = (24, 24, 26)
_TRIM: Colour = (40, 42, 46)
_HEADLAMP: Colour = (250, 246, 224)
_TAIL_LAMP: Colour = (196, 24, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How one type of vehicle is built, in metres from its rear end and the ground."""

    length: float
    height: float
    outline: tuple[Point, ...]
    glass: tuple[tuple[Point, ...], ...]
    axles: tuple[float, float]
    wheel: float
    doors: tuple[float, ...]
    door_top: float
    waist: float
    rails: bool = False
    cladding: bool = False


SEDAN = Build(
    length=4.75,
    height=1.46,
    outline=(
        (0.10, 0.30),
        (0.02, 0.50),
        (0.05, 0.82),
        (0.12, 0.99),
        (0.35, 1.03),
        (0.82, 1.05),
        (1.10, 1.20),
        (1.45, 1.39),
        (1.85, 1.455),
        (2.35, 1.455),
        (2.72, 1.38),
        (3.28, 1.06),
        (3.55, 0.99),
        (4.25, 0.90),
        (4.58, 0.78),
        (4.72, 0.60),
        (4.72, 0.42),
        (4.64, 0.28),
        (4.20, 0.24),
        (2.4, 0.22),
        (0.50, 0.24),
    ),
    glass=(
        ((1.02, 1.08), (1.28, 1.24), (1.55, 1.355), (1.95, 1.40), (2.06, 1.40), (2.06, 1.05)),
        ((2.13, 1.05), (2.13, 1.40), (2.36, 1.395), (2.64, 1.335), (3.10, 1.06)),
    ),
    axles=(0.95, 3.83),
    wheel=0.33,
    doors=(1.18, 2.10, 3.18),
    door_top=1.05,
    waist=0.92,
)
HATCHBACK = Build(
    length=3.95,
    height=1.50,
    outline=(
        (0.12, 0.30),
        (0.02, 0.52),
        (0.05, 0.85),
        (0.14, 1.04),
        (0.32, 1.30),
        (0.52, 1.45),
        (1.0, 1.50),
        (1.65, 1.49),
        (2.05, 1.42),
        (2.62, 1.08),
        (2.85, 1.00),
        (3.45, 0.90),
        (3.78, 0.78),
        (3.92, 0.60),
        (3.92, 0.42),
        (3.84, 0.28),
        (3.4, 0.24),
        (2.0, 0.22),
        (0.5, 0.24),
    ),
    glass=(
        ((0.40, 1.07), (0.52, 1.28), (0.64, 1.40), (1.0, 1.43), (1.38, 1.43), (1.38, 1.05)),
        ((1.45, 1.05), (1.45, 1.43), (1.66, 1.42), (1.98, 1.36), (2.46, 1.07)),
    ),
    axles=(0.72, 3.15),
    wheel=0.32,
    doors=(0.95, 1.42, 2.55),
    door_top=1.05,
    waist=0.93,
)
SUV = Build(
    length=4.70,
    height=1.78,
    outline=(
        (0.10, 0.40),
        (0.02, 0.60),
        (0.03, 1.02),
        (0.10, 1.20),
        (0.30, 1.58),
        (0.55, 1.73),
        (1.1, 1.765),
        (2.2, 1.765),
        (2.72, 1.69),
        (3.20, 1.26),
        (3.42, 1.18),
        (4.15, 1.12),
        (4.52, 1.02),
        (4.67, 0.85),
        (4.69, 0.55),
        (4.60, 0.38),
        (4.2, 0.34),
        (2.4, 0.32),
        (0.5, 0.34),
    ),
    glass=(
        ((0.38, 1.24), (0.54, 1.52), (0.66, 1.63), (1.02, 1.66), (1.02, 1.22)),
        ((1.10, 1.22), (1.10, 1.66), (1.98, 1.67), (1.98, 1.22)),
        ((2.06, 1.22), (2.06, 1.67), (2.30, 1.66), (2.62, 1.59), (3.02, 1.24)),
    ),
    axles=(0.92, 3.74),
    wheel=0.39,
    doors=(1.06, 2.02, 3.12),
    door_top=1.22,
    waist=1.08,
    rails=True,
    cladding=True,
)
PANEL_VAN = Build(
    length=5.60,
    height=2.50,
    outline=(
        (0.06, 0.40),
        (0.02, 0.60),
        (0.03, 2.25),
        (0.12, 2.44),
        (0.40, 2.50),
        (3.6, 2.50),
        (4.05, 2.44),
        (4.40, 2.20),
        (4.85, 1.50),
        (5.05, 1.32),
        (5.42, 1.16),
        (5.55, 0.98),
        (5.58, 0.60),
        (5.52, 0.40),
        (5.2, 0.34),
        (3.0, 0.32),
        (0.5, 0.34),
    ),
    glass=(((3.72, 1.42), (3.72, 2.14), (4.20, 2.12), (4.42, 1.92), (4.70, 1.46), (4.66, 1.40)),),
    axles=(1.10, 4.60),
    wheel=0.36,
    doors=(1.9, 3.62, 4.72),
    door_top=2.2,
    waist=1.28,
)
MINIBUS = Build(
    length=5.70,
    height=2.45,
    outline=(
        (0.06, 0.40),
        (0.02, 0.60),
        (0.03, 2.15),
        (0.12, 2.36),
        (0.40, 2.45),
        (3.9, 2.45),
        (4.30, 2.38),
        (4.60, 2.14),
        (4.98, 1.48),
        (5.15, 1.30),
        (5.50, 1.15),
        (5.64, 0.98),
        (5.68, 0.60),
        (5.62, 0.40),
        (5.3, 0.34),
        (3.0, 0.32),
        (0.5, 0.34),
    ),
    glass=(
        ((0.22, 1.40), (0.24, 2.10), (1.12, 2.12), (1.12, 1.40)),
        ((1.20, 1.40), (1.20, 2.12), (2.30, 2.12), (2.30, 1.40)),
        ((2.38, 1.40), (2.38, 2.12), (3.48, 2.12), (3.48, 1.40)),
        ((3.62, 1.40), (3.62, 2.12), (4.36, 2.08), (4.56, 1.90), (4.84, 1.46), (4.80, 1.38)),
    ),
    axles=(1.15, 4.70),
    wheel=0.36,
    doors=(2.34, 3.55, 4.86),
    door_top=2.16,
    waist=1.28,
)


@cache
def side_view(build: Build, paint: Colour) -> Image.Image:
    """Return the vehicle on a clear ground, cropped to what is drawn."""
    pen = Pen.blank(build.length + 2 * _MARGIN, build.height + 2 * _MARGIN, SCALE)
    _body(pen, build, paint)
    _glass(pen, build)
    _panels(pen, build, paint)
    _lamps(pen, build)
    for axle in build.axles:
        _wheel(pen, axle, build.wheel)
    return pen.image.crop(pen.image.getbbox())


def _body(pen: Pen, build: Build, paint: Colour) -> None:
    for axle in build.axles:  # the dark inside of the arches, seen around each wheel
        pen.fill(_arch(axle, build.wheel), (14, 14, 16))
    body = pen.mask(smooth(build.outline))
    hollow = Pen(Image.new("RGBA", pen.image.size, (0, 0, 0, 0)), pen.scale)
    for axle in build.axles:
        hollow.disc((axle, build.wheel), build.wheel * 1.18, (0, 0, 0))
    body.paste(0, (0, 0), hollow.image.getchannel("A"))
    waist = build.waist
    pen.fill_blend(
        body,
        (
            (build.height, shade(paint, 1.35)),
            (build.height - 0.12, shade(paint, 1.1)),
            (waist + 0.06, shade(paint, 1.0)),
            (waist, shade(paint, 1.42)),
            (waist - 0.08, shade(paint, 1.05)),
            (waist * 0.62, shade(paint, 0.86)),
            (0.42, shade(paint, 0.62)),
            (0.22, shade(paint, 0.42)),
        ),
    )
    sill = 0.5 if build.cladding else 0.34
    bottom = pen.mask(((0, 0), (build.length, 0), (build.length, sill), (0, sill)))
    lower = Image.new("L", pen.image.size, 0)
    lower.paste(body, (0, 0), bottom)
    pen.fill_blend(lower, ((sill, mix(_TRIM, paint, 0.1)), (0.2, (18, 18, 20))))


def _arch(axle: float, radius: float) -> list[Point]:
    turns = [math.pi * step / 24 for step in range(25)]
    return [(axle + math.cos(turn) * radius * 1.2, radius + math.sin(turn) * radius * 1.2) for turn in turns]


def _glass(pen: Pen, build: Build) -> None:
    for pane in build.glass:
        top, bottom = max(y for _, y in pane), min(y for _, y in pane)
        frame = [
            (x + (0.025 if x > _middle(pane) else -0.025), y + (0.02 if y > (top + bottom) / 2 else -0.02))
            for x, y in pane
        ]
        pen.fill(frame, (20, 22, 26))
        pen.fill_blend(
            pen.mask(pane), ((top, _GLASS_TOP), ((top + bottom) / 2, (70, 92, 112)), (bottom, _GLASS_BOTTOM))
        )
        _reflection(pen, pane, top, bottom)


def _middle(pane: tuple[Point, ...]) -> float:
    xs = [x for x, _ in pane]
    return (min(xs) + max(xs)) / 2


def _reflection(pen: Pen, pane: tuple[Point, ...], top: float, bottom: float) -> None:
    middle = _middle(pane)
    streak = pen.mask(((middle, top), (middle + 0.14, top), (middle - 0.12, bottom), (middle - 0.26, bottom)))
    seen = Image.new("L", streak.size, 0)
    seen.paste(streak.point(lambda v: v // 3), (0, 0), pen.mask(pane))
    pen.image.paste(Image.new("RGBA", streak.size, (225, 238, 246, 255)), (0, 0), seen)


def _panels(pen: Pen, build: Build, paint: Colour) -> None:
    seam = shade(paint, 0.55) if sum(paint) > 150 else (84, 86, 92)  # noqa: PLR2004 (black paint needs a light seam)
    for x in build.doors:
        top = build.waist if x == build.doors[-1] else build.door_top
        pen.line(((x, top), (x - 0.02, 0.55)), 0.014, seam)
    for x in build.doors[1:]:
        pen.line(((x - 0.30, build.waist - 0.04), (x - 0.14, build.waist - 0.04)), 0.035, shade(paint, 0.7))
    pen.line(((0.25, build.waist - 0.12), (build.length - 0.5, build.waist - 0.14)), 0.012, shade(paint, 0.78))
    mirror = build.doors[-1] - (0.16 if build.height < 2 else 0.06)  # noqa: PLR2004 (a van carries it further forward)
    base = min(y for _, y in build.glass[-1])
    pen.fill(
        ((mirror - 0.16, base + 0.02), (mirror - 0.14, base + 0.14), (mirror, base + 0.12), (mirror, base)),
        shade(paint, 0.7),
    )
    if build.rails:
        pen.line(((0.75, build.height), (2.35, build.height)), 0.035, (52, 54, 58))


def _lamps(pen: Pen, build: Build) -> None:
    tall = build.height > 2  # noqa: PLR2004 (vans)
    front, low = build.length, (0.86 if tall else build.waist - 0.22)
    pen.fill(
        (
            (front - 0.34, low + 0.13),
            (front - 0.10, low + 0.10),
            (front - 0.05, low - 0.03),
            (front - 0.26, low + 0.01),
        ),
        _HEADLAMP,
    )
    high = 1.5 if tall else build.waist
    pen.fill(
        ((0.04, high - 0.02), (0.05, high - 0.2 - 0.25 * tall), (0.16, high - 0.17 - 0.25 * tall), (0.24, high)),
        _TAIL_LAMP,
    )
    pen.fill(((front - 0.22, 0.45), (front - 0.06, 0.45), (front - 0.06, 0.38), (front - 0.2, 0.38)), (30, 30, 32))


def _wheel(pen: Pen, axle: float, radius: float) -> None:
    hub = (axle, radius)
    pen.disc(hub, radius, _RUBBER)
    pen.ring(hub, radius * 0.97, 0.015, (52, 52, 54))
    pen.disc(hub, radius * 0.68, (176, 180, 186))
    pen.disc(hub, radius * 0.60, (70, 72, 76))
    for spoke in range(5):
        angle = spoke * 2 * math.pi / 5 + 0.3
        tip = (axle + math.cos(angle) * radius * 0.6, radius + math.sin(angle) * radius * 0.6)
        pen.line((hub, tip), radius * 0.17, (190, 194, 200))
    pen.disc(hub, radius * 0.15, (130, 134, 140))
