"""The backdrop of the camera that looks along its road; the vanishing point is at (640, 260)."""

from __future__ import annotations

import random

from PIL import Image

from labelhub.demo.brush import HEIGHT, Brush
from labelhub.demo.pen import Colour, shade


def crossing() -> Image.Image:
    """Draw a wide Texan road seen along its length, with a zebra crossing and signals."""
    brush, rng = Brush.blank(), random.Random(51)  # noqa: S311 (looks only)
    brush.blend(0, 270, ((0, (84, 150, 220)), (1, (214, 232, 244))))
    for x, y, r in (
        (180, 80, 70),
        (250, 68, 90),
        (330, 84, 66),
        (860, 60, 70),
        (950, 50, 100),
        (1050, 66, 70),
        (620, 150, 40),
        (560, 156, 36),
    ):
        brush.cloud(((x, y, r),), (255, 255, 255), soft=18, opacity=190)
    brush.poly([(0, 275), *((x, 256 - 7 * rng.random()) for x in range(0, 1290, 8)), (1290, 275)], (96, 122, 96))
    brush.blend(264, HEIGHT, ((0, (150, 162, 110)), (1, (122, 146, 78))))
    _water_tower(brush, 930, 262)
    _sheds(brush)
    _along(brush, -10.6, 10.6, (196, 192, 182))
    _along(brush, -8.8, 8.8, (92, 94, 98))
    brush.grain(270, HEIGHT, 4, strength=0.08)
    _road_lines(brush)
    _signals(brush)
    return brush.finished()


def ground(x: float, z: float) -> tuple[float, float]:
    """Return where the point `x` metres right and `z` metres ahead on the ground lies in the crossing's picture."""
    scale = 900 / z
    return 640 + x * scale, 260 + 3.2 * scale


def _along(brush: Brush, left: float, right: float, colour: Colour) -> None:
    brush.poly((ground(left, 5), ground(left, 600), ground(right, 600), ground(right, 5)), colour)


def _road_lines(brush: Brush) -> None:
    for x in (-0.22, 0.08):
        brush.poly((ground(x, 15.4), ground(x, 300), ground(x + 0.14, 300), ground(x + 0.14, 15.4)), (232, 188, 60))
    for x in (-7.4, 7.3):
        brush.poly((ground(x, 5), ground(x, 300), ground(x + 0.14, 300), ground(x + 0.14, 5)), (226, 226, 222))
    for x in (-3.75, 3.65):
        for z in range(16, 160, 8):
            brush.poly(
                (ground(x, z), ground(x, z + 3.4), ground(x + 0.13, z + 3.4), ground(x + 0.13, z)), (226, 226, 222)
            )
    for stripe in range(-13, 13):
        x = stripe * 0.64
        brush.poly((ground(x, 9.4), ground(x, 12.4), ground(x + 0.36, 12.4), ground(x + 0.36, 9.4)), (232, 232, 228))
    brush.poly((ground(-7.3, 13.5), ground(-7.3, 14.0), ground(-0.2, 14.0), ground(-0.2, 13.5)), (232, 232, 228))


def _water_tower(brush: Brush, x: float, base: float) -> None:
    for leg in (-26, -9, 9, 26):
        brush.line(((x + leg, base), (x + leg * 0.7, 165)), 2.5, (150, 158, 166))
    brush.line(((x - 22, 214), (x + 22, 214)), 2, (150, 158, 166))
    brush.disc(x, 146, 38, (206, 212, 218), flat=0.66)
    brush.disc(x - 10, 138, 18, (232, 236, 240), flat=0.6)
    brush.text(x, 150, "MESA", 14, (60, 90, 130))


def _sheds(brush: Brush) -> None:
    sheds: tuple[tuple[int, int, int, Colour], ...] = (
        (20, 210, 196, (196, 150, 120)),
        (215, 330, 216, (210, 200, 180)),
        (340, 420, 230, (150, 150, 158)),
        (1060, 1260, 190, (180, 170, 160)),
        (800, 880, 232, (190, 120, 100)),
    )
    for left, right, top, colour in sheds:
        brush.rect(left, top, right, 284, colour)
        brush.rect(left, top, right, top + 8, shade(colour, 0.7))
        for x in range(left + 10, right - 18, 30):
            brush.rect(x, 284 - (284 - top) * 0.5, x + 18, 280, (70, 88, 104))
    brush.text(115, 214, "HARDWARE", 16, (96, 50, 40))
    brush.text(1160, 208, "FEED & SEED", 15, (80, 60, 50))


def _signals(brush: Brush) -> None:
    brush.rect(1136, 60, 1148, 470, (120, 124, 128))
    brush.line(((1142, 74), (420, 92)), 6, (120, 124, 128))
    for x, y in ((500, 90), (760, 84), (960, 79)):
        brush.rect(x - 10, y, x + 10, y + 52, (36, 38, 40))
        for lamp, colour in enumerate(((226, 48, 40), (84, 70, 30), (30, 72, 44))):
            brush.disc(x, y + 9 + lamp * 17, 6.5, colour)
