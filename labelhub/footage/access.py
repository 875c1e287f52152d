"""Which pages a role opens. The sign-in middleware says who is there; this says whether the page is for them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import roles_of, signed_in


def person_with(request: HttpRequest, *roles: Role) -> Person:
    """Give the person who asks, if they hold one of the roles.

    Raises:
        PermissionDenied: they do not; the sentence names who the page is for.
    """
    person = signed_in(request)
    if not roles_of(person) & set(roles):
        names = " or ".join(f"“{role.label}”" for role in roles)
        raise PermissionDenied(f"This page is for people with the role {names}.")
    return person
