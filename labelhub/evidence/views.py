"""Where viewed: the table, its figures, one entry, the CSV file. Each reading is recorded before it is answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.evidence.actions import LedgerUnavailableError
from labelhub.evidence.csv_export import csv_lines
from labelhub.evidence.forms import QuestionForm
from labelhub.evidence.models import LedgerAction
from labelhub.evidence.paging import CursorError, page_of
from labelhub.evidence.queries import (
    by_footage,
    by_place,
    count_entries,
    entries_for,
    facts_of,
    find_entries,
    row_of,
    rows_of,
    served_under,
    stream_rows,
)
from labelhub.evidence.questions import Question
from labelhub.evidence.reader import Reader, people, record_reading

GROUPS_A_PAGE = 100
SUMMARIES = {"footage": by_footage, "places": by_place}

View = Callable[..., HttpResponseBase]


def answering_for_the_ledger(view: View) -> View:
    """Show nothing, and say why, when the ledger cannot be written."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **path: Any) -> HttpResponseBase:  # noqa: ANN401  the view's own
        try:
            return view(request, *args, **path)
        except LedgerUnavailableError:
            return render(request, "evidence/unavailable.html", status=503)

    return guarded


def for_readers(view: View) -> View:
    """Let in whoever reads the ledger and hand the view their `Reader`."""

    @wraps(view)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401  whatever the address holds
        return view(request, people().reader_of(request), **path)

    return require_safe(answering_for_the_ledger(guarded))


@for_readers
def where_viewed(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Show the entries that answer a question, with the figures that lead to them."""
    form = QuestionForm(request.GET, reader=reader)
    if not form.is_valid():
        return render(request, "evidence/where_viewed.html", {"form": form, "reader": reader}, status=400)
    question = form.question()
    show = request.GET.get("show", "")
    marks = {name: request.GET.get(name, "") for name in ("before", "after")}
    asked = {**question.as_details(), **{name: mark for name, mark in {**marks, "show": show}.items() if mark}}
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, asked, at=timezone.now())
    entries = find_entries(reader, question)
    context = {"form": form, "reader": reader, "question": question, "counts": count_entries(entries)}
    if show in SUMMARIES:
        summary = Paginator(SUMMARIES[show](entries), GROUPS_A_PAGE).get_page(request.GET.get("page"))
        return render(request, "evidence/where_viewed.html", {**context, "show": show, "summary": summary})
    try:
        page = page_of(entries, before=marks["before"], after=marks["after"])
    except CursorError as error:
        raise Http404(str(error)) from error
    rows = rows_of(page.entries, reader)
    return render(request, "evidence/where_viewed.html", {**context, "page": page, "rows": rows})


@for_readers
def where_viewed_csv(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Stream exactly the entries that answer a question, as CSV."""
    form = QuestionForm(request.GET, reader=reader)
    if not form.is_valid():
        return render(request, "evidence/where_viewed.html", {"form": form, "reader": reader}, status=400)
    question: Question = form.question()
    at = timezone.now()
    own = record_reading(reader, LedgerAction.LEDGER_REPORT_EXPORTED, question.as_details(), at=at)
    rows = stream_rows(find_entries(reader, question).exclude(pk=own.pk), reader)
    response = StreamingHttpResponse(
        csv_lines(rows, with_people=reader.sees_people), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="where-viewed-{at:%Y%m%dT%H%M%SZ}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@for_readers
def entry(request: HttpRequest, reader: Reader, entry_id: UUID) -> HttpResponse:
    """Show one entry whole: every fact, the body its hash is made of, and the policy it was decided under."""
    found = entries_for(reader).filter(pk=entry_id).first()
    if found is None:
        raise Http404("no such entry, or it is not for this reader")
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, {"entry": str(entry_id)}, at=timezone.now())
    names = people().names_of([found.person]) if reader.sees_people else {}
    context = {"row": row_of(found, reader, names), "facts": facts_of(found, reader), "reader": reader, "entry": found}
    context["served"] = served_under(found)
    return render(request, "evidence/entry.html", context)
