"""Every change to people: made here, checked here, recorded here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction

from labelhub.accounts.models import Attestation, Organization, Person, Role
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from residency.places import is_jurisdiction

ATTESTATION_DAYS = 90


class AccountError(Exception):
    """A person cannot be changed as asked; the message says why and what to do."""


def add_organization(*, code: str, name: str, relation: str, kind: str = "", established_in: str = "") -> Organization:
    """Add a legal entity, or return the one already there."""
    said = {"name": name, "relation": relation, "kind": kind, "established_in": established_in}
    organization, _ = Organization.objects.get_or_create(code=code, defaults=said)
    return organization


def add_person(
    *, email: str, password: str, name: str, organization: Organization, roles: tuple[Role, ...], by: str, at: datetime
) -> Person:
    """Add a person with roles. Nobody can be added without a legal entity that answers for them."""
    if Person.objects.filter(email__iexact=email).exists():
        raise AccountError(f"a person with the address `{email}` exists already: choose another address")
    with transaction.atomic():
        person = Person.objects.create_user(email, password, name=name, organization=organization)
        for role in roles:
            group, _ = Group.objects.get_or_create(name=role.value)
            person.groups.add(group)
        _record_change(person, by=by, at=at, change="added", roles=[role.value for role in roles])
    return person


def attest(person: Person, *, jurisdiction: str, by: str, at: datetime, days: int = ATTESTATION_DAYS) -> Attestation:
    """Record an employer's statement of where a person works, for at most 90 days."""
    if not is_jurisdiction(jurisdiction):
        raise AccountError(f"`{jurisdiction}` is no ISO 3166 code: write one such as `US` or `US-CA`")
    if not 0 < days <= ATTESTATION_DAYS:
        raise AccountError(f"an attestation holds 1 to {ATTESTATION_DAYS} days, not `{days}`")
    with transaction.atomic():
        attestation = Attestation.objects.create(
            person=person,
            jurisdiction=jurisdiction,
            valid_from=at,
            expires_at=at + timedelta(days=days),
            recorded_by=by,
        )
        _record_change(person, by=by, at=at, change="attested", jurisdiction=jurisdiction)
    return attestation


def revoke_attestations(person: Person, *, by: str, at: datetime) -> int:
    """End every attestation of a person at once; the next request is decided without them."""
    with transaction.atomic():
        ended = person.attestations.filter(revoked_at__isnull=True).update(revoked_at=at)
        _record_change(person, by=by, at=at, change="attestations revoked", count=ended)
    return ended


def set_active(person: Person, *, is_active: bool, by: str, at: datetime) -> None:
    """Let a person in, or shut them out from the next request on."""
    with transaction.atomic():
        person.is_active = is_active
        person.save(update_fields=["is_active"])
        _record_change(person, by=by, at=at, change="activated" if is_active else "deactivated")


def _record_change(person: Person, *, by: str, at: datetime, change: str, **details: object) -> None:
    record(
        EntryDraft(
            action=LedgerAction.PERSON_ACCESS_CHANGED,
            at=at,
            person=person.pseudonym,
            entity=person.organization.code if person.organization else "",
            details={"change": change, "by": by, **details},
        )
    )
