"""A facts manifest is taken whole or refused with every problem named."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelhub.footage.manifest import Facts, ManifestError, parse_manifest, read_manifest

FOLDER = Path("/intake")


def problems(text: str, name: str = "items.csv") -> list[tuple[int, str]]:
    with pytest.raises(ManifestError) as refused:
        parse_manifest(text, path=FOLDER / name)
    return [(problem.line, problem.message) for problem in refused.value.problems]


def test_a_full_csv_line_gives_every_fact() -> None:
    text = (
        "path,source,captured_at,marks,case_reference,sha256\n"
        f"day 1/a.jpg,cam-12,2026-03-01T08:00:00-08:00,public-test;night,Case 7/2026,{'0' * 64}\n"
    )
    manifest = parse_manifest(text, path=FOLDER / "items.csv")
    assert manifest.facts == (
        Facts(
            line=2,
            path="day 1/a.jpg",
            source="cam-12",
            captured_at=datetime(2026, 3, 1, 16, tzinfo=UTC),
            marks=frozenset({"public-test", "night"}),
            case_reference="Case 7/2026",
            sha256="0" * 64,
        ),
    )
    assert list(manifest.by_file()) == ["/intake/day 1/a.jpg"]


def test_json_lines_say_the_same() -> None:
    lines = [
        {"path": "a.jpg", "source": "cam-12", "marks": ["public-test", "night"], "captured_at": None},
        {"path": "s3://intake/b.mp4"},
    ]
    manifest = parse_manifest("\n".join(map(json.dumps, lines)) + "\n\n", path=FOLDER / "items.jsonl")
    assert [one.path for one in manifest.facts] == ["a.jpg", "s3://intake/b.mp4"]
    assert manifest.facts[0].marks == frozenset({"public-test", "night"})
    assert list(manifest.by_file()) == ["/intake/a.jpg", "s3://intake/b.mp4"]


def test_an_empty_cell_says_nothing() -> None:
    facts = parse_manifest("path,source,captured_at\na.jpg,,\n", path=FOLDER / "items.csv").facts
    assert (facts[0].source, facts[0].captured_at, facts[0].marks) == (None, None, None)


def test_every_problem_is_reported_with_its_line() -> None:
    text = (
        "path,source,captured_at\n"
        "a.jpg,cam 12,2026-03-01T08:00:00Z\n"
        "b.jpg,cam-12,2026-03-01T08:00:00\n"
        "c.jpg,cam-12\n"
        '"d\nd.jpg",cam-12,\n'
        "e.jpg,cam-12,yesterday\n"
        "e.jpg,,\n"
        ",cam-12,\n"
    )
    assert [line for line, _ in problems(text)] == [2, 3, 4, 5, 7, 8, 9]


@pytest.mark.parametrize("jurisdiction", ["jurisdiction", "owner", "zone", "Path", ""])
def test_an_unknown_column_is_refused(jurisdiction: str) -> None:
    found = problems(f"path,{jurisdiction}\na.jpg,US-CA\n")
    assert found[0][0] == 1
    assert "unknown column" in found[0][1]


def test_a_column_given_twice_or_missing_is_refused() -> None:
    assert "appears twice" in problems("path,source,source\na.jpg,b,c\n")[0][1]
    assert "`path` is missing" in problems("source\ncam-12\n")[0][1]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
@pytest.mark.parametrize("column", ["path", "source", "case_reference"])
def test_a_cell_that_a_spreadsheet_would_run_is_refused(cell: str, column: str) -> None:
    line = json.dumps({"path": "a.jpg"} | {column: cell})
    assert problems(line, "items.jsonl")[0][0] == 1


@pytest.mark.parametrize("cell", ["a\0b", "a\nb", "a\x1b[2Jb", "a\u202eb", "x" * 1001, " a", "a "])
def test_control_characters_overlong_cells_and_stray_spaces_are_refused(cell: str) -> None:
    line = json.dumps({"path": "a.jpg", "case_reference": cell})
    assert problems(line, "items.jsonl")[0][0] == 1


@pytest.mark.parametrize("path", ["/etc/passwd", "../a.jpg", "a/../b.jpg", "./a.jpg", "a//b.jpg", "a\\b.jpg", "a/"])
def test_a_path_that_leaves_the_folder_or_has_two_spellings_is_refused(path: str) -> None:
    assert problems(json.dumps({"path": path}), "items.jsonl")[0][0] == 1


@pytest.mark.parametrize(
    "line",
    [
        "7",
        "[]",
        "null",
        "{",
        '{"path": "a.jpg", "path": "b.jpg"}',
        '{"path": 7}',
        '{"path": "a", "marks": [1]}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_not_a_plain_object_is_refused(line: str) -> None:
    assert problems(line, "items.jsonl")[0][0] == 1


@pytest.mark.parametrize(
    ("column", "cell"), [("marks", "Night"), ("marks", "a;;b"), ("sha256", "ABC"), ("source", "a/b")]
)
def test_each_column_keeps_its_form(column: str, cell: str) -> None:
    assert column in problems(json.dumps({"path": "a.jpg", column: cell}), "items.jsonl")[0][1]


def test_an_empty_manifest_is_refused() -> None:
    assert problems("") != []
    assert problems("path\n")[0][1] == "it has no lines"


def test_a_broken_quote_is_refused_with_its_line() -> None:
    assert problems('path\n"a.jpg\n')[0][0] in {2, 3}


def test_another_suffix_is_refused() -> None:
    assert "suffix" in problems("path\na.jpg\n", "items.xlsx")[0][1]


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(b"path\na.jpg\n\xff.jpg\n")
    with pytest.raises(ManifestError) as refused:
        read_manifest(path)
    assert refused.value.problems[0].line == 3


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(b"\xef\xbb\xbfpath,source\r\na.jpg,cam-12\r\n")
    assert read_manifest(path).facts[0].source == "cam-12"


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        read_manifest(tmp_path / "none.csv")


def test_problems_are_capped() -> None:
    assert len(problems("path\n" + "=x\n" * 5000)) <= 101


@given(st.text(max_size=300), st.sampled_from(["items.csv", "items.jsonl"]))
def test_any_text_is_taken_or_refused(text: str, name: str) -> None:
    with suppress(ManifestError):
        assert parse_manifest(text, path=FOLDER / name).facts
