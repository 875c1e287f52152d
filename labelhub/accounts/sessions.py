"""Sign-in sessions: naming one without its key, and ending those of a person at once."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from labelhub.accounts.actions import set_active
from labelhub.accounts.models import Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction


def session_mark(request: HttpRequest) -> str:
    """Name the sign-in session without revealing its key."""
    session = getattr(request, "session", None)
    return mark_of((session.session_key if session is not None else None) or "")


def mark_of(key: str) -> str:
    """Name the session of a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def sessions_of(person: Person) -> list[Session]:
    """Find the sessions a person is signed in with now."""
    # A session does not name its person in a column, so each live one is opened. They are few: people, not requests.
    live = Session.objects.filter(expire_date__gt=timezone.now()).iterator(chunk_size=500)
    return [session for session in live if session.get_decoded().get(SESSION_KEY) == str(person.pk)]


def end_sessions(person: Person) -> int:
    """Sign a person out everywhere; their next request is a stranger's."""
    keys = [session.session_key for session in sessions_of(person)]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def shut_out(person: Person, *, by: str, at: datetime) -> int:
    """Deactivate a person and sign them out everywhere, both or neither; return how many sessions ended."""
    with transaction.atomic():
        set_active(person, is_active=False, by=by, at=at)
        ended = end_sessions(person)
        if ended:
            record(
                EntryDraft(
                    action=LedgerAction.PERSON_SESSION_ENDED,
                    at=at,
                    person=person.pseudonym,
                    entity=person.organization.code if person.organization else "",
                    details={"sessions": ended, "by": by, "because": "deactivated"},
                )
            )
    return ended
