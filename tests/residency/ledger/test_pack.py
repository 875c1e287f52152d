"""A pack as files: what is refused before anything is read, and what is found against the manifest."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path

import pytest

from residency.ledger.entry import canonical_json
from residency.ledger.errors import PackError
from residency.ledger.pack import LARGEST_READ_WHOLE, Pack, open_source
from residency.ledger.question import Question
from tests.residency.ledger.test_mutations import ANCHORS, LEAVES, OPENED, OTHERS
from tests.residency.ledger.world import (
    Files,
    Ledger,
    entries,
    in_folder,
    made,
    names,
    recount,
    retold,
    verified,
    zipped,
)


@pytest.fixture(scope="module")
def good() -> Files:
    return made()


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_zip_verifies_however_it_is_compressed(compression: int, good: Files, tmp_path: Path) -> None:
    assert names(verified(zipped(good, tmp_path / "pack.zip", compression))) == set()


def test_a_folder_verifies_like_its_zip(good: Files, tmp_path: Path) -> None:
    assert names(verified(in_folder(good, tmp_path / "pack"))) == set()


def test_a_zip_may_name_its_folders(good: Files, tmp_path: Path) -> None:
    path = zipped(good, tmp_path / "pack.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.mkdir("ledgers")
    assert names(verified(path)) == set()


@pytest.mark.parametrize("name", ["/etc/passwd", "../out", "a/../b", "a//b", "a\\b", "./a"])
def test_a_way_out_of_the_pack_is_refused(name: str, good: Files, tmp_path: Path) -> None:
    path = zipped({**good, name: b""}, tmp_path / "pack.zip")
    with pytest.raises(PackError, match="which leads out of it"):
        verified(path)


def test_two_files_of_one_name_are_refused(good: Files, tmp_path: Path) -> None:
    path = zipped(good, tmp_path / "pack.zip")
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("report.json", b"{}")
    with pytest.raises(PackError, match="two files of the same name"):
        verified(path)


def test_a_link_in_a_folder_is_refused(good: Files, tmp_path: Path) -> None:
    folder = in_folder(good, tmp_path / "pack")
    (folder / "report.pdf").unlink()
    (folder / "report.pdf").symlink_to("/etc/hostname")
    with pytest.raises(PackError, match="a link in it"):
        verified(folder)


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06" + bytes(17)])
def test_what_is_no_zip_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(data)
    with pytest.raises(PackError, match=r"`pack\.zip` is no ZIP that can be read"):
        open_source(path)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (None, "there is no `manifest.json`"),
        (b"{", "`manifest.json` cannot be read"),
        (b"[]", "is not of the format `labelhub-evidence-1`"),
        (canonical_json({"files": {}, "format": "labelhub-evidence-9"}), "another release may read it"),
        (canonical_json({"files": [], "format": "labelhub-evidence-1"}), "is not of the format"),
        (b" " * (LARGEST_READ_WHOLE + 1), "is larger than 16777216 bytes"),
    ],
)
def test_without_a_manifest_there_is_no_pack(manifest: bytes | None, said: str, good: Files, tmp_path: Path) -> None:
    files = {name: data for name, data in good.items() if name != "manifest.json"}
    path = zipped(files if manifest is None else {**files, "manifest.json": manifest}, tmp_path / "pack.zip")
    with pytest.raises(PackError, match=said):
        verified(path)


def test_files_beside_the_manifest_are_found(good: Files, tmp_path: Path) -> None:
    manifest = json.loads(good["manifest.json"])
    manifest["files"]["gone.txt"] = "0" * 64
    manifest["files"]["README.txt"] = 7
    files = {**good, "more.txt": b"", "manifest.json": canonical_json(manifest)}
    verdict = verified(zipped(files, tmp_path / "pack.zip"))
    assert {(one.kind.value, one.where) for one in verdict.findings} == {
        ("file-added", "more.txt"),
        ("file-missing", "gone.txt"),
        ("file-changed", "README.txt"),
    }
    assert verdict.chain_intact


def test_files_that_may_be_empty_may_be_left_out(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.grow(entries(5))
    files = made(Question(actions=()), ledger)
    kept = {name: data for name, data in files.items() if data}
    assert files.keys() - kept.keys() == {OPENED, ANCHORS, OTHERS}
    assert names(verified(zipped(recount(kept), tmp_path / "pack.zip"))) == set()


def test_the_last_leaf_needs_no_line_end(good: Files, tmp_path: Path) -> None:
    files = recount({**good, LEAVES: good[LEAVES][:-1]})
    assert names(verified(zipped(files, tmp_path / "pack.zip"))) == set()


NEEDED = ("report.json", "report.html", "geoip.json", f"{LEAVES}", "ledgers/us/checkpoint", "ledgers/us/frontier.json")


@pytest.mark.parametrize("name", [*NEEDED, "ledgers/us/keylog.jsonl"])
def test_a_file_that_is_needed_and_missing_is_found(name: str, good: Files, tmp_path: Path) -> None:
    files = {one: data for one, data in good.items() if one != name}
    manifest = json.loads(files["manifest.json"])
    del manifest["files"][name]
    files["manifest.json"] = canonical_json(manifest)
    verdict = verified(zipped(files, tmp_path / "pack.zip"))
    assert ("file-missing", name) in {(one.kind.value, one.where) for one in verdict.findings}
    assert verdict.chain_intact is (name not in {LEAVES, "ledgers/us/checkpoint", "ledgers/us/keylog.jsonl"})


@pytest.mark.parametrize("name", ["report.json", "geoip.json", "policies/sets.json"])
@pytest.mark.parametrize("data", [b"[]", b"{"])
def test_a_file_that_cannot_be_read_is_found(name: str, data: bytes, good: Files, tmp_path: Path) -> None:
    verdict = verified(zipped(recount({**good, name: data}), tmp_path / "pack.zip"))
    assert ("file-malformed", name) in {(one.kind.value, one.where) for one in verdict.findings}


def test_a_pack_without_any_ledger_proves_nothing(good: Files, tmp_path: Path) -> None:
    files = {name: data for name, data in good.items() if not name.startswith("ledgers/")}
    verdict = verified(zipped(retold(files, tmp_path / "draft.zip"), tmp_path / "pack.zip"))
    assert names(verdict) == {"file-missing"}
    assert not verdict.chain_intact


def damaged(path: Path, name: str, place: int = 10) -> Path:
    """One byte of a stored file changed behind the ZIP's own checksum."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(name)
    data = bytearray(path.read_bytes())
    data[entry.header_offset + 30 + len(name) + place] ^= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        LEAVES,
        OPENED,
        "report.json",
        "report.html",
        "report.pdf",
        "geoip.json",
        "ledgers/us/checkpoint",
        "ledgers/us/keylog.jsonl",
        "ledgers/us/checkpoints.jsonl",
        "policies/sets.json",
    ],
)
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_damaged_on_the_way_names_the_file(name: str, compression: int, good: Files, tmp_path: Path) -> None:
    path = damaged(zipped(good, tmp_path / "pack.zip", compression), name, 2)
    verdict = verified(path)
    assert ("file-changed", name) in {(one.kind.value, one.where) for one in verdict.findings}


