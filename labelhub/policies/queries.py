"""Which policies hold, and the facts about a viewer that they are decided on."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db.models import Q, QuerySet

from labelhub.accounts.models import Attestation, Organization, Person
from labelhub.policies.models import PolicyVersion
from residency import Policy, PolicySet, Viewer, parse_policy

# What the person is to whoever answers for the footage: of the controller's own people, an employee.
RELATIONS: Final = {
    Organization.Relation.CONTROLLER.value: "employee",
    Organization.Relation.PROCESSOR.value: "processor",
    Organization.Relation.CONTRACTOR.value: "contractor",
    Organization.Relation.OWNER.value: "owner",
}


class NoPolicyError(Exception):
    """No policy is active, so nothing may be shown."""


def active_versions(*, at: datetime) -> list[PolicyVersion]:
    """Find the newest effective version of each named policy."""
    newest: dict[str, PolicyVersion] = {}
    for row in _effective(at).order_by("effective_from", "pk"):
        newest[row.name] = row
    return [newest[name] for name in sorted(newest)]


def active_policies(*, at: datetime) -> PolicySet:
    """Read the policies in force at a time.

    Raises:
        NoPolicyError: there is none; default deny starts here.
    """
    newest: dict[str, tuple[int, str]] = {}
    for name, number, digest in _effective(at).order_by("effective_from", "pk").values_list("name", "pk", "hash"):
        newest[name] = (number, digest)
    if not newest:
        raise NoPolicyError("no policy is active: activate one with `labelhub policy activate FILE`")
    return policies_in(tuple(newest[name] for name in sorted(newest)))


def _effective(at: datetime) -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.filter(effective_from__lte=at).filter(
        Q(retired_at__isnull=True) | Q(retired_at__gt=at)
    )


@lru_cache(maxsize=32)
def policies_in(versions: tuple[tuple[int, str], ...]) -> PolicySet:
    """Read stored versions, once: a version is never edited, and its set remembers what it compiled."""
    rows = PolicyVersion.objects.in_bulk([number for number, _ in versions])
    return PolicySet.of(*(parse_policy(rows[number].text, name=rows[number].name) for number, _ in versions))


def sets_of(policy: Policy, *, at: datetime) -> tuple[PolicySet, PolicySet]:
    """The policies in force now, and the same with a draft in its predecessor's place."""
    try:
        old = active_policies(at=at)
    except NoPolicyError:
        old = PolicySet.of()
    return old, PolicySet.of(*(one for one in old.policies if one.name != policy.name), policy)


def owners() -> list[str]:
    """Name every organization that owns the footage of some camera."""
    return list(
        Organization.objects.filter(sources__isnull=False).order_by("code").values_list("code", flat=True).distinct()
    )


def viewer_facts(person: Person, attestation: Attestation | None, policies: PolicySet) -> Viewer:
    """State what is known of a person, for a decision, with their employer's attestation of where they work.

    Citizenship is looked at only where a rule in force needs it.
    """
    organization = person.organization
    return Viewer(
        id=person.pseudonym,
        entity=organization.code if organization else None,
        entity_kind=organization.kind or None if organization else None,
        entity_in=organization.established_in or None if organization else None,
        entity_owners=words_of(organization.owned_from) if organization else None,
        relation=RELATIONS.get(organization.relation) if organization else None,
        engagement=person.engagement or None,
        residence=person.residence or None,
        citizenships=words_of(person.citizenships) if "viewer.citizenships" in policies.facts else None,
        designated=person.is_designated,
        training=words_of(person.training),
        clearances=words_of(person.clearances),
        attested_in=attestation.jurisdiction if attestation else None,
        attested_at=attestation.valid_from if attestation else None,
    )


def words_of(stored: list[str] | None) -> frozenset[str] | None:
    """Read a stored set of words; null is not known."""
    return None if stored is None else frozenset(stored)
