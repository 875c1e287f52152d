"""What stands behind the traffic: one backdrop per demo camera, each unlike the others."""

from __future__ import annotations

import math
import random
from functools import cache

from PIL import Image

from labelhub.demo.backdrop_crossing import crossing
from labelhub.demo.brush import HEIGHT, WIDTH, Brush
from labelhub.demo.pen import Colour, mix, shade

_GLASS: Colour = (74, 96, 116)


@cache
def backdrop(camera: str) -> Image.Image:
    """Return the empty scene of `camera` at 1280 by 720.

    Raises:
        KeyError: the demo has no such camera.

    """
    return {
        "cam-ca-1": _boulevard,
        "cam-tx-public": crossing,
        "cam-tx-2": _station,
        "cam-de-1": _berlin,
    }[camera]()


def _boulevard() -> Image.Image:
    """Draw a sunny Californian street: hills, stucco shops with awnings, palms."""
    brush, rng = Brush.blank(), random.Random(11)  # noqa: S311 (looks only)
    brush.blend(0, 420, ((0, (70, 140, 214)), (0.6, (158, 204, 238)), (1, (226, 236, 240))))
    brush.cloud(((250, 90, 90), (330, 80, 110), (420, 98, 80)), (255, 255, 255), soft=26, opacity=200)
    brush.cloud(((930, 130, 80), (1010, 118, 100), (1090, 135, 70)), (255, 255, 255), soft=26, opacity=170)
    for base, height, colour in ((330, 90, (158, 172, 176)), (350, 70, (134, 150, 128))):
        ridge = [
            (x, base - height * (0.5 + 0.3 * math.sin(x / 170 + height) + 0.2 * math.sin(x / 61)))
            for x in range(-10, 1300, 10)
        ]
        brush.poly([(-10, 420), *ridge, (1300, 420)], colour)
    left, index = -30.0, 0
    walls: tuple[Colour, ...] = ((240, 214, 178), (226, 168, 140), (244, 238, 222), (178, 206, 204), (236, 198, 120))
    while left < WIDTH:
        width = rng.uniform(165, 235)
        _shop(brush, left, 412, width, height=rng.uniform(120, 170), wall=walls[index % 5], index=index)
        left, index = left + width + rng.uniform(0, 14), index + 1
    for x in (95, 410, 735, 1120):
        _palm(brush, x, 425, rng.uniform(230, 290), rng)
    _street(brush, pavement=(206, 200, 188), asphalt=(98, 98, 102), kerb=(226, 222, 212), line=(232, 190, 64), seed=1)
    return brush.finished()


def _shop(brush: Brush, left: float, base: float, width: float, *, height: float, wall: Colour, index: int) -> None:
    top = base - height
    brush.rect(left, top, left + width, base, wall)
    brush.rect(left - 3, top - 8, left + width + 3, top + 4, shade(wall, 0.85))
    brush.rect(left + width - 12, top + 4, left + width, base, shade(wall, 0.9))
    for column in range(3):
        x = left + width * (0.12 + 0.29 * column)
        brush.rect(x, top + 20, x + width * 0.18, top + 52, shade(wall, 0.7))
        brush.rect(x + 2, top + 22, x + width * 0.18 - 2, top + 50, mix(_GLASS, (190, 214, 230), 0.3))
    brush.rect(left + 10, base - 54, left + width * 0.6, base - 4, (52, 66, 78))
    brush.rect(left + 14, base - 50, left + width * 0.6 - 4, base - 8, (112, 140, 156))
    brush.rect(left + width * 0.68, base - 56, left + width * 0.86, base, shade(wall, 0.5))
    stripe: Colour = ((190, 62, 52), (46, 110, 120), (210, 140, 48))[index % 3]
    for strip in range(10):
        x, w = left + 4 + strip * (width - 8) / 10, (width - 8) / 10
        brush.poly(
            ((x, base - 74), (x + w, base - 74), (x + w, base - 52), (x, base - 52)),
            stripe if strip % 2 else (246, 242, 232),
        )
    name = ("BAKERY", "SURF SHOP", "BOOKS", "TACOS", "LAUNDRY", "FLOWERS", "DINER")[index % 7]
    brush.text(left + width / 2, base - 86, name, 15, shade(wall, 0.4))


def _palm(brush: Brush, x: float, base: float, height: float, rng: random.Random) -> None:
    bend = rng.uniform(-18, 18)
    trunk = [(x + bend * (step / 10) ** 2, base - height * step / 10) for step in range(11)]
    brush.line(trunk, 9, (128, 104, 78))
    brush.line([(px - 2, py) for px, py in trunk], 3, (160, 134, 102))
    cx, cy = trunk[-1]
    for frond in range(13):
        angle = math.pi * (-0.12 + 1.24 * frond / 12)
        reach = rng.uniform(58, 80)
        middle = (cx + math.cos(angle) * reach * 0.55, cy - math.sin(angle) * reach * 0.45 - 12)
        tip = (cx + math.cos(angle) * reach, cy - math.sin(angle) * reach * 0.5 + 26)
        green = shade((70, 122, 62), rng.uniform(0.75, 1.1))
        brush.poly(((cx, cy - 4), (middle[0], middle[1] - 6), tip, (middle[0], middle[1] + 7), (cx, cy + 4)), green)


