"""The facts a decision is made from: frozen, and `None` wherever something is not known.

Unknown is never read as harmless: it keeps a permit from matching and makes a forbid match. Every value can say itself
in canonical form and has a digest, remembered because the same viewer and the same footage are asked about many times.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any, Final

from residency.errors import FactError
from residency.ledger.entry import Json
from residency.places import AssuranceLevel, Place

LONGEST_BREAK_GLASS: Final = timedelta(hours=4)
# Facts are text, whole numbers and truth values under ASCII names, and of those the standard encoder writes just what
# RFC 8785 wants, many times faster than `canonical_json` can check it; a test holds the two against each other.
_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Action(StrEnum):
    """What somebody wants to do with footage."""

    LIST = "list"
    VIEW = "view"
    ANNOTATE = "annotate"
    REVIEW = "review"
    EXPORT = "export"
    ADMINISTER = "administer"


class MediaKind(StrEnum):
    """What kind of recording footage is."""

    IMAGE = "image"
    VIDEO = "video"


class Sensitivity(IntEnum):
    """How much harm showing footage could do, from nobody recognisable to people in a protected situation."""

    PUBLIC = 0
    ORDINARY = 1
    PERSONAL = 2
    SENSITIVE = 3
    PROTECTED = 4


class CountOf(StrEnum):
    """What a cumulative counter counts, each distinct one once."""

    SUBJECTS = "subjects"
    DEVICES = "devices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document held: its type, the party it is about (an organization's code), and the time it is valid for."""

    type: str
    party: str
    valid_from: datetime
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        _require_aware_fields(self)

    def holds(self, at: datetime) -> bool:
        """Whether it is valid at that time; the last moment is no longer inside."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A named permission given to this viewer for a time."""

    name: str
    valid_from: datetime
    valid_until: datetime

    def __post_init__(self) -> None:
        _require_aware_fields(self)

    def holds(self, at: datetime) -> bool:
        """Whether it is valid at that time; the last moment is no longer inside."""
        return self.valid_from <= at < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """How many distinct subjects or devices one party has been given access to by another in a rolling window.

    It is counted per pair of parties, footage owner and viewer's entity, over the last `days` days, this request
    included.
    """

    of: CountOf
    days: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """An emergency opening that two people stand for: its reason, its case, and its few hours."""

    reason: str
    case: str
    opened_at: datetime
    closes_at: datetime

    def __post_init__(self) -> None:
        _require_aware_fields(self)
        if not (self.reason.strip() and self.case.strip()):
            raise FactError("breaking glass needs a reason and a case")
        if self.closes_at - self.opened_at > LONGEST_BREAK_GLASS:
            raise FactError("breaking glass lasts at most 4 hours")

    def holds(self, at: datetime) -> bool:
        """Whether it is open at that time."""
        return self.opened_at <= at < self.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """One recording under control: where it was captured, whose it is, where it rests, what it shows.

    `place_tags` are what kind of place it shows (`health-care`, `worship`, `school`); `shows` is what can be seen or
    heard (`people`, `plates`, `audio`); `consent_scope` the purposes that those recorded agreed to; `marks` are words
    of its owner, such as `public-test`. What is made of several recordings spans from `captured_at` to
    `captured_until`; one recording has no `captured_until`.
    """

    id: str
    jurisdiction: str | None = None
    owner: str | None = None
    source: str | None = None
    zone: str | None = None
    contract: str | None = None
    media_kind: MediaKind | None = None
    sensitivity: Sensitivity | None = None
    place_tags: frozenset[str] | None = None
    shows: frozenset[str] | None = None
    consent_scope: frozenset[str] | None = None
    criminal_justice: bool | None = None
    marks: frozenset[str] | None = None
    captured_at: datetime | None = None
    captured_until: datetime | None = None
    _digest: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _require_aware_fields(self)
        if self.captured_until is not None and (self.captured_at is None or self.captured_until < self.captured_at):
            raise FactError("`footage.captured_until` must follow a `footage.captured_at`")

    @property
    def digest(self) -> bytes:
        """The sha256 of these facts in canonical form."""
        return self._digest or _remember(self)

    def canonical(self) -> dict[str, Json]:
        """Every fact that is known, as plain values."""
        return known_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person asking, and the legal entity they ask for.

    `relation` is the entity's to the controller (`employee`, `processor`, `contractor`, …) and `engagement` the
    person's to the entity; `entity_in` is where the entity is established and `entity_owners` the jurisdictions that
    half of it or more is owned from; `attested_in` is the attested place of work, `None` when missing or expired.
    """

    id: str
    entity: str | None = None
    entity_kind: str | None = None
    entity_in: str | None = None
    entity_owners: frozenset[str] | None = None
    relation: str | None = None
    engagement: str | None = None
    residence: str | None = None
    citizenships: frozenset[str] | None = None
    designated: bool | None = None
    training: frozenset[str] | None = None
    clearances: frozenset[str] | None = None
    attested_in: str | None = None
    attested_at: datetime | None = None
    _digest: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _require_aware_fields(self)

    @property
    def digest(self) -> bytes:
        """The sha256 of these facts in canonical form."""
        return self._digest or _remember(self)

    def canonical(self) -> dict[str, Json]:
        """Every fact that is known, as plain values."""
        return known_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """When, from what place, with what device and for what purpose somebody asks, and what is held for it."""

    at: datetime
    place: Place | None = None
    purpose: str | None = None
    case: str | None = None
    device: str | None = None
    documents: tuple[Document, ...] | None = None
    grants: tuple[Grant, ...] | None = None
    counters: tuple[Counter, ...] | None = None
    break_glass: BreakGlass | None = None
    _digest: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _require_aware_fields(self)

    @property
    def digest(self) -> bytes:
        """The sha256 of these facts but the time, so that equal questions are seen to be equal."""
        return self._digest or _remember_but_the_time(self)

    def canonical(self) -> dict[str, Json]:
        """Every fact that is known but the time, as plain values."""
        return {name: value for name, value in known_of(self).items() if name != "at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSource:
    """Where a fact comes from and of when it is; never part of what is decided, only of its explanation."""

    fact: str
    source: str
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        _require_aware_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything one decision is made from, apart from the policies."""

    action: Action
    viewer: Viewer
    footage: Footage
    situation: Situation
    sources: tuple[FactSource, ...] = field(default=(), compare=False)


