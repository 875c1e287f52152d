"""Every fact a rule may ask about: its kind, how it is read from a request, and how it is named to people.

A kind decides which tests a fact has. Some facts have a direction: more of them is never harmless (what footage shows)
or never harmful (how well a place is known). Of those a permit asks only for the harmless side and a forbid only for
the harmful one, so that facts of derived data can be joined to the strictest of their inputs without widening anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from residency.facts import Request
from residency.places import AssuranceLevel


class Kind(StrEnum):
    """What sort of value a fact is."""

    JURISDICTION = "jurisdiction"
    JURISDICTIONS = "jurisdictions"
    CODE = "code"
    WORDS = "words"
    RISKS = "risks"
    CONSENTS = "consents"
    LEVEL = "level"
    SENSITIVITY = "sensitivity"
    FLAG = "flag"
    RISK = "risk"
    TEXT = "text"
    MOMENT = "moment"
    AGE = "age"
    CLOCK = "clock"
    DOCUMENTS = "documents"
    GRANTS = "grants"
    COUNTERS = "counters"


# Kinds whose answer depends on the time or on a list, so that it cannot be remembered by the value alone.
FLEETING: Final = frozenset({Kind.MOMENT, Kind.AGE, Kind.CLOCK, Kind.DOCUMENTS, Kind.GRANTS, Kind.COUNTERS})
# Kinds of footage facts of which more is never harmless: a grant may not depend on there being more.
DIRECTED: Final = frozenset({Kind.SENSITIVITY, Kind.RISKS, Kind.CONSENTS, Kind.RISK})


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name in rules, its kind, its reader, and its name to the person asking.

    Times and ages are read as a span, least and most: what is made of several recordings has no single one.

    `told` is `None` where the person asking may not be told: facts of the footage leak nothing.
    """

    name: str
    kind: Kind
    read: Callable[[Request], Any]
    told: str | None = None


def _place_code(request: Request) -> str | None:
    place = request.situation.place
    return place.jurisdiction if place is not None and place.known else None


def _level(request: Request) -> AssuranceLevel | None:
    place = request.situation.place
    return place.level if place is not None and place.known else None


def _captured(request: Request) -> tuple[datetime, datetime] | None:
    first = request.footage.captured_at
    return None if first is None else (first, request.footage.captured_until or first)


def _footage_age(request: Request) -> tuple[timedelta, timedelta] | None:
    """The youngest and the oldest age; one below nought is a wrong date, which says nothing."""
    span, at = _captured(request), request.situation.at
    return None if span is None or span[1] > at else (at - span[1], at - span[0])


def _attestation_age(request: Request) -> tuple[timedelta, timedelta] | None:
    attested, at = request.viewer.attested_at, request.situation.at
    return None if attested is None or attested > at else (at - attested, at - attested)


_ALL: Final = (
    Fact("footage.jurisdiction", Kind.JURISDICTION, lambda r: r.footage.jurisdiction, "where the footage was recorded"),
    Fact("footage.owner", Kind.CODE, lambda r: r.footage.owner),
    Fact("footage.source", Kind.CODE, lambda r: r.footage.source),
    Fact("footage.zone", Kind.CODE, lambda r: r.footage.zone),
    Fact("footage.contract", Kind.CODE, lambda r: r.footage.contract),
    Fact("footage.media_kind", Kind.CODE, lambda r: r.footage.media_kind),
    Fact("footage.sensitivity", Kind.SENSITIVITY, lambda r: r.footage.sensitivity),
    Fact("footage.place_tags", Kind.RISKS, lambda r: r.footage.place_tags),
    Fact("footage.shows", Kind.RISKS, lambda r: r.footage.shows),
    Fact("footage.consent_scope", Kind.CONSENTS, lambda r: r.footage.consent_scope),
    Fact("footage.criminal_justice", Kind.RISK, lambda r: r.footage.criminal_justice),
    Fact("footage.marks", Kind.WORDS, lambda r: r.footage.marks),
    Fact("footage.captured_at", Kind.MOMENT, _captured),
    Fact("footage.age", Kind.AGE, _footage_age),
    Fact("viewer.entity", Kind.CODE, lambda r: r.viewer.entity, "the organization you work for"),
    Fact("viewer.entity_kind", Kind.CODE, lambda r: r.viewer.entity_kind, "the kind of organization you work for"),
    Fact("viewer.entity_in", Kind.JURISDICTION, lambda r: r.viewer.entity_in, "where your organization is established"),
    Fact("viewer.entity_owners", Kind.JURISDICTIONS, lambda r: r.viewer.entity_owners, "who owns your organization"),
    Fact("viewer.relation", Kind.CODE, lambda r: r.viewer.relation, "the relation you work in"),
    Fact("viewer.engagement", Kind.CODE, lambda r: r.viewer.engagement, "how you are engaged"),
    Fact("viewer.residence", Kind.JURISDICTION, lambda r: r.viewer.residence, "your residence"),
    Fact("viewer.citizenships", Kind.JURISDICTIONS, lambda r: r.viewer.citizenships, "your citizenships"),
    Fact("viewer.designated", Kind.FLAG, lambda r: r.viewer.designated, "being a designated person"),
    Fact("viewer.training", Kind.WORDS, lambda r: r.viewer.training, "your training"),
    Fact("viewer.clearances", Kind.WORDS, lambda r: r.viewer.clearances, "your clearances"),
    Fact("viewer.attested_in", Kind.JURISDICTION, lambda r: r.viewer.attested_in, "your attested place of work"),
    Fact("viewer.attestation_age", Kind.AGE, _attestation_age, "the age of your attestation"),
    Fact("situation.place", Kind.JURISDICTION, _place_code, "the place you connect from"),
    Fact("situation.assurance", Kind.LEVEL, _level, "the assurance of your place"),
    Fact("situation.purpose", Kind.CODE, lambda r: r.situation.purpose, "the purpose"),
    Fact("situation.case", Kind.TEXT, lambda r: r.situation.case, "the case reference"),
    Fact("situation.device", Kind.CODE, lambda r: r.situation.device, "the device you use"),
    Fact("situation.at", Kind.MOMENT, lambda r: (r.situation.at, r.situation.at), "the date"),
    Fact("situation.hours", Kind.CLOCK, lambda r: r.situation.at, "the time of day"),
    Fact("situation.documents", Kind.DOCUMENTS, lambda r: r.situation.documents, "the documents held"),
    Fact("situation.grants", Kind.GRANTS, lambda r: r.situation.grants, "the grants you hold"),
    Fact("situation.counters", Kind.COUNTERS, lambda r: r.situation.counters, "what was viewed before"),
)
FACTS: Final[Mapping[str, Fact]] = {fact.name: fact for fact in _ALL}


def is_of_footage(fact: str) -> bool:
    """Whether a fact is the footage's, rather than the viewer's or the situation's."""
    return fact.startswith("footage.")
