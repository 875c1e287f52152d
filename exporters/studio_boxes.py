"""The short way for what nearly every export is full of: upright rectangles of one label, with options chosen for them.

It says nothing about anything else: whatever is not plainly of this form is left to the long way, which reads it or
refuses it by name. So the two can differ in speed only.
"""

from typing import Any

from exporters.shapes import AttributeValue, Box

MOST = 1_000.0
NUMBERS = frozenset({int, float})
ODD = (KeyError, TypeError, AttributeError, ValueError)
"""What is raised on the way through something that is not plain."""

Plain = tuple[str, float, float, float, float]
"""Label, left, top, width and height in pixels."""


def plain_boxes(result: object, width: int, height: int, annotation_id: str) -> tuple[Box, ...] | None:
    """The boxes of a result that is nothing else, in one pass; none if anything in it is not plain."""
    if type(result) is not list:
        return None
    drawn: dict[str, Plain] = {}
    chosen: dict[str, dict[str, AttributeValue]] = {}
    try:
        for entry in result:
            kind, own = entry["type"], entry["id"]
            if kind == "rectanglelabels" and type(own) is str and own and own not in drawn:
                drawn[own] = _rectangle(entry, width, height)
            elif kind == "choices" and own in drawn:
                _choose(entry, chosen.setdefault(own, {}))
            else:
                return None
    except ODD:
        return None
    return tuple(
        Box(
            id=own,
            label=label,
            x=x,
            y=y,
            width=across,
            height=down,
            attributes=tuple(chosen[own].items()) if own in chosen else (),
            annotation_id=annotation_id,
        )
        for own, (label, x, y, across, down) in drawn.items()
    )


def plain_rectangle(entry: dict[str, Any], width: int, height: int) -> Plain | None:
    """Label, left, top, width and height in pixels; none if the entry is not plainly an upright rectangle."""
    try:
        return _rectangle(entry, width, height)
    except ODD:
        return None


def _rectangle(entry: dict[str, Any], width: int, height: int) -> Plain:
    value = entry["value"]
    if "meta" in entry or not _upright(entry.get("image_rotation")) or not _upright(value.get("rotation", 0)):
        raise ValueError
    if entry.get("original_width") == height and entry.get("original_height") == width and width != height:
        raise ValueError
    x, y, across, down = value["x"], value["y"], value["width"], value["height"]
    if not (type(x) in NUMBERS and type(y) in NUMBERS and type(across) in NUMBERS and type(down) in NUMBERS):
        raise ValueError
    # A comparison is false for what is not a number, so that too is left to the long way.
    if not (-MOST <= x <= MOST and -MOST <= y <= MOST and 0 <= across <= MOST and 0 <= down <= MOST):
        raise ValueError
    return _only(value["rectanglelabels"]), x * width / 100, y * height / 100, across * width / 100, down * height / 100


def _choose(entry: dict[str, Any], chosen: dict[str, AttributeValue]) -> None:
    name = entry["from_name"]
    if type(name) is not str or not name or name in chosen:
        raise ValueError
    chosen[name] = _only(entry["value"]["choices"])


def _only(texts: object) -> str:
    """The one text of a list of texts."""
    if type(texts) is not list or len(texts) != 1 or type(texts[0]) is not str:
        raise ValueError
    text: str = texts[0]
    return text


def _upright(turn: object) -> bool:
    return turn is None or (turn == 0 and type(turn) in NUMBERS)
