"""Who has access and on what ground, as the compliance officer's pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from labelhub.accounts.models import Attestation, Person, Role
from labelhub.accounts.queries import everyone, live_attestations

SOON = timedelta(days=14)
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One person's standing, at one time."""

    person: Person
    roles: tuple[str, ...]
    attestation: Attestation | None
    ends_soon: bool
    has_second_factor: bool


def people_for_access(words: str = "", role: str = "") -> QuerySet[Person]:
    """Find people by name, address, pseudonym or organization, and by role; each with what `access_of` needs."""
    people = everyone().annotate(
        has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS))
    )
    if words:
        named = Q(name__icontains=words) | Q(email__icontains=words) | Q(pseudonym=words)
        people = people.filter(named | Q(organization__name__icontains=words) | Q(organization__code=words))
    return people.filter(groups__name=role) if role else people


def with_live_attestations(people: QuerySet[Person], *, at: datetime) -> QuerySet[Person]:
    """Load each person's holding attestations, newest first."""
    newest = live_attestations(at=at).order_by("-valid_from", "-pk")
    return people.prefetch_related(None).prefetch_related(
        "groups", Prefetch("attestations", queryset=newest, to_attr="holding")
    )


def access_of(person: Person, *, at: datetime) -> Access:
    """Say how a person from `with_live_attestations(people_for_access())` stands."""
    names = {group.name for group in person.groups.all()}
    holding: list[Attestation] = getattr(person, "holding", [])
    newest = holding[0] if holding else None
    return Access(
        person=person,
        roles=tuple(Role(role).label for role in Role if role.value in names),
        attestation=newest,
        ends_soon=newest is not None and newest.expires_at - at < SOON,
        has_second_factor=bool(getattr(person, "has_second_factor", False)),
    )
