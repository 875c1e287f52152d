"""What every page says at its top while glass is broken."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from labelhub.accounts.models import Person
from labelhub.accounts.place import mfa_kind
from labelhub.policies.emergency_queries import Glass, glass_for


def glass(request: HttpRequest) -> dict[str, Any]:
    """Let the frame of a page ask which broken glass its reader is told of; a part of a page does not ask."""

    def look() -> Glass:
        user = getattr(request, "user", None)
        # Whoever gave a password only is not known well enough to be told of cases and people.
        if not isinstance(user, Person) or mfa_kind(request, user) is None:
            return Glass()
        return glass_for(user, at=timezone.now())

    return {"glass": look}
