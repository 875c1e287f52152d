"""The demo's footage, scripted: which item shows what traffic. Seeds decide, so every home has the same scenes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import cache

from labelhub.demo.placement import hidden_most, placed, visible
from labelhub.demo.scenes import FPS, STILL_SIZE, DemoItem, PaintColour, Scene, Subject, SubjectType
from residency import MediaKind

_FAR_WALK, _FAR_LANE, _NEAR_LANE, _NEAR_SIDE, _NEAR_WALK = 18.9, 13.75, 10.5, 9.5, 8.4  # metres ahead of the camera
_CROSSING = 10.9
_CARS = (SubjectType.SEDAN, SubjectType.SUV, SubjectType.HATCHBACK)
_VANS = (SubjectType.PANEL_VAN, SubjectType.MINIBUS)
_LENGTH = {
    SubjectType.SEDAN: 4.8,
    SubjectType.SUV: 4.7,
    SubjectType.HATCHBACK: 4.0,
    SubjectType.PANEL_VAN: 5.6,
    SubjectType.MINIBUS: 5.7,
}
_COLOURS = tuple(PaintColour)
_MOST_HIDDEN = 0.4
_TRIES = 200


@cache
def demo_footage() -> tuple[DemoItem, ...]:
    """Return the 25 stills and 4 clips of the demo, in a fixed order."""
    first = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
    items: list[DemoItem] = []
    plan = (("cam-ca-1", 12, 2), ("cam-tx-public", 5, 1), ("cam-tx-2", 2, 0), ("cam-de-1", 6, 1))
    for order, (camera, stills, clips) in enumerate(plan):
        start = first + timedelta(days=order, hours=7 if camera == "cam-tx-2" else -4 * (camera == "cam-de-1"))
        items.extend(_still(camera, number, order, start) for number in range(1, stills + 1))
        items.extend(_clip(camera, number, order, start) for number in range(1, clips + 1))
    return tuple(items)


def _still(camera: str, number: int, order: int, start: datetime) -> DemoItem:
    seed = 1000 * (order + 1) + number
    captured_at = start + timedelta(minutes=7 * number, seconds=13 * number % 60)
    return DemoItem(
        name=f"{camera}-still-{number:02}.jpg",
        camera=camera,
        media_kind=MediaKind.IMAGE,
        captured_at=captured_at,
        seed=seed,
        scene=_uncrowded(camera, captured_at, seed, frames=1),
    )


def _clip(camera: str, number: int, order: int, start: datetime) -> DemoItem:
    seed = 1000 * (order + 1) + 500 + number
    captured_at = start + timedelta(hours=3, minutes=11 * number)
    return DemoItem(
        name=f"{camera}-clip-{number:02}.mp4",
        camera=camera,
        media_kind=MediaKind.VIDEO,
        captured_at=captured_at,
        seed=seed,
        scene=_uncrowded(camera, captured_at, seed, frames=75 + 5 * ((order + number) % 6)),
    )


def _uncrowded(camera: str, captured_at: datetime, seed: int, *, frames: int) -> Scene:
    """Return the first scene of the seed in which nothing is mostly hidden at its start, and enough is to be seen."""
    rng = random.Random(seed)  # noqa: S311 (looks only)
    fill = _across_crossing if camera == "cam-tx-public" else _side_street
    for _ in range(_TRIES):
        scene = Scene(camera=camera, captured_at=captured_at, subjects=fill(rng, camera, frames), frames=frames)
        everything = placed(scene, 0, STILL_SIZE)
        if hidden_most(everything, STILL_SIZE) <= _MOST_HIDDEN and len(visible(everything, STILL_SIZE)) >= 4 - 2 * (
            frames > 1
        ):
            return scene
    raise ValueError(f"no uncrowded scene for seed `{seed}`")


def _side_street(rng: random.Random, camera: str, frames: int) -> tuple[Subject, ...]:
    subjects: list[Subject] = []
    for ahead, direction, speed in ((_FAR_LANE, -1, rng.uniform(4, 6)), (_NEAR_LANE, 1, rng.uniform(4, 6))):
        subjects.extend(_lane(rng, ahead=ahead, speed=direction * speed, seconds=frames / FPS, first=len(subjects)))
    for _ in range(rng.randint(1, 3)):
        subjects.append(_walker(rng, len(subjects), _FAR_WALK + rng.uniform(-0.8, 0.8), half=11))
    if camera == "cam-de-1" or rng.random() < 0.35:  # noqa: PLR2004 (every third street without a cycle lane)
        subjects.append(_rider(rng, len(subjects)))
    elif rng.random() < 0.5:  # noqa: PLR2004 (a coin)
        subjects.append(_walker(rng, len(subjects), _NEAR_WALK, half=5))
    return tuple(subjects)


def _lane(rng: random.Random, *, ahead: float, speed: float, seconds: float, first: int) -> list[Subject]:
    """Return a row of vehicles long enough to pass the camera for the whole clip."""
    half = 640 * ahead / 900
    reach = half + abs(speed) * seconds
    lane: list[Subject] = []
    nose = half - rng.uniform(0.2, 3.0)  # how far along the lane's direction the first vehicle's front is
    while nose > -reach + 1:
        kind = rng.choice(_VANS) if rng.random() < 0.3 else rng.choice(_CARS)  # noqa: PLR2004 (three in ten are vans)
        middle = nose - _LENGTH[kind] / 2
        if middle < -half and seconds < 1 / FPS + 0.001:
            break
        lane.append(
            Subject(
                number=first + len(lane),
                type=kind,
                colour=rng.choice(_COLOURS),
                look=rng.randrange(8),
                across=middle if speed > 0 else -middle,
                ahead=ahead,
                speed_across=speed,
            )
        )
        nose -= _LENGTH[kind] + rng.uniform(2.0, 6.5)
    return lane


def _walker(rng: random.Random, number: int, ahead: float, *, half: float) -> Subject:
    return Subject(
        number=number,
        type=SubjectType.PEDESTRIAN,
        colour=rng.choice(_COLOURS),
        look=rng.randrange(12),
        across=rng.uniform(-half, half),
        ahead=ahead,
        speed_across=rng.choice((-1, 1)) * rng.uniform(1.1, 1.5),
    )


def _rider(rng: random.Random, number: int) -> Subject:
    return Subject(
        number=number,
        type=SubjectType.CYCLIST,
        colour=rng.choice(_COLOURS),
        look=rng.randrange(12),
        across=rng.uniform(-5.5, 2.5),
        ahead=_NEAR_SIDE,
        speed_across=rng.uniform(1.8, 2.4),
    )


def _across_crossing(rng: random.Random, camera: str, frames: int) -> tuple[Subject, ...]:
    """Traffic comes to a stop at the line, traffic drives away beyond it, people cross."""
    subjects: list[Subject] = []
    for lane in (-1.95, -5.6):
        subjects.extend(_queue(rng, lane, first=len(subjects), moving=frames > 1))
    for lane in (2.0, 5.5):
        ahead = rng.uniform(15, 22)
        for _ in range(rng.randint(1, 2)):
            subjects.append(_vehicle(rng, len(subjects), lane, ahead, speed=rng.uniform(5, 7), stops_after=None))
            ahead += rng.uniform(14, 22)
    for _ in range(rng.randint(1, 2)):
        subjects.append(_walker(rng, len(subjects), _CROSSING + rng.uniform(-0.9, 0.9), half=6.5))
    if rng.random() < 0.5:  # noqa: PLR2004 (a coin)
        subjects.append(_walker(rng, len(subjects), _CROSSING, half=6.5))
    return tuple(subjects)


def _queue(rng: random.Random, lane: float, *, first: int, moving: bool) -> list[Subject]:
    queue: list[Subject] = []
    stop = rng.uniform(14.6, 15.6)
    for _ in range(rng.randint(1, 2)):
        seconds, speed = 2.6, (rng.uniform(8, 11) if moving else 0.0)
        vehicle = _vehicle(rng, first + len(queue), lane, stop + speed * seconds / 2, speed=-speed, stops_after=seconds)
        queue.append(vehicle)
        stop += rng.uniform(8, 11)
    return queue


def _vehicle(
    rng: random.Random, number: int, across: float, ahead: float, *, speed: float, stops_after: float | None
) -> Subject:
    kind = rng.choice(_VANS) if rng.random() < 0.25 else rng.choice(_CARS)  # noqa: PLR2004 (every fourth is a van)
    return Subject(
        number=number,
        type=kind,
        colour=rng.choice(_COLOURS),
        look=rng.randrange(8),
        across=across,
        ahead=ahead,
        speed_ahead=speed,
        stops_after=stops_after,
    )
