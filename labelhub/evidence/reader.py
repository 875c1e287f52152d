"""Whose eyes a report is for, and the entry that says they looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from labelhub.accounts.models import Person, Role
from labelhub.accounts.place import place_of
from labelhub.accounts.queries import roles_of
from labelhub.accounts.sessions import session_mark
from labelhub.evidence.actions import EntryDraft, record_before_serving
from labelhub.evidence.models import LedgerAction, LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How much of the ledger a person reads: all of it with names, or one owner's part with countries and entities."""

    person: Person
    sees_all: bool = False
    owner: str = ""

    @property
    def sees_people(self) -> bool:
        """Whether entries name the person, their session and the words of the change."""
        return self.sees_all


def reader_of(person: Person) -> Reader:
    """Say how much of the ledger a person reads.

    Raises:
        PermissionDenied: nothing of it.
    """
    roles = roles_of(person) if person.is_active else frozenset()
    if Role.OFFICER in roles:
        return Reader(person=person, sees_all=True)
    if Role.OWNER in roles and person.organization is not None:
        return Reader(person=person, owner=person.organization.code)
    raise PermissionDenied("Where footage was viewed is shown to compliance officers and to the owners of the footage.")


def record_reading(
    request: HttpRequest, reader: Reader, action: LedgerAction, asked: Mapping[str, object], *, at: datetime
) -> LedgerEntry:
    """Record that somebody reads the ledger, and what they asked, before they are answered.

    Raises:
        LedgerUnavailableError: it cannot be recorded, so nothing may be shown.
    """
    person = reader.person
    place = place_of(request, person, at=at)
    return record_before_serving(
        EntryDraft(
            action=action,
            at=at,
            person=person.pseudonym,
            entity=person.organization.code if person.organization else "",
            place=place.jurisdiction or "",
            level=int(place.level),
            session=session_mark(request),
            details=dict(asked),
        )
    )
