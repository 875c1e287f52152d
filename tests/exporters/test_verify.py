"""A manifest is read back as it was written, and finds every change to its set."""

import zipfile
from pathlib import Path

import pytest

from exporters import DirectorySink, ZipSink, read_manifest, verify, write_export
from exporters.errors import ManifestError
from tests.exporters.builders import box, cleared, dataset, exported, jpeg, still


def written(folder: Path) -> Path:
    whole = dataset(still("f1", box(), data=jpeg()), still("f2", box(label="Tank", rotation=3.0)))
    write_export(whole, cleared("f1", "f2"), "yolo", DirectorySink(folder / "set"), lossy=True)
    return folder / "set"


def test_a_manifest_is_read_back_as_it_was() -> None:
    item = still("f1", box(rotation=5.0), box("b2", "Tank"))
    manifest, files = exported("yolo", item, lossy=True)
    assert read_manifest(files["manifest.json"]) == manifest


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"manifest_version": 2}', b'{"manifest_version": 1}', b"null", b'{"files": 1'.ljust(40)],
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        read_manifest(data)


def test_an_intact_folder_and_an_intact_archive_have_no_problem(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert verify(folder) == ()
    with (tmp_path / "set.zip").open("wb") as out:
        write_export(dataset(still("f1", data=jpeg())), cleared("f1"), "coco", ZipSink(out))
    assert verify(tmp_path / "set.zip") == ()


def test_every_change_to_a_set_is_found(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "labels" / "f1.txt").write_bytes(b"0 0.300000000 0.200000000 0.200000000 0.200000000\n")
    size = (folder / "data.yaml").stat().st_size
    with (folder / "data.yaml").open("ab") as out:
        out.write(b"\n")
    (folder / "images" / "f1.jpg").unlink()
    (folder / "extra.txt").touch()
    assert verify(folder) == (
        "`images/f1.jpg` is missing",
        "`labels/f1.txt` has other content",
        f"`data.yaml` has another size than its `{size}` bytes",
        "`extra.txt` is not in the manifest",
    )


def test_a_damaged_archive_is_found(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with path.open("wb") as out:
        write_export(dataset(still("f1", data=jpeg())), cleared("f1"), "coco", ZipSink(out))
    whole = bytearray(path.read_bytes())
    whole[len("images/f1.jpg") + 40] ^= 1
    path.write_bytes(whole)
    assert verify(path) == ("`images/f1.jpg` is damaged",)


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no set")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    for name, says in [("text", "neither a folder nor an archive"), ("empty.zip", "has no `manifest.json`")]:
        with pytest.raises(ManifestError, match=says):
            verify(tmp_path / name)
