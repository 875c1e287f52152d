"""Stored policy versions as people read them: rules as sentences, and what was in force when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labelhub.policies.models import PolicyVersion
from labelhub.policies.queries import active_versions
from residency import Policy, PolicySet, parse_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One stored version and the policy it reads as."""

    version: PolicyVersion
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What was in force at one time, and the hash that decisions of that time name."""

    at: datetime
    documents: tuple[Document, ...]
    hash: str


def document_of(version: PolicyVersion) -> Document:
    """Read a stored version; it was read once before, when it was activated."""
    return Document(version=version, policy=parse_policy(version.text, name=version.name))


def in_force(*, at: datetime) -> InForce:
    """Find what was in force at a time; nothing at all has the hash of nothing."""
    documents = tuple(document_of(version) for version in active_versions(at=at))
    return InForce(at=at, documents=documents, hash=PolicySet.of(*(one.policy for one in documents)).hash)


def followed_by(policy: Policy, *, at: datetime) -> PolicyVersion | None:
    """Find the version in force that a policy would take the place of."""
    return next((version for version in active_versions(at=at) if version.name == policy.name), None)


def history() -> list[PolicyVersion]:
    """List every version ever activated, newest first."""
    return list(PolicyVersion.objects.order_by("-activated_at", "-pk"))


def to_come(*, at: datetime) -> list[PolicyVersion]:
    """List the versions that are approved and take effect only later, the next first."""
    later = PolicyVersion.objects.filter(effective_from__gt=at)
    return [version for version in later.order_by("effective_from", "pk") if not version.is_void]
