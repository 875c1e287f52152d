"""How a refusal is answered: as a page to people and as JSON to programs, with the reason and what would change it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not shown, in words for the person, and what would change it."""

    status: int
    title: str
    reason: str
    changes: tuple[str, ...] = ()
    entry: str = ""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with this refusal."""
        if "text/html" in request.headers.get("Accept", ""):
            response = render(request, "gateway/refused.html", {"refusal": self}, status=self.status)
        else:
            response = JsonResponse({"detail": self.reason, "would_change": list(self.changes)}, status=self.status)
        if self.entry:
            response["X-LH-Entry"] = self.entry
        return response


UNAVAILABLE = Refusal(
    503,
    "Nothing can be shown just now",
    "The record of views cannot be written or signed at the moment, so nothing is shown. Try again in a minute.",
    ("Tell whoever runs labelhub: `labelhub doctor` says what is wrong.",),
)
NO_POLICY = Refusal(
    503,
    "Nothing can be shown just now",
    "No policy is in force, and without one nothing may be shown.",
    ("The compliance officer activates a policy.",),
)
UNKNOWN = Refusal(404, "There is nothing here", "No footage has this address, or it is not for you.")
