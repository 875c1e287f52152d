"""Open Images: `annotations/class-descriptions.csv`, one CSV of boxes, one of pictures, and `images/default/`.

As version 6 of the data set is published, with these choices:

- coordinates are fractions of the picture. A picture's id is its file name without extension.
- a class has no machine id of Google's, so its own name stands as `LabelName` and as `DisplayName`.
- `IsOccluded`, `IsTruncated`, `IsGroupOf`, `IsDepiction` and `IsInside` come from attributes of these names, with or
  without `Is`, that say yes or no; otherwise they are -1, not known.
- every picture is in `default-images-with-rotation.csv`, also one without boxes; its title is the footage's name.
- text is quoted as RFC 4180 says and never changed, also where a spreadsheet would take it for a formula.

Rotation, the part of a box over the frame, and the identity of a track are refused unless losses are allowed.
Other attributes are only counted in the manifest.
"""

from functools import lru_cache

from exporters.dataset import Attributes
from exporters.losses import LossReason
from exporters.pictures import Layout, Picture
from exporters.run import Run
from exporters.said import flag, told_apart
from exporters.spool import Spool
from exporters.upright import Sides, report_item, sides
from exporters.wording import csv, number

VERSION = "Open Images V6"
LAYOUT = Layout(folder="images/default")
CLASSES = "annotations/class-descriptions.csv"
BOXES = "annotations/default-annotations-bbox.csv"
PICTURES = "annotations/default-images-with-rotation.csv"
FLAGS = ("occluded", "truncated", "groupof", "depiction", "inside")
FIELDS = {prefix + name: flag for name in FLAGS for prefix in ("is", "")}
BOX_COLUMNS = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
)
PICTURE_COLUMNS = (
    "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,OriginalSize,OriginalMD5,"
    "Thumbnail300KURL,Rotation\n"
)


def write(run: Run) -> None:
    """Write every item of the run."""
    names = {label: csv(label) for label in run.dataset.labels}
    with Spool(BOX_COLUMNS) as rows, Spool(PICTURE_COLUMNS) as pictures:
        for item in run.items():
            report_item(run, item)
            for picture, boxes in run.pictures(item, LAYOUT):
                own = csv(picture.stem)
                pictures.add(f"{own},default,,,,,,{csv(item.name)},,,,0\n")
                for box in boxes:
                    flags, left = _fields(box.attributes)
                    rows.add(
                        f"{own},freeform,{names[box.label]},1,{_fractions(picture, sides(run, picture, box))},{flags}\n"
                    )
                    if left:
                        run.reduce(item, box.id, box.label, LossReason.ATTRIBUTES, picture.frame)
                    run.keep(box)
        if not run.stopped:
            run.put(CLASSES, tuple(f"{name},{name}\n".encode() for name in names.values()))
            run.put(PICTURES, pictures.chunks())
            run.put(BOXES, rows.chunks())


def _fractions(picture: Picture, box: Sides) -> str:
    width, height = picture.item.width, picture.item.height
    left, top, right, bottom = box
    return f"{number(left / width)},{number(right / width)},{number(top / height)},{number(bottom / height)}"


@lru_cache(maxsize=4096)
def _fields(attributes: Attributes) -> tuple[str, bool]:
    """The five flags, and whether anything is left that they do not say."""
    said, left = told_apart(attributes, FIELDS)
    flags = [said.get(f"is{name}", said.get(name, "-1")) for name in FLAGS]
    return ",".join(flags), bool(left) or len(said) > sum(one != "-1" for one in flags)
