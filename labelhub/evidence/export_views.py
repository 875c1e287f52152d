"""A question's rows as a file. That somebody takes them is recorded first, and a file too large is refused whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from labelhub.evidence.csv_export import csv_lines
from labelhub.evidence.forms import QuestionForm
from labelhub.evidence.models import LedgerAction
from labelhub.evidence.parquet_export import parquet_pieces
from labelhub.evidence.queries import answer_to, stream_rows
from labelhub.evidence.reader import Reader, record_reading
from labelhub.evidence.rejudging import TooManyDecisionsError
from labelhub.evidence.rollups import groups_of
from labelhub.evidence.views import PAGE, for_readers

# Spreadsheets hold 1,048,576 rows, and cut off without a word what is more.
MOST_ROWS: Final = 1_000_000
CSV, PARQUET = "csv", "parquet"
TYPES: Final = {CSV: "text/csv; charset=utf-8", PARQUET: "application/vnd.apache.parquet"}


@for_readers
def where_viewed_csv(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Stream exactly the entries that answer a question, as CSV."""
    return _exported(request, reader, CSV)


@for_readers
def where_viewed_parquet(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Stream exactly the entries that answer a question, as Parquet."""
    return _exported(request, reader, PARQUET)


def _exported(request: HttpRequest, reader: Reader, file_format: str) -> HttpResponseBase:
    at = timezone.now()
    form = QuestionForm(request.GET, reader=reader, at=at)
    if not form.is_valid():
        return render(request, PAGE, {"form": form, "reader": reader}, status=400)
    question = form.question()
    asked = {**question.as_details(), "format": file_format}
    try:
        answer = answer_to(reader, question)
    except TooManyDecisionsError as error:
        record_reading(reader, LedgerAction.LEDGER_REPORT_READ, asked, at=at)
        return render(request, PAGE, {"form": form, "reader": reader, "problem": str(error)}, status=422)
    rows = sum(group.entries for group in groups_of(reader, question, answer.entries))
    if rows > MOST_ROWS:
        record_reading(reader, LedgerAction.LEDGER_REPORT_READ, asked, at=at)
        return render(request, "evidence/too_many.html", {"rows": rows, "most": MOST_ROWS}, status=413)
    own = record_reading(reader, LedgerAction.LEDGER_REPORT_EXPORTED, asked, at=at)
    found = stream_rows(answer.entries.exclude(pk=own.pk), reader)
    pieces: Iterator[str] | Iterator[bytes] = (
        csv_lines(found, with_people=reader.sees_people)
        if file_format == CSV
        else parquet_pieces(found, with_people=reader.sees_people, asked=question.as_details())
    )
    response = StreamingHttpResponse(pieces, content_type=TYPES[file_format])
    response["Content-Disposition"] = f'attachment; filename="where-viewed-{at:%Y%m%dT%H%M%SZ}.{file_format}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
