"""Pedestrians and cyclists seen from the side, facing right, in eight phases of a step or a turn of the pedals."""

from __future__ import annotations

import math
from functools import cache

from PIL import Image

from labelhub.demo.pen import Colour, Pen, Point, shade, smooth

SCALE = 240.0
PHASES = 8
_SKIN: tuple[Colour, ...] = ((236, 188, 154), (198, 142, 104), (134, 88, 62), (98, 64, 46))
_HAIR: tuple[Colour, ...] = ((58, 40, 28), (24, 20, 18), (150, 106, 58), (92, 88, 86))
_TROUSERS: tuple[Colour, ...] = ((44, 56, 84), (40, 40, 44), (96, 84, 68), (70, 74, 82))


@cache
def pedestrian(clothes: Colour, look: int, phase: int) -> Image.Image:
    """Return somebody walking, cropped to what is drawn; `look` varies skin, hair and trousers."""
    pen = Pen.blank(1.4, 1.85, SCALE)
    swing = math.sin(2 * math.pi * phase / PHASES)
    skin, hair, trousers = _SKIN[look % 4], _HAIR[(look + look // 4) % 4], _TROUSERS[(look * 3 + 1) % 4]
    hip: Point = (0.68, 0.9)
    shoulder: Point = (0.70, 1.40)
    _arm(pen, shoulder, -swing, shade(clothes, 0.6), shade(skin, 0.8))
    _leg(pen, hip, -swing, shade(trousers, 0.7))
    _leg(pen, hip, swing, trousers)
    torso = ((0.56, 0.86), (0.54, 1.15), (0.56, 1.42), (0.68, 1.50), (0.80, 1.43), (0.83, 1.15), (0.80, 0.86))
    pen.fill_blend(pen.mask(smooth(torso)), ((1.5, shade(clothes, 1.2)), (1.2, clothes), (0.86, shade(clothes, 0.72))))
    _arm(pen, shoulder, swing, shade(clothes, 0.85), skin)
    pen.line(((0.70, 1.46), (0.71, 1.56)), 0.09, shade(skin, 0.85))
    pen.disc((0.72, 1.65), 0.115, skin)
    pen.fill(
        smooth(((0.60, 1.62), (0.60, 1.74), (0.70, 1.79), (0.81, 1.75), (0.82, 1.70), (0.70, 1.69), (0.66, 1.60))), hair
    )
    if look % 3 == 0:
        pen.fill(smooth(((0.42, 1.02), (0.42, 1.36), (0.55, 1.42), (0.58, 1.02))), (92, 62, 44))
    return pen.image.crop(pen.image.getbbox())


def _leg(pen: Pen, hip: Point, swing: float, colour: Colour) -> None:
    angle = 0.5 * swing
    knee = (hip[0] + math.sin(angle) * 0.44 + 0.03, hip[1] - math.cos(angle) * 0.44)
    bend = angle - (0.55 if swing < 0 else 0.08)
    ankle = (knee[0] + math.sin(bend) * 0.38, max(0.07, knee[1] - math.cos(bend) * 0.40))
    pen.line((hip, knee), 0.17, colour)
    pen.line((knee, ankle), 0.125, colour)
    pen.line((ankle, (ankle[0] + 0.14, ankle[1] - 0.02)), 0.085, (36, 34, 36))


def _arm(pen: Pen, shoulder: Point, swing: float, sleeve: Colour, skin: Colour) -> None:
    angle = -0.55 * swing
    elbow = (shoulder[0] + math.sin(angle) * 0.28, shoulder[1] - math.cos(angle) * 0.28)
    hand = (elbow[0] + math.sin(angle + 0.35) * 0.26, elbow[1] - math.cos(angle + 0.35) * 0.26)
    pen.line((shoulder, elbow), 0.11, sleeve)
    pen.line((elbow, hand), 0.095, sleeve)
    pen.disc(hand, 0.055, skin)


@cache
def cyclist(clothes: Colour, look: int, phase: int) -> Image.Image:
    """Return somebody on a bicycle, cropped to what is drawn."""
    pen = Pen.blank(1.9, 1.85, SCALE)
    skin, trousers = _SKIN[look % 4], _TROUSERS[(look * 3 + 1) % 4]
    rear, front, crank = (0.40, 0.35), (1.46, 0.35), (0.86, 0.30)
    turn = -2 * math.pi * phase / PHASES
    for hub in (rear, front):
        _bicycle_wheel(pen, hub, turn)
    bars = (1.28, 1.02)
    hip, shoulder = (0.74, 1.00), (1.04, 1.42)
    _pedalling_leg(pen, hip, crank, turn + math.pi, shade(trousers, 0.7))
    frame: Colour = (60, 66, 74) if look % 2 else (150, 40, 40)
    for start, end in (
        (rear, crank),
        (rear, (0.76, 0.80)),
        (crank, (0.74, 0.88)),
        (crank, (1.26, 0.76)),
        ((0.76, 0.80), (1.24, 0.84)),
    ):
        pen.line((start, end), 0.04, frame)
    pen.line((front, (1.24, 0.88), (1.22, 1.0), bars), 0.04, frame)
    pen.line(((0.62, 0.93), (0.86, 0.92)), 0.06, (30, 30, 32))
    _pedalling_leg(pen, hip, crank, turn, trousers)
    torso = ((0.62, 0.98), (0.68, 1.22), (0.90, 1.46), (1.06, 1.50), (1.12, 1.38), (1.0, 1.18), (0.86, 0.98))
    pen.fill_blend(pen.mask(smooth(torso)), ((1.5, shade(clothes, 1.2)), (1.25, clothes), (0.95, shade(clothes, 0.72))))
    pen.line((shoulder, (1.16, 1.16), bars), 0.1, shade(clothes, 0.84))
    pen.disc(bars, 0.055, skin)
    pen.disc((1.15, 1.62), 0.115, skin)
    pen.fill(
        smooth(((1.0, 1.62), (1.0, 1.74), (1.12, 1.81), (1.26, 1.76), (1.29, 1.68), (1.14, 1.67))),
        (236, 236, 232) if look % 2 else (40, 70, 130),
    )
    return pen.image.crop(pen.image.getbbox())


def _bicycle_wheel(pen: Pen, hub: Point, turn: float) -> None:
    for spoke in range(6):
        angle = turn + spoke * math.pi / 3
        pen.line((hub, (hub[0] + math.cos(angle) * 0.32, hub[1] + math.sin(angle) * 0.32)), 0.008, (150, 152, 156))
    pen.ring(hub, 0.345, 0.045, (26, 26, 28))
    pen.disc(hub, 0.035, (60, 60, 64))


def _pedalling_leg(pen: Pen, hip: Point, crank: Point, turn: float, colour: Colour) -> None:
    foot = (crank[0] + math.cos(turn) * 0.17, crank[1] + math.sin(turn) * 0.17)
    dx, dy = foot[0] - hip[0], foot[1] + 0.06 - hip[1]
    reach = min(math.hypot(dx, dy), 0.86)
    lift = math.sqrt(max(0.0, 0.43**2 - (reach / 2) ** 2))
    knee = (hip[0] + dx / 2 + lift * -dy / reach, hip[1] + dy / 2 + lift * dx / reach)
    pen.line((crank, foot), 0.035, (70, 72, 76))
    pen.line((hip, knee), 0.16, colour)
    pen.line((knee, (foot[0], foot[1] + 0.06)), 0.115, colour)
    pen.line(((foot[0] - 0.04, foot[1] + 0.03), (foot[0] + 0.12, foot[1] + 0.02)), 0.08, (34, 34, 36))
