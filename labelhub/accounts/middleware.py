"""Nobody gets past sign-in without a second factor.

Default deny: every path asks for a signed-in person whose session was opened with a second factor, except the few
listed here. An account without a second factor can reach only the pages that set one up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from labelhub.accounts.models import Person
from labelhub.accounts.place import mfa_kind

OPEN_TO_ALL = re.compile(r"/(healthz|accounts/login/|accounts/2fa/authenticate/)")
OPEN_BEFORE_MFA = re.compile(r"/accounts/(logout/|reauthenticate/|2fa/reauthenticate/|2fa/totp/activate/)")
FOR_PROGRAMS = re.compile(r"/(api/|gateway/|media/|studio/[^/]+/api/)")


class SignedInWithMfa:
    """Turn away whoever has not signed in with a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or answer it with the way to sign in."""
        refusal = self._refusal(request)
        return refusal or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if OPEN_TO_ALL.fullmatch(request.path):
            return None
        person = request.user
        if not isinstance(person, Person) or not person.is_active:
            return _answer(request, "account_login", "sign in first")
        if mfa_kind(request, person) is not None or OPEN_BEFORE_MFA.fullmatch(request.path):
            return None
        if Authenticator.objects.filter(user=person).exists():
            # Signed in, second factor set up, yet not used in this session: sign in again.
            return _answer(request, "mfa_reauthenticate", "confirm with your second factor first")
        return _answer(request, "mfa_activate_totp", "set up a second factor first")


def _answer(request: HttpRequest, page: str, why: str) -> HttpResponse:
    if FOR_PROGRAMS.match(request.path) or request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"detail": why}, status=401)
    response = redirect(page)
    if request.method == "GET" and page == "account_login":
        response["Location"] += f"?{urlencode({'next': request.get_full_path()})}"
    return response
