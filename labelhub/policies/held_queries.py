"""What is held, and was, as the compliance officer's page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from labelhub.policies.models import HeldDocument, HeldGrant


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A document or a grant, its state in words, and whether it can be withdrawn."""

    row: HeldDocument | HeldGrant
    look: str
    state: str
    can_be_withdrawn: bool


def documents_held() -> QuerySet[HeldDocument]:
    """List every document there is or was."""
    return HeldDocument.objects.select_related("party").order_by("party__name", "type", "-valid_from", "-pk")


def grants_held() -> QuerySet[HeldGrant]:
    """List every grant there is or was."""
    return HeldGrant.objects.select_related("person__organization").order_by("person__name", "name", "-valid_from")


def held_row(row: HeldDocument | HeldGrant, *, at: datetime) -> HeldRow:
    """Say how a document or a grant stands at a time."""
    if row.withdrawn_at is not None and row.withdrawn_at <= at:
        return HeldRow(row, "stop", f"withdrawn {row.withdrawn_at:%Y-%m-%d %H:%M}", can_be_withdrawn=False)
    if row.valid_until is not None and row.valid_until <= at:
        return HeldRow(row, "", "over", can_be_withdrawn=False)
    if row.valid_from > at:
        return HeldRow(row, "busy", "begins later", can_be_withdrawn=True)
    return HeldRow(row, "good", "holds", can_be_withdrawn=True)
