"""Read a sequence with py-motmetrics: `python load_motmetrics.py GT_FILE` prints what it found, as JSON."""

import json
import sys
from importlib.metadata import version
from typing import Any

import motmetrics


def read(path: str) -> dict[str, Any]:
    rows = motmetrics.io.loadtxt(path, fmt="mot16").reset_index()
    columns = ["FrameId", "Id", "X", "Y", "Width", "Height"]
    boxes = sorted(rows[columns].to_numpy().tolist())
    return {"tool": f"motmetrics {version('motmetrics')}", "items": int(rows["FrameId"].nunique()), "boxes": boxes}


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1])))
