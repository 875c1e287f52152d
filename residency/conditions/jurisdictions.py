"""Questions about where: one jurisdiction, or a set of them, inside or outside of others."""

from dataclasses import dataclass
from datetime import UTC, date

from residency.conditions.answer import OPPOSITE, Answer, either
from residency.facts import Request
from residency.ledger.entry import Json
from residency.places import contains, describe, is_jurisdiction, overlaps
from residency.vocabulary import FACTS


@dataclass(frozen=True, slots=True)
class Inside:
    """The fact is a jurisdiction inside one of these jurisdictions or groups."""

    fact: str
    codes: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes when wholly inside, no when wholly outside, unknown when not known finely enough."""
        return _where(FACTS[self.fact].read(request), self.codes, _day(request))

    def wanted(self) -> str:
        """As in "must be inside California or Texas"."""
        return f"inside {_named(self.codes)}"

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
        return OPPOSITE[_where(FACTS[self.fact].read(request), self.codes, _day(request))]

    def wanted(self) -> str:
        """As in "must be outside the EEA"."""
        return f"outside {_named(self.codes)}"

    def canonical(self) -> Json:
        """The codes in one order."""
        return [self.fact, "outside", *sorted(set(self.codes))]


@dataclass(frozen=True, slots=True)
class AnyInside:
    """The fact is a set of jurisdictions, one of which at least is inside one of these."""

    fact: str
    codes: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """Yes as soon as one is inside; unknown when none is and one is not known finely enough."""
        return _any_where(FACTS[self.fact].read(request), self.codes, _day(request))

    def wanted(self) -> str:
        """As in "must be partly inside China or Iran"."""
        return f"partly inside {_named(self.codes)}"

    def canonical(self) -> Json:
        """The codes in one order."""
        return [self.fact, "any_inside", *sorted(set(self.codes))]


@dataclass(frozen=True, slots=True)
class NoneInside:
    """The fact is a set of jurisdictions, none of which has anything in common with these."""

    fact: str
    codes: tuple[str, ...]

    def ask(self, request: Request) -> Answer:
        """No as soon as one is inside; unknown when none is and one is not known finely enough."""
        return OPPOSITE[_any_where(FACTS[self.fact].read(request), self.codes, _day(request))]

    def wanted(self) -> str:
        """As in "must be wholly outside China or Iran"."""
        return f"wholly outside {_named(self.codes)}"

    def canonical(self) -> Json:
        """The codes in one order."""
        return [self.fact, "none_inside", *sorted(set(self.codes))]


def _named(codes: tuple[str, ...]) -> str:
    return either(tuple(map(describe, codes)))


def _day(request: Request) -> date:
    """The day groups are looked up on, the same wherever the time was written down."""
    return request.situation.at.astimezone(UTC).date()


def _where(code: str | None, outers: tuple[str, ...], on: date) -> Answer:
    if code is None or not is_jurisdiction(code):
        return Answer.UNKNOWN
    if any(contains(outer, code, on=on) for outer in outers):
        return Answer.YES
    return Answer.UNKNOWN if any(overlaps(outer, code, on=on) for outer in outers) else Answer.NO


def _any_where(codes: frozenset[str] | None, outers: tuple[str, ...], on: date) -> Answer:
    if codes is None:
        return Answer.UNKNOWN
    answers = {_where(code, outers, on) for code in codes}
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.NO
