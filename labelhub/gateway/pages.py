"""Pages the door itself answers with."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from labelhub.gateway.refusals import UNAVAILABLE, Refusal


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the service answers, and nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from our own page."""
    return Refusal(
        403,
        "This form is out of date",
        "The form was not sent from labelhub, or your session has ended.",
        ("Go back, load the page again and send it once more.",),
    ).answer(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that does not exist."""
    return Refusal(404, "There is nothing here", "No page has this address, or it is not for you.").answer(request)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a page that is not for this person."""
    reason = str(exception or "") or "This page is for people with another role."
    return Refusal(403, "This page is not for you", reason, ("Ask whoever runs labelhub for the role.",)).answer(
        request
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when labelhub itself failed; the cause is in its log, not on the page.

    A database that is away is no failure of labelhub's: what it said is that nothing can be shown.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        # No template: its frame would ask the database who is looking.
        return HttpResponse(f"{UNAVAILABLE.reason}\n", status=UNAVAILABLE.status, content_type="text/plain")
    return HttpResponse(
        "labelhub could not answer this; the cause is in its log\n", status=500, content_type="text/plain"
    )
