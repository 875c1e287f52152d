"""Pages of breaking glass: asking for it, answering, closing. The door decides what an opening opens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labelhub.accounts.guards import only_for
from labelhub.accounts.models import Role
from labelhub.accounts.queries import has_role, signed_in
from labelhub.evidence.reader import people
from labelhub.evidence.views import answering_for_the_ledger
from labelhub.policies.emergencies import (
    ASKERS,
    MOST_HOURS,
    EmergencyError,
    ask,
    close_glass,
    open_glass,
    refuse_glass,
)
from labelhub.policies.emergency_queries import emergencies_for, emergency_row

ROWS_A_PAGE = 50
STAYS = "It stays in the ledger: name no person."
ANSWERS = {"open": open_glass, "refuse": refuse_glass}


class EmergencyForm(forms.Form):
    """What somebody asks glass to be broken for."""

    case = forms.CharField(max_length=80, label="Case", help_text=f"its number, such as INC-2031. {STAYS}")
    reason = forms.CharField(
        max_length=400,
        label="Reason",
        help_text=f"Why it cannot wait for the rules to be met. {STAYS}",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hours = forms.IntegerField(
        label="Hours",
        initial=1,
        help_text=f"1 to {MOST_HOURS}, counted from when it is opened",
        widget=forms.NumberInput,
    )


@require_safe
@only_for(Role.OFFICER, *ASKERS)
def emergencies(request: HttpRequest) -> HttpResponse:
    """List the emergencies a person may know of, newest first."""
    person, at = signed_in(request), timezone.now()
    page = Paginator(emergencies_for(person).order_by("-asked_at", "-pk"), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [emergency_row(row, at=at) for row in page],
        "may_ask": has_role(person, *ASKERS),
        "may_answer": has_role(person, Role.OFFICER),
    }
    return render(request, "policies/emergencies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(*ASKERS)
@answering_for_the_ledger
def emergency_ask(request: HttpRequest) -> HttpResponse:
    """Ask for glass to be broken for oneself."""
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = ask(signed_in(request), at=timezone.now(), **form.cleaned_data)
        except EmergencyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Asked. Every compliance officer is told of it on each of their pages.")
            return redirect("emergency", number=made.pk)
    return render(request, "policies/emergency_ask.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@only_for(Role.OFFICER, *ASKERS)
def emergency(request: HttpRequest, number: int) -> HttpResponse:
    """Show one emergency, and what can be done about it."""
    person, at = signed_in(request), timezone.now()
    found = get_object_or_404(emergencies_for(person), pk=number)
    row = emergency_row(found, at=at)
    is_own, is_officer = found.person == person, has_role(person, Role.OFFICER)
    context: dict[str, Any] = {
        "one": row,
        "is_own": is_own,
        "may_answer": row.is_asked and is_officer and not is_own,
        "may_close": row.is_open or (row.is_asked and is_own),
        "may_see_views": is_officer and found.opened_at is not None,
        "names": people().names_of([found.opened_by, found.closed_by]),
    }
    return render(request, "policies/emergency.html", context)


@require_POST
@only_for(Role.OFFICER)
@answering_for_the_ledger
def answer(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Open or refuse what somebody else asked for."""
    officer = signed_in(request)
    found = get_object_or_404(emergencies_for(officer), pk=number)
    try:
        answered = ANSWERS[name](found, by=officer, at=timezone.now())
    except EmergencyError as error:
        messages.error(request, f"Nothing was done: {error}.")
    else:
        until = f"Glass is broken until {answered.closes_at:%Y-%m-%d %H:%M} UTC." if answered.closes_at else "Refused."
        messages.success(request, until)
    return redirect("emergency", number=number)


@require_POST
@only_for(Role.OFFICER, *ASKERS)
@answering_for_the_ledger
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close broken glass early, or take back what one asked for."""
    person = signed_in(request)
    found = get_object_or_404(emergencies_for(person), pk=number)
    try:
        closed = close_glass(found, by=person, at=timezone.now())
    except EmergencyError as error:
        messages.error(request, f"Nothing was done: {error}.")
    else:
        messages.success(request, "Closed, from the next request on." if closed.opened_at else "Taken back.")
    return redirect("emergency", number=number)
