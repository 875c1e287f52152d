"""Explain a decision before anybody asks for it, or as of a past time: this footage, this person, from there.

Nothing is shown and nothing is recorded here but the reasons: the decision at the door is made anew, from the facts of
that moment.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.accounts.guards import only_for
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import attested_in
from labelhub.evidence.forms import UtcInput
from labelhub.footage.listing import Listing, listing_of
from labelhub.footage.models import Footage
from labelhub.footage.queries import footage_facts
from labelhub.footage.sources import SUPPOSED, changed_since, sources_of, with_sources
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import standing_at
from residency import Action, AssuranceLevel, Decision, Place, decide
from residency.places import is_jurisdiction

PURPOSES = ("ml-training", "quality-review", "owner-access")


class ExplainForm(forms.Form):
    """What to explain."""

    footage = forms.CharField(max_length=40, label="Footage", help_text="its id")
    person = forms.ModelChoiceField(
        Person.objects.select_related("organization").order_by("name"), to_field_name="pseudonym", label="Person"
    )
    action = forms.ChoiceField(
        label="What they want to do",
        choices=[(action.value, action.value) for action in Action],
        initial=Action.VIEW.value,
    )
    purpose = forms.ChoiceField(
        required=False, label="For the purpose", choices=[("", "none given"), *((word, word) for word in PURPOSES)]
    )
    place = forms.CharField(
        required=False,
        max_length=10,
        label="Connecting from",
        help_text="a code such as US or PH; empty for their attested place of work",
    )
    level = forms.TypedChoiceField(
        label="How well that is known",
        coerce=int,
        choices=[(level.value, level.name) for level in AssuranceLevel],
        initial=AssuranceLevel.LA2.value,
    )

    at = forms.DateTimeField(
        required=False,
        label="As of (UTC)",
        help_text="a past moment; empty for now",
        widget=UtcInput(attrs={"step": "any"}),
    )

    def __init__(self, *args: Any, listing: Listing, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self._listing = listing

    def clean_footage(self) -> Footage:
        """Find the footage among what the person asking may be listed."""
        found = self._listing.footage().filter(pk=str(self.cleaned_data["footage"]).strip()).first()
        if found is None:
            raise forms.ValidationError(
                "There is no footage with this id that you may be listed from where you connect."
            )
        return found

    def clean_place(self) -> str:
        """Take the code of a country or a part of one."""
        code = str(self.cleaned_data["place"]).strip().upper()
        if code and not is_jurisdiction(code):
            raise forms.ValidationError(f"“{code}” is no ISO 3166 code: write one such as US or PH.")
        return code

    def clean_at(self) -> datetime:
        """Take a moment that is not ahead; nothing is known of what is."""
        at, now = self.cleaned_data["at"], timezone.now()
        if at is not None and at > now:
            raise forms.ValidationError("This lies ahead: choose a past moment, or leave it empty for now.")
        return at or now

    def decision(self) -> Decision:
        """Decide, on the place supposed and what was in force, attested and held at the time asked about.

        Raises:
            NoPolicyError: no policy was in force then.
        """
        asked = self.cleaned_data
        person, footage, at = asked["person"], asked["footage"], asked["at"]
        code = asked["place"] or attested_in(person, at=at)
        level = AssuranceLevel(asked["level"]) if code else AssuranceLevel.LA0
        standing = standing_at(person, Place(jurisdiction=code, level=level), at=at)
        asking = standing.request(
            Action(asked["action"]),
            footage_facts(footage),
            purpose=asked["purpose"] or None,
            case=footage.case_reference or None,
        )
        supposed = SUPPOSED if asked["place"] else "the attestation, since this question names none"
        sources = sources_of(person, footage, at=at, place=supposed)
        return decide(with_sources(asking, sources), standing.policies)

    def changed_since(self) -> tuple[str, ...]:
        """Name what the registers say otherwise now than at the time asked about."""
        asked = self.cleaned_data
        return changed_since(asked["person"], asked["footage"], at=asked["at"])


@require_safe
@only_for(Role.OFFICER, Role.LEAD)
def explain(request: HttpRequest) -> HttpResponse:
    """Show what would be decided, and why."""
    listing = listing_of(request)
    if "footage" not in request.GET:
        return render(request, "policies/explain.html", {"form": ExplainForm(listing=listing)})
    asked = {"action": Action.VIEW.value, "level": str(AssuranceLevel.LA2.value), **request.GET.dict()}
    form = ExplainForm(asked, listing=listing)
    if not listing.has_policy:
        return render(request, "policies/explain.html", {"form": form, "no_policy": True})
    if not form.is_valid():
        return render(request, "policies/explain.html", {"form": form}, status=400)
    try:
        decision = form.decision()
    except NoPolicyError:
        return render(request, "policies/explain.html", {"form": form, "no_policy": True})
    context = {"form": form, "decision": decision, "at": form.cleaned_data["at"], "changed": form.changed_since()}
    return render(request, "policies/explain.html", context)
