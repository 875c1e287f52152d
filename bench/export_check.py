"""`python -m bench.export_check FORMAT FOLDER KEPT`: how many boxes a set holds, and whether they are those kept.

The first set's boxes are kept, those of others compared to 0.01 pixels. Ids, the order and the names of files are each
exporter's own and do not count.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson

from bench.export_input import HEIGHT, WIDTH

DOCUMENTS = ("coco.json", "annotations/instances_default.json", "result.json")
TOLERANCE = {"coco": 0.01, "yolo": 0.01, "voc": 2.0}
"""Pixels; some writers of VOC cut to whole ones and count from 0, others from 1."""

Row = tuple[str, str, float, float, float, float]


def main() -> None:
    """Print the number and the comparison."""
    form, folder, kept = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    read = {"coco": _coco, "yolo": _yolo, "voc": _voc}[form]
    boxes = sorted(read(dict(_files(folder))))
    if not kept.exists():
        kept.write_bytes(orjson.dumps(boxes))
    print(len(boxes), _compared(boxes, [tuple(row) for row in orjson.loads(kept.read_bytes())], TOLERANCE[form]))


def _compared(boxes: list[Row], kept: list[Row], tolerance: float) -> str:
    if len(boxes) != len(kept):
        return "ARE NOT AS MANY"
    same = sum(
        one[:2] == other[:2] and all(abs(a - b) <= tolerance for a, b in zip(one[2:], other[2:], strict=True))
        for one, other in zip(boxes, kept, strict=True)
    )
    return "are equal" if same == len(kept) else f"DIFFER: {same:,} of {len(kept):,} are equal"


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    if (folder / "set.zip").exists():
        with zipfile.ZipFile(folder / "set.zip") as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())
        return
    root = folder / "sdk" if (folder / "sdk").exists() else folder
    yield from ((path.relative_to(root).as_posix(), path.read_bytes()) for path in root.rglob("*") if path.is_file())


def _row(name: str, label: str, sides: list[float]) -> Row:
    x, y, width, height = sides
    return name.rpartition("/")[2].rpartition(".")[0][-7:], label, x, y, width, height


def _coco(files: dict[str, bytes]) -> Iterator[Row]:
    document = orjson.loads(next(files[name] for name in DOCUMENTS if name in files))
    labels = {one["id"]: one["name"] for one in document["categories"]}
    images = {one["id"]: one["file_name"] for one in document["images"]}
    for row in document["annotations"]:
        yield _row(images[row["image_id"]], labels[row["category_id"]], row["bbox"])


def _yolo(files: dict[str, bytes]) -> Iterator[Row]:
    labels = files.get("classes.txt", b"person\nvehicle").decode().split("\n")
    for name, data in files.items():
        if name.startswith("labels/"):
            for line in data.decode().splitlines():
                number, *sides = line.split()
                across, down, width, height = (float(side) for side in sides)
                corner = [(across - width / 2) * WIDTH, (down - height / 2) * HEIGHT]
                yield _row(name, labels[int(number)], [*corner, width * WIDTH, height * HEIGHT])


def _voc(files: dict[str, bytes]) -> Iterator[Row]:
    for name, data in files.items():
        if name.endswith(".xml"):
            for one in ET.fromstring(data).iter("object"):  # noqa: S314 - we wrote it
                ends = [float(one.findtext(f"bndbox/{side}", "0")) for side in ("xmin", "ymin", "xmax", "ymax")]
                yield _row(name, one.findtext("name", ""), ends)


if __name__ == "__main__":
    main()
