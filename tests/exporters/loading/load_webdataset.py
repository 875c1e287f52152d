"""Read shards with webdataset: `python load_webdataset.py FOLDER` prints what it found, as JSON.

Runs where only webdataset and Pillow are installed.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import webdataset as wds


def read(folder: Path) -> dict[str, Any]:
    shards = sorted(map(str, (folder / "shards").glob("*.tar")))
    pictures, opened, boxes = [], [], []
    for sample in wds.WebDataset(shards, shardshuffle=False).decode("pil"):
        labels = sample["json"]
        name = labels["file_name"]
        pictures.append(name)
        for extension in ("jpg", "png", "webp"):
            if extension in sample:
                if sample[extension].size != (labels["width"], labels["height"]):
                    raise SystemExit(f"`{name}` has another size than its labels say")
                opened.append(name)
        boxes.extend(
            [name, one["label"], *(one[side] for side in ("x", "y", "width", "height", "rotation"))]
            for one in labels["shapes"]
        )
    return {
        "tool": f"webdataset {version('webdataset')}",
        "pictures": sorted(pictures),
        "opened": sorted(opened),
        "boxes": sorted(boxes),
    }


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1]))))
