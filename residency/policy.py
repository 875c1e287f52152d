"""A policy: a hashed, dated set of rules in one layer. A policy set: all that must permit together.

The platform layer grants; every other layer can only narrow. Each policy of a set that is in force at the time asked
about and speaks of the footage must permit on its own, so adding a policy only ever narrows. The order of policies, of
rules and of conditions never matters, neither to a decision nor to a hash.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from residency.conditions import Condition, in_one_order
from residency.errors import PolicyError, Problem
from residency.facts import require_aware
from residency.ledger.entry import Json, canonical_json
from residency.pack import About
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
    """One layer's rules and the text they were read from; `hash` covers what the rules say, not their layout.

    `scope` is which footage the policy speaks of at all: of other footage it says nothing, and footage that may be in
    the scope is in it. `about` is what a pack says of itself, and is no part of the hash.
    """

    name: str
    layer: Layer
    title: str
    effective_from: datetime
    rules: tuple[Rule, ...]
    effective_to: datetime | None = None
    scope: tuple[Condition, ...] = ()
    about: About | None = field(default=None, compare=False)
    text: str = field(default="", compare=False)
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        require_aware(self.effective_from, "effective_from")
        if self.effective_to is not None:
            require_aware(self.effective_to, "effective_to")
        ordered = sorted(self.rules, key=lambda rule: (rule.id, canonical_json(rule.canonical())))
        object.__setattr__(self, "rules", tuple(ordered))
        object.__setattr__(self, "scope", in_one_order(self.scope))
        object.__setattr__(self, "hash", hashlib.sha256(canonical_json(self.canonical())).hexdigest())

    def canonical(self) -> Json:
        """The policy as plain values in one order, for hashing; what it does not say is left out."""
        said: dict[str, Json] = {
            "name": self.name,
            "layer": self.layer.value,
            "title": self.title,
            "effective_from": self.effective_from.astimezone(UTC).isoformat(),
            "rules": [rule.canonical() for rule in self.rules],
        }
        if self.effective_to is not None:
            said["effective_to"] = self.effective_to.astimezone(UTC).isoformat()
        if self.scope:
            said["scope"] = [condition.canonical() for condition in self.scope]
        return said

    def conditions(self) -> Iterator[Condition]:
        """Every condition of the document: those of its scope and those of its rules."""
        yield from self.scope
        for rule in self.rules:
            yield from rule.conditions

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at that time; its last moment is no longer inside."""
        return self.effective_from <= at and (self.effective_to is None or at < self.effective_to)


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies that decide together, in one order whatever order they were given in.

    `facts` are all that any of them asks about, so that a caller need not find out what nobody asks. `changes` are the
    times at which what is in force changes; `compiled` is where the index keeps what it made for each stretch between.
    """

    policies: tuple[Policy, ...]
    hash: str = field(init=False)
    facts: frozenset[str] = field(init=False, repr=False, compare=False)
    changes: tuple[datetime, ...] = field(init=False, repr=False, compare=False)
    compiled: dict[int, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.policies, key=lambda policy: (policy.layer.rank, policy.name)))
        for policy in ordered:
            if [other.name for other in ordered].count(policy.name) > 1:
                raise PolicyError(policy.name, [Problem("a set holds one policy of a name, and this is there twice")])
        begins, ends = {one.effective_from for one in ordered}, {one.effective_to for one in ordered}
        object.__setattr__(self, "policies", ordered)
        object.__setattr__(self, "hash", hashlib.sha256(canonical_json([p.hash for p in ordered])).hexdigest())
        object.__setattr__(self, "changes", tuple(sorted(begins | {end for end in ends if end is not None})))
        asked = frozenset(condition.fact for policy in ordered for condition in policy.conditions())
        object.__setattr__(self, "facts", asked)
        object.__setattr__(self, "compiled", {})

    @classmethod
    def of(cls, *policies: Policy) -> Self:
        """A set of these policies; of none, a set that permits nothing."""
        return cls(policies)

    def in_force(self, at: datetime) -> tuple[Policy, ...]:
        """The policies in effect at that time."""
        return tuple(policy for policy in self.policies if policy.holds(at))

    def asked(self, fact: str) -> Iterator[Condition]:
        """Every condition that any of these policies asks about a fact; nothing where it is not among `facts`."""
        if fact in self.facts:
            yield from (one for policy in self.policies for one in policy.conditions() if one.fact == fact)

    def stretch(self, at: datetime) -> int:
        """The number of the stretch of time, between two changes of what is in force, that this time lies in."""
        return bisect_right(self.changes, at)

    def since(self, at: datetime) -> datetime | None:
        """Since when what is in force at that time has been; `None` before the first policy."""
        number = self.stretch(at)
        return self.changes[number - 1] if number else None
