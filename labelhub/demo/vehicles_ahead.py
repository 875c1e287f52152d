"""Cars and vans seen from ahead and from behind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PIL import Image

from labelhub.demo.pen import Colour, Pen, Point, shade, smooth

SCALE = 220.0
_MARGIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """How one type of vehicle looks from ahead and behind, in metres; half of it, the other half mirrors."""

    width: float
    height: float
    waist: float
    roof: float
    """Half the width of the roof."""
    bottom: float = 0.17
    tall_rear_glass: bool = True
    rear_doors: bool = False


SEDAN_FRONT = Front(width=1.84, height=1.45, waist=0.98, roof=0.56, tall_rear_glass=False)
HATCHBACK_FRONT = Front(width=1.78, height=1.50, waist=0.98, roof=0.58)
SUV_FRONT = Front(width=1.92, height=1.76, waist=1.14, roof=0.66, bottom=0.22)
PANEL_VAN_FRONT = Front(width=2.04, height=2.50, waist=1.34, roof=0.88, bottom=0.22, rear_doors=True)
MINIBUS_FRONT = Front(width=2.04, height=2.44, waist=1.34, roof=0.88, bottom=0.22)


@cache
def seen_from_ahead(front: Front, paint: Colour) -> Image.Image:
    """Return the vehicle coming towards the camera, cropped to what is drawn."""
    pen = _hull(front, paint)
    top, waist = front.height - 0.1, front.waist + 0.03
    _pane(pen, front, top=top, bottom=waist)
    half = front.width / 2
    bonnet = waist - 0.04
    pen.fill_blend(
        pen.mask(_sym(front, ((half - 0.16, bonnet), (half - 0.1, bonnet - 0.24)))),
        ((bonnet, shade(paint, 1.3)), (bonnet - 0.24, shade(paint, 1.02))),
    )
    lamp = bonnet - 0.3
    for side in (-1, 1):
        _quad(pen, front, side, (half - 0.46, lamp, half - 0.07, lamp + 0.13), (250, 248, 232))
        _quad(pen, front, side, (half - 0.4, lamp + 0.03, half - 0.3, lamp + 0.1), (205, 214, 224))
        _quad(pen, front, side, (half - 0.09, front.waist + 0.0, half + 0.1, front.waist + 0.13), shade(paint, 0.75))
    pen.fill(_sym(front, ((0.44, lamp + 0.1), (0.38, lamp - 0.1))), (26, 28, 32))
    pen.line((_at(front, -0.36, lamp + 0.03), _at(front, 0.36, lamp + 0.03)), 0.02, (150, 154, 160))
    pen.fill(_sym(front, ((0.62, lamp - 0.2), (0.56, lamp - 0.32))), (30, 32, 36))
    _plate(pen, front, lamp - 0.15)
    return pen.image.crop(pen.image.getbbox())


@cache
def seen_from_behind(front: Front, paint: Colour) -> Image.Image:
    """Return the vehicle driving away, cropped to what is drawn."""
    pen = _hull(front, paint)
    half = front.width / 2
    glass_bottom = front.waist + (0.02 if front.tall_rear_glass else 0.08)
    if front.rear_doors:
        _van_doors(pen, front, paint)
    else:
        _pane(pen, front, top=front.height - 0.11, bottom=glass_bottom)
    lamp = front.waist - 0.3
    for side in (-1, 1):
        _quad(pen, front, side, (half - 0.36, lamp, half - 0.05, lamp + 0.2), (196, 22, 28))
        _quad(pen, front, side, (half - 0.3, lamp + 0.04, half - 0.14, lamp + 0.09), (246, 170, 150))
    pen.line((_at(front, -half + 0.1, lamp - 0.06), _at(front, half - 0.1, lamp - 0.06)), 0.016, shade(paint, 0.6))
    pen.fill(_sym(front, ((half - 0.16, front.bottom + 0.2), (half - 0.22, front.bottom + 0.04))), (40, 42, 46))
    _plate(pen, front, lamp - 0.02 if not front.rear_doors else lamp - 0.1)
    return pen.image.crop(pen.image.getbbox())


def _hull(front: Front, paint: Colour) -> Pen:
    pen = Pen.blank(front.width + 0.4, front.height + _MARGIN, SCALE)
    half, waist, low = front.width / 2, front.waist, front.bottom
    for side in (-1, 1):
        _quad(pen, front, side, (half - 0.3, 0.0, half - 0.06, 0.5), (24, 24, 26))
    outline: list[Point] = [
        (half - 0.08, low), (half - 0.01, low + 0.18), (half, waist - 0.25), (half - 0.04, waist),
        (front.roof + 0.06, front.height - 0.12), (front.roof - 0.06, front.height - 0.02),
    ]  # fmt: skip
    right = [_at(front, x, y) for x, y in outline]
    left = [_at(front, -x, y) for x, y in reversed(outline)]
    pen.fill_blend(
        pen.mask(smooth([*right, *left])),
        (
            (front.height, shade(paint, 1.25)),
            (waist + 0.1, shade(paint, 0.98)),
            (waist - 0.05, shade(paint, 1.2)),
            (waist - 0.3, shade(paint, 0.95)),
            (low + 0.15, shade(paint, 0.7)),
            (low, shade(paint, 0.4)),
        ),
    )
    return pen


def _pane(pen: Pen, front: Front, *, top: float, bottom: float) -> None:
    half = front.width / 2
    shape = _sym(front, ((front.roof - 0.02, top), (half - 0.15, bottom)))
    pen.fill_blend(pen.mask(shape), ((top, (96, 122, 142)), (bottom, (22, 30, 40))))
    streak = [_at(front, x, y) for x, y in ((-0.3, top), (-0.14, top), (-0.4, bottom), (-0.58, bottom))]
    pen.fill(streak, (190, 208, 220), opacity=90)


def _van_doors(pen: Pen, front: Front, paint: Colour) -> None:
    half = front.width / 2
    for side in (-1, 1):
        _quad(pen, front, side, (0.08, front.waist + 0.2, half - 0.2, front.height - 0.25), (40, 54, 68))
    pen.line((_at(front, 0, front.bottom + 0.25), _at(front, 0, front.height - 0.08)), 0.02, shade(paint, 0.5))


def _plate(pen: Pen, front: Front, middle: float) -> None:
    """Draw a blank plate: the demo shows nobody's registration."""
    pen.fill(_sym(front, ((0.26, middle + 0.055), (0.26, middle - 0.055))), (236, 236, 228))


def _quad(pen: Pen, front: Front, side: int, corners: tuple[float, float, float, float], colour: Colour) -> None:
    left, bottom, right, top = corners
    shape = ((left, bottom), (right, bottom), (right, top), (left, top))
    pen.fill([_at(front, side * x, y) for x, y in shape], colour)


def _sym(front: Front, half: tuple[Point, ...]) -> list[Point]:
    right = [_at(front, x, y) for x, y in half]
    left = [_at(front, -x, y) for x, y in reversed(half)]
    return [*right, *left]


def _at(front: Front, x: float, y: float) -> Point:
    """Return a point given from the middle of the vehicle."""
    return front.width / 2 + 0.2 + x, y
