"""`python -m bench.export_input TASKS FILE`: a Label Studio export as the comparison of exporters reads it, seed 7."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import Any

import orjson

SEED = 7
WIDTH, HEIGHT = 1920, 1080
CAMERAS = 40
CONFIG = """<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="box" toName="image"><Label value="person"/><Label value="vehicle"/></RectangleLabels>
  <Choices name="occluded" toName="image" perRegion="true"><Choice value="yes"/><Choice value="no"/></Choices>
</View>
"""


def main() -> None:
    """Write as many tasks as asked for, one on each line of an array."""
    tasks, path = int(sys.argv[1]), Path(sys.argv[2])
    dice = Random(SEED)
    with path.open("wb") as out:
        for own in range(1, tasks + 1):
            out.write(b"[\n" if own == 1 else b",\n")
            out.write(orjson.dumps(_task(own, dice)))
        out.write(b"\n]\n")


def _task(own: int, dice: Random) -> dict[str, Any]:
    result = [entry for number in range(dice.randint(4, 12)) for entry in _box(f"t{own}b{number:02d}", dice)]
    at = "2026-10-01T12:00:00.000000Z"
    annotation = {
        "id": own,
        "completed_by": 1 + own % 20,
        "result": result,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": at,
        "updated_at": at,
        "draft_created_at": None,
        "lead_time": 42.125,
        "prediction": {},
        "result_count": len(result),
        "unique_id": f"0b6f0c9e-6d0a-4a0e-9d0f-{own:012d}",
        "import_id": None,
        "last_action": None,
        "bulk_created": False,
        "task": own,
        "project": 1,
        "updated_by": 1,
        "parent_prediction": None,
        "parent_annotation": None,
        "last_created_by": None,
    }
    return {
        "id": own,
        "annotations": [annotation],
        "file_upload": None,
        "drafts": [],
        "predictions": [],
        "data": {"image": f"/data/footage/cam-{own % CAMERAS:02d}/{own:07d}.jpg", "camera": f"cam-{own % CAMERAS:02d}"},
        "meta": {},
        "created_at": at,
        "updated_at": at,
        "inner_id": own,
        "total_annotations": 1,
        "cancelled_annotations": 0,
        "total_predictions": 0,
        "comment_count": 0,
        "unresolved_comment_count": 0,
        "last_comment_updated_at": None,
        "project": 1,
        "updated_by": 1,
        "comment_authors": [],
    }


def _box(own: str, dice: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    width, height = round(dice.uniform(1, 30), 4), round(dice.uniform(1, 40), 4)
    value = {
        "x": round(dice.uniform(0, 100 - width), 4),
        "y": round(dice.uniform(0, 100 - height), 4),
        "width": width,
        "height": height,
        "rotation": 0,
    }
    head = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    tail = {"id": own, "to_name": "image", "origin": "manual"}
    label = "vehicle" if dice.random() < 0.6 else "person"
    occluded = "yes" if dice.random() < 0.3 else "no"
    return (
        head | {"value": value | {"rectanglelabels": [label]}} | tail | {"from_name": "box", "type": "rectanglelabels"},
        head | {"value": value | {"choices": [occluded]}} | tail | {"from_name": "occluded", "type": "choices"},
    )


if __name__ == "__main__":
    main()