def _street(brush: Brush, *, pavement: Colour, asphalt: Colour, kerb: Colour, line: Colour, seed: int) -> None:
    """Draw a street seen across: far pavement, two lanes, near pavement."""
    brush.blend(412, 452, ((0, shade(pavement, 0.82)), (1, pavement)))
    for x in range(-40, WIDTH, 64):
        brush.line(((x + 12, 412), (x, 452)), 1, shade(pavement, 0.8))
    brush.rect(0, 452, WIDTH, 461, kerb)
    brush.blend(461, 646, ((0, shade(asphalt, 0.78)), (0.12, asphalt), (1, shade(asphalt, 1.1))))
    brush.rect(0, 470, WIDTH, 473, (220, 220, 216))
    for x in range(-60, WIDTH, 130):
        brush.poly(((x + 8, 540), (x + 78, 540), (x + 74, 546), (x, 546)), line)
    brush.rect(0, 630, WIDTH, 634, (222, 222, 218))
    brush.rect(0, 646, WIDTH, 658, kerb)
    brush.blend(658, HEIGHT, ((0, pavement), (1, shade(pavement, 1.1))))
    for x in range(-80, WIDTH + 80, 120):
        brush.line(((x, 658), (x - 46, HEIGHT)), 1.5, shade(pavement, 0.82))
    brush.grain(412, HEIGHT, seed, strength=0.09)


def _berlin() -> Image.Image:
    """Draw a Berlin street on a grey day: five-storey fronts, bare trees, a red cycle lane, the tower far off."""
    brush, rng = Brush.blank(), random.Random(23)  # noqa: S311 (looks only)
    brush.blend(0, 420, ((0, (168, 178, 188)), (1, (218, 222, 224))))
    brush.cloud([(x, 50 + 30 * math.sin(x), 150) for x in range(0, WIDTH, 170)], (236, 238, 240), soft=60, opacity=150)
    _tower(brush, 705, 412)
    fronts: tuple[tuple[float, float, Colour], ...] = (
        (-60, 250, (214, 196, 158)), (190, 230, (170, 160, 150)), (420, 215, (206, 168, 140)),
        (775, 240, (188, 196, 186)), (1015, 300, (222, 210, 184)),
    )  # fmt: skip
    for index, (left, width, wall) in enumerate(fronts):
        _front(brush, left, 412, width, height=318 + 16 * (index % 3), wall=wall, index=index)
    brush.rect(635, 372, 775, 412, (120, 128, 112))
    brush.cloud([(650 + 22 * i, 366, 26) for i in range(6)], (96, 112, 84), soft=6, opacity=255)
    for x in (150, 610, 960):
        _tree(brush, x, 428, rng)
    _street(brush, pavement=(172, 170, 166), asphalt=(84, 86, 90), kerb=(196, 194, 190), line=(226, 226, 222), seed=2)
    brush.blend(606, 646, ((0, (150, 84, 74)), (1, (164, 92, 80))))
    brush.rect(0, 603, WIDTH, 607, (226, 226, 222))
    brush.grain(606, 646, 5, strength=0.07)
    return brush.finished()


def _tower(brush: Brush, x: float, base: float) -> None:
    grey: Colour = (176, 182, 190)
    brush.poly(((x - 7, base), (x - 3, 190), (x + 3, 190), (x + 7, base)), grey)
    brush.disc(x, 178, 17, shade(grey, 0.92))
    brush.disc(x - 5, 172, 6, shade(grey, 1.3))
    brush.rect(x - 14, 176, x + 14, 180, shade(grey, 0.75))
    brush.rect(x - 2.5, 110, x + 2.5, 164, shade(grey, 0.95))
    brush.rect(x - 1.2, 62, x + 1.2, 112, (190, 120, 116))


def _front(brush: Brush, left: float, base: float, width: float, *, height: float, wall: Colour, index: int) -> None:
    top, storey = base - height, (height - 70) / 4
    brush.poly(((left, top), (left + 14, top - 34), (left + width - 14, top - 34), (left + width, top)), (120, 76, 66))
    brush.rect(left, top, left + width, base, wall)
    brush.rect(left + width - 3, top, left + width, base, shade(wall, 0.7))
    columns = max(3, round(width / 58))
    for floor in range(4):
        y = top + 16 + floor * storey
        brush.rect(left, y + storey - 14, left + width, y + storey - 11, shade(wall, 0.86))
        for column in range(columns):
            _window(brush, left + (column + 0.5) * width / columns, y, storey - 30, wall)
    brush.rect(left, base - 72, left + width, base, shade(wall, 0.72))
    for column in range(2):
        x = left + 12 + column * (width - 12) / 2
        brush.rect(x, base - 52, x + width / 2 - 22, base - 6, (60, 74, 84))
        brush.poly(((x + 20, base - 52), (x + 44, base - 52), (x + 20, base - 6), (x - 0, base - 6)), (92, 108, 118))
    sign: Colour = ((150, 44, 40), (44, 84, 66), (58, 62, 96))[index % 3]
    brush.rect(left + 14, base - 70, left + width - 14, base - 55, sign)
    brush.text(
        left + width / 2,
        base - 62,
        ("EISDIELE", "APOTHEKE", "OPTIKER", "BUCHLADEN", "BLUMEN")[index % 5],
        12,
        (240, 236, 224),
    )


