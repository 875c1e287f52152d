"""Which footage a person may do something with, as a query: the same answers as deciding piece by piece.

Cameras are few and footage is much. All facts but a handful are the camera's own, so the rules are read once for each
group of cameras that are alike, and only what is left of them about the single piece becomes a condition of the
database. There is no second reading of the rules here: what a list shows is what `decide` says.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

import residency
from labelhub.accounts.models import Organization
from labelhub.footage.models import Footage, Source
from labelhub.footage.numbers import Together, numbers_in
from labelhub.footage.pieces import NONE, PIECE_FACTS, Row, where_left
from labelhub.footage.queries import source_facts
from labelhub.policies.standing import Standing
from residency import Action, Duty
from residency.partial import EVERY_DUTY, FOOTAGE_FACTS, Expression, asked_facts, narrow, remaining

# Counters count per owner, and this request's own camera among them.
CAMERA_FACTS: Final = FOOTAGE_FACTS | {"situation.counters"}
LISTS: Final = frozenset({"footage.marks", "footage.place_tags", "footage.shows", "footage.consent_scope"})
# Groups are made by one fact at least, whatever the rules ask.
GROUPED_ALWAYS: Final = frozenset({"footage.jurisdiction"})
# Where a camera keeps each of its facts.
COLUMNS: Final = {
    "footage.jurisdiction": "jurisdiction",
    "footage.owner": "owner__code",
    "footage.source": "code",
    "footage.contract": "contract",
    "footage.sensitivity": "sensitivity",
    "footage.criminal_justice": "criminal_justice",
    **{name: name.removeprefix("footage.") for name in LISTS},
}


@dataclass(frozen=True, slots=True)
class Alike:
    """Cameras for whose footage the same is left to ask; `marks` are theirs, where that matters."""

    left: Expression
    marks: frozenset[str]
    cameras: tuple[int, ...]


Groups = tuple[Alike, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The answer to one question for every camera that was asked about; what is not named is refused."""

    at: datetime
    groups: Groups

    @property
    def whole(self) -> frozenset[int]:
        """The cameras of whose footage every piece is within reach, whatever it is."""
        return frozenset(pk for group in self.groups if group.left is True for pk in group.cameras)

    @property
    def cameras(self) -> frozenset[int]:
        """The cameras of whose footage some may be within reach."""
        return frozenset(pk for group in self.groups for pk in group.cameras)

    def where(self, prefix: str = "") -> Q:
        """The condition of the database; `prefix` is the way to footage, such as `task__footage__`."""
        found = Q() if self.groups else NONE
        for group in self.groups:
            row = Row(self.at, group.marks, prefix)
            found |= Q(**{f"{prefix}source_id__among": group.cameras}) & where_left(group.left, row)
        return found


def eligible(
    standing: Standing,
    action: Action,
    *,
    purpose: str | None,
    within: QuerySet[Footage] | None = None,
    duties: frozenset[Duty] = EVERY_DUTY,
) -> QuerySet[Footage]:
    """Find the footage that a decision permits this for, to somebody who meets these duties."""
    found = Footage.objects.all() if within is None else within
    return found.filter(reach_of(standing, action, purpose=purpose, duties=duties).where())


def reach_of(
    standing: Standing,
    action: Action,
    *,
    purpose: str | None,
    cameras: frozenset[int] | None = None,
    duties: frozenset[Duty] = EVERY_DUTY,
) -> Reach:
    """Read the rules once for each group of cameras that are alike; what is remembered rests on nothing else.

    `cameras` are the numbers of those asked about, every one if it is `None`.
    """
    asked = standing.request(action, residency.Footage(id=""), purpose=purpose)
    person_left = remaining(asked, standing.policies, open_facts=CAMERA_FACTS, duties=duties)
    if person_left is False:
        return Reach(standing.at, ())
    names = tuple(sorted(_asked_of(standing) & COLUMNS.keys() | GROUPED_ALWAYS))
    rows = _rows(names, cameras)
    if asked_facts(person_left) <= FOOTAGE_FACTS:
        return Reach(standing.at, _settled(person_left, names, rows, standing.at.astimezone(UTC).date()))
    return Reach(
        standing.at,
        _grouped(person_left, names, rows, lambda facts: standing.request(action, facts, purpose=purpose)),
    )


