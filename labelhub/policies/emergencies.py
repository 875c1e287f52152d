"""Breaking glass: one person asks for a case and a few hours, an officer who is somebody else opens it or refuses.

Each step is a conditional write, so that of two people who act at once one acts, and the other is told what happened.
What an opening opens is decided elsewhere, by `residency`: looking only, and nothing that was never given to a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.policies.models import Emergency

MOST_HOURS: Final = 4
ASKED_FOR: Final = timedelta(hours=24)
ASKERS: Final = (Role.LEAD, Role.REVIEWER, Role.OWNER)


class EmergencyError(Exception):
    """Glass cannot be broken, refused or closed as asked; the message says why and what to do."""


class State(StrEnum):
    """How far an emergency is."""

    ASKED = "asked"
    LAPSED = "lapsed"
    REFUSED = "refused"
    TAKEN_BACK = "taken back"
    OPEN = "open"
    CLOSED = "closed early"
    OVER = "over"


def state_of(emergency: Emergency, *, at: datetime) -> State:
    """Say how an emergency stands at a time."""
    if emergency.opened_at is None or emergency.closes_at is None:
        if emergency.closed_by:
            return State.TAKEN_BACK if emergency.closed_by == emergency.person.pseudonym else State.REFUSED
        return State.ASKED if at < emergency.asked_at + ASKED_FOR else State.LAPSED
    if at < emergency.closes_at:
        return State.OPEN
    return State.CLOSED if emergency.closed_by else State.OVER


def ask(person: Person, *, reason: str, case: str, hours: int, at: datetime) -> Emergency:
    """Ask for glass to be broken for oneself.

    Raises:
        EmergencyError: this person cannot ask, or asked already, or something about it is missing or too long.
    """
    if not has_role(person, *ASKERS):
        raise EmergencyError("only leads, reviewers and footage owners see footage outside a task: ask one of them")
    if not (reason.strip() and case.strip()):
        raise EmergencyError("breaking glass needs a reason and a case: write both")
    if not 1 <= hours <= MOST_HOURS:
        raise EmergencyError(f"glass stays broken for 1 to {MOST_HOURS} hours, not `{hours}`")
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        for one in Emergency.objects.filter(person=person):
            if state_of(one, at=at) in {State.ASKED, State.OPEN}:
                raise EmergencyError(f"case `{one.case_reference}` is {state_of(one, at=at)} already: close it first")
        emergency = Emergency.objects.create(
            person=person, reason=reason.strip(), case_reference=case.strip(), asked_at=at, hours=hours
        )
        _record(LedgerAction.EMERGENCY_ACCESS_ASKED, emergency, by=person, at=at, reason=emergency.reason)
    return emergency


def open_glass(emergency: Emergency, *, by: Person, at: datetime) -> Emergency:
    """Open what somebody else asked for, from the next request on and until its hours are over.

    Raises:
        EmergencyError: it is one's own, or not waiting any more.
    """
    _require_other_officer(emergency, by)
    if at >= emergency.asked_at + ASKED_FOR:
        raise EmergencyError("it was asked for more than a day ago: have it asked for again")
    with transaction.atomic():
        waiting = Emergency.objects.filter(pk=emergency.pk, opened_at__isnull=True, closed_by="")
        closes_at = at + timedelta(hours=emergency.hours)
        if not waiting.update(opened_at=at, opened_by=by.pseudonym, closes_at=closes_at):
            raise EmergencyError(_what_happened(emergency, at))
        emergency.refresh_from_db()
        _record(LedgerAction.EMERGENCY_ACCESS_OPENED, emergency, by=by, at=at, closes_at=closes_at)
    return emergency


def refuse_glass(emergency: Emergency, *, by: Person, at: datetime) -> Emergency:
    """Refuse what somebody else asked for; they may ask again.

    Raises:
        EmergencyError: it is one's own, or not waiting any more.
    """
    _require_other_officer(emergency, by)
    with transaction.atomic():
        waiting = Emergency.objects.filter(pk=emergency.pk, opened_at__isnull=True, closed_by="")
        if not waiting.update(closed_by=by.pseudonym):
            raise EmergencyError(_what_happened(emergency, at))
        emergency.refresh_from_db()
        _record(LedgerAction.EMERGENCY_ACCESS_REFUSED, emergency, by=by, at=at)
    return emergency


def close_glass(emergency: Emergency, *, by: Person, at: datetime) -> Emergency:
    """Close broken glass before its hours are over, from the next request on; or take back what was asked.

    Raises:
        EmergencyError: it is somebody else's and one is no officer, or it is neither asked for nor open.
    """
    if by != emergency.person and not has_role(by, Role.OFFICER):
        raise EmergencyError("only who asked, or a compliance officer, closes it")
    with transaction.atomic():
        rows = Emergency.objects.filter(pk=emergency.pk, closed_by="")
        is_closed = rows.filter(opened_at__isnull=False, closes_at__gt=at).update(closes_at=at, closed_by=by.pseudonym)
        if not is_closed and by == emergency.person:
            is_closed = rows.filter(opened_at__isnull=True).update(closed_by=by.pseudonym)
        if not is_closed:
            raise EmergencyError(_what_happened(emergency, at))
        emergency.refresh_from_db()
        _record(LedgerAction.EMERGENCY_ACCESS_CLOSED, emergency, by=by, at=at)
    return emergency


def _require_other_officer(emergency: Emergency, by: Person) -> None:
    if by == emergency.person:
        raise EmergencyError("nobody answers what they asked for themselves: another compliance officer does")
    if not has_role(by, Role.OFFICER):
        raise EmergencyError("only a compliance officer answers it")


def _what_happened(emergency: Emergency, at: datetime) -> str:
    now = Emergency.objects.select_related("person").get(pk=emergency.pk)
    match state_of(now, at=at):
        case State.REFUSED | State.TAKEN_BACK as state:
            return f"it was {state}: it can be asked for again"
        case State.OPEN:
            return f"it is open already, until {now.closes_at:%Y-%m-%d %H:%M} UTC"
        case State.ASKED | State.LAPSED:
            return "it was not opened: there is nothing to close"
        case _:
            return "it is closed: it can be asked for again"


def _record(action: LedgerAction, emergency: Emergency, *, by: Person, at: datetime, **details: object) -> None:
    organization = emergency.person.organization
    record(
        EntryDraft(
            action=action,
            at=at,
            person=emergency.person.pseudonym,
            entity=organization.code if organization else "",
            details={
                "emergency": emergency.pk,
                "case": emergency.case_reference,
                "hours": emergency.hours,
                "by": by.pseudonym,
                **details,
            },
        )
    )
