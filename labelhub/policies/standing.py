"""Who asks, from where, under which policies: everything a decision needs except the footage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

import residency
from labelhub.accounts.models import Person
from labelhub.accounts.place import place_given
from labelhub.accounts.queries import attested_in
from labelhub.policies.queries import active_policies, viewer_facts


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's side of a request, taken afresh for each request."""

    person: Person
    viewer: residency.Viewer
    place: residency.Place
    policies: residency.PolicySet
    at: datetime

    def decide(
        self, action: residency.Action, footage: residency.Footage, *, purpose: str | None
    ) -> residency.Decision:
        """Decide whether this person may do this to this footage from here, now."""
        situation = residency.Situation(at=self.at, place=self.place, purpose=purpose)
        request = residency.Request(action=action, viewer=self.viewer, footage=footage, situation=situation)
        return residency.decide(request, self.policies)


def standing_of(request: HttpRequest, person: Person, *, at: datetime) -> Standing:
    """Take a person's standing from their request.

    Raises:
        NoPolicyError: no policy is active.
    """
    attested = attested_in(person, at=at)
    return _standing(person, place_given(request, person, attested), attested, at)


def standing_at(person: Person, place: residency.Place, *, at: datetime) -> Standing:
    """Take a person's standing at a given place, such as the zone whose worker acts for them."""
    return _standing(person, place, attested_in(person, at=at), at)


def _standing(person: Person, place: residency.Place, attested: str | None, at: datetime) -> Standing:
    return Standing(person, viewer_facts(person, attested), place, active_policies(at=at), at)
