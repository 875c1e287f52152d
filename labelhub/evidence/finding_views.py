"""Pages of what does not fit between the ledger and the door. For compliance officers only; each look is recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from labelhub.evidence.finding_words import WORDS, finding_row
from labelhub.evidence.findings import (
    FindingError,
    close_finding,
    close_findings,
    counts_by_kind,
    findings_in,
    reopen_finding,
)
from labelhub.evidence.models import Finding, LedgerAction
from labelhub.evidence.queries import has_entry
from labelhub.evidence.reader import Reader, people, record_reading
from labelhub.evidence.reconciling import checked_up_to
from labelhub.evidence.views import answering_for_the_ledger

ROWS_A_PAGE = 50

View = Callable[..., HttpResponseBase]


class CloseForm(forms.Form):
    """Why a finding is closed."""

    reason = forms.CharField(
        max_length=400,
        label="What it was",
        help_text="What happened, and what was done. It stays in the ledger: name no person.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def for_officers(view: View) -> View:
    """Let in whoever reads the whole ledger, and hand the view their `Reader`."""

    @wraps(view)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401  whatever the address holds
        reader = people().reader_of(request)
        if not reader.sees_all:
            raise PermissionDenied("This is for people with the role compliance officer.")
        return view(request, reader, **path)

    return answering_for_the_ledger(guarded)


@require_safe
@for_officers
def findings(request: HttpRequest, reader: Reader) -> HttpResponse:
    """List the open findings, or the closed ones."""
    return _listed(request, reader, CloseForm())


@require_POST
@for_officers
def findings_close(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Close the findings of one page of the list for one reason."""
    form = CloseForm(request.POST)
    sent = request.POST.getlist("finding")[:ROWS_A_PAGE]
    numbers = [int(number) for number in sent if re.fullmatch(r"[0-9]{1,15}", number)]
    if not form.is_valid():
        return _listed(request, reader, form)
    closed = close_findings(numbers, by=reader, reason=form.cleaned_data["reason"], at=timezone.now())
    messages.success(request, f"Closed: {closed}. Each can be opened again on its own page.")
    return redirect("findings")


@require_safe
@for_officers
def finding(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """Show one finding, what it means and what can be done."""
    return _shown(request, reader, get_object_or_404(Finding, pk=number), CloseForm())


@require_POST
@for_officers
def finding_close(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """Close a finding with a reason."""
    found, form = get_object_or_404(Finding, pk=number), CloseForm(request.POST)
    if not form.is_valid():
        return _shown(request, reader, found, form)
    try:
        close_finding(found, by=reader, reason=form.cleaned_data["reason"], at=timezone.now())
    except FindingError as error:
        messages.error(request, f"Nothing was done: {error}.")
    else:
        messages.success(request, "Closed. It can be opened again here.")
    return redirect("finding", number=number)


@require_POST
@for_officers
def finding_reopen(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """Open a closed finding again."""
    try:
        reopen_finding(get_object_or_404(Finding, pk=number), by=reader, at=timezone.now())
    except FindingError as error:
        messages.error(request, f"Nothing was done: {error}.")
    else:
        messages.success(request, "Open again.")
    return redirect("finding", number=number)


def _listed(request: HttpRequest, reader: Reader, form: CloseForm) -> HttpResponse:
    state = "closed" if request.GET.get("state") == "closed" else "open"
    kind = request.GET.get("kind", "")
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, {"findings": state}, at=timezone.now())
    page = Paginator(findings_in(state, kind), ROWS_A_PAGE).get_page(request.GET.get("page"))
    counts = counts_by_kind(state)
    context = {
        "page": page,
        "rows": [finding_row(finding) for finding in page],
        "state": state,
        "kind": kind,
        "form": form,
        "counts": [(one.value, words.title, counts[one]) for one, words in WORDS.items() if counts[one]],
        "checked": checked_up_to(),
    }
    return render(request, "evidence/findings.html", context, status=422 if form.errors else 200)


def _shown(request: HttpRequest, reader: Reader, found: Finding, form: CloseForm) -> HttpResponse:
    asked = {"finding": str(found.pk)}
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, asked, at=timezone.now())
    context = {
        "one": finding_row(found),
        "form": form,
        "has_entry": found.entry is not None and has_entry(found.entry),
        "names": people().names_of([found.closed_by]),
    }
    return render(request, "evidence/finding.html", context, status=422 if form.errors else 200)
