"""What every page knows about the person who looks at it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from labelhub.accounts.models import Person
from labelhub.accounts.place import place_of
from labelhub.accounts.queries import roles_of
from residency import describe


def person(request: HttpRequest) -> dict[str, Any]:
    """Give templates the person's roles and the place they are seen to connect from."""
    user = getattr(request, "user", None)
    if not isinstance(user, Person):
        return {"roles": frozenset(), "place_words": ""}
    place = place_of(request, user, at=timezone.now())
    words = describe(place.jurisdiction) if place.jurisdiction else "an unknown place"
    return {"roles": {role.value for role in roles_of(user)}, "place_words": words, "place_level": place.level.name}
