"""Forms of the labeling pages: they parse what was typed; actions decide what is done with it."""

from __future__ import annotations

from django import forms
from django.utils.text import slugify

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import people_with
from labelhub.footage.listing import Listing
from labelhub.footage.queries import FootageQueryError
from labelhub.labeling.actions import PURPOSES, JobRequest
from labelhub.labeling.models import Guideline, LabelSchema, Skip
from labelhub.labeling.preflight import Selected, look_at

PURPOSE_WORDS = {"ml-training": "Training a model", "quality-review": "Reviewing quality"}


class SkipForm(forms.Form):
    """Why a task is passed on."""

    reason = forms.ChoiceField(choices=[("", "Choose a reason"), *Skip.Reason.choices], label="Why")
    note = forms.CharField(
        required=False, max_length=400, label="Anything to add", widget=forms.Textarea(attrs={"rows": 2})
    )


class JobForm(forms.Form):
    """A new job."""

    title = forms.CharField(max_length=120)
    name = forms.SlugField(
        max_length=80,
        required=False,
        label="Short name",
        help_text="Used in addresses and file names. Left empty, it is made from the title.",
    )
    selection = forms.CharField(
        max_length=400,
        label="Footage",
        help_text="Words such as source=cam-12 kind=image, jurisdiction=US-CA, zone=us; all means all of it.",
    )
    schema = forms.ModelChoiceField(LabelSchema.objects.order_by("title"), label="Label schema", empty_label=None)
    guideline = forms.ModelChoiceField(
        Guideline.objects.order_by("title", "-version"),
        empty_label=None,
        help_text="Everybody reads it before they start.",
    )
    purpose = forms.ChoiceField(
        choices=[(code, PURPOSE_WORDS[code]) for code in PURPOSES],
        help_text="Every decision about this job's footage is made for this purpose.",
    )
    annotators = forms.ModelMultipleChoiceField(
        Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Annotators"
    )

    def __init__(self, *args: object, listing: Listing, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature, passed through
        self.listing = listing
        self.selected: Selected | None = None
        self.fields["annotators"].queryset = people_with(Role.ANNOTATOR)  # type: ignore[attr-defined]  # set per request

    def clean_selection(self) -> str:
        """Understand the footage query, and remember what it finds."""
        selection = str(self.cleaned_data["selection"]).strip()
        try:
            self.selected = look_at(selection, self.listing)
        except FootageQueryError as error:
            raise forms.ValidationError(str(error)) from error
        return selection

    def clean(self) -> dict[str, object]:
        """Make the short name from the title where none was given."""
        cleaned = super().clean() or {}
        if not cleaned.get("name") and cleaned.get("title"):
            cleaned["name"] = slugify(cleaned["title"])[:80]
            if not cleaned["name"]:
                self.add_error("name", "the title gives no short name: write one with letters and digits")
        return cleaned

    def asked(self) -> JobRequest:
        """State what is asked for, once the form is valid."""
        data = self.cleaned_data
        return JobRequest(
            name=data["name"],
            title=data["title"],
            schema=data["schema"],
            guideline=data["guideline"],
            selection=data["selection"],
            purpose=data["purpose"],
        )


class AnnotatorForm(forms.Form):
    """Give a job to a person, or take it back."""

    person = forms.ModelChoiceField(Person.objects.filter(is_active=True))
    do = forms.ChoiceField(choices=[("give", "Give"), ("take", "Take back")])


class CloseForm(forms.Form):
    """The name of the job to be closed, typed by whoever closes it."""

    name = forms.CharField(
        max_length=80,
        label="Its short name",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
