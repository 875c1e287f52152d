"""Which emergencies a person may know of, and which concern them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.policies.emergencies import ASKED_FOR, ASKERS, State, state_of
from labelhub.policies.models import Emergency

LOOKS = {State.ASKED: "care", State.OPEN: "stop", State.REFUSED: "stop"}


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """An emergency and how it stands."""

    row: Emergency
    state: State

    @property
    def look(self) -> str:
        """Name the look of its state; an open one is an alarm."""
        return LOOKS.get(self.state, "")

    @property
    def is_open(self) -> bool:
        """Whether footage can be opened by it now."""
        return self.state is State.OPEN

    @property
    def is_asked(self) -> bool:
        """Whether an officer can still answer it."""
        return self.state is State.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What the top of every page says: one's own broken glass, and to officers everybody else's and what is asked."""

    own: Emergency | None = None
    broken: tuple[Emergency, ...] = ()
    asked: tuple[Emergency, ...] = ()


def emergencies_for(person: Person) -> QuerySet[Emergency]:
    """Find the emergencies a person may know of: officers every one, others their own."""
    found = Emergency.objects.select_related("person__organization")
    return found if has_role(person, Role.OFFICER) else found.filter(person=person)


def emergency_row(emergency: Emergency, *, at: datetime) -> EmergencyRow:
    """Say how an emergency stands at a time."""
    return EmergencyRow(emergency, state_of(emergency, at=at))


def glass_for(person: Person, *, at: datetime) -> Glass:
    """Say which broken glass, and which wish for it, a person is told of now."""
    if not has_role(person, Role.OFFICER, *ASKERS):
        return Glass()
    known = emergencies_for(person)
    is_open = tuple(known.filter(opened_at__lte=at, closes_at__gt=at).order_by("closes_at"))
    waiting = known.filter(opened_at__isnull=True, closed_by="", asked_at__gt=at - ASKED_FOR).exclude(person=person)
    return Glass(
        own=next((one for one in is_open if one.person_id == person.pk), None),
        broken=tuple(one for one in is_open if one.person_id != person.pk),
        asked=tuple(waiting.order_by("asked_at")),
    )
