"""Conditions: one question about one fact of a request each.

A condition answers yes, no or unknown. Unknown keeps a permit from matching and makes a forbid match, and so does a
fact that is too coarse: `US` is neither inside nor outside `US-CA`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date
from enum import StrEnum
from typing import Final, Protocol

from residency.facts import Request
from residency.ledger.entry import Json
from residency.places import AssuranceLevel, Place, contains, describe, is_jurisdiction, overlaps


class Answer(StrEnum):
    """What a condition says about a request."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def _place_code(request: Request) -> str | None:
    place = request.situation.place
    return place.jurisdiction if place is not None and place.known else None


# A jurisdiction that does not exist says nothing, so it reads as unknown wherever it came from.
JURISDICTIONS: Final[dict[str, Callable[[Request], str | None]]] = {
    "footage.jurisdiction": lambda request: request.footage.jurisdiction,
    "viewer.attested_in": lambda request: request.viewer.attested_in,
    "situation.place": _place_code,
}
CODES: Final[dict[str, Callable[[Request], str | None]]] = {
    "footage.owner": lambda request: request.footage.owner,
    "footage.source": lambda request: request.footage.source,
    "footage.zone": lambda request: request.footage.zone,
    "footage.media_kind": lambda request: request.footage.media_kind,
    "viewer.entity": lambda request: request.viewer.entity,
    "viewer.relation": lambda request: request.viewer.relation,
    "situation.purpose": lambda request: request.situation.purpose,
}
SETS: Final[dict[str, Callable[[Request], frozenset[str] | None]]] = {
    "footage.marks": lambda request: request.footage.marks,
}
LEVELS: Final[dict[str, Callable[[Request], Place | None]]] = {
    "situation.assurance": lambda request: request.situation.place,
}
FACTS: Final[tuple[str, ...]] = tuple(sorted([*JURISDICTIONS, *CODES, *SETS, *LEVELS]))


class Condition(Protocol):
    """One question about one fact of a request."""

    @property
    def fact(self) -> str:
        """The fact asked about, such as `footage.jurisdiction`."""

    def ask(self, request: Request) -> Answer:
        """Answer for this request."""

    def wanted(self) -> str:
        """What the fact must be, in words that follow "must be"."""

    def canonical(self) -> Json:
        """The condition as plain values in one order, for hashing."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The fact is a jurisdiction inside one of these jurisdictions or groups."""

    fact: str
    codes: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when wholly inside, no when wholly outside, unknown when not known finely enough."""
        return _where(JURISDICTIONS[self.fact](request), self.codes, _day(request))

    def wanted(self) -> str:
        """As in "must be inside California or Texas"."""
        return f"inside {either(tuple(map(describe, self.codes)))}"

    def canonical(self) -> Json:
        """The codes in one order."""
        return [self.fact, "inside", *sorted(set(self.codes))]


@dataclass(frozen=True, slots=True)
class Outside:
    """The fact is a jurisdiction that has nothing in common with these jurisdictions or groups."""

    fact: str
    codes: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when wholly outside, no when wholly inside, unknown when not known finely enough."""
        inside = _where(JURISDICTIONS[self.fact](request), self.codes, _day(request))
        return {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.UNKNOWN: Answer.UNKNOWN}[inside]

    def wanted(self) -> str:
        """As in "must be outside the EEA"."""
        return f"outside {either(tuple(map(describe, self.codes)))}"

    def canonical(self) -> Json:
        """The codes in one order."""
        return [self.fact, "outside", *sorted(set(self.codes))]


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact is one of these words."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when it is among them, unknown when there is no such fact."""
        value = CODES[self.fact](request)
        if value is None:
            return Answer.UNKNOWN
        return Answer.YES if value in self.values else Answer.NO

    def wanted(self) -> str:
        """As in "must be `image` or `video`"."""
        return either(tuple(f"`{value}`" for value in self.values))

    def canonical(self) -> Json:
        """The values in one order."""
        return [self.fact, "one_of", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class Has:
    """The fact is a set that holds at least one of these words."""

    fact: str
    values: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when any is in the set, unknown when there is no such set."""
        held = SETS[self.fact](request)
        if held is None:
            return Answer.UNKNOWN
        return Answer.NO if held.isdisjoint(self.values) else Answer.YES

    def wanted(self) -> str:
        """As in "must be marked `public-test`"."""
        return f"marked {either(tuple(f'`{value}`' for value in self.values))}"

    def canonical(self) -> Json:
        """The values in one order."""
        return [self.fact, "has", *sorted(set(self.values))]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The place is assured at this level or better; only for permits, since a level is a lower bound."""

    fact: str
    level: AssuranceLevel

    def ask(self, request: Request) -> Answer:
        """Unknown when the place is."""
        place = LEVELS[self.fact](request)
        if place is None or not place.known:
            return Answer.UNKNOWN
        return Answer.YES if place.level >= self.level else Answer.NO

    def wanted(self) -> str:
        """As in "must be LA2 or better"."""
        return f"{self.level.name} or better"

    def canonical(self) -> Json:
        """The level by name."""
        return [self.fact, "at_least", self.level.name]


@dataclass(frozen=True, slots=True)
class Below:
    """The place is not assured at this level; only for forbids, since a level is a lower bound."""

    fact: str
    level: AssuranceLevel

    def ask(self, request: Request) -> Answer:
        """Unknown when the place is."""
        place = LEVELS[self.fact](request)
        if place is None or not place.known:
            return Answer.UNKNOWN
        return Answer.YES if place.level < self.level else Answer.NO

    def wanted(self) -> str:
        """As in "must be below LA3"."""
        return f"below {self.level.name}"

    def canonical(self) -> Json:
        """The level by name."""
        return [self.fact, "below", self.level.name]


def value_of(fact: str, request: Request) -> str | None:
    """What a request says about a fact, as text for people; `None` when it is not known."""
    if fact in SETS:
        held = SETS[fact](request)
        return None if held is None else ", ".join(sorted(held)) or "none"
    if fact in LEVELS:
        place = LEVELS[fact](request)
        return place.level.name if place is not None and place.known else None
    return JURISDICTIONS[fact](request) if fact in JURISDICTIONS else CODES[fact](request)


def either(words: tuple[str, ...]) -> str:
    """Join words as in "a, b or c"."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _day(request: Request) -> date:
    """The day groups are looked up on, the same wherever the time was written down."""
    return request.situation.at.astimezone(UTC).date()


def _where(code: str | None, outers: tuple[str, ...], on: date) -> Answer:
    if code is None or not is_jurisdiction(code):
        return Answer.UNKNOWN
    if any(contains(outer, code, on=on) for outer in outers):
        return Answer.YES
    return Answer.UNKNOWN if any(overlaps(outer, code, on=on) for outer in outers) else Answer.NO
