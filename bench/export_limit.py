"""`python -m bench.export_limit FORMAT EXPORT FOLDER`: the least a correct exporter can do, by hand, as a yardstick.

One task at a time, in constant memory. It knows the classes, checks nothing, hashes nothing and has no manifest.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

CLASSES = ("person", "vehicle")
NUMBERS = {label: number for number, label in enumerate(CLASSES)}

Drawn = tuple[str, float, float, float, float, float, float, str]
"""Label, left, top, width and height in pixels, the picture's width and height, and whether it is occluded."""


def main() -> None:
    """Write what was asked for."""
    form, source, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    {"coco": coco, "yolo": yolo, "voc": voc}[form](source, folder)


def _tasks(source: Path) -> Iterator[tuple[str, list[Drawn]]]:
    with source.open("rb") as lines:
        for line in lines:
            plain = line.rstrip(b",\n")
            if len(plain) > 1:
                task = orjson.loads(plain)
                yield task["data"]["image"], list(_boxes(task))


def _boxes(task: dict[str, Any]) -> Iterator[Drawn]:
    for annotation in task["annotations"]:
        if annotation["was_cancelled"]:
            continue
        result = annotation["result"]
        occluded = {one["id"]: one["value"]["choices"][0] for one in result if one["type"] == "choices"}
        for one in result:
            if one["type"] == "rectanglelabels":
                value, width, height = one["value"], one["original_width"], one["original_height"]
                yield (
                    value["rectanglelabels"][0],
                    value["x"] * width / 100,
                    value["y"] * height / 100,
                    value["width"] * width / 100,
                    value["height"] * height / 100,
                    width,
                    height,
                    occluded[one["id"]],
                )


def coco(source: Path, folder: Path) -> None:
    """One document: images as they come, annotations through a file beside it."""
    number = 0
    with (folder / "coco.json").open("wb") as out, tempfile.TemporaryFile() as spool:
        categories = [{"id": place, "name": label} for place, label in enumerate(CLASSES, start=1)]
        out.write(b'{"categories":' + orjson.dumps(categories) + b',"images":[')
        for image, (name, boxes) in enumerate(_tasks(source), start=1):
            width, height = boxes[0][5:7]
            row: dict[str, object] = {"id": image, "file_name": name, "width": width, "height": height}
            out.write((b",\n" if image > 1 else b"\n") + orjson.dumps(row))
            for label, x, y, wide, high, _, _, occluded in boxes:
                number += 1
                row = {
                    "id": number,
                    "image_id": image,
                    "category_id": NUMBERS[label] + 1,
                    "bbox": [x, y, wide, high],
                    "area": wide * high,
                    "iscrowd": 0,
                    "segmentation": [],
                    "attributes": {"occluded": occluded},
                }
                spool.write((b",\n" if number > 1 else b"\n") + orjson.dumps(row))
        out.write(b'],"annotations":[')
        spool.seek(0)
        shutil.copyfileobj(spool, out, 1 << 18)
        out.write(b"]}\n")


def yolo(source: Path, folder: Path) -> None:
    """One small file for each picture."""
    labels = folder / "labels"
    labels.mkdir()
    for name, boxes in _tasks(source):
        lines = [
            f"{NUMBERS[label]} {(x + wide / 2) / width:.9f} {(y + high / 2) / height:.9f} "
            f"{wide / width:.9f} {high / height:.9f}\n"
            for label, x, y, wide, high, width, height, _ in boxes
        ]
        (labels / f"{name.strip('/').replace('/', '_')[:-4]}.txt").write_text("".join(lines), encoding="ascii")


def voc(source: Path, folder: Path) -> None:
    """One small file for each picture."""
    for name, boxes in _tasks(source):
        width, height = boxes[0][5:7]
        objects = [
            f"<object><name>{label}</name><bndbox><xmin>{x + 1}</xmin><ymin>{y + 1}</ymin>"
            f"<xmax>{x + wide}</xmax><ymax>{y + high}</ymax></bndbox></object>\n"
            for label, x, y, wide, high, _, _, _ in boxes
        ]
        head = f"<annotation><filename>{name}</filename><size><width>{width}</width><height>{height}</height></size>\n"
        stem = name.strip("/").replace("/", "_")[:-4]
        (folder / f"{stem}.xml").write_text(f"{head}{''.join(objects)}</annotation>\n", encoding="utf-8")


if __name__ == "__main__":
    main()