def _window(brush: Brush, x: float, top: float, height: float, wall: Colour) -> None:
    brush.rect(x - 15, top - 5, x + 15, top + height + 4, shade(wall, 1.35))
    brush.rect(x - 11, top, x + 11, top + height, (236, 234, 228))
    for side in (-1, 1):
        brush.rect(min(x + side, x + side * 10), top + 2, max(x + side, x + side * 10), top + height - 2, (78, 94, 108))
    brush.rect(x - 10, top + height * 0.3, x + 10, top + height * 0.3 + 2, (236, 234, 228))


def _tree(brush: Brush, x: float, base: float, rng: random.Random) -> None:
    brush.line(((x, base), (x, base - 120)), 9, (84, 72, 62))
    brush.cloud(
        [(x + rng.uniform(-46, 46), base - 150 + rng.uniform(-48, 40), rng.uniform(24, 38)) for _ in range(16)],
        (92, 116, 74), soft=5, opacity=235,
    )  # fmt: skip
    brush.cloud(
        [(x - 12 + rng.uniform(-34, 30), base - 170 + rng.uniform(-34, 26), rng.uniform(10, 18)) for _ in range(12)],
        (124, 146, 92), soft=6, opacity=170,
    )  # fmt: skip


def _station() -> Image.Image:
    """Draw a Texan filling station at dusk, with wires against the sky."""
    brush, rng = Brush.blank(), random.Random(37)  # noqa: S311 (looks only)
    brush.blend(0, 420, ((0, (52, 58, 108)), (0.45, (150, 98, 130)), (0.75, (236, 142, 98)), (1, (252, 196, 128))))
    brush.cloud(
        [(x, 150 + 30 * math.sin(x / 90), 130) for x in range(100, 1200, 210)], (210, 116, 110), soft=34, opacity=110
    )
    brush.disc(1010, 372, 40, (255, 226, 160))
    brush.cloud(((1010, 372, 190),), (255, 206, 140), soft=50, opacity=90)
    brush.poly([(0, 412), *((x, 392 - 9 * rng.random()) for x in range(0, 1290, 12)), (1290, 412)], (88, 66, 74))
    _filling_station(brush)
    for x in (60, 520, 980, 1440):
        brush.line(((x, 430), (x, 96)), 9, (56, 44, 44))
        brush.line(((x - 46, 120), (x + 46, 120)), 6, (56, 44, 44))
    for lift in (118, 126):
        for x in (-400, 60, 520, 980):
            sag = [(x + 460 * s / 20, lift + 26 * (1 - (2 * s / 20 - 1) ** 2)) for s in range(21)]
            brush.line(sag, 1.4, (50, 40, 44))
    _street(brush, pavement=(150, 134, 124), asphalt=(74, 72, 80), kerb=(164, 150, 140), line=(222, 178, 74), seed=3)
    return brush.finished()


def _filling_station(brush: Brush) -> None:
    brush.rect(700, 296, 1010, 412, (156, 128, 116))
    brush.rect(700, 286, 1010, 306, (120, 52, 52))
    brush.rect(716, 326, 990, 404, (255, 228, 164))
    for x in range(716, 990, 46):
        brush.rect(x, 326, x + 4, 404, (120, 96, 88))
    brush.text(855, 296, "MARKET", 14, (250, 236, 210))
    for x in (180, 470, 560):
        brush.rect(x, 270, x + 12, 412, (190, 178, 170))
    brush.rect(120, 226, 640, 272, (226, 218, 210))
    brush.rect(120, 248, 640, 262, (176, 44, 44))
    brush.cloud([(x, 276, 50) for x in range(160, 620, 60)], (255, 240, 200), soft=12, opacity=200)
    for x in (270, 380):
        brush.rect(x, 346, x + 34, 412, (206, 200, 196))
        brush.rect(x + 6, 354, x + 28, 374, (48, 60, 70))
        brush.rect(x, 338, x + 34, 348, (176, 44, 44))
    brush.rect(1120, 150, 1128, 412, (90, 80, 80))
    brush.rect(1076, 120, 1172, 196, (236, 232, 224))
    brush.text(1124, 144, "GAS", 26, (176, 44, 44))
    brush.text(1124, 176, "OPEN 24 H", 12, (60, 60, 66))
