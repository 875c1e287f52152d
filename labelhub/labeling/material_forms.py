"""Forms for what jobs are made from: a document is pasted or sent as a file, and each problem names its line."""

from __future__ import annotations

from typing import Any

from django import forms

from labelhub.labeling.documents import LONGEST, DocumentError, SchemaSaid, decoded, read_guideline, read_schema

MANY_BYTES = 4 * LONGEST


class DocumentForm(forms.Form):
    """A text that is pasted or sent as a file. What a file held is put where it can be mended."""

    text = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 18}))
    file = forms.FileField(required=False, label="Or a file", help_text="UTF-8 text; used when nothing is pasted.")

    def clean(self) -> dict[str, Any]:
        """Take the text from wherever it came."""
        cleaned = super().clean() or {}
        text, file = str(cleaned.get("text") or ""), cleaned.get("file")
        if file and text.strip():
            self.add_error("file", "paste the text or choose a file, not both")
        elif file and file.size > MANY_BYTES:
            self.add_error("file", f"it is larger than {MANY_BYTES} bytes")
        elif file:
            cleaned["text"] = self._from_file(file.read())
        elif not text.strip() and not self.errors:
            self.add_error("text", "paste the text, or choose a file")
        return cleaned

    def _from_file(self, raw: bytes) -> str:
        try:
            text = decoded(raw)
        except DocumentError as error:
            self.refuse("file", error)
            return ""
        self.data = {**{name: self.data[name] for name in self.data}, "text": text}
        return text

    def refuse(self, name: str, error: DocumentError) -> None:
        """Show each problem of a document at its field."""
        for problem in error.problems:
            self.add_error(name, str(problem))


class SchemaForm(DocumentForm):
    """A new label schema."""

    field_order = ("text", "file")
    said: SchemaSaid | None = None

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature, passed through
        self.fields["text"].label = "Document"
        self.fields["text"].help_text = "TOML: name, title, one [[label]] for each label, one [[attribute]] for each."
        self.fields["text"].widget.attrs |= {"spellcheck": "false", "class": "document"}

    def clean(self) -> dict[str, Any]:
        """Read the document; every problem becomes an error with its line."""
        cleaned = super().clean()
        if not self.errors:
            try:
                self.said = read_schema(cleaned["text"])
            except DocumentError as error:
                self.refuse("text", error)
        return cleaned


class GuidelineForm(DocumentForm):
    """A guideline, or its next version."""

    name = forms.SlugField(
        max_length=50,
        label="Short name",
        help_text="Such as road-scenes. The name of one there is adds its next version.",
    )
    title = forms.CharField(max_length=120)
    field_order = ("title", "name", "text", "file")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature, passed through
        self.fields["text"].label = "Text"
        self.fields["text"].help_text = "Plain text, as annotators will read it; an empty line begins a paragraph."

    def clean(self) -> dict[str, Any]:
        """Check the text; every problem becomes an error with its line."""
        cleaned = super().clean()
        if not self.errors:
            try:
                cleaned["text"] = read_guideline(cleaned["text"])
            except DocumentError as error:
                self.refuse("text", error)
        return cleaned
