"""Where each fact of a decision comes from and of when it is, for its explanation; nothing is decided on this.

Registers keep what is known now: when a fact changed last is read from the ledger.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import Q

from labelhub.accounts.models import Person
from labelhub.accounts.queries import attestation_of
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.evidence.reader import people
from labelhub.footage.models import Footage
from residency import Request
from residency.conditions import value_of
from residency.facts import FactSource

OF_PERSON: Final = ("engagement", "residence", "citizenships", "designated", "training", "clearances")
OF_ENTITY: Final = ("entity", "entity_kind", "entity_in", "entity_owners", "relation")
OF_CAMERA: Final = ("jurisdiction", "owner", "source", "contract", "sensitivity", "place_tags")
OF_CAMERA_TOO: Final = ("shows", "consent_scope", "criminal_justice", "marks")
OF_FILE: Final = ("zone", "media_kind", "captured_at", "age")
BY_DATABASES: Final = "the two address databases and the list of networks"
BY_THE_DOOR: Final = "the door, by the job or the person’s role"
SUPPOSED: Final = "this question"


def sources_of(
    person: Person, footage: Footage, *, at: datetime, place: str, purpose: str = SUPPOSED
) -> tuple[FactSource, ...]:
    """Name the source and age of every fact about a person and a piece of footage, as of a time.

    `place` and `purpose` say where those two come from: the door, or somebody's question.
    """
    registers = (
        ("viewer", OF_PERSON, "the register of people", _changed_person(person, at)),
        ("viewer", OF_ENTITY, "the register of organizations", _changed_entity(person, at)),
        (
            "footage",
            OF_CAMERA + OF_CAMERA_TOO,
            f"the register of cameras, `{footage.source.code}`",
            _changed_camera(footage, at),
        ),
        ("footage", OF_FILE, "the file, as looked at when it was added", footage.added_at),
        ("situation", ("place", "assurance"), place, at),
        ("situation", ("purpose",), purpose, None),
        ("situation", ("case",), "the footage’s manifest", footage.added_at),
        ("situation", ("documents", "grants"), "the register of documents and grants", at),
        ("situation", ("counters",), "the ledger", at),
    )
    said = [
        FactSource(fact=f"{part}.{name}", source=source, as_of=as_of if as_of is None or as_of <= at else None)
        for part, names, source, as_of in registers
        for name in names
    ]
    return (*said, *_of_attestation(person, at))


def with_sources(request: Request, sources: tuple[FactSource, ...]) -> Request:
    """Put sources beside the facts of a request; what is not known comes from nowhere."""
    return replace(request, sources=tuple(one for one in sources if value_of(one.fact, request) is not None))


def changed_since(person: Person, footage: Footage, *, at: datetime) -> tuple[str, ...]:
    """Name the registers that were changed after a time, so that what they say now may not be what they said then."""
    entity = person.organization.code if person.organization else ""
    changes = LedgerEntry.objects.filter(at__gt=at)
    named = {
        f"the facts of {person.name}": Q(action=LedgerAction.PERSON_FACTS_CHANGED, person=person.pseudonym),
        "the facts of their organization": Q(action=LedgerAction.ORGANIZATION_FACTS_CHANGED, entity=entity),
        f"the facts of camera {footage.source.code}": Q(
            action=LedgerAction.FOOTAGE_SOURCE_CHANGED, source=footage.source.code
        ),
    }
    return tuple(words for words, condition in named.items() if changes.filter(condition).exists())


def _of_attestation(person: Person, at: datetime) -> tuple[FactSource, ...]:
    attestation = attestation_of(person, at=at)
    if attestation is None:
        return ()
    by = people().names_of([attestation.recorded_by]).get(attestation.recorded_by, attestation.recorded_by)
    source = f"the attestation recorded by {by}"
    return tuple(
        FactSource(fact=fact, source=source, as_of=attestation.valid_from)
        for fact in ("viewer.attested_in", "viewer.attestation_age")
    )


def _changed_person(person: Person, at: datetime) -> datetime:
    changed = Q(action=LedgerAction.PERSON_FACTS_CHANGED, person=person.pseudonym)
    return _last(changed, at) or person.created_at


def _changed_entity(person: Person, at: datetime) -> datetime | None:
    entity = person.organization.code if person.organization else ""
    return _last(Q(action=LedgerAction.ORGANIZATION_FACTS_CHANGED, entity=entity), at)


def _changed_camera(footage: Footage, at: datetime) -> datetime | None:
    return _last(Q(action=LedgerAction.FOOTAGE_SOURCE_CHANGED, source=footage.source.code), at)


def _last(condition: Q, at: datetime) -> datetime | None:
    return LedgerEntry.objects.filter(condition, at__lte=at).order_by("-at").values_list("at", flat=True).first()
