"""Where viewed: the map, the table, their figures, and one entry. Each reading is recorded before it is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.evidence.actions import LedgerUnavailableError
from labelhub.evidence.forms import QuestionForm
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry
from labelhub.evidence.nearest import taker_of
from labelhub.evidence.paging import CursorError, page_of
from labelhub.evidence.places import places_of
from labelhub.evidence.proofs import covering_checkpoint
from labelhub.evidence.queries import (
    Answer,
    answer_to,
    by_footage,
    entries_for,
    facts_of,
    figures_of,
    plain,
    row_of,
    rows_of,
    served_under,
)
from labelhub.evidence.questions import Question
from labelhub.evidence.reader import Reader, people, record_reading
from labelhub.evidence.rejudging import TooManyDecisionsError, rules
from labelhub.evidence.saved import questions_of
from labelhub.evidence.wording import claim_words
from labelhub.evidence.world_map import legend, states_of, world_of

GROUPS_A_PAGE: Final = 100
PAGE: Final = "evidence/where_viewed.html"

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


def with_reader(view: View) -> View:
    """Let in whoever reads the ledger and hand the view their `Reader`."""

    @wraps(view)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401  whatever the address holds
        return view(request, people().reader_of(request), **path)

    return answering_for_the_ledger(guarded)


def for_readers(view: View) -> View:
    """The same, for a view that only reads."""
    return require_safe(with_reader(view))


@for_readers
def where_viewed(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Show the entries that answer a question, on a map and in tables, with the figures that lead to them."""
    form = QuestionForm(request.GET, reader=reader, at=timezone.now())
    context: dict[str, Any] = {"form": form, "reader": reader, "saved": questions_of(reader)}
    if not form.is_valid():
        return render(request, PAGE, context, status=400)
    question = form.question()
    marks = {name: request.GET.get(name, "") for name in ("before", "after", "show")}
    asked = {**question.as_details(), **{name: mark for name, mark in marks.items() if mark}}
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, asked, at=timezone.now())
    try:
        answer = answer_to(reader, question)
    except TooManyDecisionsError as error:
        return render(request, PAGE, {**context, "problem": str(error)}, status=422)
    context |= {"question": question, **_figures(reader, question, answer)}
    if marks["show"] == "footage":
        summary = Paginator(by_footage(answer.entries), GROUPS_A_PAGE).get_page(request.GET.get("page"))
        return render(request, PAGE, {**context, "show": "footage", "summary": summary})
    if marks["show"] == "places":
        return render(request, PAGE, {**context, "show": "places"})
    return render(request, PAGE, {**context, **_rows(reader, question, answer, marks)})


def _figures(reader: Reader, question: Question, answer: Answer) -> dict[str, object]:
    """Everything above the rows: figures, places and the map are of one counting, so that they agree."""
    groups, counts = figures_of(reader, question, answer)
    places = places_of(groups, with_parts=reader.sees_people)
    return {
        "counts": counts,
        "places": places,
        "world": world_of(places.countries),
        "states": states_of(places.parts),
        "legend": legend(),
        "claim": claim_words(countries=len(places.countries), level=places.level),
        "not_judged": answer.not_judged,
    }


def _rows(reader: Reader, question: Question, answer: Answer, marks: dict[str, str]) -> dict[str, object]:
    try:
        page = page_of(answer.entries, before=marks["before"], after=marks["after"], take=taker_of(reader, question))
    except CursorError as error:
        raise Http404(str(error)) from error
    return {"page": page, "rows": rows_of(page.entries, reader), "is_first": not (marks["before"] or marks["after"])}


@for_readers
def entry(request: HttpRequest, reader: Reader, entry_id: UUID) -> HttpResponse:
    """Show one entry whole: every fact, its inputs, the rules in their own words, and the body its hash is made of."""
    found = entries_for(reader).filter(pk=entry_id).first()
    if found is None:
        raise Http404("no such entry, or it is not for this reader")
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, {"entry": str(entry_id)}, at=timezone.now())
    names = people().names_of([found.person]) if reader.sees_people else {}
    row = row_of(found, reader, names)
    texts = rules().texts_of(found, row.rules)
    context = {
        "row": row,
        "facts": facts_of(found, reader),
        "reader": reader,
        "entry": found,
        "texts": texts,
        "without_text": [rule for rule in row.rules if rule not in {text.id for text in texts}],
        "served": served_under(found),
        "covering": covering_checkpoint(found),
        "inputs": _inputs(found) if reader.sees_people else [],
    }
    return render(request, "evidence/entry.html", context)


def _inputs(found: LedgerEntry) -> list[tuple[str, list[tuple[str, str]]]]:
    """Lay out the facts a decision was made from, which are kept beside the entry until they are erased."""
    kept = DecisionInputs.objects.filter(pk=found.inputs_hash).first() if found.inputs_hash else None
    told: dict[str, Any] = json.loads(kept.facts) if kept else {}
    tables = [(name, told[name]) for name in ("viewer", "footage", "situation") if isinstance(told.get(name), dict)]
    return [(name, [(fact, plain(value)) for fact, value in sorted(table.items())]) for name, table in tables]
