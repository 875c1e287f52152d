"""Sign-in sessions: naming one without its key, and ending those of a person at once."""

from __future__ import annotations

import hashlib

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from labelhub.accounts.models import Person


def session_mark(request: HttpRequest) -> str:
    """Name the sign-in session without revealing its key."""
    session = getattr(request, "session", None)
    key = (session.session_key if session is not None else None) or ""
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