def require_aware(moment: datetime, fact: str) -> None:
    """Refuse a time that does not say its zone.

    Raises:
        FactError: it does not.

    """
    if moment.utcoffset() is None:
        raise FactError(f"`{fact}` must carry a time zone; got `{moment.isoformat()}`")


def known_of(value: object) -> dict[str, Json]:
    """A value's facts by name, those that are not known left out; sets in one order, times in UTC."""
    names = _NAMES.get(type(value)) or _names_of(type(value))
    said = ((name, getattr(value, name)) for name in names)
    return {name: _plain(one) for name, one in said if one is not None}


def instant(moment: datetime) -> str:
    """A time as it is written everywhere: UTC, ISO 8601, always with microseconds so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


_NAMES: Final[dict[type, tuple[str, ...]]] = {}
_PLAIN: Final[dict[type, Callable[[Any], Json]]] = {
    bool: lambda value: value,
    int: lambda value: value,
    str: lambda value: value,
    datetime: instant,
    frozenset: sorted,
    tuple: lambda value: [_plain(item) for item in value],
    AssuranceLevel: lambda value: value.name,
    Sensitivity: lambda value: value.name.lower(),
}


def _plain(value: object) -> Json:
    plain = _PLAIN.get(type(value))
    if plain is not None:
        return plain(value)
    return value.value if isinstance(value, StrEnum) else known_of(value)


def _names_of(kind: type) -> tuple[str, ...]:
    given = (each.name for each in fields(kind) if each.init)
    return _NAMES.setdefault(kind, tuple(given))


def _remember(facts: Footage | Viewer) -> bytes:
    digest = hashlib.sha256(_encode(facts.canonical()).encode("utf-8", "surrogatepass")).digest()
    object.__setattr__(facts, "_digest", digest)
    return digest


def _remember_but_the_time(situation: Situation) -> bytes:
    """The digest of a situation; most differ in nothing but their time, so those of the last are remembered."""
    names = _NAMES.get(Situation) or _names_of(Situation)
    digest = _digest_of(tuple((name, getattr(situation, name)) for name in names if name != "at"))
    object.__setattr__(situation, "_digest", digest)
    return digest


@lru_cache(maxsize=4096)
def _digest_of(facts: tuple[tuple[str, Any], ...]) -> bytes:
    said = {name: _plain(value) for name, value in facts if value is not None}
    return hashlib.sha256(_encode(said).encode("utf-8", "surrogatepass")).digest()


def _require_aware_fields(value: object) -> None:
    for name in _NAMES.get(type(value)) or _names_of(type(value)):
        moment = getattr(value, name)
        if type(moment) is datetime:
            require_aware(moment, f"{type(value).__name__.lower()}.{name}")
