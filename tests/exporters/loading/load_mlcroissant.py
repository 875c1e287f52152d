"""Read a set with mlcroissant: `python load_mlcroissant.py FOLDER` prints what it found, as JSON.

Runs where only mlcroissant with its Parquet support is installed.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlcroissant as mlc


def read(folder: Path) -> dict[str, Any]:
    loaded = mlc.Dataset(jsonld=str(folder / "croissant.json"))
    metadata = loaded.metadata
    records = {one.id: list(loaded.records(one.id)) for one in metadata.record_sets}
    images = records.get("images", [])
    return {
        "tool": f"mlcroissant {version('mlcroissant')}",
        "conforms_to": metadata.ctx.conforms_to.value,
        "warnings": sorted(metadata.ctx.issues.warnings),
        "places": metadata.annotator_demographics,
        "files": sorted(one.id for one in metadata.distribution),
        "labels": [text(row["labels/name"]) for row in records.get("labels", [])],
        "pictures": sorted(text(row["images/file_name"]) for row in images),
        "boxes": sorted(boxes(records)),
    }


def boxes(records: dict[str, list[dict[str, Any]]]) -> list[list[Any]]:
    """The boxes of a table of shapes, or else those inside the rows of images."""
    names = {row.get("images/image_id"): text(row["images/file_name"]) for row in records.get("images", [])}
    from_table = [
        [names[row["shapes/image_id"]], text(row["shapes/label"])]
        + [row[f"shapes/{side}"] for side in ("x", "y", "width", "height")]
        for row in records.get("shapes", [])
    ]
    from_rows = [
        [text(row["images/file_name"]), text(one["images/objects/categories"]), *one["images/objects/bbox"]]
        for row in records.get("images", [])
        for one in row.get("images/objects") or []
    ]
    return from_table + from_rows


def text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1]))))
