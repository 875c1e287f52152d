"""The fields of the question's form that Django has none for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_date, parse_datetime

from labelhub.evidence.models import LedgerEntry

LONGEST_CODE = 40  # of a jurisdiction or a group of them
MILLISECOND = 1000  # in microseconds


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


class MomentInput(forms.TextInput):
    """A picker for a time on the clock of a zone; one that a picker cannot hold exactly stays the text it was."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401  Django's signature
        """Offer the picker where it would lose nothing of the value."""
        context = super().get_context(name, value, attrs)
        try:
            moment = _written(str(value)) if value else None
        except ValueError:
            return context
        if moment is None or (moment.utcoffset() is None and moment.microsecond % MILLISECOND == 0):
            context["widget"] |= {"type": "datetime-local"}
            if moment is not None:
                spelling = "milliseconds" if moment.microsecond else "seconds"
                context["widget"]["value"] = moment.isoformat(timespec=spelling)
        return context


class MomentField(forms.Field):
    """A time as it was written, which is on no zone's clock yet unless it names its offset."""

    widget = MomentInput

    def to_python(self, value: Any) -> datetime | None:  # noqa: ANN401  Django's signature
        """Read ISO 8601; a day alone is its start."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            found = _written(text)
        except ValueError:
            found = None
        if found is None:
            raise forms.ValidationError(f"“{text}” is no time: write such as 2026-03-01T09:30:00.")
        return found


def _written(text: str) -> datetime | None:
    day = parse_date(text) if len(text) <= len("2026-01-01") else None
    return datetime.combine(day, datetime.min.time()) if day else parse_datetime(text)


def column_field(column: str, label: str, hint: str) -> forms.CharField:
    """A field for what must equal a column, as long as the column is; without the column, as long as a code."""
    columns = LedgerEntry._meta.fields  # noqa: SLF001  Django names it so
    longest = next((field.max_length for field in columns if field.name == column), LONGEST_CODE)
    return forms.CharField(required=False, max_length=longest, label=label, help_text=hint)
