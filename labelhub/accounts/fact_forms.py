"""Forms in which facts are stated that rules may ask about: of a person, and of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from labelhub.accounts.actions import AccountError
from labelhub.accounts.facts import CITIZENSHIPS, OrganizationFacts, PersonFacts
from labelhub.accounts.known import Reader, code_in, codes_in, word_in, words_in, written

Asked = Mapping[str, tuple[str, ...]]


class SaidField(forms.CharField):
    """Text that a reader makes a fact of; nothing typed is unknown."""

    def __init__(self, read: Reader, *, label: str, help_text: str = "") -> None:
        super().__init__(required=False, max_length=400, label=label, help_text=help_text)
        self._read = read

    def clean(self, value: Any) -> Any:  # noqa: ANN401  Django's own signature
        """Give the fact."""
        try:
            return self._read(str(super().clean(value) or ""))
        except AccountError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401  Django's own signature
        """Write a stored fact as it is typed."""
        return value if isinstance(value, str) else written(value)


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or unknown."""

    def __init__(self, *, label: str, help_text: str = "") -> None:
        super().__init__(
            required=False,
            label=label,
            help_text=help_text,
            choices=[("", "unknown"), ("yes", "yes"), ("no", "no")],
            coerce=lambda value: value == "yes",
            empty_value=None,
        )

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401  Django's own signature
        """Choose the word of a stored fact."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class FactsForm(forms.Form):
    """Facts, each marked where a rule in force asks for it. `names` are what rules call them."""

    names: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            words = asked.get(self.names[name])
            if words is not None:
                looked_for = f", for: {', '.join(words)}" if words else ""
                field.help_text = f"{field.help_text}. Rules in force ask for it{looked_for}."


class PersonFactsForm(FactsForm):
    """What rules may ask about a person. Citizenships are asked for only where a rule is about them."""

    names: ClassVar[Mapping[str, str]] = {
        "engagement": "viewer.engagement",
        "residence": "viewer.residence",
        "citizenships": CITIZENSHIPS,
        "is_designated": "viewer.designated",
        "training": "viewer.training",
        "clearances": "viewer.clearances",
    }
    engagement = SaidField(word_in, label="Engagement", help_text="one word, such as employment or agency-work")
    residence = SaidField(code_in, label="Residence", help_text="a code such as US or DE-BE")
    citizenships = SaidField(codes_in, label="Citizenships", help_text="every one, as codes: DE, FR")
    is_designated = YesNoField(label="Designated person", help_text="on a list of designated persons")
    training = SaidField(words_in, label="Training", help_text="words such as privacy-basics, or none")
    clearances = SaidField(words_in, label="Clearances", help_text="words such as criminal-justice, or none")

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, asked=asked, **kwargs)
        self._kept = self.initial.get("citizenships")
        if CITIZENSHIPS not in asked:
            if self._kept is None:
                del self.fields["citizenships"]
            else:
                self.fields["citizenships"].help_text = "No rule in force asks for them any more: empty the field."

    def facts(self) -> PersonFacts:
        """Give what a valid form states."""
        return PersonFacts(**{"citizenships": self._kept, **self.cleaned_data})


class OrganizationFactsForm(FactsForm):
    """What rules may ask about an organization."""

    names: ClassVar[Mapping[str, str]] = {
        "kind": "viewer.entity_kind",
        "established_in": "viewer.entity_in",
        "owned_from": "viewer.entity_owners",
    }
    kind = SaidField(word_in, label="Kind", help_text="one word, such as private or state-agency")
    established_in = SaidField(code_in, label="Established in", help_text="a code such as US or DE-BE")
    owned_from = SaidField(
        codes_in, label="Owned from", help_text="codes of where half of it or more is owned from, or none"
    )

    def facts(self) -> OrganizationFacts:
        """Give what a valid form states."""
        return OrganizationFacts(**self.cleaned_data)
