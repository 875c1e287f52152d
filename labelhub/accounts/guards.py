"""Pages and calls for certain roles only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from labelhub.accounts.models import Role
from labelhub.accounts.queries import has_role, signed_in

View = Callable[..., HttpResponseBase]


def require_role(request: HttpRequest, *roles: Role) -> None:
    """Let a person with one of the roles pass.

    Raises:
        PermissionDenied: they hold none of them.
    """
    if not has_role(signed_in(request), *roles):
        wanted = " or ".join(Role(role).label for role in roles)
        raise PermissionDenied(f"This is for people with the role {wanted}.")


def only_for(*roles: Role) -> Callable[[View], View]:
    """Answer a view to people with one of the roles, and refuse it to everybody else."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **path: Any) -> HttpResponseBase:  # noqa: ANN401  the view's own
            require_role(request, *roles)
            return view(request, *args, **path)

        return guarded

    return guard
