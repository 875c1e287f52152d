"""Print as JSON what `pycocotools` reads of a COCO document; needs nothing else installed.

python pycocotools_reads.py annotations/instances_default.json
"""

import json
import sys
from contextlib import redirect_stdout
from typing import Any

from pycocotools import mask
from pycocotools.coco import COCO


def read(path: str) -> dict[str, Any]:
    """Images, categories and annotations; of each annotation its own figures and those of its pixels."""
    with redirect_stdout(sys.stderr):  # the loader prints its progress
        document = COCO(path)
    return {
        "images": document.loadImgs(sorted(document.getImgIds())),
        "categories": document.loadCats(sorted(document.getCatIds())),
        "annotations": [_annotation(document, number) for number in sorted(document.getAnnIds())],
    }


def _annotation(document: COCO, number: int) -> dict[str, Any]:
    (row,) = document.loadAnns([number])
    found = {name: row[name] for name in ("id", "image_id", "category_id", "bbox", "area", "iscrowd")}
    found["keypoints"] = row.get("keypoints", [])
    if row["segmentation"]:
        packed = document.annToRLE(row)
        found["mask_area"], found["mask_bbox"] = int(mask.area(packed)), mask.toBbox(packed).tolist()
        found["pixels"] = int(document.annToMask(row).sum())
    return found


if __name__ == "__main__":
    json.dump(read(sys.argv[1]), sys.stdout)
