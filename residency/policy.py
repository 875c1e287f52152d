"""A policy: a hashed, dated set of rules in one layer. A policy set: all that must permit together.

Every policy of a set that is in force at the time asked about must permit on its own, so adding a policy only ever
narrows. The order of policies, of rules and of conditions never matters, neither to a decision nor to a hash.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from residency.errors import PolicyError, Problem
from residency.facts import require_aware
from residency.ledger.entry import Json, canonical_json
from residency.rules import Rule


class Layer(StrEnum):
    """Who speaks in a policy, from the widest to the narrowest."""

    PLATFORM = "platform"
    LAW = "law"
    CONTRACT = "contract"
    JOB = "job"

    @property
    def rank(self) -> int:
        """The layer's place from the widest, 0, to the narrowest."""
        return tuple(Layer).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One layer's rules and the text they were read from; `hash` covers what the rules say, not their layout."""

    name: str
    layer: Layer
    title: str
    effective_from: datetime
    rules: tuple[Rule, ...]
    text: str = field(default="", compare=False)
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        require_aware(self.effective_from, "effective_from")
        ordered = sorted(self.rules, key=lambda rule: (rule.id, canonical_json(rule.canonical())))
        object.__setattr__(self, "rules", tuple(ordered))
        object.__setattr__(self, "hash", hashlib.sha256(canonical_json(self.canonical())).hexdigest())

    def canonical(self) -> Json:
        """The policy as plain values in one order, for hashing."""
        return {
            "name": self.name,
            "layer": self.layer.value,
            "title": self.title,
            "effective_from": self.effective_from.astimezone(UTC).isoformat(),
            "rules": [rule.canonical() for rule in self.rules],
        }


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies that decide together, in one order whatever order they were given in."""

    policies: tuple[Policy, ...]
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.policies, key=lambda policy: (policy.layer.rank, policy.name)))
        for policy in ordered:
            if [other.name for other in ordered].count(policy.name) > 1:
                raise PolicyError(policy.name, [Problem("a set holds one policy of a name, and this is there twice")])
        object.__setattr__(self, "policies", ordered)
        object.__setattr__(self, "hash", hashlib.sha256(canonical_json([p.hash for p in ordered])).hexdigest())

    @classmethod
    def of(cls, *policies: Policy) -> Self:
        """A set of these policies; of none, a set that permits nothing."""
        return cls(policies)

    def in_force(self, at: datetime) -> tuple[Policy, ...]:
        """The policies already in effect at that time."""
        return tuple(policy for policy in self.policies if policy.effective_from <= at)
