"""Access: who may come in, on what ground, and taking that away. For compliance officers only."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labelhub.accounts.access import Access, access_of, people_for_access, with_live_attestations
from labelhub.accounts.actions import attest, revoke_attestations, set_active
from labelhub.accounts.facts import facts_shown
from labelhub.accounts.forms import AttestForm, FindPeopleForm
from labelhub.accounts.guards import only_for
from labelhub.accounts.known import WHAT_UNKNOWN_MEANS
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.accounts.sessions import sessions_of, shut_out
from labelhub.evidence.models import LedgerAction
from labelhub.evidence.queries import find_entries, rows_of
from labelhub.evidence.questions import Kind, Question
from labelhub.evidence.reader import people, record_reading
from labelhub.evidence.views import answering_for_the_ledger

PEOPLE_A_PAGE = 50
LATEST = 25


@require_safe
@only_for(Role.OFFICER)
def access(request: HttpRequest) -> HttpResponse:
    """List people with their roles, employer, attested place, second factor and state."""
    form = FindPeopleForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    at = timezone.now()
    people = with_live_attestations(people_for_access(asked.get("q", ""), asked.get("role", "")), at=at)
    page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    rows = [access_of(person, at=at) for person in page]
    return render(
        request, "accounts/access.html", {"form": form, "page": page, "rows": rows, "asked": any(asked.values())}
    )


@require_safe
@only_for(Role.OFFICER)
@answering_for_the_ledger
def person(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Show one person: standing, attestations, and their latest ledger entries; looking at those is itself recorded."""
    return _person_page(request, pseudonym, None)


@require_POST
@only_for(Role.OFFICER)
@answering_for_the_ledger
def renew(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Record a new attestation of a person's place of work."""
    officer, who = signed_in(request), _somebody_else(request, pseudonym)
    form = AttestForm(request.POST)
    if not form.is_valid():
        return _person_page(request, pseudonym, form, status=400)
    told = form.cleaned_data
    made = attest(who, jurisdiction=told["jurisdiction"], by=officer.pseudonym, at=timezone.now(), days=told["days"])
    messages.success(
        request,
        f"{who.name}’s place of work is attested in {made.jurisdiction} until {made.expires_at:%Y-%m-%d %H:%M} UTC.",
    )
    return redirect("access-person", pseudonym=pseudonym)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of access that is confirmed first: its words, and what it touches."""

    title: str
    button: str
    touches: tuple[str, ...]
    is_harsh: bool = True


CHANGES = {
    "revoke": Change(
        title="Revoke the attestation of",
        button="Revoke the attestation",
        touches=(
            "Every attestation of their place of work that holds now ends at once.",
            "From their next request on, rules that ask for an attested place of work refuse them.",
            "They stay signed in, and keep their roles. You can record a new attestation at any time.",
        ),
    ),
    "deactivate": Change(
        title="Deactivate",
        button="Deactivate",
        touches=(
            "They cannot sign in any more.",
            "The labeling task they hold goes back to the queue when its reservation ends, within half an hour.",
            "Their labels, their attestations and their ledger entries stay. You can activate them again at any time.",
        ),
    ),
    "activate": Change(
        title="Activate",
        button="Activate",
        touches=("They can sign in again, with their password and second factor, and hold the roles they had.",),
        is_harsh=False,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def change(request: HttpRequest, pseudonym: str, name: str) -> HttpResponse:
    """Say what a change of access touches; make it when it is confirmed."""
    who = _somebody_else(request, pseudonym)
    if request.method == "POST":
        messages.success(request, _make(name, who, by=signed_in(request)))
        return redirect("access-person", pseudonym=pseudonym)
    context = {"change": CHANGES[name], "who": who, "sessions": len(sessions_of(who)), "name": name}
    return render(request, "accounts/confirm.html", context)


def _make(name: str, who: Person, *, by: Person) -> str:
    at = timezone.now()
    if name == "revoke":
        ended = revoke_attestations(who, by=by.pseudonym, at=at)
        return f"{ended} attestations of {who.name} ended."
    if name == "deactivate":
        ended = shut_out(who, by=by.pseudonym, at=at)
        return f"{who.name} is deactivated; {ended} sessions ended."
    set_active(who, is_active=True, by=by.pseudonym, at=at)
    return f"{who.name} is active again."


def _somebody_else(request: HttpRequest, pseudonym: str) -> Person:
    who = get_object_or_404(Person.objects.select_related("organization"), pseudonym=pseudonym)
    if who == signed_in(request):
        raise PermissionDenied("Nobody changes their own access: ask another compliance officer.")
    return who


def _person_page(request: HttpRequest, pseudonym: str, form: AttestForm | None, *, status: int = 200) -> HttpResponse:
    at = timezone.now()
    who = get_object_or_404(with_live_attestations(people_for_access(), at=at), pseudonym=pseudonym)
    standing = access_of(who, at=at)
    question = Question(action=Kind.ANYTHING.value, people=(pseudonym,))
    reader = people().reader_of(request)
    asked = {**question.as_details(), "newest": LATEST}
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, asked, at=at)
    context = {
        "access": standing,
        "who": who,
        "form": form or AttestForm(initial=_attested_before(standing)),
        "attestations": who.attestations.order_by("-valid_from", "-pk")[:LATEST],
        "sessions": len(sessions_of(who)),
        "rows": rows_of(find_entries(reader, question)[:LATEST], reader),
        "now": at,
        "is_self": who == signed_in(request),
        "is_own_organization": who.organization_id == signed_in(request).organization_id,
        "facts": facts_shown(who),
        "unknown": WHAT_UNKNOWN_MEANS,
    }
    return render(request, "accounts/person.html", context, status=status)


def _attested_before(standing: Access) -> dict[str, str]:
    newest = standing.attestation or standing.person.attestations.order_by("-valid_from", "-pk").first()
    return {"jurisdiction": newest.jurisdiction} if newest else {}
