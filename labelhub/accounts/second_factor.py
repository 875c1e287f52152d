"""Setting up the first second factor: whoever activates it has just shown that they hold it."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from labelhub.accounts.queries import signed_in


class SetUp(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """The set-up page. It is there once: a person who has a second factor is shown it, not a second set-up."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Send a person who has a second factor already to the page that says so."""
        if Authenticator.objects.filter(user=signed_in(request), type=Authenticator.Type.TOTP).exists():
            return redirect("mfa_index")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        """Activate, and count the code just given as the second factor of this session, under a new session key."""
        response: HttpResponse = super().form_valid(form)
        self.request.session.cycle_key()
        record_authentication(self.request, signed_in(self.request), method="mfa", type="totp")
        return response
