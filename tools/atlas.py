"""`python tools/atlas.py FOLDER`: prepare the shapes of the map, from published packages, into one small file.

FOLDER holds the unpacked npm packages `world-atlas`, `us-atlas` and `i18n-iso-countries`, each under its name, and
`zone.tab` of the tz database for a spot in each country too small to be drawn. Versions and sums are written down in
`labelhub/static/vendor/README.md`.

The world is laid out in the Equal Earth projection (Šavrič, Patterson, Jenny 2018), so that no country looks larger
than it is; the states come projected already.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from residency.countries import COUNTRIES
from residency.subdivisions import SUBDIVISIONS

OUT = Path(__file__).resolve().parent.parent / "labelhub/static/vendor/atlas/shapes.json"
WORLD_WIDTH, SOUTH, NORTH = 2000, -58.0, 84.0
STATES_SCALE = 1.5
WORLD_COARSE, STATES_COARSE = 0.12, 0.45  # how far a line may be off: degrees, and units of the states' layout
# Our names of these differ.
STATES_NAMED = {"District of Columbia": "US-DC", "Georgia": "US-GA", "Washington": "US-WA"}
# Natural Earth draws these apart; ISO 3166 knows no code of theirs.
WITHOUT_CODE = {"N. Cyprus": "CY", "Somaliland": "SO", "Kosovo": "XK"}
# Natural Earth draws these with France and Norway; ISO 3166 gives them codes of their own. West, south, east, north.
APART = {("FR", "GF"): (-56, 0, -50, 8), ("NO", "SJ"): (5, 74, 40, 82)}
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
Point = tuple[float, float]
Ring = list[Point]


def main() -> None:
    """Read, prepare, write, and say how large it became."""
    folder = Path(sys.argv[1])
    numbers = {number: code for code, _, number, _ in _read(folder / "i18n-iso-countries/codes.json")}
    world = _read(folder / "world-atlas/countries-110m.json")
    states = _read(folder / "us-atlas/states-albers-10m.json")
    spots = spots_of((folder / "zone.tab").read_text(encoding="utf-8"))
    prepared = {"world": world_of(world, numbers, spots), "states": states_of(states)}
    OUT.write_text(json.dumps(prepared, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(prepared['world']['shapes'])} countries drawn")


def _read(path: Path) -> Any:  # noqa: ANN401  JSON
    return json.loads(path.read_text(encoding="utf-8"))


def world_of(topology: dict[str, Any], numbers: dict[str, str], spots: dict[str, Point]) -> dict[str, Any]:
    """Lay the world out: a path and a middle for each country drawn, a spot for each other."""
    arcs = [simplified(unwrapped(arc), WORLD_COARSE) for arc in arcs_of(topology)]
    rings: dict[str, list[Ring]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = numbers.get(shape.get("id", "")) or WITHOUT_CODE[shape["properties"]["name"]]
        if code == "AQ":
            continue  # so far south that the rest would have to be drawn smaller
        for ring in rings_of(shape, arcs):
            for piece in cut_at_the_date_line(unwrapped(ring)):
                rings.setdefault(_apart(code, piece), []).append(piece)
    top, height = project(0, NORTH)[1], project(0, SOUTH)[1] - project(0, NORTH)[1]
    laid = {code: [[_below(point, top) for point in ring] for ring in some] for code, some in rings.items()}
    beside = {code: _below((lon, max(lat, SOUTH + 2)), top) for code, (lon, lat) in spots.items() if code not in laid}
    return {
        "width": WORLD_WIDTH,
        "height": round(height),
        "shapes": {code: shape_of(some) for code, some in laid.items()},
        "spots": {code: [round(x), round(y)] for code, (x, y) in beside.items()},
    }


def states_of(topology: dict[str, Any]) -> dict[str, Any]:
    """Lay the states of the United States out, under their ISO 3166-2 codes."""
    codes = {name.removeprefix("the "): code for code, name in SUBDIVISIONS.items() if code.startswith("US-")}
    codes |= STATES_NAMED
    arcs = [simplified(arc, STATES_COARSE) for arc in arcs_of(topology)]
    shapes = {}
    for shape in topology["objects"]["states"]["geometries"]:
        rings = [[(x * STATES_SCALE, y * STATES_SCALE) for x, y in ring] for ring in rings_of(shape, arcs)]
        name = shape["properties"]["name"]
        if name in codes:
            shapes[codes[name]] = shape_of(rings)
    return {"width": round(975 * STATES_SCALE), "height": round(610 * STATES_SCALE), "shapes": shapes, "spots": {}}


def spots_of(table: str) -> dict[str, Point]:
    """Read the first place of each country from `zone.tab`: longitude and latitude in degrees."""
    spots: dict[str, Point] = {}
    for line in table.splitlines():
        found = re.match(r"([A-Z]{2})\t([+-]\d+)([+-]\d+)\t", line)
        if found and found[1] in COUNTRIES:
            spots.setdefault(found[1], (_degrees(found[3], 3), _degrees(found[2], 2)))
    return spots


def _degrees(text: str, digits: int) -> float:
    sign, numbers = -1 if text[0] == "-" else 1, text[1:]
    whole, minutes = int(numbers[:digits]), int(numbers[digits : digits + 2])
    return sign * (whole + minutes / 60)


def arcs_of(topology: dict[str, Any]) -> Iterator[Ring]:
    """Undo TopoJSON's quantized differences."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * kx + dx, y * ky + dy))
        yield points


