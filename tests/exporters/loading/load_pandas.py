"""Read a Parquet set with pandas: `python load_pandas.py FOLDER` prints what it found, as JSON.

Runs where only pandas and pyarrow are installed.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd


def read(folder: Path) -> dict[str, Any]:
    images = pd.read_parquet(folder / "images.parquet")
    shapes = pd.read_parquet(folder / "shapes.parquet")
    joined = shapes.merge(images[["image_id", "file_name"]], on="image_id", validate="many_to_one")
    boxes = joined[["file_name", "label", "x", "y", "width", "height", "rotation"]].sort_values("file_name")
    opened = images[images["included"]]["file_name"]
    return {
        "tool": f"pandas {version('pandas')} with pyarrow {version('pyarrow')}",
        "pictures": sorted(images["file_name"].tolist()),
        "opened": sorted(name for name in opened if (folder / "images" / name).is_file()),
        "boxes": sorted(boxes.to_numpy().tolist()),
    }


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1]))))
