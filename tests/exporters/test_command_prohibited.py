"""Prohibited attributes leave in no set, by whatever way it is written, and the manifest counts them by their names."""

import json
import zipfile
from pathlib import Path

import pytest

from exporters import FORMATS, read_manifest
from tests.exporters.builders import box, clip, exported, key, still, track
from tests.exporters.exports import Ran, annotation, lines, task
from tests.exporters.studio import attribute, rectangle

CONFIG = """<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="obj" toName="image"><Label value="Car"/></RectangleLabels>
  <Choices name="skin_colour" toName="image" perRegion="true"><Choice value="zebra"/></Choices>
  <Choices name="occluded" toName="image" perRegion="true"><Choice value="no"/></Choices>
</View>"""


@pytest.mark.parametrize("file_format", sorted(set(FORMATS) - {"mot", "cvat"}))
def test_no_format_of_pictures_holds_a_prohibited_attribute(file_format: str) -> None:
    item = still("f1", box(attributes=(("race", "zebra"), ("occluded", "no"))), attributes=(("Religion", "zebra"),))
    manifest, files = exported(file_format, item)
    assert manifest.counts.stripped == (("Religion", 1), ("race", 1))
    assert [name for name, held in files.items() if b"zebra" in held] == []


@pytest.mark.parametrize("file_format", ["mot", "cvat"])
def test_no_format_of_videos_holds_a_prohibited_attribute(file_format: str) -> None:
    item = clip("v1", track(key(0), attributes=(("ethnicity", "zebra"),)))
    manifest, files = exported(file_format, item)
    assert manifest.counts.stripped == (("ethnicity", 1),)
    assert [name for name, held in files.items() if b"zebra" in held] == []


def test_the_command_takes_them_off_counts_them_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text(CONFIG)
    drawn = annotation(5, rectangle(), attribute("choices", "skin_colour", ["zebra"]))
    asked = ["convert", "--config", "CONFIG", "--format", "coco", "--out", str(tmp_path / "set.zip"), "-"]
    ran = Ran(tmp_path, *asked, given=lines([task(1, drawn), task(2)]))
    assert ran.code == 0
    assert "  1 attributes `skin_colour` taken off: they leave in no set" in ran.says.splitlines()
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(held["manifest.json"])["counts"]["attributes_stripped"] == {"skin_colour": 1}
    assert read_manifest(held["manifest.json"]).encode() == held["manifest.json"]
    assert not any(b"zebra" in one for one in held.values())