def _rows(names: tuple[str, ...], cameras: frozenset[int] | None) -> tuple[tuple[Any, ...], ...]:
    """Read once what is known of cameras that are alike in these facts, and before it their numbers, in one text.

    The database groups, since most cameras are alike, and no answer of it is remembered: a camera that changed a
    moment ago, by whatever process, is in another group now.
    """
    found = _alike_in(names)
    return tuple(found.all() if cameras is None else found.filter(pk__among=cameras))


@lru_cache(maxsize=64)
def _alike_in(names: tuple[str, ...]) -> QuerySet[Source, tuple[Any, ...]]:
    """The question alone, which is never asked itself; of a fact that no rule asks about, nothing is looked up."""
    keys = {name: f"{name.removeprefix('footage.')}_text" if name in LISTS else COLUMNS[name] for name in names}
    texts = {keys[name]: Cast(COLUMNS[name], TextField()) for name in names if name in LISTS}
    grouped = Source.objects.order_by().annotate(**texts).values(*keys.values())
    found: QuerySet[Source, tuple[Any, ...]]
    found = grouped.annotate(numbers=Together("pk")).values_list("numbers", *keys.values())
    return found


@lru_cache(maxsize=64)
def _settled(left: Expression, names: tuple[str, ...], rows: tuple[tuple[Any, ...], ...], day: date) -> Groups:
    """Group cameras where only facts of theirs are left to ask: equal questions then have equal answers.

    On a day, that is: the members of a group of countries may change from one to the next.
    """
    situation = residency.Situation(at=datetime.combine(day, time(), tzinfo=UTC))
    nobody = residency.Viewer(id="")

    def asking(facts: residency.Footage) -> residency.Request:
        return residency.Request(action=Action.LIST, viewer=nobody, footage=facts, situation=situation)

    return _grouped(left, names, rows, asking)


def _grouped(
    person_left: Expression,
    names: tuple[str, ...],
    rows: tuple[tuple[Any, ...], ...],
    asking: Callable[[residency.Footage], residency.Request],
) -> Groups:
    """Ask once for all cameras of which the same is known, and join those of which the same is left to ask."""
    groups: defaultdict[tuple[Expression, frozenset[str]], list[int]] = defaultdict(list)
    for together, *values in rows:
        facts = _facts(names, tuple(values))
        left = narrow(person_left, asking(facts), open_facts=PIECE_FACTS)
        if left is not False:
            key = left, _marks(facts) if "footage.marks" in asked_facts(left) else frozenset()
            groups[key] += numbers_in(together)
    return tuple(Alike(left, marks, tuple(sorted(numbers))) for (left, marks), numbers in groups.items())


def _marks(facts: residency.Footage) -> frozenset[str]:
    return facts.marks or frozenset()


def _asked_of(standing: Standing) -> frozenset[str]:
    """The facts that rules in force ask about, and those that what is held is looked up by."""
    asked = standing.policies.facts
    if "situation.documents" in asked:
        asked |= {"footage.owner"}
    return asked | {"footage.owner", "footage.source"} if standing.held.windows else asked


@lru_cache(maxsize=4096)
def _facts(names: tuple[str, ...], values: tuple[Any, ...]) -> residency.Footage:
    """Read a row of a camera's facts as `source_facts` reads a camera; the same row always says the same."""
    camera = Source()
    for name, value in zip(names, values, strict=True):
        if name == "footage.owner":
            camera.owner = Organization(code=value) if value else None
        else:
            known = json.loads(value) if name in LISTS and value is not None else value
            setattr(camera, COLUMNS[name], known)
    return replace(source_facts(camera), zone=None)
