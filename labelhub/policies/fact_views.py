"""Pages on which an officer states what rules may ask about a person, and about the organization they work for.

They belong to access, and stand here because only here it is known what the rules in force ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from labelhub.accounts.actions import AccountError
from labelhub.accounts.fact_forms import FactsForm, OrganizationFactsForm, PersonFactsForm
from labelhub.accounts.facts import OrganizationFacts, PersonFacts, set_organization_facts, set_person_facts
from labelhub.accounts.guards import only_for
from labelhub.accounts.known import WHAT_UNKNOWN_MEANS
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.evidence.views import answering_for_the_ledger
from labelhub.policies.asked import asked_in_force


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def person_facts(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """State what rules may ask about a person; never about oneself."""
    officer, who, at = signed_in(request), _person(pseudonym), timezone.now()
    if who == officer:
        raise PermissionDenied("Nobody states facts about themselves: ask another compliance officer.")
    asked = asked_in_force(at=at)
    form = PersonFactsForm(_sent(request), asked=asked, initial=asdict(PersonFacts.of(who)))
    return _answer(
        request,
        who,
        form,
        about=who.name,
        state=lambda: set_person_facts(who, form.facts(), asked=asked, by=officer.pseudonym, at=at),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def organization_facts(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """State what rules may ask about the organization a person works for; never about one's own."""
    officer, who, at = signed_in(request), _person(pseudonym), timezone.now()
    organization = who.organization
    if organization is None:
        raise Http404("this person works for no organization")
    if organization == officer.organization:
        raise PermissionDenied(
            "Nobody states facts about the organization they work for: ask an officer of another one, or have "
            f"“labelhub organization set {organization.code}” run."
        )
    stored = asdict(OrganizationFacts.of(organization))
    form = OrganizationFactsForm(_sent(request), asked=asked_in_force(at=at), initial=stored)
    return _answer(
        request,
        who,
        form,
        about=organization.name,
        state=lambda: set_organization_facts(organization, form.facts(), by=officer.pseudonym, at=at),
    )


def _person(pseudonym: str) -> Person:
    return get_object_or_404(Person.objects.select_related("organization"), pseudonym=pseudonym)


def _sent(request: HttpRequest) -> dict[str, str] | None:
    """What was sent; an empty form is one in which every fact is unknown."""
    return request.POST.dict() if request.method == "POST" else None


def _answer(
    request: HttpRequest, who: Person, form: FactsForm, *, about: str, state: Callable[[], tuple[str, ...]]
) -> HttpResponse:
    if form.is_valid():
        try:
            changed = state()
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            said = f"What is known of {about} is changed, from the next request on." if changed else "Nothing changed."
            messages.success(request, said)
            return redirect("access-person", pseudonym=who.pseudonym)
    everybody = who.organization.people.count() if who.organization else 0
    context = {
        "form": form,
        "who": who,
        "about": about,
        "unknown": WHAT_UNKNOWN_MEANS,
        "everybody": everybody if isinstance(form, OrganizationFactsForm) else 0,
    }
    return render(request, "accounts/facts.html", context, status=422 if form.errors else 200)
