"""What every page says at its top while a ledger is not well, to those who must see to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from labelhub.evidence.status import Alarm, alarms


def alarm(_request: HttpRequest) -> dict[str, Any]:
    """Let the frame of a page ask what is wrong; a part of a page, and whoever is not told, does not ask."""

    def look() -> tuple[Alarm, ...]:
        return alarms(at=timezone.now())

    return {"ledger_alarms": look}
