"""Forms of the access pages."""

from __future__ import annotations

from django import forms

from labelhub.accounts.actions import ATTESTATION_DAYS
from labelhub.accounts.models import Role
from residency.places import is_jurisdiction


class FindPeopleForm(forms.Form):
    """Which people to list."""

    q = forms.CharField(required=False, max_length=120, label="Name, address or organization")
    role = forms.ChoiceField(required=False, label="Role", choices=[("", "any"), *Role.choices])


class AttestForm(forms.Form):
    """An employer's statement of where a person works."""

    jurisdiction = forms.CharField(max_length=10, label="Place of work", help_text="a code such as US or US-CA")
    days = forms.IntegerField(
        min_value=1,
        max_value=ATTESTATION_DAYS,
        initial=ATTESTATION_DAYS,
        label="Days",
        help_text=f"1 to {ATTESTATION_DAYS}, counted from now",
    )

    def clean_jurisdiction(self) -> str:
        """Take the code of a country or a part of one."""
        written = str(self.cleaned_data["jurisdiction"])
        code = written.strip().upper()
        if not is_jurisdiction(code):
            raise forms.ValidationError(f"“{written}” is no ISO 3166 code: write one such as US or US-CA.")
        return code
