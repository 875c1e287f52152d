"""The short way for what nearly every export is full of: upright rectangles with one label.

It says nothing about anything else: whatever is not plainly of this form is left to the long way, which reads it or
refuses it by name. So the two can differ in speed only.
"""

from typing import TypeGuard, cast

MOST = 1_000.0
NUMBERS = frozenset({int, float})


def plain_rectangle(entry: dict[str, object], width: int, height: int) -> tuple[str, float, float, float, float] | None:
    """Label, left, top, width and height in pixels; none if the entry is not plainly an upright rectangle."""
    value = entry.get("value")
    if type(value) is not dict or "meta" in entry or _perhaps_turned(entry, width, height):
        return None
    labels = value.get("rectanglelabels")
    turn = value.get("rotation", 0)
    if type(labels) is not list or len(labels) != 1 or type(labels[0]) is not str:
        return None
    if type(turn) not in NUMBERS or turn:
        return None
    x, y, across, down = value.get("x"), value.get("y"), value.get("width"), value.get("height")
    if not (_coordinate(x) and _coordinate(y) and _coordinate(across) and _coordinate(down)):
        return None
    if across < 0 or down < 0:
        return None
    return labels[0], x * width / 100, y * height / 100, across * width / 100, down * height / 100


def _coordinate(number: object) -> TypeGuard[float]:
    """Whether this is a number that may be meant; not-a-number fails every comparison, so it is none."""
    return type(number) in NUMBERS and -MOST <= cast("float", number) <= MOST


def _perhaps_turned(entry: dict[str, object], width: int, height: int) -> bool:
    turn = entry.get("image_rotation")
    if turn is not None and (type(turn) is not int or turn != 0):
        return True
    return entry.get("original_width") == height and entry.get("original_height") == width
