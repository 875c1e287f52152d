"""Forms of the policy pages."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from residency import Policy, PolicyError, parse_policy

LONGEST = 200_000


class PolicyForm(forms.Form):
    """A policy document, and whether its writer has seen what it would do."""

    text = forms.CharField(
        max_length=LONGEST,
        strip=False,
        label="Policy document",
        help_text="TOML: name, layer, title, effective_from, and one [[rule]] for each rule",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "style": "font-family: monospace"}),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    policy: Policy | None = None

    def clean_text(self) -> str:
        """Read the document; every problem becomes an error with its line."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        try:
            self.policy = parse_policy(text, name="this document")
        except PolicyError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error
        begins = self.policy.effective_from
        if begins > timezone.now():
            # Activated now it would retire its predecessor and decide nothing itself until that day.
            raise forms.ValidationError(f"its rules begin on {begins:%Y-%m-%d}: activate it from that day on")
        return text

    @property
    def is_confirmed(self) -> bool:
        """Whether exactly this policy was shown before it was sent again."""
        return self.policy is not None and self.cleaned_data.get("seen") == self.policy.hash
