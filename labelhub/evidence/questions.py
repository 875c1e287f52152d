"""A question put to the ledger: which entries, in which time, by whom, from where."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Left

from labelhub.evidence.models import LedgerAction, LedgerEntry
from residency.places import GROUPS

UNKNOWN_PLACE = "unknown"
# At LA0 nothing is known of a place, whatever code stands there.
PLACE_UNKNOWN: Final = Q(place="") | Q(level__lte=0)
# A picture that leaves in a training set is seen where it arrives.
VIEWS = (LedgerAction.MEDIA_VIEW_ALLOWED, LedgerAction.MEDIA_VIEW_DENIED, LedgerAction.EXPORT_PIECE_TAKEN)

# What a question names exactly, with the column that must equal it. A filter whose name is not here is not offered.
EXACT: Final = {
    "camera": "source",
    "owner": "owner",
    "contract": "contract",
    "network": "network",
    "entity": "entity",
    "rendition": "rendition",
    "purpose": "purpose",
    "outcome": "outcome",
}


class Kind(StrEnum):
    """Which entries are asked for, beside single actions."""

    VIEWS = "views"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. Empty means not asked; `people` is `None` when not asked and empty when nobody matches.

    `footage` is one id or several with spaces between them, `policy` the hash of a set of policies or its beginning.
    `period` and `zone` are the words from which `since` and `until` were worked out. With `judged_at`, only decisions
    are meant whose assurance is below what the policies of that moment want.
    """

    action: str = Kind.VIEWS.value
    footage: str = ""
    camera: str = ""
    jurisdiction: str = ""
    owner: str = ""
    contract: str = ""
    people: tuple[str, ...] | None = None
    entity: str = ""
    place: str = ""
    network: str = ""
    levels: tuple[int, ...] = ()
    purpose: str = ""
    rendition: str = ""
    outcome: str = ""
    policy: str = ""
    since: datetime | None = None
    until: datetime | None = None
    period: str = ""
    zone: str = ""
    outside: bool = False
    judged_at: datetime | None = None

    def as_details(self) -> dict[str, object]:
        """Lay the question out for the ledger entry of its reading."""
        asked: dict[str, object] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, datetime):
                asked[item.name] = value.astimezone(UTC).isoformat(timespec="microseconds")
            elif item.name == "people" and value is not None:
                asked[item.name] = list(value) or "nobody matches"
            elif value not in ("", None, False, ()):
                asked[item.name] = list(value) if isinstance(value, tuple) else value
        return asked

    def narrow(self, entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Keep the entries that answer the question; the time from `since` on, up to but not at `until`.

        What the policies of today want (`judged_at`) is not known here.
        """
        found: QuerySet[LedgerEntry] = self.narrow_all_but_time(entries).filter(within(self.since, self.until))
        return found

    def narrow_all_but_time(self, kept: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what answers the question at any time, of entries or of counts of entries under the same names."""
        condition = self._of_action() & self._exactly() & self._at_place()
        if self.jurisdiction:
            condition &= inside("jurisdiction", self.jurisdiction)
        with_countries = kept.alias(place_country=Left("place", 2), jurisdiction_country=Left("jurisdiction", 2))
        found: QuerySet[Any] = with_countries.filter(condition)
        if self.outside:
            # An unknown place is not known to be outside; "unknown" has a question of its own.
            found = found.exclude(PLACE_UNKNOWN).exclude(jurisdiction="")
            found = found.exclude(place_country=F("jurisdiction_country"))
        return found

    def _of_action(self) -> Q:
        if self.action == Kind.ANYTHING:
            return Q()
        return Q(action__in=VIEWS) if self.action == Kind.VIEWS else Q(action=self.action)

    def _exactly(self) -> Q:
        condition = Q(**{column: value for name, column in EXACT.items() if (value := getattr(self, name))})
        if self.footage:
            condition &= Q(footage__in=self.footage.split())
        if self.policy:
            condition &= Q(policy_hash__startswith=self.policy)
        return condition if self.people is None else condition & Q(person__in=self.people)

    def _at_place(self) -> Q:
        condition = Q(level__in=self.levels) if self.levels else Q()
        if self.place:
            is_unknown = self.place == UNKNOWN_PLACE
            condition &= PLACE_UNKNOWN if is_unknown else inside("place", self.place) & ~PLACE_UNKNOWN
        return condition


def within(since: datetime | None, until: datetime | None) -> Q:
    """Match what was at a time from `since` on, up to but not at `until`."""
    condition = Q() if since is None else Q(at__gte=since)
    return condition if until is None else condition & Q(at__lt=until)


def inside(column: str, code: str) -> Q:
    """Match what lies in a country, a part of one, or a group of countries. Needs `<column>_country`."""
    if code in GROUPS:
        return Q(**{f"{column}_country__in": sorted(GROUPS[code].countries())})
    return Q(**{column: code}) if "-" in code else Q(**{f"{column}_country": code})
