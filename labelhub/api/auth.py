"""Who may call what, asked before anything of the request is read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import SessionAuth

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Role


class HeldBy(SessionAuth):
    """The session of a person with one of some roles; unsafe verbs need its CSRF token."""

    def __init__(self, *roles: Role) -> None:
        super().__init__(csrf=True)
        self._roles = roles

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ANN401  ninja's signature
        """Let the person pass, or refuse them with the role it takes."""
        require_role(request, *self._roles)
        return super().authenticate(request, key)
