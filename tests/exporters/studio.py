"""Result entries as Label Studio writes them."""

from itertools import groupby
from typing import Any


def rectangle(own: str = "r1", *labels: str, **value: object) -> dict[str, Any]:
    """A rectangle of 20 % by 20 % at (10 %, 10 %)."""
    geometry = {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0} | value
    return {
        "original_width": 1000,
        "original_height": 500,
        "image_rotation": 0,
        "id": own,
        "from_name": "obj",
        "to_name": "image",
        "type": "rectanglelabels",
        "value": geometry | {"rectanglelabels": list(labels or ("Car",))},
    }


def attribute(kind: str, name: str, value: object, own: str = "r1") -> dict[str, Any]:
    """What a control beside the rectangle was set to."""
    field = {"textarea": "text"}.get(kind, kind)
    return {"id": own, "from_name": name, "to_name": "image", "type": kind, "value": {field: value}}


def video(own: str = "r1", *sequence: dict[str, Any], **value: object) -> dict[str, Any]:
    """A track, as `VideoRectangle` beside `Labels` writes it."""
    return {
        "id": own,
        "from_name": "box",
        "to_name": "video",
        "type": "videorectangle",
        "value": {"framesCount": 12, "duration": 0.48, "sequence": list(sequence), "labels": ["Car"]} | value,
    }


def at(frame: int, **changes: object) -> dict[str, Any]:
    """A key frame; `frame` counts from 1."""
    value = {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0, "enabled": True, "time": frame / 25}
    return {"frame": frame} | value | changes


def drawn(kind: str, own: str = "s1", *labels: str, **value: object) -> dict[str, Any]:
    """A shape of this kind, by its own control of labels."""
    entry = rectangle(own)
    return entry | {"type": f"{kind}labels", "value": value | {f"{kind}labels": list(labels or ("Car",))}}


def polygon(own: str = "s1", *labels: str, closed: bool = True) -> dict[str, Any]:
    """A triangle."""
    return drawn("polygon", own, *labels, points=[[10, 20], [30, 20], [30, 60]], closed=closed)


def ellipse(own: str = "s1", *labels: str, **value: object) -> dict[str, Any]:
    """An ellipse that is a circle in pixels of a picture twice as wide as high."""
    return drawn("ellipse", own, *labels, **({"x": 50, "y": 50, "radiusX": 10, "radiusY": 20, "rotation": 30} | value))


def key_point(own: str = "s1", *labels: str, parent: str = "", **value: object) -> dict[str, Any]:
    """A point in the middle."""
    entry = drawn("keypoint", own, *labels, **({"x": 50, "y": 50, "width": 0.5} | value))
    return entry | ({"parentID": parent} if parent else {})


def brush(rle: object, own: str = "s1", *labels: str, **value: object) -> dict[str, Any]:
    """A mask, packed as `pack` does."""
    return drawn("brush", own, *labels, **({"format": "rle", "rle": rle} | value))


def pack(values: bytes, *, total: int | None = None, word: int = 8) -> list[int]:
    """Pack values as Label Studio does: a run where one is repeated, else single values."""
    bits = f"{len(values) if total is None else total:032b}{word - 1:05b}" + "".join(
        f"{n - 1:04b}" for n in (3, 4, 8, 16)
    )
    for value, run in groupby(values):
        length = len(list(run))
        while length > 0:
            part = min(length, 1 << 16)
            head = "000000" if part == 1 else f"111{part - 1:016b}" if part > 1 << 8 else f"110{part - 1:08b}"
            bits += f"{head}{value:08b}"
            length -= part
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


def opacity(*rows: str) -> bytes:
    """The four channels of a picture in which `#` is drawn on, row by row."""
    return b"".join((b"\xff" if pixel == "#" else b"\0") * 4 for row in rows for pixel in row)
