"""Two guards around every request: it came through the door, and its answer is kept by nobody."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

SECRET_HEADER = "HTTP_X_LH_GATEWAY"  # noqa: S105  the header's name, not the secret


def came_through(headers: Mapping[str, Any]) -> bool:
    """Whether a request came through the gateway: its secret, compared in constant time, on bytes."""
    given = str(headers.get(SECRET_HEADER, "")).encode()
    return hmac.compare_digest(given, settings.GATEWAY_SECRET.encode())


class OnlyThroughTheDoor:
    """Refuse whoever reaches labelhub's own port without having come through the gateway."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let through what carries the gateway's secret."""
        if not came_through(request.META):
            return HttpResponse("labelhub answers only its own gateway\n", status=403, content_type="text/plain")
        return self.get_response(request)


class NeverStored:
    """Mark every answer as private and not to be stored, and keep other sites from framing or reading it."""

    POLICY = (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
        "frame-src 'self'; frame-ancestors 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that are not there yet."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        return response
