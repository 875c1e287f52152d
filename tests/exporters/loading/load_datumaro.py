"""Read a set with Datumaro: `python load_datumaro.py FOLDER FORMAT` prints what it found, as JSON.

FORMAT is Datumaro's own name of it. Runs where only Datumaro is installed.
"""

import json
import logging
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from typing import Any

from datumaro import Dataset


def read(folder: str, name: str) -> dict[str, Any]:
    logging.disable(logging.WARNING)
    with redirect_stdout(sys.stderr):
        loaded = Dataset.import_from(folder, name)
        labels = [one.name for one in loaded.categories()[next(iter(loaded.categories()))].items]
        boxes = [
            [item.id, labels[one.label], one.x, one.y, one.w, one.h]
            for item in loaded
            for one in item.annotations
            if one.type.name == "bbox"
        ]
    return {"tool": f"datumaro {version('datumaro')}", "items": len(loaded), "boxes": sorted(boxes)}


if __name__ == "__main__":
    print(json.dumps(read(*sys.argv[1:])))
