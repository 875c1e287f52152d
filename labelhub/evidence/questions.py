"""A question put to the ledger: which entries, in which time, by whom, from where."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Left

from labelhub.evidence.models import LedgerAction, LedgerEntry
from residency.places import GROUPS

UNKNOWN_PLACE = "unknown"
VIEWS = (LedgerAction.MEDIA_VIEW_ALLOWED, LedgerAction.MEDIA_VIEW_DENIED)


class Kind(StrEnum):
    """Which entries are asked for, beside single actions."""

    VIEWS = "views"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. Empty means not asked; `people` is `None` when not asked and empty when nobody matches."""

    action: str = Kind.VIEWS.value
    footage: str = ""
    camera: str = ""
    jurisdiction: str = ""
    owner: str = ""
    people: tuple[str, ...] | None = None
    place: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    outside: bool = False

    def as_details(self) -> dict[str, object]:
        """Lay the question out for the ledger entry of its reading."""
        asked: dict[str, object] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, datetime):
                asked[item.name] = value.astimezone(UTC).isoformat(timespec="microseconds")
            elif isinstance(value, tuple):
                asked[item.name] = list(value) or "nobody matches"
            elif value not in ("", None, False):
                asked[item.name] = value
        return asked

    def narrow(self, entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Keep the entries that answer the question; the time from `since` on, up to but not at `until`."""
        condition = self._of_action() & self._exactly() & self._within()
        if self.place:
            condition &= Q(place="") if self.place == UNKNOWN_PLACE else inside("place", self.place)
        if self.jurisdiction:
            condition &= inside("jurisdiction", self.jurisdiction)
        if self.people is not None:
            condition &= Q(person__in=self.people)
        with_countries = entries.alias(place_country=Left("place", 2), jurisdiction_country=Left("jurisdiction", 2))
        found = with_countries.filter(condition)
        if self.outside:
            # An unknown place is not known to be outside; "unknown" has a question of its own.
            found = found.exclude(place="").exclude(jurisdiction="").exclude(place_country=F("jurisdiction_country"))
        return found

    def _of_action(self) -> Q:
        if self.action == Kind.ANYTHING:
            return Q()
        return Q(action__in=VIEWS) if self.action == Kind.VIEWS else Q(action=self.action)

    def _exactly(self) -> Q:
        wanted = {"footage": self.footage, "source": self.camera, "owner": self.owner, "outcome": self.outcome}
        return Q(**{column: value for column, value in wanted.items() if value})

    def _within(self) -> Q:
        condition = Q() if self.since is None else Q(at__gte=self.since)
        return condition if self.until is None else condition & Q(at__lt=self.until)


def inside(column: str, code: str) -> Q:
    """Match what lies in a country, a part of one, or a group of countries. Needs `<column>_country`."""
    if code in GROUPS:
        return Q(**{f"{column}_country__in": sorted(GROUPS[code].countries())})
    return Q(**{column: code}) if "-" in code else Q(**{f"{column}_country": code})
