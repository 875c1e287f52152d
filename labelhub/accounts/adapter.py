"""What allauth may do here: sign people in. Accounts are made by whoever answers for them, never by themselves."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest


class NoSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-up is closed, for everybody and always."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth fixes the signature
        """Say no."""
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for the password again before a change of factors, but not before the first one is set up."""
        if app == "allauth.mfa" and not Authenticator.objects.filter(user=self.request.user).exists():
            return False
        return bool(super().is_reauthentication_required(app=app))


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """The second factor, in words that say what to do next."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right, or was used before: type the one your app shows now. "
        "It changes every 30 seconds.",
    }
