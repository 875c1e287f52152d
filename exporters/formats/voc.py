"""Pascal VOC: an XML file per picture in `Annotations/`, `JPEGImages/`, and the list `ImageSets/Main/default.txt`.

As the development kit of VOC 2012 defines it, with these choices:

- pixels count from 1 and a box names its first and its last pixel: the left edge is one more than its distance from
  the picture's edge, and the width is `xmax - xmin + 1`. Fractions are kept: the kit reads floating-point numbers, and
  some annotations of VOC 2012 have them. A box of less than a pixel so has `xmax` below `xmin`.
- `truncated`, `difficult` and `occluded` come from attributes of these names that say yes or no, otherwise the first
  two are 0 and the third is absent. All other attributes are in `attributes`, as CVAT and Datumaro write them.
- `labelmap.txt` has the labels in order, as CVAT and Datumaro ask for those that are not the kit's twenty. It is left
  out where a label has a colon or anything else that its lines cannot hold; the files themselves hold every name.
- a picture without boxes has its file, too. Without `pose` and `depth` on record these are `Unspecified` and 3.

Rotation, the part of a box over the frame, and the identity of a track are refused unless losses are allowed.
Attributes of a whole picture are counted in the manifest.
"""

from functools import lru_cache

from exporters.dataset import Attributes
from exporters.pictures import Layout, Picture
from exporters.run import Run
from exporters.said import flag, told_apart
from exporters.spool import Spool
from exporters.upright import Sides, report_item, sides
from exporters.wording import spelled, xml

VERSION = "Pascal VOC 2012 development kit"
LAYOUT = Layout(folder="JPEGImages")
LIST = "ImageSets/Main/default.txt"
LABELS = "labelmap.txt"
FLAGS = {"truncated": flag, "difficult": flag, "occluded": flag}


def write(run: Run) -> None:
    """Write every item of the run."""
    names, database = {label: xml(label) for label in run.dataset.labels}, xml(run.dataset.name)
    with Spool() as listed:
        for item in run.items():
            report_item(run, item)
            for picture, boxes in run.pictures(item, LAYOUT):
                parts = [_head(picture, database)]
                for box in boxes:
                    parts.append(voc_object(names[box.label], sides(run, picture, box), box.attributes))
                    run.keep(box)
                parts.append("</annotation>\n")
                listed.add(f"{picture.stem}\n")
                if not run.stopped:
                    run.put(f"Annotations/{picture.stem}.xml", ("".join(parts).encode(),))
        if not run.stopped:
            run.put(LIST, listed.chunks())
            if all(map(_plain, run.dataset.labels)):
                lines = ("# label:color_rgb:parts:actions", *(f"{label}:::" for label in run.dataset.labels), "")
                run.put(LABELS, ("\n".join(lines).encode(),))


def voc_object(name: str, box: Sides, attributes: Attributes) -> str:
    """One object of this name, which is XML already."""
    before, after = _fields(attributes)
    left, top, right, bottom = box
    # Whole numbers lose their `.0` all at once: four calls a box would be a third of the time that a set takes.
    place = (
        f"\t\t\t<xmin>{left + 1!r}</xmin>\n\t\t\t<ymin>{top + 1!r}</ymin>\n"
        f"\t\t\t<xmax>{right!r}</xmax>\n\t\t\t<ymax>{bottom!r}</ymax>\n"
    ).replace(".0<", "<")
    return f"\t<object>\n\t\t<name>{name}</name>\n{before}\t\t<bndbox>\n{place}\t\t</bndbox>\n{after}\t</object>\n"


def _plain(label: str) -> bool:
    """Whether a line of the label map can hold the name."""
    return label == label.strip() and not label.startswith("#") and ":" not in label and len(label.splitlines()) == 1


def _head(picture: Picture, database: str) -> str:
    item = picture.item
    return (
        f"<annotation>\n\t<folder>{database}</folder>\n\t<filename>{xml(picture.file_name)}</filename>\n"
        f"\t<source>\n\t\t<database>{database}</database>\n\t\t<image>{xml(item.footage_id)}</image>\n\t</source>\n"
        f"\t<size>\n\t\t<width>{item.width}</width>\n\t\t<height>{item.height}</height>\n\t\t<depth>3</depth>\n\t</size>\n"
        "\t<segmented>0</segmented>\n"
    )


@lru_cache(maxsize=4096)
def _fields(attributes: Attributes) -> tuple[str, str]:
    """What stands before a box and after it; most boxes of a set have the same few attributes."""
    said, left = told_apart(attributes, FLAGS)
    before = f"\t\t<pose>Unspecified</pose>\n\t\t<truncated>{said.get('truncated', '0')}</truncated>\n"
    if "occluded" in said:
        before += f"\t\t<occluded>{said['occluded']}</occluded>\n"
    before += f"\t\t<difficult>{said.get('difficult', '0')}</difficult>\n"
    rows = "".join(
        f"\t\t\t<attribute>\n\t\t\t\t<name>{xml(name)}</name>\n\t\t\t\t<value>{xml(value)}</value>\n\t\t\t</attribute>\n"
        for name, value in spelled(left).items()
    )
    return before, f"\t\t<attributes>\n{rows}\t\t</attributes>\n" if rows else ""
