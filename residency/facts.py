"""The facts a decision is made from: frozen, and `None` wherever something is not known.

Unknown is never read as harmless: it keeps a permit from matching and makes a forbid match.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from residency.errors import FactError
from residency.places import Place


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """One recording under control: where it was captured, whose it is, where it rests, how it is marked."""

    id: str
    jurisdiction: str | None = None
    owner: str | None = None
    source: str | None = None
    zone: str | None = None
    media_kind: MediaKind | None = None
    marks: frozenset[str] | None = None
    captured_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.captured_at is not None:
            require_aware(self.captured_at, "footage.captured_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person asking; `attested_in` is the attested place of work, `None` when missing or expired."""

    id: str
    entity: str | None = None
    relation: str | None = None
    attested_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """When, from what place and for what purpose somebody asks."""

    at: datetime
    place: Place | None = None
    purpose: str | None = None

    def __post_init__(self) -> None:
        require_aware(self.at, "situation.at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything one decision is made from, apart from the policies."""

    action: Action
    viewer: Viewer
    footage: Footage
    situation: Situation


def require_aware(moment: datetime, fact: str) -> None:
    """Refuse a time that does not say its zone.

    Raises:
        FactError: it does not.

    """
    if moment.utcoffset() is None:
        raise FactError(f"`{fact}` must carry a time zone; got `{moment.isoformat()}`")
