"""A question's rows as files: the same rows in both, nothing cut off, each taking recorded."""

from __future__ import annotations

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.evidence import export_views
from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.parquet_export import ROWS_A_GROUP, parquet_pieces
from labelhub.evidence.queries import rows_of
from labelhub.evidence.reader import Reader
from tests import factories
from tests.labelhub.evidence import entries

EVERYTHING = Reader(pseudonym="p-officer", sees_all=True)


def table_in(client: Client, query: str = "") -> pq.ParquetFile:
    answer = client.get(f"/where-viewed/export.parquet{query}")
    assert answer.status_code == 200
    return pq.ParquetFile(io.BytesIO(answer.getvalue()))


def test_both_files_hold_the_same_rows_and_say_what_was_asked(officer: Person) -> None:
    entries.many(150, people=["p-one", "p-two"])
    client = factories.signed_in(officer)
    lines = list(csv.DictReader(io.StringIO(client.get("/where-viewed/export.csv?outcome=deny").getvalue().decode())))
    table = table_in(client, "?outcome=deny").read()
    assert lines
    assert [row["entry"] for row in table.to_pylist()] == [line["entry"] for line in lines]
    assert [row["time"].isoformat(timespec="microseconds") for row in table.to_pylist()] == [
        line["time"] for line in lines
    ]
    asked = json.loads(table.schema.metadata[b"labelhub.question"])
    assert asked == {"action": "views", "outcome": "deny"}


def test_parquet_is_typed_and_needs_no_care_for_formulas(officer: Person) -> None:
    entries.view(entity="=1+1", level=3)
    (row,) = table_in(factories.signed_in(officer)).read().to_pylist()
    assert (row["entity"], row["assured_at"]) == ("=1+1", 3)


@pytest.mark.parametrize("start", ["＝", "＋", "－", "＠"])
def test_wide_signs_begin_no_formula_either(officer: Person, start: str) -> None:
    entries.view(entity=f"{start}1+1")
    text = factories.signed_in(officer).get("/where-viewed/export.csv").getvalue().decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["entity"] == f"'{start}1+1"


def test_parquet_is_written_a_group_of_rows_at_a_time(db: None) -> None:
    entry = entries.view()
    (row,) = rows_of([entry], EVERYTHING)
    pieces = parquet_pieces((row for _ in range(2 * ROWS_A_GROUP + 1)), with_people=True, asked={})
    first = next(pieces)
    whole = first + b"".join(pieces)
    file = pq.ParquetFile(io.BytesIO(whole))
    assert (file.num_row_groups, file.metadata.num_rows) == (3, 2 * ROWS_A_GROUP + 1)
    assert len(first) < len(whole)


def test_an_empty_answer_is_a_file_with_headings(officer: Person) -> None:
    file = table_in(factories.signed_in(officer), "?camera=none")
    assert file.metadata.num_rows == 0
    assert "entry" in file.schema_arrow.names


def test_an_owner_takes_no_person_along(owner: Person, us_annotator: Person) -> None:
    entries.view(person=us_annotator.pseudonym)
    client = factories.signed_in(owner)
    assert not {"person", "name"} & set(table_in(client).schema_arrow.names)
    assert us_annotator.pseudonym.encode() not in client.get("/where-viewed/export.parquet").getvalue()


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_too_many_rows_are_refused_whole_and_not_recorded_as_taken(
    officer: Person, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    entries.many(20, people=["p-one"])
    monkeypatch.setattr(export_views, "MOST_ROWS", 3)
    answer = factories.signed_in(officer).get(f"/where-viewed/export.{file_format}")
    assert answer.status_code == 413
    assert "Nothing was exported" in answer.content.decode()
    recorded = list(LedgerEntry.objects.filter(action__startswith="ledger:").values_list("action", flat=True))
    assert recorded == ["ledger:report:read"]


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_each_taking_is_recorded_with_the_question_and_the_format(officer: Person, file_format: str) -> None:
    factories.signed_in(officer).get(f"/where-viewed/export.{file_format}?place=PH")
    entry = LedgerEntry.objects.get(action="ledger:report:exported")
    assert json.loads(entry.body)["details"] == {"action": "views", "place": "PH", "format": file_format}
