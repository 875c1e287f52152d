"""Whatever is typed, every input is counted exactly once and no link is followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labelhub.footage.intake import Intake, IntakeError, Skipped, expand


def laid_out(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def names(found: Intake, folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in found.files]


def skipped(found: Intake) -> dict[str, Skipped]:
    return {one.path.name: one.reason for one in found.skipped}


def test_a_folder_brings_in_everything_below_it_by_name(tmp_path: Path) -> None:
    laid_out(tmp_path, "b.jpg", "a/2.mp4", "a/1.mp4", "c/d/e.png")
    assert names(expand([str(tmp_path)]), tmp_path) == ["a/1.mp4", "a/2.mp4", "b.jpg", "c/d/e.png"]


def test_arguments_keep_their_order(tmp_path: Path) -> None:
    laid_out(tmp_path, "a.jpg", "b.jpg")
    assert names(expand([str(tmp_path / "b.jpg"), str(tmp_path / "a.jpg")]), tmp_path) == ["b.jpg", "a.jpg"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["a.jpg"]),
        ("*", ["a.jpg", "d/b.jpg", "d/e/c.jpg", "d/e/c.png"]),
        ("d/*.jpg", ["d/b.jpg"]),
        ("**/*.jpg", ["a.jpg", "d/b.jpg", "d/e/c.jpg"]),
        ("d/**/c.*", ["d/e/c.jpg", "d/e/c.png"]),
        ("?.jp[fg]", ["a.jpg"]),
        ("d/e*", ["d/e/c.jpg", "d/e/c.png"]),
    ],
)
def test_globs_mean_what_a_shell_means_by_them(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    laid_out(tmp_path, "a.jpg", "d/b.jpg", "d/e/c.jpg", "d/e/c.png")
    assert names(expand([f"{tmp_path}/{pattern}"]), tmp_path) == expected


def test_a_relative_glob_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out(tmp_path, "a.jpg", "d/b.jpg")
    monkeypatch.chdir(tmp_path)
    assert [str(path) for path in expand(["**/*.jpg"]).files] == ["a.jpg", "d/b.jpg"]


def test_a_file_whose_name_looks_like_a_glob_is_taken_by_name(tmp_path: Path) -> None:
    laid_out(tmp_path, "a[1].jpg", "a1.jpg")
    assert names(expand([str(tmp_path / "a[1].jpg")]), tmp_path) == ["a[1].jpg"]


def test_what_is_named_twice_counts_once_and_says_so(tmp_path: Path) -> None:
    laid_out(tmp_path, "a.jpg", "b.jpg")
    found = expand([str(tmp_path), f"{tmp_path}/../{tmp_path.name}/a.jpg"])
    assert len(found.files) == 2
    assert skipped(found) == {"a.jpg": Skipped.REPEATED}
    assert found.total == 3


def test_every_missing_argument_is_named_at_once(tmp_path: Path) -> None:
    laid_out(tmp_path, "a.jpg")
    with pytest.raises(IntakeError) as refused:
        expand([str(tmp_path / "none.jpg"), str(tmp_path / "a.jpg"), f"{tmp_path}/*.mp4", "", "nul\0.jpg"])
    assert len(refused.value.missing) == 4


def test_hidden_files_litter_and_sidecars_are_counted_and_ignored_with_a_reason(tmp_path: Path) -> None:
    laid_out(tmp_path, "a.jpg", ".DS_Store", "Thumbs.db", "._a.jpg", ".hidden.jpg", "a.xmp", "a.THM", ".git/b.jpg")
    laid_out(tmp_path, "__MACOSX/c.jpg")
    found = expand([str(tmp_path)])
    assert names(found, tmp_path) == ["a.jpg"]
    assert skipped(found) == {
        ".DS_Store": Skipped.LITTER,
        "Thumbs.db": Skipped.LITTER,
        "._a.jpg": Skipped.LITTER,
        "__MACOSX": Skipped.LITTER,
        ".hidden.jpg": Skipped.HIDDEN,
        ".git": Skipped.HIDDEN,
        "a.xmp": Skipped.SIDECAR,
        "a.THM": Skipped.SIDECAR,
    }
    assert not any(one.reason.refused for one in found.skipped)


def test_a_hidden_file_named_outright_is_meant(tmp_path: Path) -> None:
    laid_out(tmp_path, ".hidden.jpg")
    assert names(expand([str(tmp_path / ".hidden.jpg")]), tmp_path) == [".hidden.jpg"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = laid_out(tmp_path / "outside", "secret.jpg")
    inside = laid_out(tmp_path / "inside", "a.jpg")
    (inside / "file.jpg").symlink_to(outside / "secret.jpg")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "broken.jpg").symlink_to(inside / "nowhere")
    for argument in (str(inside), f"{inside}/*", f"{inside}/**"):
        found = expand([argument])
        assert names(found, inside) == ["a.jpg"]
        assert skipped(found) == dict.fromkeys(("file.jpg", "folder", "loop", "broken.jpg"), Skipped.SYMLINK)
    assert skipped(expand([str(inside / "folder")])) == {"folder": Skipped.SYMLINK}


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    found = expand([str(tmp_path)])
    assert skipped(found) == {"pipe.jpg": Skipped.NOT_A_FILE}
    assert found.skipped[0].reason.refused


def test_the_manifest_in_the_folder_is_not_footage(tmp_path: Path) -> None:
    laid_out(tmp_path, "a.jpg", "items.csv")
    found = expand([str(tmp_path)], manifest=tmp_path / "items.csv")
    assert names(found, tmp_path) == ["a.jpg"]
    assert skipped(found) == {"items.csv": Skipped.MANIFEST}


def test_addresses_are_kept_apart_and_counted_once() -> None:
    found = expand(["s3://intake/a.jpg", "s3://intake/b.jpg", "s3://intake/a.jpg"])
    assert found.addresses == ("s3://intake/a.jpg", "s3://intake/b.jpg")
    assert (found.total, len(found.skipped)) == (3, 1)


def test_an_empty_folder_brings_in_nothing(tmp_path: Path) -> None:
    assert expand([str(tmp_path)]).total == 0
