"""What is held for a request beside the facts of person and footage: documents, grants, counts, broken glass.

Only what a policy in force asks about is looked up; the rest stays unknown, and nobody asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from labelhub.accounts.models import Person
from labelhub.evidence.queries import sources_shown
from labelhub.policies.models import Emergency, HeldDocument, HeldGrant
from residency import PolicySet
from residency.conditions import CounterAtMost, CounterOver
from residency.facts import BreakGlass, Counter, CountOf, Document, Footage, Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held for one person's requests at one time; `windows` are the days that devices are counted over."""

    documents: tuple[Document, ...] | None = None
    grants: tuple[Grant, ...] | None = None
    break_glass: BreakGlass | None = None
    windows: tuple[int, ...] = ()
    entity: str = ""
    at: datetime | None = None
    _shown: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def counters(self, footage: Footage) -> tuple[Counter, ...] | None:
        """Count the devices of the footage's owner that the viewer's entity was shown, this one included.

        Who is to be seen in footage is not known to labelhub, so subjects are never counted, and a rule on them has an
        unknown fact.
        """
        if not self.windows or self.at is None or not (footage.owner and footage.source and self.entity):
            return None
        found = []
        for days in self.windows:
            shown = self._shown_of(footage.owner, days, self.at)
            found.append(Counter(of=CountOf.DEVICES, days=days, count=len(shown | {footage.source})))
        return tuple(found)

    def _shown_of(self, owner: str, days: int, at: datetime) -> frozenset[str]:
        """Look up once what a list would ask for camera after camera; up to its own time, the ledger only stands."""
        if (owner, days) not in self._shown:
            shown = sources_shown(self.entity, owner, since=at - timedelta(days=days), until=at)
            self._shown[owner, days] = shown
        return self._shown[owner, days]


def held_for(person: Person, policies: PolicySet, *, at: datetime) -> Held:
    """Look up what the policies in force ask to be held by a person, or by the organization they work for."""
    asked = policies.facts
    counted = (one for one in policies.asked("situation.counters") if isinstance(one, CounterAtMost | CounterOver))
    return Held(
        documents=_documents(at) if "situation.documents" in asked else None,
        grants=_grants(person, at) if "situation.grants" in asked else None,
        break_glass=_broken_glass(person, at),
        windows=tuple(sorted({one.days for one in counted if one.of is CountOf.DEVICES})),
        entity=person.organization.code if person.organization else "",
        at=at,
    )


def _documents(at: datetime) -> tuple[Document, ...]:
    rows = HeldDocument.objects.filter(_not_withdrawn(at), valid_from__lte=at).select_related("party")
    return tuple(
        Document(type=row.type, party=row.party.code, valid_from=row.valid_from, valid_until=row.valid_until)
        for row in rows.order_by("type", "party__code", "pk")
        if row.valid_until is None or row.valid_until > at
    )


def _grants(person: Person, at: datetime) -> tuple[Grant, ...]:
    rows = HeldGrant.objects.filter(_not_withdrawn(at), person=person, valid_from__lte=at, valid_until__gt=at)
    return tuple(
        Grant(name=row.name, valid_from=row.valid_from, valid_until=row.valid_until)
        for row in rows.order_by("name", "pk")
    )


def _broken_glass(person: Person, at: datetime) -> BreakGlass | None:
    row = Emergency.objects.filter(person=person, opened_at__lte=at, closes_at__gt=at).order_by("-opened_at").first()
    if row is None or row.opened_at is None or row.closes_at is None:
        return None
    return BreakGlass(reason=row.reason, case=row.case_reference, opened_at=row.opened_at, closes_at=row.closes_at)


def _not_withdrawn(at: datetime) -> Q:
    return Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at)
