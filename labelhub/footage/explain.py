"""Explain a decision before anybody asks for it: this footage, this person, from there, for that purpose.

Nothing is shown and nothing is recorded here but the reasons: the decision at the door is made anew, from the facts of
that moment.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.accounts.guards import only_for
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import attested_in, signed_in
from labelhub.footage.models import Footage
from labelhub.footage.queries import footage_facts, footage_for
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import standing_at
from residency import Action, AssuranceLevel, Decision, Place
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

    def __init__(self, *args: Any, asker: Person, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self._asker = asker

    def clean_footage(self) -> Footage:
        """Find the footage among what the person asking may know of."""
        found = footage_for(self._asker).filter(pk=str(self.cleaned_data["footage"]).strip()).first()
        if found is None:
            raise forms.ValidationError("There is no footage with this id that you may know of.")
        return found

    def clean_place(self) -> str:
        """Take the code of a country or a part of one."""
        code = str(self.cleaned_data["place"]).strip().upper()
        if code and not is_jurisdiction(code):
            raise forms.ValidationError(f"“{code}” is no ISO 3166 code: write one such as US or PH.")
        return code

    def decision(self) -> Decision:
        """Decide, on the facts of this moment and the place supposed.

        Raises:
            NoPolicyError: no policy is active.
        """
        asked, at = self.cleaned_data, timezone.now()
        person: Person = asked["person"]
        code = asked["place"] or attested_in(person, at=at)
        level = AssuranceLevel(asked["level"]) if code else AssuranceLevel.LA0
        standing = standing_at(person, Place(jurisdiction=code, level=level), at=at)
        return standing.decide(
            Action(asked["action"]), footage_facts(asked["footage"]), purpose=asked["purpose"] or None
        )


@require_safe
@only_for(Role.OFFICER, Role.LEAD)
def explain(request: HttpRequest) -> HttpResponse:
    """Show what would be decided, and why."""
    asker = signed_in(request)
    if "footage" not in request.GET:
        return render(request, "policies/explain.html", {"form": ExplainForm(asker=asker)})
    asked = {"action": Action.VIEW.value, "level": str(AssuranceLevel.LA2.value), **request.GET.dict()}
    form = ExplainForm(asked, asker=asker)
    if not form.is_valid():
        return render(request, "policies/explain.html", {"form": form}, status=400)
    try:
        decision = form.decision()
    except NoPolicyError:
        return render(request, "policies/explain.html", {"form": form, "no_policy": True})
    return render(request, "policies/explain.html", {"form": form, "decision": decision})
