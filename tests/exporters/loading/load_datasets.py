"""Read a folder with Hugging Face datasets: `python load_datasets.py FOLDER [card]` prints what it found, as JSON.

Without `card` the folder is read as `imagefolder`, with it by its card, and then the classes come from there.
Runs where only datasets and Pillow are installed.
"""

import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

from datasets import ClassLabel, Image, load_dataset


def read(folder: Path, *, by_card: bool, cache: str) -> dict[str, Any]:
    if by_card:
        loaded = load_dataset(str(folder.resolve()), split="train", cache_dir=cache)
    else:
        loaded = load_dataset("imagefolder", data_dir=str(folder.resolve()), split="train", cache_dir=cache)
    if "image" in loaded.features:
        loaded = loaded.cast_column("image", Image(decode=False))
    category = loaded.features["objects"]["categories"].feature
    pictures, opened, boxes = [], [], []
    for row in loaded:
        name = Path(row["image"]["path"]).name if "image" in row else row["file_name"]
        pictures.append(name)
        if row["included"]:
            size = Image().decode_example(row["image"]).size
            if size != (row["width"], row["height"]):
                raise SystemExit(f"`{name}` has another size than its labels say")
            opened.append(name)
        objects = row["objects"]
        labels = objects["categories"]
        if isinstance(category, ClassLabel):
            labels = [category.int2str(one) for one in labels]
        boxes.extend([name, label, *drawn] for label, drawn in zip(labels, objects["drawn"], strict=True))
    return {
        "tool": f"datasets {version('datasets')}",
        "classes": category.names if isinstance(category, ClassLabel) else None,
        "pictures": sorted(pictures),
        "opened": sorted(opened),
        "boxes": sorted(boxes),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(read(Path(sys.argv[1]), by_card="card" in sys.argv[2:], cache=folder)))
