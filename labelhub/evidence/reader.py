"""Whose eyes a report is for, and the entry that says they looked.

The ledger knows people by pseudonym only. Who they are is told to it, when the service starts, by the app that knows
them; until it is told, nobody reads anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from labelhub.evidence.actions import EntryDraft, record_before_serving
from labelhub.evidence.models import LedgerAction, LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How much of the ledger somebody reads: all of it with names, or one owner's part with countries and entities."""

    pseudonym: str
    entity: str = ""
    place: str = ""
    level: int = 0
    session: str = ""
    address: str = ""
    sees_all: bool = False
    owner: str = ""
    owner_name: str = ""

    @property
    def sees_people(self) -> bool:
        """Whether entries name the person, their session and the words of the change."""
        return self.sees_all


class People(Protocol):
    """What the reports ask of the app that knows people."""

    def reader_of(self, request: HttpRequest) -> Reader:
        """Say how much the person who asks reads, and from where; or raise `PermissionDenied`."""

    def names_of(self, pseudonyms: Iterable[str] | None) -> dict[str, str]:
        """Find the names behind pseudonyms; of everybody, for `None`."""

    def matching(self, words: str) -> tuple[str, ...]:
        """Find the pseudonyms that a pseudonym, or part of a name or address, means."""


class _NobodyKnown:
    """Stands in until the people are told: nobody reads, and nobody has a name."""

    def reader_of(self, request: HttpRequest) -> Reader:  # noqa: ARG002  the protocol's signature
        raise PermissionDenied("nobody may read the ledger before it is known who they are")

    def names_of(self, pseudonyms: Iterable[str] | None) -> dict[str, str]:  # noqa: ARG002  the protocol's signature
        return {}

    def matching(self, words: str) -> tuple[str, ...]:  # noqa: ARG002  the protocol's signature
        return ()


_known: list[People] = [_NobodyKnown()]


def tell_people(people: People) -> None:
    """Say who knows the people; told once, when the service starts."""
    _known[:] = [people]


def people() -> People:
    """Give whoever knows the people."""
    return _known[0]


def record_reading(reader: Reader, action: LedgerAction, asked: Mapping[str, object], *, at: datetime) -> LedgerEntry:
    """Record that somebody reads the ledger, and what they asked, before they are answered.

    Raises:
        LedgerUnavailableError: it cannot be recorded, so nothing may be shown.
    """
    return record_before_serving(draft_by(reader, action, asked, at=at))


def draft_by(reader: Reader, action: LedgerAction, details: Mapping[str, object], *, at: datetime) -> EntryDraft:
    """Draft the entry of something a reader does."""
    return EntryDraft(
        action=action,
        at=at,
        person=reader.pseudonym,
        entity=reader.entity,
        place=reader.place,
        level=reader.level,
        session=reader.session,
        address=reader.address,
        details=dict(details),
    )
