"""Which policies hold, and the facts about a viewer that they are decided on."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db.models import Q

from labelhub.accounts.models import Person
from labelhub.policies.models import PolicyVersion
from residency import Policy, PolicySet, Viewer, parse_policy


class NoPolicyError(Exception):
    """No policy is active, so nothing may be shown."""


def active_versions(*, at: datetime) -> list[PolicyVersion]:
    """Find the newest effective version of each named policy."""
    rows = PolicyVersion.objects.filter(effective_from__lte=at).filter(
        Q(retired_at__isnull=True) | Q(retired_at__gt=at)
    )
    newest: dict[str, PolicyVersion] = {}
    for row in rows.order_by("effective_from", "pk"):
        newest[row.name] = row
    return [newest[name] for name in sorted(newest)]


def active_policies(*, at: datetime) -> PolicySet:
    """Read the policies in force at a time.

    Raises:
        NoPolicyError: there is none; default deny starts here.
    """
    versions = active_versions(at=at)
    if not versions:
        raise NoPolicyError("no policy is active: activate one with `labelhub policy activate FILE`")
    return PolicySet.of(*(_parsed(version.name, version.text) for version in versions))


@lru_cache(maxsize=64)
def _parsed(name: str, text: str) -> Policy:
    return parse_policy(text, name=name)


def viewer_facts(person: Person, attested: str | None) -> Viewer:
    """State what is known of a person, for a decision, with where their employer attests that they work."""
    organization = person.organization
    return Viewer(
        id=person.pseudonym,
        entity=organization.code if organization else None,
        relation=organization.relation if organization else None,
        attested_in=attested,
    )
