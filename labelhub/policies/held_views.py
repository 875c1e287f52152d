"""Pages of what is held: documents about organizations, and grants to people. For compliance officers only."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from labelhub.accounts.guards import only_for
from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.evidence.reader import people
from labelhub.evidence.views import answering_for_the_ledger
from labelhub.policies.asked import asked_in_force
from labelhub.policies.held_actions import HeldError, add_document, add_grant, withdraw_document, withdraw_grant
from labelhub.policies.held_forms import DocumentForm, GrantForm, HeldForm
from labelhub.policies.held_queries import documents_held, grants_held, held_row

ROWS_A_PAGE = 50


@require_safe
@only_for(Role.OFFICER)
def held(request: HttpRequest) -> HttpResponse:
    """List documents and grants with how each stands."""
    at = timezone.now()
    documents = Paginator(documents_held(), ROWS_A_PAGE).get_page(request.GET.get("documents"))
    grants = Paginator(grants_held(), ROWS_A_PAGE).get_page(request.GET.get("grants"))
    recorders = [row.recorded_by for row in documents] + [row.recorded_by for row in grants]
    context = {
        "documents": documents,
        "document_rows": [held_row(row, at=at) for row in documents],
        "grants": grants,
        "grant_rows": [held_row(row, at=at) for row in grants],
        "names": people().names_of(recorders),
    }
    return render(request, "policies/held.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def document_add(request: HttpRequest) -> HttpResponse:
    """Record a document."""
    at, by = timezone.now(), signed_in(request).pseudonym
    form = DocumentForm(_sent(request), asked=asked_in_force(at=at), at=at)

    def add() -> str:
        told = {"type" if name == "word" else name: value for name, value in form.cleaned_data.items()}
        return f"{add_document(**told, by=by, at=at)} is recorded."

    return _add(request, form, add, title="Record a document")


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def grant_add(request: HttpRequest) -> HttpResponse:
    """Give a grant."""
    at, by = timezone.now(), signed_in(request).pseudonym
    form = GrantForm(_sent(request), asked=asked_in_force(at=at), at=at)

    def add() -> str:
        told = {"name" if name == "word" else name: value for name, value in form.cleaned_data.items()}
        return f"{add_grant(**told, by=by, at=at)} is given."

    return _add(request, form, add, title="Give a grant")


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def document_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Say what withdrawing a document touches; do it when it is confirmed."""
    found = get_object_or_404(documents_held(), pk=number)
    touches = (
        f"From the next request on, rules that ask for {found.type} of {found.party} find none, unless another holds.",
        f"That is so for everybody who works for {found.party}, and for footage it owns.",
        "The document stays in this list as withdrawn. To undo it, record it again: it then counts from that time.",
    )
    return _withdraw(
        request,
        str(found),
        touches,
        lambda: withdraw_document(found, by=signed_in(request).pseudonym, at=timezone.now()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def grant_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Say what withdrawing a grant touches; do it when it is confirmed."""
    found = get_object_or_404(grants_held(), pk=number)
    touches = (
        f"From {found.person.name}’s next request on, rules that ask for {found.name} find none, unless another holds.",
        "They stay signed in and keep everything else.",
        "The grant stays in this list as withdrawn. To undo it, give it again: it then counts from that time.",
    )
    return _withdraw(
        request, str(found), touches, lambda: withdraw_grant(found, by=signed_in(request).pseudonym, at=timezone.now())
    )


def _sent(request: HttpRequest) -> dict[str, str] | None:
    return request.POST.dict() if request.method == "POST" else None


def _add(request: HttpRequest, form: HeldForm, add: Callable[[], str], *, title: str) -> HttpResponse:
    if form.is_valid():
        try:
            said = add()
        except HeldError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{said[0].upper()}{said[1:]} It counts from the next request on.")
            return redirect("held")
    return render(request, "policies/held_add.html", {"form": form, "title": title}, status=422 if form.errors else 200)


def _withdraw(request: HttpRequest, what: str, touches: tuple[str, ...], withdraw: Callable[[], None]) -> HttpResponse:
    if request.method != "POST":
        return render(request, "policies/held_withdraw.html", {"what": what, "touches": touches})
    try:
        withdraw()
    except HeldError as error:
        messages.error(request, f"{what}: {error}.")
    else:
        messages.success(request, f"{what} is withdrawn, from the next request on.")
    return redirect("held")
