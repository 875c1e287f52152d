"""The map of an answer, as shapes and marks for a template to draw; it holds exactly the lines of the table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from labelhub.evidence.places import PlaceLine

SHAPES: Final = Path(__file__).resolve().parent.parent / "static/vendor/atlas/shapes.json"
STEPS: Final = (1, 10, 100, 1_000, 10_000)
SPOT: Final = 11  # how large a country is drawn that is too small to have a shape
MARK: Final = 12  # how large the smallest mark of refusals is


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Refusals from one place: a square whose side grows with their number."""

    x: int
    y: int
    side: int

    @property
    def middle(self) -> tuple[int, int]:
        """Where it sits."""
        return self.x + self.side // 2, self.y + self.side // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One place on the map: its outline, or its spot, how dark it is, and the mark of its refusals."""

    line: PlaceLine
    step: int
    x: int
    y: int
    outline: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A map: land without entries in one path, and every place with entries; `beyond` are those it has no room for."""

    width: int
    height: int
    land: str
    drawn: tuple[Drawn, ...]
    beyond: tuple[PlaceLine, ...]
    spot: int = SPOT


@dataclass(frozen=True, slots=True)
class Shade:
    """One line of the legend."""

    step: int
    words: str


def world_of(lines: Iterable[PlaceLine]) -> Chart:
    """Draw countries on the world."""
    return _chart("world", lines)


def states_of(lines: Iterable[PlaceLine]) -> Chart | None:
    """Draw the states of the United States that were claimed; none, where none was."""
    claimed = [line for line in lines if line.code.startswith("US-")]
    return _chart("states", claimed) if claimed else None


def legend() -> tuple[Shade, ...]:
    """Say what each shade stands for."""
    bounds = [*STEPS[1:], None]
    return tuple(
        Shade(number, f"{low:,}–{high - 1:,}" if high else f"{low:,} and more")
        for number, (low, high) in enumerate(zip(STEPS, bounds, strict=True), start=1)
    )


def step_of(count: int) -> int:
    """Name the shade of a count: 0 for none, then one more for each power of ten."""
    return sum(count >= step for step in STEPS)


@cache
def _shapes() -> dict[str, Any]:
    shapes: dict[str, Any] = json.loads(SHAPES.read_text(encoding="utf-8"))
    return shapes


def _chart(name: str, lines: Iterable[PlaceLine]) -> Chart:
    chart = _shapes()[name]
    by_code = {line.code: line for line in lines}
    drawn = [_drawn(chart, line) for line in by_code.values()]
    land = "".join(shape["d"] for code, shape in chart["shapes"].items() if code not in by_code)
    return Chart(
        width=chart["width"],
        height=chart["height"],
        land=land,
        drawn=tuple(one for one in drawn if one is not None),
        beyond=tuple(line for line, one in zip(by_code.values(), drawn, strict=True) if one is None),
    )


def _drawn(chart: dict[str, Any], line: PlaceLine) -> Drawn | None:
    shape, spot = chart["shapes"].get(line.code), chart["spots"].get(line.code)
    if shape is None and spot is None:
        return None
    x, y = (shape["x"], shape["y"]) if shape else spot
    return Drawn(
        line=line,
        step=step_of(line.allowed),
        x=x,
        y=y,
        outline=shape["d"] if shape else "",
        mark=_mark(x, y, line.denied) if line.denied else None,
    )


def _mark(x: int, y: int, denied: int) -> Mark:
    side = MARK + 6 * step_of(denied)
    return Mark(x=x - side // 2, y=y - side // 2, side=side)
