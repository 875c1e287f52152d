"""Saying what rules may ask about a camera: what it shows, how sensitive that is, what was agreed to.

Unlike where a camera records, these may change later: each change is recorded with what was said before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from labelhub.accounts.facts import changed_facts, tuple_of
from labelhub.accounts.known import shown
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.footage.actions import FootageError
from labelhub.footage.models import Source
from residency import Sensitivity

SHOWN: Final = ("people", "plates", "audio")
SENSITIVITIES: Final = tuple(level.name.lower() for level in Sensitivity)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFacts:
    """What rules may ask about everything a camera records; empty text and `None` are unknown."""

    sensitivity: int | None = None
    place_tags: tuple[str, ...] | None = None
    shows: tuple[str, ...] | None = None
    consent_scope: tuple[str, ...] | None = None
    contract: str = ""
    criminal_justice: bool | None = None

    def __post_init__(self) -> None:
        if unlisted := set(self.shows or ()) - set(SHOWN):
            raise FootageError(f"`{min(unlisted)}` is nothing a camera shows: use {', '.join(SHOWN)}")
        if self.sensitivity is not None and not 0 <= self.sensitivity < len(SENSITIVITIES):
            raise FootageError(f"`{self.sensitivity}` is no sensitivity: use one of {', '.join(SENSITIVITIES)}")

    @classmethod
    def of(cls, source: Source) -> CameraFacts:
        """Give the facts as stored."""
        return cls(
            sensitivity=source.sensitivity,
            place_tags=tuple_of(source.place_tags),
            shows=tuple_of(source.shows),
            consent_scope=tuple_of(source.consent_scope),
            contract=source.contract,
            criminal_justice=source.criminal_justice,
        )


def set_camera_facts(source: Source, facts: CameraFacts, *, by: str, at: datetime) -> tuple[str, ...]:
    """State what rules may ask about a camera; return the names of the facts that changed."""
    with transaction.atomic():
        row = Source.objects.select_for_update(of=("self",)).select_related("owner").get(pk=source.pk)
        changed = changed_facts(row, facts)
        if not changed:
            return ()
        before = {name: getattr(row, name) for name in changed}
        Source.objects.filter(pk=row.pk).update(**changed)
        record(
            EntryDraft(
                action=LedgerAction.FOOTAGE_SOURCE_CHANGED,
                at=at,
                ledger=row.zone_id,
                source=row.code,
                jurisdiction=row.jurisdiction,
                owner=row.owner.code if row.owner else "",
                details={"change": "facts", "before": _in_words(before), "after": _in_words(changed), "by": by},
            )
        )
    return tuple(sorted(changed))


def facts_shown(source: Source) -> list[tuple[str, str]]:
    """List what is known of a camera that rules may ask about, in words."""
    return [
        ("Sensitivity", _level_word(source.sensitivity)),
        ("Kind of place", shown(source.place_tags)),
        ("Shows", shown(source.shows)),
        ("Consent given to", shown(source.consent_scope)),
        ("Contract", shown(source.contract)),
        ("Criminal-justice information", shown(source.criminal_justice)),
    ]


def _in_words(facts: dict[str, object]) -> dict[str, str]:
    """Say facts as an entry keeps them; a sensitivity is a number in the register only."""
    return {
        name: _level_word(value) if name == "sensitivity" else shown(value) for name, value in sorted(facts.items())
    }


def _level_word(level: object) -> str:
    return shown(SENSITIVITIES[level] if isinstance(level, int) else None)
