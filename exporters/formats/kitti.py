"""KITTI object: a text file of 15 columns per picture in `label_2/`, beside `image_2/`.

As the development kit of the object benchmark (2012) defines it, with these choices:

- left, top, right and bottom are pixels from 0, with their fractions; a picture without boxes has an empty file.
- `truncated` (0 to 1) and `occluded` (0 to 3) come from attributes of these names, as the number, as one of the kit's
  own words, or as yes (1) or no (0). Without one they are what the kit writes for not known: -1, and 3. So are the
  columns of the third dimension: -10 for angles, -1 for sizes, -1000 for places.
- a type is one word, so white space in a label's name is written `_`, and reported.

Rotation, the part of a box over the frame, and the identity of a track are refused unless losses are allowed.
Other attributes are only counted in the manifest.
"""

from functools import lru_cache

from exporters.dataset import Attributes, AttributeValue
from exporters.errors import InvalidDatasetError
from exporters.losses import LossReason
from exporters.pictures import Layout
from exporters.run import Run
from exporters.said import flag, share, told_apart
from exporters.upright import Sides, report_item, sides
from exporters.wording import number

VERSION = "KITTI object development kit 2012"
LAYOUT = Layout(folder="image_2")
OCCLUSION = {"fully visible": "0", "partly occluded": "1", "largely occluded": "2", "unknown": "3"}
UNKNOWN = {"truncated": "-1", "occluded": "3"}
NOT_FLAT = "-1 -1 -1 -1000 -1000 -1000 -10"


def write(run: Run) -> None:
    """Write every item of the run."""
    types = _types(run.dataset.labels)
    for item in run.items():
        report_item(run, item)
        for picture, boxes in run.pictures(item, LAYOUT):
            lines = []
            for box in boxes:
                said, left = _fields(box.attributes)
                lines.append(kitti_line(types[box.label], said, sides(run, picture, box)))
                if left:
                    run.reduce(item, box.id, box.label, LossReason.ATTRIBUTES, picture.frame)
                if types[box.label] != box.label:
                    run.reduce(item, box.id, box.label, LossReason.LABEL_NAME, picture.frame)
                run.keep(box)
            if not run.stopped:
                run.put(f"label_2/{picture.stem}.txt", ("".join(lines).encode(),))


def kitti_line(kind: str, said: dict[str, str], box: Sides) -> str:
    """One line; `said` is what is known of `truncated` and `occluded`."""
    known = {**UNKNOWN, **said}
    place = "{!r} {!r} {!r} {!r} ".format(*box).replace(".0 ", " ")
    return f"{kind} {known['truncated']} {known['occluded']} -10 {place}{NOT_FLAT}\n"


def occlusion(value: AttributeValue) -> str | None:
    """The kit's number from 0 to 3 for a number or a word."""
    word = number(value) if isinstance(value, int | float) else value
    if not isinstance(word, str):
        return None
    return word if word in OCCLUSION.values() else OCCLUSION.get(word.casefold(), flag(word))


FIELDS = {"truncated": share, "occluded": occlusion}


@lru_cache(maxsize=4096)
def _fields(attributes: Attributes) -> tuple[dict[str, str], Attributes]:
    return told_apart(attributes, FIELDS)


def _types(labels: tuple[str, ...]) -> dict[str, str]:
    """Each label as one word.

    Raises:
        InvalidDatasetError: two labels would become the same word.
    """
    types = {label: "_".join(label.split()) or "_" for label in labels}
    if len(set(types.values())) != len(types):
        raise InvalidDatasetError("labels that differ only in white space are one type in KITTI; rename one of them")
    return types
