"""Before a job is made: what a selection holds, who could label how much of it, and what nobody could.

Places are supposed, not seen: each annotator is judged as if they connected from where their employer attests that
they work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import residency
from labelhub.accounts.models import Person
from labelhub.accounts.queries import attested_in
from labelhub.footage.listing import Listing
from labelhub.footage.models import Footage
from labelhub.footage.queries import find_footage, footage_facts
from labelhub.labeling.actions import assignable
from labelhub.policies.standing import Standing, can_be_shown, standing_at
from residency import Action, AssuranceLevel, Decision, Place, PolicySet


@dataclass(frozen=True, slots=True)
class Selected:
    """What a footage query finds: counts by kind and zone, and how much cannot be assigned.

    `note` says, without a figure, that there may be footage which the person asking may not be listed.
    """

    parts: tuple[tuple[str, str, int], ...]
    left_out: int
    note: str = ""

    @property
    def total(self) -> int:
        """All that can be assigned."""
        return sum(count for _, _, count in self.parts)


@dataclass(frozen=True, slots=True)
class Outlook:
    """How much of a selection one annotator could label from their attested place."""

    person: Person
    attested: str
    can: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Preflight:
    """What would happen: per annotator, and the footage that none of the chosen could label."""

    total: int
    outlooks: tuple[Outlook, ...]
    nobody: tuple[tuple[str, int], ...]

    @property
    def nobody_total(self) -> int:
        """How many pieces none of the chosen could label."""
        return sum(count for _, count in self.nobody)


def look_at(selection: str, listing: Listing) -> Selected:
    """Count what a footage query finds of what a person may be listed.

    Raises:
        FootageQueryError: it cannot be understood.
    """
    found = find_footage(selection, listing.footage())
    counts = Counter((footage.get_kind_display(), footage.zone_id) for footage in assignable(selection, listing))
    parts = tuple((kind, zone, count) for (kind, zone), count in sorted(counts.items()))
    return Selected(parts, left_out=found.count() - counts.total(), note=listing.note)


def preflight(
    selection: str,
    purpose: str,
    *,
    listing: Listing,
    annotators: Sequence[Person],
    chosen: Iterable[Person],
    at: datetime,
) -> Preflight:
    """Say who could label how much of a selection; `chosen` are those whose reach decides what nobody could.

    Raises:
        FootageQueryError: the selection cannot be understood.
        NoPolicyError: no policy is in force.
    """
    footage = assignable(selection, listing)
    verdicts = {person.pk: _verdicts(person, footage, purpose, at=at) for person in annotators}
    wanted = [verdicts[person.pk] for person in chosen]
    nobody: Counter[str] = Counter()
    for number, item in enumerate(footage):
        answers = [verdict[number] for verdict in wanted]
        if not any(can_be_shown(answer) for answer in answers):
            nobody[f"{item.source}: {_of_footage(answers)}"] += 1
    return Preflight(
        total=len(footage),
        outlooks=tuple(_outlook(person, verdicts[person.pk], at=at) for person in annotators),
        nobody=tuple(nobody.most_common()),
    )


def standing_where_attested(person: Person, *, at: datetime, policies: PolicySet | None = None) -> Standing:
    """Take a person's standing as if they connected from where their employer attests that they work."""
    attested = attested_in(person, at=at)
    level = AssuranceLevel.LA2 if attested else AssuranceLevel.LA0
    return standing_at(person, Place(jurisdiction=attested, level=level), at=at, policies=policies)


def _verdicts(person: Person, footage: Sequence[Footage], purpose: str, *, at: datetime) -> list[Decision]:
    standing = standing_where_attested(person, at=at)
    known: dict[residency.Footage, Decision] = {}
    return [_decided(standing, footage_facts(item), purpose, known) for item in footage]


def _decided(
    standing: Standing, facts: residency.Footage, purpose: str, known: dict[residency.Footage, Decision]
) -> Decision:
    # Footage of one camera differs in little but its name, on which no rule asks: decide once for all of it.
    alike = replace(facts, id="any")
    if alike not in known:
        known[alike] = standing.decide(Action.ANNOTATE, alike, purpose=purpose)
    return known[alike]


def _outlook(person: Person, verdicts: Sequence[Decision], *, at: datetime) -> Outlook:
    refused = Counter(_of_footage([verdict]) for verdict in verdicts if not can_be_shown(verdict))
    can = sum(can_be_shown(verdict) for verdict in verdicts)
    return Outlook(person, attested_in(person, at=at) or "", can, tuple(refused.most_common()))


def _of_footage(answers: Sequence[Decision]) -> str:
    """Say of the footage, not of a person, why it is refused: the first sentence, without its "you may not"."""
    if not answers:
        return "no annotator is chosen."
    sentence = answers[0].short_reason().split(". ")[0].partition(": ")[2]
    return f"{sentence.rstrip('.')}." if sentence else answers[0].short_reason()
