"""Who asks, from where, under which policies: everything a decision needs except the footage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

import residency
from labelhub.accounts.models import Attestation, Person
from labelhub.accounts.place import place_given
from labelhub.accounts.queries import attestation_of
from labelhub.policies.held import Held, held_for
from labelhub.policies.queries import active_policies, viewer_facts
from residency import Duty

# What the door sees to. Work that owes anything else is not offered: nobody could show it.
MET_AT_THE_DOOR = (Duty.STEP_UP, Duty.QUOTA, Duty.NO_DOWNLOAD)


def can_be_shown(decision: residency.Decision) -> bool:
    """Whether footage could be shown under a decision: permitted, and owing nothing that the door cannot meet."""
    return decision.allowed_meeting(*MET_AT_THE_DOOR)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's side of a request, taken afresh for each request."""

    person: Person
    viewer: residency.Viewer
    place: residency.Place
    policies: residency.PolicySet
    held: Held
    at: datetime

    def request(
        self, action: residency.Action, footage: residency.Footage, *, purpose: str | None, case: str | None = None
    ) -> residency.Request:
        """Put together everything that a decision about this person and this footage is made from."""
        situation = residency.Situation(
            at=self.at,
            place=self.place,
            purpose=purpose,
            case=case,
            documents=self.held.documents,
            grants=self.held.grants,
            counters=self.held.counters(footage),
            break_glass=self.held.break_glass,
        )
        return residency.Request(action=action, viewer=self.viewer, footage=footage, situation=situation)

    def decide(
        self, action: residency.Action, footage: residency.Footage, *, purpose: str | None, case: str | None = None
    ) -> residency.Decision:
        """Decide whether this person may do this to this footage from here, now."""
        return residency.decide(self.request(action, footage, purpose=purpose, case=case), self.policies)


def standing_of(request: HttpRequest, person: Person, *, at: datetime) -> Standing:
    """Take a person's standing from their request.

    Raises:
        NoPolicyError: no policy is active.
    """
    attestation = attestation_of(person, at=at)
    place = place_given(request, person, attestation, at=at)
    return _standing(person, place, attestation, active_policies(at=at), at)


def standing_at(
    person: Person, place: residency.Place, *, at: datetime, policies: residency.PolicySet | None = None
) -> Standing:
    """Take a person's standing at a given place, such as the zone whose worker acts for them.

    Raises:
        NoPolicyError: no policies are given, and none is active.
    """
    return _standing(person, place, attestation_of(person, at=at), policies or active_policies(at=at), at)


def _standing(
    person: Person, place: residency.Place, attestation: Attestation | None, policies: residency.PolicySet, at: datetime
) -> Standing:
    viewer = viewer_facts(person, attestation, policies)
    return Standing(person, viewer, place, policies, held_for(person, policies, at=at), at)
