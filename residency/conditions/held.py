"""Questions about what is held for a request: documents, grants, and counts of what was viewed before."""

from dataclasses import dataclass
from typing import Final

from residency.conditions.answer import Answer, quoted, said
from residency.facts import CountOf, Request
from residency.ledger.entry import Json
from residency.vocabulary import FACTS

# Whom a document may be about: the organization of the viewer, or the footage's owner.
PARTIES: Final = ("viewer.entity", "footage.owner")


@dataclass(frozen=True, slots=True)
class RequiresDocument:
    """A document of this type about this party is held and valid at the time asked about."""

    fact: str
    type: str
    party: str

    def ask(self, request: Request) -> Answer:
        """Unknown when the documents or the party are."""
        documents, party = FACTS[self.fact].read(request), FACTS[self.party].read(request)
        if documents is None or party is None:
            return Answer.UNKNOWN
        at = request.situation.at
        return said(any(one.type == self.type and one.party == party and one.holds(at) for one in documents))

    def wanted(self) -> str:
        """As in "must be with a `written-declaration` of the organization"."""
        return f"with a `{self.type}` of {_PARTY_NAMES[self.party]}"

    def canonical(self) -> Json:
        """Type and party."""
        return [self.fact, "requires_document", self.type, self.party]


@dataclass(frozen=True, slots=True)
class LacksDocument:
    """No document of this type about this party is held and valid at the time asked about."""

    fact: str
    type: str
    party: str

    def ask(self, request: Request) -> Answer:
        """Unknown when the documents or the party are."""
        documents, party = FACTS[self.fact].read(request), FACTS[self.party].read(request)
        if documents is None or party is None:
            return Answer.UNKNOWN
        at = request.situation.at
        return said(not any(one.type == self.type and one.party == party and one.holds(at) for one in documents))

    def wanted(self) -> str:
        """As in "must be without a `written-declaration` of the organization"."""
        return f"without a `{self.type}` of {_PARTY_NAMES[self.party]}"

    def canonical(self) -> Json:
        """Type and party."""
        return [self.fact, "lacks_document", self.type, self.party]


@dataclass(frozen=True, slots=True)
class HoldsGrant:
    """The viewer holds one of these grants at the time asked about."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Unknown when the grants are."""
        held = _grants(self.fact, request)
        return Answer.UNKNOWN if held is None else said(not held.isdisjoint(self.values))

    def wanted(self) -> str:
        """As in "must be including `night-shift`"."""
        return f"including {quoted(self.values)}"

    def canonical(self) -> Json:
        """The names in one order."""
        return [self.fact, "holds", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class LacksGrant:
    """The viewer holds none of these grants at the time asked about."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Unknown when the grants are."""
        held = _grants(self.fact, request)
        return Answer.UNKNOWN if held is None else said(held.isdisjoint(self.values))

    def wanted(self) -> str:
        """As in "must be without `night-shift`"."""
        return f"without {quoted(self.values)}"

    def canonical(self) -> Json:
        """The names in one order."""
        return [self.fact, "lacks", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class CounterAtMost:
    """No more than so many distinct subjects or devices in the last so many days, this request included."""

    fact: str
    of: CountOf
    days: int
    count: int

    def ask(self, request: Request) -> Answer:
        """Unknown when nobody counted over that window."""
        found = _counted(self.fact, self.of, self.days, request)
        return Answer.UNKNOWN if found is None else said(found <= self.count)

    def wanted(self) -> str:
        """As in "must be at most 1000 devices in 366 days"."""
        return f"at most {self.count} {self.of.value} in {self.days} days"

    def canonical(self) -> Json:
        """What is counted, over how long, and the limit."""
        return [self.fact, "at_most", self.of.value, self.days, self.count]


@dataclass(frozen=True, slots=True)
class CounterOver:
    """More than so many distinct subjects or devices in the last so many days, this request included."""

    fact: str
    of: CountOf
    days: int
    count: int

    def ask(self, request: Request) -> Answer:
        """Unknown when nobody counted over that window."""
        found = _counted(self.fact, self.of, self.days, request)
        return Answer.UNKNOWN if found is None else said(found > self.count)

    def wanted(self) -> str:
        """As in "must be over 1000 devices in 366 days"."""
        return f"over {self.count} {self.of.value} in {self.days} days"

    def canonical(self) -> Json:
        """What is counted, over how long, and the limit."""
        return [self.fact, "over", self.of.value, self.days, self.count]


_PARTY_NAMES: Final = {"viewer.entity": "the viewer's organization", "footage.owner": "the footage's owner"}


def _grants(fact: str, request: Request) -> frozenset[str] | None:
    held = FACTS[fact].read(request)
    return None if held is None else frozenset(one.name for one in held if one.holds(request.situation.at))


def _counted(fact: str, of: CountOf, days: int, request: Request) -> int | None:
    """The highest count over just this window; two that differ are both a lower bound."""
    counters = FACTS[fact].read(request) or ()
    return max((one.count for one in counters if one.of is of and one.days == days), default=None)
