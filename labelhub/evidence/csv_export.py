"""A question's answer as a CSV file: streamed, with exact times, and inert in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from labelhub.evidence.queries import Row, utc_text

# The wide forms are read as formulas too, where a spreadsheet is set for Chinese, Japanese or Korean.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

COLUMNS = (
    "entry",
    "time",
    "action",
    "entity",
    "recorded_from",
    "assured_at",
    "footage",
    "camera",
    "recorded_in",
    "owner",
    "rendition",
    "purpose",
    "outcome",
    "rules",
    "policy_hash",
    "leaf_hash",
)
OF_PEOPLE = ("person", "name")


class _Line:
    """What the csv module writes to: it hands each line back."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def csv_lines(rows: Iterable[Row], *, with_people: bool) -> Iterator[str]:
    """Write rows as CSV, line by line, headings first."""
    writer = csv.writer(_Line())
    columns = COLUMNS + (OF_PEOPLE if with_people else ())
    yield writer.writerow(columns)
    for row in rows:
        values = values_of(row)
        yield writer.writerow([safe_cell(values[column]) for column in columns])


def safe_cell(value: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def values_of(row: Row) -> dict[str, str]:
    """Lay a row out by column, in text."""
    return {
        "entry": str(row.id),
        "time": utc_text(row.at),
        "action": row.action,
        "entity": row.entity,
        "recorded_from": row.place,
        "assured_at": row.assurance,
        "footage": row.footage,
        "camera": row.camera,
        "recorded_in": row.jurisdiction,
        "owner": row.owner,
        "rendition": row.rendition,
        "purpose": row.purpose,
        "outcome": row.outcome,
        "rules": " ".join(row.rules),
        "policy_hash": row.policy_hash,
        "leaf_hash": row.leaf_hash,
        "person": row.person,
        "name": row.name,
    }
