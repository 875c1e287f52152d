"""The form in which a question is put to the ledger; the API reads its questions through it too."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms

from labelhub.evidence.fields import LONGEST_CODE, MomentField, MomentInput, UtcInput, column_field
from labelhub.evidence.models import LedgerAction, Outcome
from labelhub.evidence.periods import EXAMPLES, PeriodError, period_of
from labelhub.evidence.questions import EXACT, UNKNOWN_PLACE, Kind, Question
from labelhub.evidence.reader import Reader, people
from labelhub.evidence.wording import action_words, outcome_words
from labelhub.evidence.zoned import UTC_NAME, LocalTimeError, Twice, moment_of, zone_of, zoned_words
from residency import AssuranceLevel
from residency.places import GROUPS, country_of, is_jurisdiction

__all__ = ["QuestionForm", "UtcInput"]

MOST_FOOTAGE: Final = 1_000
HASH: Final = re.compile(r"[0-9a-f]{8,64}")
NOT_FOR_OWNERS: Final = ("person", "owner", "network")
BOUNDS: Final = ("since", "until")


class QuestionForm(forms.Form):
    """Every way to narrow the ledger down. Nothing filled in asks for every view this reader may know of."""

    footage = forms.CharField(
        required=False, max_length=40_000, label="Footage or clip", help_text="its id, or several with spaces between"
    )
    camera = column_field("source", "Camera", "its code, such as cam-12")
    jurisdiction = forms.CharField(
        required=False, max_length=LONGEST_CODE, label="Recorded in", help_text="a code such as US, US-CA or EEA"
    )
    owner = column_field("owner", "Owner", "the organization’s code")
    contract = column_field("contract", "Contract", "its reference")
    person = forms.CharField(
        required=False, max_length=120, label="Person", help_text="pseudonym, or part of a name or e-mail address"
    )
    entity = column_field("entity", "Employer", "the organization’s code")
    place = forms.CharField(
        required=False,
        max_length=LONGEST_CODE,
        label="Looked from",
        help_text=f"a code such as PH or EEA, or {UNKNOWN_PLACE}",
    )
    network = column_field("network", "Network", "such as 192.0.2.0/24")
    level = forms.TypedMultipleChoiceField(
        required=False,
        label="Assurance",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(level.value), level.name) for level in AssuranceLevel],
    )
    purpose = column_field("purpose", "Purpose", "such as ml-training")
    rendition = column_field("rendition", "Rendition", "such as original or thumb")
    outcome = forms.ChoiceField(
        required=False,
        label="Outcome",
        choices=[("", "any"), *((value, outcome_words(value)) for value in Outcome.values)],
    )
    policy = forms.CharField(
        required=False, max_length=64, label="Policy version", help_text="its hash, or at least 8 characters of it"
    )
    action = forms.ChoiceField(
        required=False,
        label="What happened",
        choices=[
            (Kind.VIEWS.value, "views: shown, taken in a training set, refused"),
            (Kind.ANYTHING.value, "anything recorded"),
            *((value, action_words(value)) for value in LedgerAction.values),
        ],
    )
    period = forms.CharField(
        required=False, max_length=40, label="Period", help_text=f"in words, such as {EXAMPLES[2]} or {EXAMPLES[-1]}"
    )
    since = MomentField(
        required=False, label="From", help_text="this moment included", widget=MomentInput(attrs={"step": "any"})
    )
    until = MomentField(
        required=False, label="Until", help_text="this moment not included", widget=MomentInput(attrs={"step": "any"})
    )
    zone = forms.CharField(
        required=False, max_length=60, label="Time zone", help_text="whose clock these are on, such as Europe/Berlin"
    )
    twice = forms.ChoiceField(
        required=False,
        label="A time that the clocks showed twice",
        choices=[("", "ask me"), (Twice.EARLIER.value, "is the earlier one"), (Twice.LATER.value, "is the later one")],
    )
    outside = forms.BooleanField(required=False, label="Only from outside the country it was recorded in")
    below_today = forms.BooleanField(
        required=False, label="Only with less assurance than the rules in force today want for it"
    )

    def __init__(self, *args: Any, reader: Reader, at: datetime, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self._at = at
        self._names_parts = reader.sees_people
        self._asks_for_people = bool(self.data.get("person")) and not reader.sees_people
        kept_back = () if reader.sees_all else NOT_FOR_OWNERS
        not_recorded = [name for name in ("contract", "network") if name not in EXACT]
        for name in {*kept_back, *not_recorded}:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Refuse bounds that exclude everything, and questions about people from whoever may not know them."""
        cleaned = super().clean() or {}
        if self._asks_for_people:
            raise forms.ValidationError("Owners see countries and entities, not people: leave the person out.")
        if isinstance(cleaned.get("zone"), ZoneInfo):
            self._read_times(cleaned, cleaned["zone"])
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", "This is not after “from”, so nothing can lie between them.")
        return cleaned

    def clean_footage(self) -> str:
        """Take one id or several."""
        asked = self.cleaned_data["footage"].replace(",", " ").split()
        if len(asked) > MOST_FOOTAGE:
            raise forms.ValidationError(f"These are {len(asked)} pieces of footage: name at most {MOST_FOOTAGE}.")
        return " ".join(asked)

    def clean_jurisdiction(self) -> str:
        """Take the code of a jurisdiction or of a group."""
        return _code(self.cleaned_data["jurisdiction"])

    def clean_place(self) -> str:
        """Take a code, or the word for places that could not be established."""
        place = self.cleaned_data["place"]
        code = UNKNOWN_PLACE if place.lower() == UNKNOWN_PLACE else _code(place)
        if "-" in code and is_jurisdiction(code) and not self._names_parts:
            raise forms.ValidationError(f"Owners see countries, not parts of them: write `{country_of(code)}`.")
        return code

    def clean_policy(self) -> str:
        """Take a hash or its beginning."""
        policy = str(self.cleaned_data["policy"]).lower()
        if policy and not HASH.fullmatch(policy):
            raise forms.ValidationError("This is no hash: write 8 to 64 characters of it, from its beginning.")
        return policy

    def clean_zone(self) -> ZoneInfo:
        """Take the name of a time zone."""
        try:
            return zone_of(self.cleaned_data["zone"])
        except LocalTimeError as error:
            raise forms.ValidationError(_sentence(error)) from error

    @property
    def asks_which(self) -> bool:
        """Whether a bound is a time that the clocks showed twice, or it is said already which one is meant."""
        problems = " ".join(str(problem) for name in BOUNDS for problem in self.errors.get(name, ()))
        return bool(self.data.get("twice")) or "twice" in problems

    def asked(self) -> list[tuple[str, str]]:
        """Say what a valid form asks, field by field, in words; what is left open is left out."""
        names = [name for name in self.fields if name not in {"zone", "twice"}]
        return [(str(self[name].label), self._shown(name)) for name in names if self.cleaned_data.get(name)]

    def question(self) -> Question:
        """Make the question out of a valid form."""
        asked = self.cleaned_data
        person = asked.get("person", "")
        timed = asked["period"] or asked["since"] or asked["until"]
        zone = asked["zone"].key if timed and asked["zone"].key != UTC_NAME else ""
        exactly = {name: asked.get(name, "") for name in EXACT}
        return Question(
            **exactly,
            action=asked["action"] or Kind.VIEWS.value,
            footage=asked["footage"],
            jurisdiction=asked["jurisdiction"],
            people=people().matching(person) if person else None,
            place=asked["place"],
            levels=tuple(sorted(asked["level"])),
            policy=asked["policy"],
            since=asked["since"],
            until=asked["until"],
            period=asked["period"],
            zone=zone,
            outside=asked["outside"],
            judged_at=self._at if asked["below_today"] else None,
        )

    def _read_times(self, cleaned: dict[str, Any], zone: ZoneInfo) -> None:
        """Make moments of what was written, on the zone's clock."""
        if cleaned.get("period"):
            if any(self.data.get(name) for name in BOUNDS):
                self.add_error("period", "Write a period or bounds, not both.")
                return
            try:
                period = period_of(cleaned["period"], zone, at=self._at)
            except PeriodError as error:
                self.add_error("period", _sentence(error))
            else:
                cleaned |= {"since": period.since, "until": period.until}
            return
        twice = Twice(cleaned["twice"]) if cleaned.get("twice") else None
        for name in BOUNDS:
            if cleaned.get(name):
                try:
                    cleaned[name] = moment_of(cleaned[name], zone, twice)
                except LocalTimeError as error:
                    self.add_error(name, _sentence(error))

    def _shown(self, name: str) -> str:
        value = self.cleaned_data[name]
        if isinstance(value, datetime):
            return zoned_words(value, self.cleaned_data["zone"])
        if value is True:
            return "yes"
        if isinstance(value, list):
            return " or ".join(AssuranceLevel(level).name for level in sorted(value))
        choices = getattr(self.fields[name], "choices", ())
        return str(dict(choices).get(str(value), value))


def _sentence(error: ValueError) -> str:
    words = str(error)
    return f"{words[0].upper()}{words[1:]}."


def _code(written: str) -> str:
    code = written.strip().upper()
    if code and not (is_jurisdiction(code) or code in GROUPS):
        raise forms.ValidationError(
            f"“{written}” is no country, subdivision or group: write a code such as US, US-CA or EEA."
        )
    return code
