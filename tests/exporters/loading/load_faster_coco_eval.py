"""Read COCO with faster-coco-eval: `python load_faster_coco_eval.py DOCUMENT` prints what it found, as JSON."""

import json
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from typing import Any

from faster_coco_eval import COCO


def read(path: str) -> dict[str, Any]:
    with redirect_stdout(sys.stderr):
        loaded = COCO(path)
        names = {one["id"]: one["name"] for one in loaded.loadCats(loaded.getCatIds())}
        files = {one["id"]: one["file_name"] for one in loaded.loadImgs(loaded.getImgIds())}
        rows = loaded.loadAnns(loaded.getAnnIds())
    boxes = sorted([files[row["image_id"]], names[row["category_id"]], *row["bbox"]] for row in rows)
    return {"tool": f"faster-coco-eval {version('faster-coco-eval')}", "items": len(files), "boxes": boxes}


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1])))
