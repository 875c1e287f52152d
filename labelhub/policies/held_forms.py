"""Forms in which officers record documents and give grants. Days are days in UTC, the last one included."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from labelhub.accounts.fact_forms import Asked, SaidField
from labelhub.accounts.known import word_in
from labelhub.accounts.models import Organization, Person


class DayInput(forms.DateInput):
    """A picker for a day."""

    input_type = "date"


class HeldForm(forms.Form):
    """Something that is held for a time; `word` is what rules call it, and `fact` the fact that asks for it."""

    fact = ""
    word = SaidField(word_in, label="What rules call it")
    valid_from = forms.DateField(
        required=False, label="From (UTC)", widget=DayInput, help_text="Today or later; empty for at once."
    )
    valid_until = forms.DateField(label="Until (UTC)", widget=DayInput, help_text="The last day, included.")

    def __init__(self, *args: Any, asked: Asked, at: datetime, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self._at = at
        words = asked.get(self.fact, ())
        looked_for = f"Rules in force look for: {', '.join(words)}." if words else "No rule in force looks for any."
        self.fields["word"].help_text = f"One word of letters, digits and hyphens. {looked_for}"

    def clean_word(self) -> str:
        """Ask for the word."""
        word = str(self.cleaned_data["word"])
        if not word:
            raise forms.ValidationError("write what rules call it")
        return word

    def clean_valid_from(self) -> datetime:
        """Give the moment it begins: a day's first, or now."""
        day: date | None = self.cleaned_data["valid_from"]
        if day is None or day == self._at.date():
            return self._at
        return datetime.combine(day, time.min, tzinfo=UTC)

    def clean_valid_until(self) -> datetime | None:
        """Give the moment it no longer holds: the one after its last day."""
        day: date | None = self.cleaned_data["valid_until"]
        if day == date.max:
            raise forms.ValidationError("choose an earlier day")
        return None if day is None else datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


class DocumentForm(HeldForm):
    """A document about an organization."""

    fact = "situation.documents"
    field_order = ("word", "party", "reference", "valid_from", "valid_until")
    party = forms.ModelChoiceField(
        Organization.objects.order_by("name"), to_field_name="code", label="About", empty_label="choose an organization"
    )
    reference = forms.CharField(
        max_length=200,
        label="Reference",
        help_text="Where the document itself is kept. It stays in the ledger: name no person.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].required = False
        self.fields["valid_until"].help_text = "The last day, included; empty if it has no end."


class GrantForm(HeldForm):
    """A named permission for one person."""

    fact = "situation.grants"
    field_order = ("word", "person", "reason", "valid_from", "valid_until")
    person = forms.ModelChoiceField(
        Person.objects.filter(is_active=True).select_related("organization").order_by("name"),
        to_field_name="pseudonym",
        label="Given to",
        empty_label="choose a person",
    )
    reason = forms.CharField(
        max_length=200, label="Reason", help_text="Why they need it. It stays in the ledger: name no other person."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].help_text = "The last day, included; at most a year after its first."
