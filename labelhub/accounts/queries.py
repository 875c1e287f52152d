"""What may be read about people."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from labelhub.accounts.models import Attestation, Person, Role


def signed_in(request: HttpRequest) -> Person:
    """Give the person who asks. The sign-in middleware lets nobody else through; this fails closed should it not.

    Raises:
        PermissionDenied: nobody is signed in.
    """
    person = request.user
    if not isinstance(person, Person) or not person.is_active:
        raise PermissionDenied("sign in first")
    return person


def roles_of(person: Person) -> frozenset[Role]:
    """Name the roles a person holds."""
    names = set(person.groups.values_list("name", flat=True))
    return frozenset(role for role in Role if role.value in names)


def has_role(person: Person, *roles: Role) -> bool:
    """Tell whether an active person holds any of the roles."""
    return person.is_active and person.groups.filter(name__in=[role.value for role in roles]).exists()


def live_attestations(*, at: datetime) -> QuerySet[Attestation]:
    """Find the attestations that hold at a time."""
    return Attestation.objects.filter(valid_from__lte=at, expires_at__gt=at).filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=at)
    )


def attested_in(person: Person, *, at: datetime) -> str | None:
    """Say where a person's employer attests that they work; None when nothing holds at that time."""
    newest = attestation_of(person, at=at)
    return newest.jurisdiction if newest else None


def attestation_of(person: Person, *, at: datetime) -> Attestation | None:
    """Find the newest attestation of a person that holds at that time."""
    return live_attestations(at=at).filter(person=person).order_by("-valid_from", "-pk").first()


def people_with(role: Role) -> QuerySet[Person]:
    """Find the active people who hold a role."""
    return (
        Person.objects.filter(is_active=True, groups__name=role.value).select_related("organization").order_by("name")
    )


def everyone() -> QuerySet[Person]:
    """Find every person, for the officer's access page."""
    return Person.objects.select_related("organization").prefetch_related("groups", "attestations").order_by("name")
