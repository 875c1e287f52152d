"""Jurisdictions, groups of them, and the place a person looks from.

- A jurisdiction is an ISO 3166-1 country (`US`) or an ISO 3166-2 subdivision (`US-CA`); `US` contains `US-CA`.
- A group (`EEA`) has dated membership, read once from `data/groups.toml`. A rule may name a group; a fact may not: a
  camera or a person is somewhere, never in a group.
- A code nobody knows is contained in nothing, itself included.
- Answers are remembered: the same few jurisdictions and days are asked about for every decision.

    >>> contains("EEA", "DE-BE"), contains("US", "CA")
    (True, False)
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from typing import Final

from residency.countries import COUNTRIES
from residency.subdivisions import SUBDIVISIONS

_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_LISTED_IN_FULL: Final = frozenset(code[:2] for code in SUBDIVISIONS)


class AssuranceLevel(IntEnum):
    """How well a place is known: LA0 not at all, LA4 under supervision. Always a lower bound."""

    LA0 = 0
    LA1 = 1
    LA2 = 2
    LA3 = 3
    LA4 = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person looks from, how well that is known, and which signals disagreed or were missing.

    `known` is whether this is a real jurisdiction at LA1 or better; anything less is an unknown place.
    """

    jurisdiction: str | None
    level: AssuranceLevel
    disagreements: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    known: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", is_jurisdiction(self.jurisdiction) and self.level > AssuranceLevel.LA0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One country's time in a group: from `since` on, up to but not on `until`."""

    code: str
    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the country is a member on that day."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A named set of countries with dated membership, the day it was last checked, and its source."""

    code: str
    title: str
    as_of: date
    source: str
    members: tuple[Membership, ...]

    def countries(self, on: date | None = None) -> frozenset[str]:
        """The member countries on a day; without one, on the day the list was last checked."""
        day = self.as_of if on is None else on
        return frozenset(member.code for member in self.members if member.holds(day))


def _read_groups(text: str) -> Mapping[str, Group]:
    return {
        code: Group(
            code=code,
            title=table["title"],
            as_of=table["as_of"],
            source=table["source"],
            members=tuple(Membership(**member) for member in table["members"]),
        )
        for code, table in tomllib.loads(text).items()
    }


GROUPS: Final = _read_groups(resources.files("residency").joinpath("data/groups.toml").read_text(encoding="utf-8"))


# The days on which who is in which group changes: between two of them, an answer about a group stays the same.
_GROUP_CHANGES: Final = tuple(
    sorted(
        {day for group in GROUPS.values() for member in group.members for day in (member.since, member.until) if day}
    )
)


def group_stretch(day: date) -> int:
    """The number of the stretch of days, between two changes of any group's membership, that this day lies in."""
    return bisect_right(_GROUP_CHANGES, day)


def is_jurisdiction(code: str | None) -> bool:
    """Whether this is a country or subdivision that exists; groups and misspellings are not."""
    if code is None:
        return False
    if code in COUNTRIES or code in SUBDIVISIONS:
        return True
    country = code[:2]
    return _SUBDIVISION.fullmatch(code) is not None and country in COUNTRIES and country not in _LISTED_IN_FULL


def country_of(code: str) -> str:
    """The country a jurisdiction lies in (`US-CA` → `US`); a country is its own."""
    return code.partition("-")[0]


@lru_cache(maxsize=16_384)
def contains(outer: str, inner: str, *, on: date | None = None) -> bool:
    """Whether all of `inner` lies inside `outer` on that day.

    Without a day, group membership is taken as last checked.
    """
    if inner in GROUPS:
        return outer == inner or (outer in GROUPS and GROUPS[inner].countries(on) <= GROUPS[outer].countries(on))
    if not is_jurisdiction(inner):
        return False
    if outer in GROUPS:
        return country_of(inner) in GROUPS[outer].countries(on)
    return outer in (inner, country_of(inner))


@lru_cache(maxsize=16_384)
def overlaps(one: str, other: str, *, on: date | None = None) -> bool:
    """Whether some spot could lie in both: one contains the other, or two groups share a country."""
    if one in GROUPS and other in GROUPS:
        return not GROUPS[one].countries(on).isdisjoint(GROUPS[other].countries(on))
    return contains(one, other, on=on) or contains(other, one, on=on)


def describe(code: str) -> str:
    """The name of a jurisdiction or group as it reads inside a sentence, or the code itself when it has none."""
    if code in GROUPS:
        return GROUPS[code].title
    if code in SUBDIVISIONS:
        return SUBDIVISIONS[code]
    if code in COUNTRIES:
        return COUNTRIES[code]
    return f"{COUNTRIES[country_of(code)]} ({code})" if is_jurisdiction(code) else code
