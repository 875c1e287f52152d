"""What allauth may do here: sign people in. Accounts are made by whoever answers for them, never by themselves."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class NoSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-up is closed, for everybody and always."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth fixes the signature
        """Say no."""
        return False
