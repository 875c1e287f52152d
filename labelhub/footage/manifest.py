"""Read a facts manifest: what somebody says about files that they hand in, as CSV or as JSON lines.

A manifest is input from outside. It is taken whole or not at all, every problem is reported with its line, and
nothing is guessed: an unknown column, a time without a zone or a cell that a spreadsheet would run is a problem.
Jurisdiction and owner are not columns: they belong to the source, which is registered by somebody who may.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

COLUMNS = ("path", "source", "captured_at", "marks", "case_reference", "sha256")
_MOST_BYTES = 256 << 20
_MOST_ROWS = 1_000_000
_MOST_PROBLEMS = 100
_LONGEST_CELL = 1000
_LONGEST_CODE = 80
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MARK = re.compile(r"[a-z0-9][a-z0-9-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a manifest, and where; line 0 is the file as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class ManifestError(Exception):
    """A manifest that cannot be used, with every problem found (at most a hundred)."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        self.path = path
        self.problems = problems
        super().__init__(f"manifest `{path.name}` cannot be used: " + "; ".join(map(str, problems)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one line says about one file; None where it says nothing."""

    line: int
    path: str
    source: str | None = None
    captured_at: datetime | None = None
    marks: frozenset[str] | None = None
    case_reference: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The lines of a manifest; relative paths count from the folder it lies in."""

    folder: Path
    facts: tuple[Facts, ...]

    def by_file(self) -> dict[str, Facts]:
        """Return the facts by absolute path, or by address for `s3://` lines, to look up each file handed in."""
        return {self._key(one.path): one for one in self.facts}

    def _key(self, path: str) -> str:
        return path if path.startswith("s3://") else str(self.folder / path)


def read_manifest(path: Path) -> Manifest:
    """Read the manifest at `path`, by its suffix `.csv`, `.jsonl` or `.ndjson`.

    Raises:
        ManifestError: it cannot be used; carries every problem.

    """
    return parse_manifest(_text(path), path=path)


def read_sent_manifest(body: BinaryIO, *, name: str, size: int) -> Manifest:
    """Read a manifest that was sent as `name`; its paths are the names of the files sent with it.

    Raises:
        ManifestError: it cannot be used; carries every problem.

    """
    path = Path(PurePosixPath(name or "manifest").name)
    _refuse_large(size, path)
    return parse_manifest(_decoded(body.read(), path), path=path)


def parse_manifest(text: str, *, path: Path) -> Manifest:
    """Parse the text of the manifest that lies at `path`.

    Raises:
        ManifestError: it cannot be used; carries every problem.

    """
    problems: list[Problem] = []
    match path.suffix.lower():
        case ".csv":
            rows = _csv_rows(text, problems)
        case ".jsonl" | ".ndjson":
            rows = _json_rows(text, problems)
        case suffix:
            message = f"suffix `{suffix}` is none of .csv, .jsonl, .ndjson"
            raise ManifestError(path, (Problem(line=0, message=message),))
    facts = _all_facts(rows, problems)
    if not facts and not problems:
        problems.append(Problem(line=0, message="it has no lines"))
    if problems:
        raise ManifestError(path, tuple(problems[:_MOST_PROBLEMS]))
    return Manifest(folder=path.absolute().parent, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line as text cells, before anything is believed."""

    line: int
    cells: dict[str, str]


def _text(path: Path) -> str:
    try:
        _refuse_large(path.stat().st_size, path)
        raw = path.read_bytes()
    except OSError as error:
        raise ManifestError(path, (Problem(line=0, message=error.strerror or "it cannot be read"),)) from error
    return _decoded(raw, path)


def _refuse_large(size: int, path: Path) -> None:
    if size > _MOST_BYTES:
        raise ManifestError(path, (Problem(line=0, message=f"it is larger than {_MOST_BYTES} bytes"),))


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ManifestError(path, (Problem(line=line, message="it is not UTF-8 text"),)) from error


def _csv_rows(text: str, problems: list[Problem]) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if not _header_is_good(header, problems):
            return
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                problems.append(Problem(line=line, message=f"{len(cells)} cells where the header has {len(header)}"))
            elif cells:
                yield _Row(line=line, cells=dict(zip(header, cells, strict=True)))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(line=reader.line_num, message=f"not CSV: {error}"))


def _header_is_good(header: list[str], problems: list[Problem]) -> bool:
    found = len(problems)
    problems.extend(_unknown_columns(header, line=1))
    problems.extend(
        Problem(line=1, message=f"column `{name}` appears twice")
        for name in sorted({n for n in header if header.count(n) > 1})
    )
    if "path" not in header:
        problems.append(Problem(line=1, message="column `path` is missing"))
    return len(problems) == found


def _unknown_columns(names: list[str], *, line: int) -> list[Problem]:
    known = ", ".join(COLUMNS)
    return [
        Problem(line=line, message=f"unknown column `{_shown(name)}`; the columns are {known}")
        for name in names
        if name not in COLUMNS
    ]


def _json_rows(text: str, problems: list[Problem]) -> Iterator[_Row]:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            pairs = json.loads(content, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError):
            problems.append(Problem(line=line, message="not a JSON object"))
            continue
        found = len(problems)
        cells = _json_cells(pairs, line, problems)
        if len(problems) == found:
            yield _Row(line=line, cells=cells)


class _Pairs(tuple[tuple[str, object], ...]):
    """A JSON object as its pairs, so that a name given twice is seen."""

    __slots__ = ()


def _json_cells(pairs: object, line: int, problems: list[Problem]) -> dict[str, str]:
    if not isinstance(pairs, _Pairs):
        problems.append(Problem(line=line, message="not a JSON object"))
        return {}
    names = [name for name, _ in pairs]
    problems.extend(_unknown_columns(names, line=line))
    if len(set(names)) != len(names):
        problems.append(Problem(line=line, message="a name appears twice"))
    cells: dict[str, str] = {}
    for name, value in pairs:
        if value is None:
            continue
        if name == "marks" and isinstance(value, list) and all(isinstance(mark, str) for mark in value):
            cells[name] = ";".join(value)
        elif isinstance(value, str):
            cells[name] = value
        else:
            problems.append(Problem(line=line, message=f"`{_shown(name)}` is not text"))
    return cells


def _all_facts(rows: Iterator[_Row], problems: list[Problem]) -> tuple[Facts, ...]:
    facts: list[Facts] = []
    seen: dict[str, int] = {}
    for row in rows:
        if len(facts) >= _MOST_ROWS or len(problems) >= _MOST_PROBLEMS:
            problems.append(Problem(line=row.line, message="stopped reading here"))
            break
        wrong = [Problem(line=row.line, message=message) for message in _cell_problems(row.cells)]
        path = row.cells.get("path", "")
        if path in seen:
            wrong.append(Problem(line=row.line, message=f"path `{_shown(path)}` is on line {seen[path]} too"))
        seen.setdefault(path, row.line)
        problems.extend(wrong)
        if not wrong:
            facts.append(_facts(row))
    return tuple(facts)


def _cell_problems(cells: dict[str, str]) -> list[str]:
    """Return what is wrong with the cells of one line: as text first, then by each column's own form."""
    wrong = [message for name, cell in cells.items() if (message := _text_problem(name, cell))]
    if wrong:
        return wrong
    checks = (
        ("path", _path_problem),
        ("source", _code_problem),
        ("captured_at", _time_problem),
        ("marks", _marks_problem),
        ("sha256", _sha256_problem),
    )
    if not cells.get("path"):
        return ["`path` is empty"]
    return [f"`{name}` {message}" for name, check in checks if cells.get(name) and (message := check(cells[name]))]


def _text_problem(name: str, cell: str) -> str | None:
    if len(cell) > _LONGEST_CELL:
        return f"`{name}` is longer than {_LONGEST_CELL} characters"
    if any(not one.isprintable() for one in cell):
        return f"`{name}` contains a control character"
    if cell.startswith(_FORMULA_STARTS):
        return f"`{name}` begins with `{cell[0]}`, which a spreadsheet would run"
    if cell != cell.strip():
        return f"`{name}` has spaces around it"
    return None


def _path_problem(cell: str) -> str | None:
    if cell.startswith("s3://"):
        return None
    path = PurePosixPath(cell)
    if path.is_absolute() or "\\" in cell or ".." in path.parts or str(path) != cell:
        return "must be a plain path below the manifest's folder, or an `s3://` address"
    return None


def _code_problem(cell: str) -> str | None:
    if len(cell) > _LONGEST_CODE or not _CODE.fullmatch(cell):
        return "must be the code of a source: letters, digits, dots, dashes"
    return None


def _time_problem(cell: str) -> str | None:
    try:
        when = datetime.fromisoformat(cell)
    except ValueError:
        return "is not an ISO 8601 time"
    return "has no time zone" if when.tzinfo is None else None


def _marks_problem(cell: str) -> str | None:
    if not all(len(mark) <= _LONGEST_CODE and _MARK.fullmatch(mark) for mark in cell.split(";")):
        return "must be marks of lower-case letters, digits and dashes, parted by `;`"
    return None


def _sha256_problem(cell: str) -> str | None:
    return None if _SHA256.fullmatch(cell) else "is not 64 lower-case hexadecimal digits"


def _facts(row: _Row) -> Facts:
    cells = row.cells
    captured_at, marks = cells.get("captured_at"), cells.get("marks")
    return Facts(
        line=row.line,
        path=cells["path"],
        source=cells.get("source") or None,
        captured_at=datetime.fromisoformat(captured_at).astimezone(UTC) if captured_at else None,
        marks=frozenset(marks.split(";")) if marks else None,
        case_reference=cells.get("case_reference") or None,
        sha256=cells.get("sha256") or None,
    )


def facts_document(said: Facts) -> dict[str, object]:
    """Lay facts out as JSON, to be kept until their file is looked at."""
    return {
        "line": said.line,
        "path": said.path,
        "source": said.source,
        "captured_at": said.captured_at.isoformat() if said.captured_at else None,
        "marks": sorted(said.marks) if said.marks is not None else None,
        "case_reference": said.case_reference,
        "sha256": said.sha256,
    }


def facts_from(document: Mapping[str, Any]) -> Facts:
    """Read facts back from what `facts_document` laid out."""
    captured_at, marks = document["captured_at"], document["marks"]
    return Facts(
        line=document["line"],
        path=document["path"],
        source=document["source"],
        captured_at=datetime.fromisoformat(captured_at) if captured_at else None,
        marks=frozenset(marks) if marks is not None else None,
        case_reference=document["case_reference"],
        sha256=document["sha256"],
    )


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:80])
