"""What the rules in force ask about, so that people are told which facts and papers matter, and which do not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from labelhub.policies.queries import NoPolicyError, active_policies
from residency import PolicySet


def asked_in_force(*, at: datetime) -> Mapping[str, tuple[str, ...]]:
    """Name the facts that rules in force ask about, each with the words they look for; none without a policy."""
    try:
        policies = active_policies(at=at)
    except NoPolicyError:
        return {}
    return {fact: _words(policies, fact) for fact in sorted(policies.facts)}


def _words(policies: PolicySet, fact: str) -> tuple[str, ...]:
    found: set[str] = set()
    for condition in policies.asked(fact):
        kind = getattr(condition, "type", None)
        found |= {kind} if isinstance(kind, str) else set(map(str, getattr(condition, "values", ())))
    return tuple(sorted(found))
