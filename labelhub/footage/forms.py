"""Forms of the footage pages: they parse what was typed; actions decide what is done with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from labelhub.footage.models import Source
from labelhub.footage.queries import open_zones
from residency.places import is_jurisdiction

NO_CODE = "this is no ISO 3166 code: write one such as US-CA or DE-BE"


class Files(forms.ClearableFileInput):
    """A picker of several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ANN401  Django's own signature
        """Give the files as a tuple; an empty file is let through, so that it is counted and refused with the rest."""
        self.allow_empty_file = True
        given = data if isinstance(data, list | tuple) else [data]
        return tuple(
            super(FilesField, self).clean(item, initial) for item in given if item is not None
        ) or super().clean(None, initial)


class JurisdictionField(forms.CharField):
    """An ISO 3166 code, in whatever case it was typed."""

    def clean(self, value: Any) -> str:  # noqa: ANN401  Django's own signature
        """Give the code in capitals, or nothing."""
        code = str(super().clean(value) or "").strip().upper()
        if code and not is_jurisdiction(code):
            raise forms.ValidationError(NO_CODE)
        return code


class UploadForm(forms.Form):
    """Files from one camera, known or new."""

    source = forms.ModelChoiceField(
        Source.objects.none(),
        required=False,
        label="Camera",
        empty_label="a new one, described below",
        to_field_name="code",
    )
    new_code = forms.SlugField(
        max_length=80, required=False, label="Code of the new camera", help_text="Such as cam-12."
    )
    zone = forms.ModelChoiceField(
        open_zones(), required=False, label="Zone", help_text="Where its footage rests, and is looked at."
    )
    jurisdiction = JurisdictionField(
        max_length=10,
        required=False,
        label="Where it records",
        help_text="ISO 3166 code such as US-CA or DE-BE. Unknown? Leave it empty: the footage is stored, and nobody "
        "can be given it until it is known.",
    )
    recordings = FilesField(label="Files", help_text="JPEG, PNG, WebP; MP4, MOV, MKV, AVI. Many at once.")
    manifest = forms.FileField(
        required=False,
        label="Manifest (optional)",
        help_text="CSV or JSONL with facts per file: path, captured_at, source.",
    )

    def __init__(self, *args: Any, cameras: QuerySet[Source], **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = cameras.filter(zone__is_open=True)  # type: ignore[attr-defined]  # set per request

    def clean(self) -> dict[str, Any]:
        """Ask for the new camera's code and zone when no known one is chosen."""
        cleaned = super().clean() or {}
        if not cleaned.get("source"):
            for name, words in (("new_code", "choose a camera above, or name a new one"), ("zone", "choose a zone")):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, words)
            code = cleaned.get("new_code")
            if code and Source.objects.filter(code=code).exists():
                self.add_error("new_code", f"a camera `{code}` exists already: choose it above")
        return cleaned

    def uploaded(self) -> tuple[UploadedFile[Any], ...]:
        """The files sent."""
        return tuple(self.cleaned_data["recordings"])


class JurisdictionForm(forms.Form):
    """Where a camera records."""

    jurisdiction = JurisdictionField(
        max_length=10, label="Where it records", help_text="ISO 3166 code such as US-CA or DE-BE."
    )
