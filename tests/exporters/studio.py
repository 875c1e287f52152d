"""Result entries as Label Studio writes them."""

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
