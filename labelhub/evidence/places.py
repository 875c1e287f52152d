"""Where a question's entries were recorded from: one list of lines, from which both the table and the map are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from labelhub.evidence.models import Outcome
from labelhub.evidence.questions import UNKNOWN_PLACE
from labelhub.evidence.rollups import Group
from residency import AssuranceLevel, describe
from residency.places import country_of

# Below this an address says a country, never a part of one (see `residency.assurance`).
CLAIMS_A_PART: Final = AssuranceLevel.LA3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """What was recorded from one country, one part of it, or from no known place; `level` is the lowest among it."""

    code: str
    allowed: int = 0
    denied: int = 0
    entries: int = 0
    level: int = 0
    first: datetime
    last: datetime

    @property
    def is_known(self) -> bool:
        """Whether this is a place at all."""
        return self.code != UNKNOWN_PLACE

    @property
    def is_part(self) -> bool:
        """Whether this is a part of a country, which has a line of its own."""
        return "-" in self.code

    @property
    def words(self) -> str:
        """The place by name."""
        return describe(self.code) if self.is_known else "a place that could not be established"

    @property
    def assurance(self) -> str:
        """How well all of it was known, at least."""
        return f"≥ LA{self.level}" if self.is_known else "LA0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Every place of an answer: countries by name, parts of them that were claimed, and the unknown one."""

    countries: tuple[PlaceLine, ...]
    parts: tuple[PlaceLine, ...]
    unknown: PlaceLine | None
    level: int

    @property
    def lines(self) -> tuple[PlaceLine, ...]:
        """The lines of the table: most entries first, each country followed by its parts, the unknown place last."""
        ordered = sorted(self.countries, key=lambda line: (-line.entries, line.code))
        lines = [
            line
            for country in ordered
            for line in (country, *(part for part in self.parts if country_of(part.code) == country.code))
        ]
        return (*lines, *([self.unknown] if self.unknown else []))


def places_of(groups: Iterable[Group], *, with_parts: bool) -> Places:
    """Sort groups by place: a part of a country is claimed only at LA3 or better, and nothing at LA0."""
    countries: dict[str, PlaceLine] = {}
    parts: dict[str, PlaceLine] = {}
    unknown: dict[str, PlaceLine] = {}
    for group in groups:
        if not is_known(group):
            _add(unknown, UNKNOWN_PLACE, group)
            continue
        _add(countries, country_of(group.place), group)
        if with_parts and "-" in group.place and group.level >= CLAIMS_A_PART:
            _add(parts, group.place, group)
    return Places(
        countries=tuple(countries[code] for code in sorted(countries)),
        parts=tuple(parts[code] for code in sorted(parts)),
        unknown=unknown.get(UNKNOWN_PLACE),
        level=min((line.level for line in countries.values()), default=0),
    )


def is_known(group: Group) -> bool:
    """Whether a place was established: one at LA0 was not, whatever code stands there."""
    return bool(group.place) and group.level > AssuranceLevel.LA0


def _add(lines: dict[str, PlaceLine], code: str, group: Group) -> None:
    line = lines.get(code) or PlaceLine(code=code, level=group.level, first=group.first, last=group.last)
    lines[code] = replace(
        line,
        allowed=line.allowed + (group.entries if group.outcome == Outcome.ALLOW else 0),
        denied=line.denied + (group.entries if group.outcome == Outcome.DENY else 0),
        entries=line.entries + group.entries,
        level=min(line.level, group.level),
        first=min(line.first, group.first),
        last=max(line.last, group.last),
    )