def test_a_damaged_policy_is_named(good: Files, tmp_path: Path) -> None:
    name = next(one for one in good if one.startswith("policies/") and one != "policies/sets.json")
    verdict = verified(damaged(zipped(good, tmp_path / "pack.zip", zipfile.ZIP_STORED), name))
    assert {("file-changed", name)} <= {(one.kind.value, one.where) for one in verdict.findings}


def test_a_file_under_a_password_is_damaged_for_whoever_has_none(good: Files, tmp_path: Path) -> None:
    path = zipped(good, tmp_path / "pack.zip", zipfile.ZIP_STORED)
    data = path.read_bytes()
    place = data.index(b"PK\x01\x02")
    path.write_bytes(data[: place + 8] + b"\x01\x00" + data[place + 10 :])  # the flag of the first file listed
    verdict = verified(path)
    assert "file-changed" in names(verdict)


def test_a_line_too_long_to_be_one_is_not_kept(good: Files, tmp_path: Path) -> None:
    files = recount({**good, OPENED: b"x" * (LARGEST_READ_WHOLE + 2**20 + 1)})
    assert "entry-hidden" in names(verified(zipped(files, tmp_path / "pack.zip")))
    files = recount({**good, LEAVES: b"x" * 2**20})
    with pytest.raises(PackError, match="longer than a leaf can be"):
        verified(zipped(files, tmp_path / "pack.zip"))


def test_leaves_longer_than_a_piece_are_read_whole(good: Files, tmp_path: Path) -> None:
    source = open_source(zipped({**good, "x": b"a" * 2**21}, tmp_path / "pack.zip"))
    pack = Pack(source)
    assert b"".join(pack.stream("x")) == b"a" * 2**21
    assert list(pack.lines("x")) == [b"a" * 2**21]
    source.close()
