"""Questions about words: one of a list, or a set that holds some."""

from dataclasses import dataclass

from residency.conditions.answer import Answer, quoted, said
from residency.facts import Request
from residency.ledger.entry import Json
from residency.vocabulary import FACTS


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact is one of these words."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when it is among them, unknown when there is no such fact."""
        value = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if value is None else said(value in self.values)

    def wanted(self) -> str:
        """As in "must be `image` or `video`"."""
        return quoted(self.values)

    def canonical(self) -> Json:
        """The values in one order."""
        return [self.fact, "one_of", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The fact is known and none of these words."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """No when it is among them, unknown when there is no such fact."""
        value = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if value is None else said(value not in self.values)

    def wanted(self) -> str:
        """As in "must be other than `image` or `video`"."""
        return f"other than {quoted(self.values)}"

    def canonical(self) -> Json:
        """The values in one order."""
        return [self.fact, "none_of", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class Has:
    """The fact is a set that holds at least one of these words."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when any is in the set, unknown when there is no such set."""
        held = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if held is None else said(not held.isdisjoint(self.values))

    def wanted(self) -> str:
        """As in "must be marked `public-test`"."""
        return f"{_including(self.fact)} {quoted(self.values)}"

    def canonical(self) -> Json:
        """The values in one order."""
        return [self.fact, "has", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class HasAll:
    """The fact is a set that holds every one of these words."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when all are in the set, unknown when there is no such set."""
        held = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if held is None else said(held.issuperset(self.values))

    def wanted(self) -> str:
        """As in "must be including all of `basics`, `privacy`"."""
        return f"{_including(self.fact)} all of {', '.join(f'`{value}`' for value in self.values) or 'nothing'}"

    def canonical(self) -> Json:
        """The values in one order."""
        return [self.fact, "has_all", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class Lacks:
    """The fact is a set that holds none of these words."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when none is in the set, unknown when there is no such set."""
        held = FACTS[self.fact].read(request)
        return Answer.UNKNOWN if held is None else said(held.isdisjoint(self.values))

    def wanted(self) -> str:
        """As in "must be without `people`"."""
        return f"without {quoted(self.values)}"

    def canonical(self) -> Json:
        """The values in one order."""
        return [self.fact, "lacks", *sorted(set(self.values))]


def _including(fact: str) -> str:
    return "marked" if fact == "footage.marks" else "including"
