"""What the door does about an allow with obligations: it meets them, or refuses.

A step-up and a quota are looked at here; nothing can be downloaded through the media door, so that is always met. There
is no redacted rendition and no watermark yet, and what cannot be met is refused.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from labelhub.accounts.models import Person
from labelhub.evidence.queries import views_of
from labelhub.policies.standing import Standing
from residency import Decision, Duty, Obligation
from residency.obligations import in_words

MENDS = {
    Duty.STEP_UP: "Confirm that it is you on the page “Confirm” (/accounts/reauthenticate/), then ask again.",
    Duty.QUOTA: "Wait until fewer of your views are that recent, or ask the compliance officer.",
    Duty.REDACTED: "Nobody can show it redacted yet: ask the lead for other work.",
    Duty.WATERMARK: "Nobody can show it with a watermark yet: ask the lead for other work.",
}


def unmet(request: HttpRequest, standing: Standing, decision: Decision) -> tuple[Obligation, ...]:
    """Say which obligations of a permitted view are not met now."""
    return tuple(one for one in decision.obligations if not _is_met(request, standing, one))


def words_of(obligations: tuple[Obligation, ...]) -> str:
    """Say why a permitted view is refused all the same."""
    return f"This footage may be seen only {' and '.join(map(in_words, obligations))}, and that is not so now."


def mends_of(obligations: tuple[Obligation, ...]) -> tuple[str, ...]:
    """Say what the person could do about each."""
    return tuple(MENDS[one.duty] for one in obligations)


def _is_met(request: HttpRequest, standing: Standing, obligation: Obligation) -> bool:
    match obligation.duty:
        case Duty.NO_DOWNLOAD:
            return True
        case Duty.STEP_UP:
            return _confirmed_lately(request, standing.person, standing.at.timestamp())
        case Duty.QUOTA:
            since = standing.at - timedelta(days=obligation.days)
            return views_of(standing.viewer.id, since=since, until=standing.at) < obligation.views
        case _:
            return False


def _confirmed_lately(request: HttpRequest, person: Person, now: float) -> bool:
    """Whether the person signed in, or confirmed that it is them, in the last ten minutes."""
    times = [float(step["at"]) for step in get_authentication_records(request, person) if "at" in step]
    return any(0 <= now - at <= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for at in times)
