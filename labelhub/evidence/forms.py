"""The form in which a question is put to the ledger; the API reads its questions through it too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from labelhub.evidence.models import LedgerAction, Outcome
from labelhub.evidence.questions import UNKNOWN_PLACE, Kind, Question
from labelhub.evidence.reader import Reader, people
from labelhub.evidence.wording import action_words, outcome_words
from residency.places import GROUPS, is_jurisdiction


class UtcInput(forms.DateTimeInput):
    """A picker for a time in UTC. A time typed elsewhere with an offset is shown as the same moment in UTC."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:  # noqa: ANN401  Django's signature
        """Write the value as the picker wants it."""
        try:
            moment = parse_datetime(str(value).strip()) if value else None
        except ValueError:
            moment = None
        if moment is None:
            return f"{value}T00:00" if value and len(str(value)) == len("2026-01-01") else None
        if moment.utcoffset() is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


class QuestionForm(forms.Form):
    """Every way to narrow the ledger down. Nothing filled in asks for every view this reader may know of."""

    footage = forms.CharField(required=False, max_length=40, label="Footage", help_text="its id")
    camera = forms.CharField(required=False, max_length=80, label="Camera", help_text="its code, such as cam-12")
    jurisdiction = forms.CharField(
        required=False, max_length=10, label="Recorded in", help_text="a code such as US, US-CA or EEA"
    )
    owner = forms.CharField(required=False, max_length=80, label="Owner", help_text="the organization’s code")
    person = forms.CharField(
        required=False, max_length=120, label="Person", help_text="pseudonym, or part of a name or e-mail address"
    )
    place = forms.CharField(
        required=False, max_length=10, label="Looked from", help_text=f"a code such as PH or EEA, or {UNKNOWN_PLACE}"
    )
    outcome = forms.ChoiceField(
        required=False,
        label="Outcome",
        choices=[("", "any"), *((value, outcome_words(value)) for value in Outcome.values)],
    )
    action = forms.ChoiceField(
        required=False,
        label="What happened",
        choices=[
            (Kind.VIEWS.value, "views, shown and refused"),
            (Kind.ANYTHING.value, "anything recorded"),
            *((value, action_words(value)) for value in LedgerAction.values),
        ],
    )
    since = forms.DateTimeField(
        required=False, label="From (UTC)", help_text="this moment included", widget=UtcInput(attrs={"step": "any"})
    )
    until = forms.DateTimeField(
        required=False,
        label="Until (UTC)",
        help_text="this moment not included",
        widget=UtcInput(attrs={"step": "any"}),
    )
    outside = forms.BooleanField(required=False, label="Only from outside the country it was recorded in")

    def __init__(self, *args: Any, reader: Reader, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self._asks_for_people = bool(self.data.get("person")) and not reader.sees_people
        if not reader.sees_all:
            del self.fields["person"], self.fields["owner"]

    def clean(self) -> dict[str, Any]:
        """Refuse bounds that exclude everything, and questions about people from whoever may not know them."""
        cleaned = super().clean() or {}
        if self._asks_for_people:
            raise forms.ValidationError("Owners see countries and entities, not people: leave the person out.")
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", "This is not after “from”, so nothing can lie between them.")
        return cleaned

    def clean_jurisdiction(self) -> str:
        """Take the code of a jurisdiction or of a group."""
        return _code(self.cleaned_data["jurisdiction"])

    def clean_place(self) -> str:
        """Take a code, or the word for places that could not be established."""
        place = self.cleaned_data["place"]
        return UNKNOWN_PLACE if place.lower() == UNKNOWN_PLACE else _code(place)

    def asked(self) -> list[tuple[str, str]]:
        """Say what a valid form asks, field by field, in words; what is left open is left out."""
        values = ((field, self.cleaned_data.get(field.name)) for field in self)
        return [(str(field.label), _shown(field, value)) for field, value in values if value]

    def question(self) -> Question:
        """Make the question out of a valid form."""
        asked = self.cleaned_data
        person = asked.get("person", "")
        return Question(
            action=asked["action"] or Kind.VIEWS.value,
            footage=asked["footage"],
            camera=asked["camera"],
            jurisdiction=asked["jurisdiction"],
            owner=asked.get("owner", ""),
            people=people().matching(person) if person else None,
            place=asked["place"],
            outcome=asked["outcome"],
            since=asked["since"],
            until=asked["until"],
            outside=asked["outside"],
        )


def _shown(field: forms.BoundField, value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f").removesuffix(".000000")
    if value is True:
        return "yes"
    choices = getattr(field.field, "choices", ())
    return str(dict(choices).get(str(value), value))


def _code(written: str) -> str:
    code = written.strip().upper()
    if code and not (is_jurisdiction(code) or code in GROUPS):
        raise forms.ValidationError(
            f"“{written}” is no country, subdivision or group: write a code such as US, US-CA or EEA."
        )
    return code
