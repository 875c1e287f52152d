"""The page on which a lead states what rules may ask about a camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from labelhub.accounts.fact_forms import FactsForm, SaidField, YesNoField
from labelhub.accounts.guards import only_for
from labelhub.accounts.known import WHAT_UNKNOWN_MEANS, word_in, words_among, words_in
from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.evidence.views import answering_for_the_ledger
from labelhub.footage.facts import SENSITIVITIES, SHOWN, CameraFacts, set_camera_facts
from labelhub.footage.queries import may_see_sources
from labelhub.policies.asked import asked_in_force


class CameraFactsForm(FactsForm):
    """What rules may ask about everything a camera records."""

    names: ClassVar[Mapping[str, str]] = {
        "sensitivity": "footage.sensitivity",
        "place_tags": "footage.place_tags",
        "shows": "footage.shows",
        "consent_scope": "footage.consent_scope",
        "contract": "footage.contract",
        "criminal_justice": "footage.criminal_justice",
    }
    sensitivity = forms.TypedChoiceField(
        required=False,
        label="Sensitivity",
        help_text="how much harm showing it could do, from public to protected",
        choices=[("", "unknown"), *enumerate(SENSITIVITIES)],
        coerce=int,
        empty_value=None,
    )
    place_tags = SaidField(words_in, label="Kind of place", help_text="words such as health-care or school, or none")
    shows = SaidField(
        words_among(SHOWN), label="Shows", help_text=f"what can be seen or heard: {', '.join(SHOWN)}, or none"
    )
    consent_scope = SaidField(
        words_in, label="Consent given to", help_text="purposes that those recorded agreed to, or none"
    )
    contract = SaidField(word_in, label="Contract", help_text="the contract it is held under, as rules call it")
    criminal_justice = YesNoField(label="Criminal-justice information", help_text="recorded for a criminal case")

    def facts(self) -> CameraFacts:
        """Give what a valid form states."""
        return CameraFacts(**self.cleaned_data)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.LEAD)
@answering_for_the_ledger
def camera_facts(request: HttpRequest, code: str) -> HttpResponse:
    """State what rules may ask about a camera; a change later is allowed, and recorded."""
    person, at = signed_in(request), timezone.now()
    source = may_see_sources(person).select_related("owner").filter(code=code).first()
    if source is None:
        raise Http404("no such camera for this person")
    sent = request.POST if request.method == "POST" else None
    form = CameraFactsForm(sent, asked=asked_in_force(at=at), initial=asdict(CameraFacts.of(source)))
    if form.is_valid():
        changed = set_camera_facts(source, form.facts(), by=person.pseudonym, at=at)
        messages.success(
            request, "Stated. From now on each look at its footage is decided on it." if changed else "Nothing changed."
        )
        return redirect("camera", code=source.code)
    context = {"form": form, "camera": source, "unknown": WHAT_UNKNOWN_MEANS}
    return render(request, "footage/camera_facts.html", context, status=422 if form.errors else 200)
