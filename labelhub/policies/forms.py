"""Forms of the policy pages: they parse what was typed; actions decide what is done with it."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms

from residency import Policy, PolicyError, parse_policy

LONGEST = 200_000
MOST_DAYS = 366


class PolicyForm(forms.Form):
    """A policy document."""

    text = forms.CharField(
        max_length=LONGEST,
        strip=False,
        label="Policy document",
        help_text="TOML: name, layer, title, effective_from, and one [[rule]] for each rule",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "document"}),
    )

    policy: Policy | None = None

    def clean_text(self) -> str:
        """Read the document; every problem becomes an error with its line."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        try:
            self.policy = parse_policy(text, name="this document")
        except PolicyError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error
        return text


class TrialForm(forms.Form):
    """How far back a dry run looks."""

    days = forms.IntegerField(
        min_value=1, max_value=MOST_DAYS, initial=30, label="Days of past views", help_text=f"1 to {MOST_DAYS}"
    )


class ApprovalForm(forms.Form):
    """When a version takes effect; who is newly allowed is ticked beside it."""

    takes_effect = forms.DateTimeField(
        required=False,
        label="Takes effect (UTC)",
        help_text="empty for at once",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )

    def time(self) -> datetime | None:
        """The time asked for, in UTC as the label says."""
        found: datetime | None = self.cleaned_data["takes_effect"]
        return None if found is None else found.replace(tzinfo=UTC)