def rings_of(shape: dict[str, Any], arcs: list[Ring]) -> Iterator[Ring]:
    """Join arcs to rings; holes come as rings too, and are left out by the filling rule."""
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    for polygon in polygons:
        for chain in polygon:
            ring: Ring = []
            for number in chain:
                arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                ring += arc[1:] if ring else arc
            yield ring


def unwrapped(line: Ring) -> Ring:
    """Let longitudes run on over the date line, so that neighbours are never a world apart."""
    out = line[:1]
    for lon, lat in line[1:]:
        near = lon + 360 * round((out[-1][0] - lon) / 360)
        out.append((near, lat))
    return out


def cut_at_the_date_line(ring: Ring) -> Iterator[Ring]:
    """Give the parts of a ring in each turn of the world, moved back into this one."""
    for turn in (-360, 0, 360):
        moved = [(lon + turn, lat) for lon, lat in ring]
        inside = _clipped(_clipped(moved, 180, sign=1), -180, sign=-1)
        if len(inside) > 3:  # noqa: PLR2004  fewer points enclose nothing
            yield inside


def _clipped(ring: Ring, limit: float, *, sign: int) -> Ring:
    """Keep what lies on one side of a meridian (Sutherland and Hodgman)."""
    out: Ring = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        kept, next_kept = (sign * x0 <= sign * limit), (sign * x1 <= sign * limit)
        if kept:
            out.append((x0, y0))
        if kept != next_kept:
            out.append((limit, y0 + (y1 - y0) * (limit - x0) / (x1 - x0)))
    return out


def _apart(code: str, ring: Ring) -> str:
    lon, lat = _middle(ring)
    for (whole, part), (west, south, east, north) in APART.items():
        if code == whole and west <= lon <= east and south <= lat <= north:
            return part
    return code


def project(lon: float, lat: float) -> Point:
    """Lay a spot out in Equal Earth, scaled to the map's width, y downwards."""
    slope = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    squared = slope * slope
    six = squared**3
    x = math.radians(lon) * math.cos(slope)
    x /= math.sqrt(3) / 2 * (A1 + 3 * A2 * squared + six * (7 * A3 + 9 * A4 * squared))
    y = slope * (A1 + A2 * squared + six * (A3 + A4 * squared))
    scale = WORLD_WIDTH / (2 * math.pi / (math.sqrt(3) / 2 * A1))
    return WORLD_WIDTH / 2 + x * scale, -y * scale


def _below(point: Point, top: float) -> Point:
    x, y = project(*point)
    return x, y - top


def simplified(line: Ring, coarse: float) -> Ring:
    """Leave out points hardly off the line between others (Douglas and Peucker); ends stay, so that shapes meet."""
    if len(line) < 3:  # noqa: PLR2004  two points are a line already
        return line
    (x0, y0), (x1, y1) = line[0], line[-1]
    length = math.hypot(x1 - x0, y1 - y0)
    off = [
        abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length if length else math.hypot(x - x0, y - y0)
        for x, y in line
    ]
    worst = max(range(len(line)), key=off.__getitem__)
    if off[worst] <= coarse:
        return [line[0], line[-1]]
    return simplified(line[: worst + 1], coarse)[:-1] + simplified(line[worst:], coarse)


def shape_of(rings: Iterable[Ring]) -> dict[str, Any]:
    """Write rings as one path in whole numbers, with the middle of the largest."""
    some = list(rings)
    x, y = _middle(max(some, key=lambda ring: abs(_area(ring))))
    return {"d": "".join(filter(None, map(_path, some))), "x": round(x), "y": round(y)}


def _path(ring: Ring) -> str:
    points = [(round(x), round(y)) for x, y in ring]
    kept = [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
    if len(set(kept)) < 3:  # noqa: PLR2004  fewer points enclose nothing
        return ""
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(kept)]
    drawn = " ".join(f"{x} {y}" for x, y in steps)
    return f"m{kept[0][0]} {kept[0][1]}l{drawn}z".replace(" -", "-").replace("m", "M", 1)


def _area(ring: Ring) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _middle(ring: Ring) -> Point:
    area = _area(ring)
    if not area:
        return ring[0]
    x = y = 0.0
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        x, y = x + (x0 + x1) * cross, y + (y0 + y1) * cross
    return x / (6 * area), y / (6 * area)


if __name__ == "__main__":
    main()
