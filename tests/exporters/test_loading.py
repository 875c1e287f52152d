"""Every set loads in the tool that its users read it with, and the boxes it finds there are those that were drawn.

The tools live in an environment of their own, which `make dev` makes from its lock.
"""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from exporters import DirectorySink, LabeledFootage, write_export
from tests.exporters.builders import box, cleared, clip, dataset, jpeg, key, mp4, polygon, still, track

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-loaders" / "bin" / "python"
SCRIPTS = Path(__file__).with_name("loading")
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="no environment of loaders: run `make dev`")
CLOSE = 0.01  # pixels
BOXES = {
    "f1": [("Car", 100.0, 50.0, 200.0, 100.0), ("Person", 10.25, 20.5, 30.75, 60.125)],
    "f2": [("Person", 0.0, 0.0, 1000.0, 500.0)],
    "f3": [],
}


def stills() -> list[LabeledFootage]:
    """Stills with two boxes, one, and none."""
    return [
        still(
            name,
            *(
                box(f"{name}-{number}", label, x=x, y=y, width=width, height=height)
                for number, (label, x, y, width, height) in enumerate(drawn)
            ),
            data=jpeg(),
        )
        for name, drawn in BOXES.items()
    ]


def made(folder: Path, file_format: str, items: Iterable[LabeledFootage]) -> Path:
    listed = list(items)
    target = folder / "set"
    ids = [item.footage_id for item in listed]
    write_export(dataset(*listed), cleared(*ids), file_format, DirectorySink(target), lossy=True)
    return target


def read(script: str, *words: object) -> dict[str, Any]:
    """What a tool finds in a set, by its script, in its own environment."""
    command = [str(PYTHON), str(SCRIPTS / f"{script}.py"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def drawn(*, suffix: str = ".jpg") -> list[list[Any]]:
    return sorted([f"{name}{suffix}", *one] for name, boxes in BOXES.items() for one in boxes)


def same(found: list[list[Any]], expected: list[list[Any]], *, close: float = CLOSE) -> bool:
    """Whether both are the same boxes, up to what a tool's own numbers keep."""
    return len(found) == len(expected) and all(
        one[:2] == other[:2] and all(abs(a - b) <= close for a, b in zip(one[2:6], other[2:6], strict=True))
        for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("file_format", "theirs", "begins"),
    [("coco", "coco", 0.0), ("kitti", "kitti", 0.0), ("openimages", "open_images", 0.0), ("voc", "voc", 1.0)],
)
def test_datumaro_finds_each_box(file_format: str, theirs: str, begins: float, tmp_path: Path) -> None:
    found = read("load_datumaro", made(tmp_path, file_format, stills()), theirs)
    # The kit of VOC counts pixels from 1; Datumaro takes them as they stand.
    expected = [
        [name, label, x + begins, y + begins, width - begins, height - begins]
        for name, label, x, y, width, height in drawn(suffix="")
    ]
    assert same(found["boxes"], sorted(expected)), found["boxes"]


def test_faster_coco_eval_finds_each_box(tmp_path: Path) -> None:
    folder = made(tmp_path, "coco", stills())
    found = read("load_faster_coco_eval", folder / "annotations" / "instances_default.json")
    assert (found["items"], same(found["boxes"], drawn(), close=0.0)) == (3, True)


def test_pycocotools_finds_each_polygon_with_its_pixels(tmp_path: Path) -> None:
    shaped = still("f9", shapes=(polygon(),), data=jpeg())
    folder = made(tmp_path, "coco", [shaped])
    (one,) = read("pycocotools_reads", folder / "annotations" / "instances_default.json")["annotations"]
    assert one["area"] == 10_000
    assert abs(one["pixels"] - one["area"]) < 200  # what a grid of pixels makes of its edge


@pytest.mark.parametrize(("script", "file_format"), [("load_pandas", "parquet"), ("load_webdataset", "webdataset")])
def test_tables_and_shards_give_back_each_box_exactly(script: str, file_format: str, tmp_path: Path) -> None:
    found = read(script, made(tmp_path, file_format, stills()))
    assert same(found["boxes"], drawn(), close=0.0)
    assert found["opened"] == ["f1.jpg", "f2.jpg", "f3.jpg"]


@pytest.mark.parametrize("by", [[], ["card"]], ids=["as an image folder", "by its card"])
def test_datasets_gives_back_each_box_exactly(by: list[str], tmp_path: Path) -> None:
    found = read("load_datasets", made(tmp_path, "huggingface", stills()), *by)
    assert same(found["boxes"], drawn(), close=0.0)


@pytest.mark.parametrize("file_format", ["parquet", "huggingface"])
def test_mlcroissant_validates_the_description_and_gives_back_each_box(file_format: str, tmp_path: Path) -> None:
    found = read("load_mlcroissant", made(tmp_path, file_format, stills()))
    assert "croissant/1.1" in found["conforms_to"]
    assert same(found["boxes"], drawn(), close=1e-6)


def test_motmetrics_finds_a_track_at_each_frame(tmp_path: Path) -> None:
    frames = 12
    followed = clip("v1", track(key(0, 4.0), key(frames - 1, 15.0)), data=mp4(frames))
    folder = made(tmp_path, "mot", [followed])
    (truth,) = folder.glob("*/gt/gt.txt")
    found = read("load_motmetrics", truth)
    assert found["items"] == frames
    assert [row[2] for row in found["boxes"]] == pytest.approx([4.0 + frame for frame in range(frames)])
