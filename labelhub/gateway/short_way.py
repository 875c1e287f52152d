"""The short way of a view: what the whole of Django would allow, answered without it.

It stands before Django and answers one kind of request only: somebody signed in looks at footage that they may see and
owe nothing for. The order is the promise of the door, unchanged: facts, decision, durable entry, signed path. The facts
are those that this process knows (`known`); the decision is made anew for each request; and the statement that writes
the entry writes it only if the database finds every fact still as it was known, and the ledger well. An entry that is
at most 60 s old and says exactly what a new one would say stands for the request as well, once the database has said
the same of the facts. So there is no lease to end:

- sign-out, end or expiry of the session; a person shut out, a password changed; roles, attestation, facts of person,
  employer, camera or footage; a document or grant added or withdrawn, glass broken or closed; a task taken or given up,
  a job closed or taken back, a camera taken back; a policy put into force: the state of the facts is another one, they
  are read anew, and the decision is made from those;
- whatever runs out or begins by itself: what is known is known until the next such moment;
- the place: made anew from the peer address, the session's second factor, the attestation, and databases and list as
  they are on disk;
- an hour or a day that rules ask about: the decision is made at the time of the request;
- a ledger that could not be written, or a database that takes no writing: no entry stands until one can be written;
- a ledger that is not numbered and signed, or whose clock went back: what its sequencer reports is asked too.

Whatever is not plainly this (another method, a query, another host, no session, a refusal, something owed, a device to
count, a database that does not answer) goes the whole way, where it is decided anew. Only the whole way refuses.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import DisallowedHost
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import HttpRequest, parse_cookie
from django.utils import timezone

from labelhub.accounts.place import PEER_HEADER, place_from
from labelhub.accounts.sessions import mark_of
from labelhub.evidence import health
from labelhub.evidence.actions import LedgerUnavailableError, record_while_so
from labelhub.evidence.appending import is_failing, note
from labelhub.gateway import leases
from labelhub.gateway.known import What, Who, forget, held_at, known
from labelhub.gateway.media import NOT_RECORDED, RENDITIONS, Visitor, draft_of, headers_of, lease_of
from labelhub.gateway.middleware import came_through
from labelhub.policies.standing import Standing
from labelhub.storage.port import StoreError
from residency import Action, Decision

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)
ADDRESS = re.compile(r"/media/([0-9a-z]{1,40})/([a-z]{1,20})")
OF_THE_HOST = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "HTTP_X_FORWARDED_HOST", "HTTP_X_LH_SCHEME")
REMEMBERED = 4096
TRIES = 2  # what this process knew may no longer be so: it is read anew then
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for footage: whose session it comes with, from where, and what it asks for."""

    person: int
    session: str
    mark: str
    address: str
    footage: str
    rendition: str
    method: str
    at: datetime


class ShortWay:
    """A WSGI application that answers what it can, and hands everything else to Django."""

    def __init__(self, whole: WSGIApplication) -> None:
        self._whole = whole

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        headers = shown(environ)
        if headers is None:
            return self._whole(environ, start_response)
        start_response("200 OK", headers)
        return (b"",)


def shown(environ: WSGIEnvironment) -> Headers | None:
    """Decide and record a view; the headers that have it streamed, or None where the whole way has to be gone."""
    address = _address(environ)
    if address is None:
        return None
    try:
        _drop_an_old_connection()
        asked = _asked(environ, *address)
        return None if asked is None else _view(asked)
    except (Error, StoreError):
        logger.warning("the short way of a view failed, so the whole way is gone", exc_info=True)
        return None
    except LedgerUnavailableError:
        environ[NOT_RECORDED] = True  # so that the whole way answers without waiting for the same once more
        return None


def _view(asked: Asked) -> Headers | None:
    for _ in range(TRIES):
        found = known(asked.person, asked.session, asked.footage, at=asked.at)
        if found is None:
            return None
        view = _decided(asked, *found)
        if view is None:
            break
        entry = _entry(asked, view)
        if entry is not None:
            headers = headers_of(view.what.footage, entry, method=asked.method, at=asked.at)
            return list(headers.items())
        forget(asked.person, asked.session, asked.footage)
    forget(asked.person, asked.session, asked.footage)
    return None


@dataclass(frozen=True, slots=True)
class View:
    """A view that is permitted, by what is known."""

    who: Who
    what: What
    standing: Standing
    decision: Decision


def _decided(asked: Asked, who: Who, what: What) -> View | None:
    """Decide on what is known; None where it is not plainly allowed."""
    place = place_from(asked.address, who.attestation, who.mfa, at=asked.at)
    standing = Standing(who.person, who.viewer, place, who.policies, held_at(who, asked.at), asked.at)
    asking, footage = what.asking(who.roles), what.footage
    decision = standing.decide(Action.VIEW, what.facts, purpose=asking.purpose, case=footage.case_reference or None)
    if not decision.permitted or not asking.entitled:
        return None
    return View(who, what, standing, decision)


def _entry(asked: Asked, view: View) -> str | None:
    """The id of the entry that stands for a view, once the database has said that what is known is so; else None."""
    asking, footage = view.what.asking(view.who.roles), view.what.footage
    older = leases.entry_for(
        session=asked.mark, footage=footage.pk, rendition=asked.rendition, purpose=asking.purpose,
        decision=view.decision, at=asked.at,
    )  # fmt: skip
    if older is not None:
        return older if _stands(view, footage.zone_id, asked.at) else None
    if view.decision.obligations:
        return None  # the whole way looks whether it is met
    visitor = Visitor(asked.mark, asked.address)
    draft = draft_of(visitor, view.standing, footage, asked.rendition, asking, view.decision)
    written = record_while_so(draft, view.who.state)
    if written is not None:
        leases.keep(draft, written)
        return str(written.pk)
    of_another = lease_of(draft)  # written by another process, or by the whole way
    if of_another is None:
        return None
    leases.keep(draft, of_another)
    return str(of_another.pk) if _stands(view, footage.zone_id, asked.at) else None


def _stands(view: View, ledger: str, at: datetime) -> bool:
    """Whether an older entry stands: nothing changed, and an entry could be written and numbered now."""
    found = health.confirm(view.who.state, ledger, at=at)
    if not found.is_writable:
        note(failing=True)  # nobody has tried to write yet, and whoever does will fail
    return found.is_so and found.is_well and not is_failing()


def _address(environ: WSGIEnvironment) -> tuple[str, str] | None:
    """The footage and rendition a request names, if it is of the one kind and came through the door."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("QUERY_STRING") or environ.get("SCRIPT_NAME"):
        return None
    address = ADDRESS.fullmatch(environ["PATH_INFO"])
    if address is None or address[2] not in RENDITIONS or not came_through(environ) or not _is_served(environ):
        return None
    return address[1], address[2]


def _is_served(environ: WSGIEnvironment) -> bool:
    """Whether a request names a host of ours, and came encrypted where that is demanded."""
    said = tuple((name, environ[name]) for name in OF_THE_HOST if name in environ)
    return _is_host_served(said, tuple(settings.ALLOWED_HOSTS), is_redirected=settings.SECURE_SSL_REDIRECT)


@lru_cache(maxsize=REMEMBERED)
def _is_host_served(said: tuple[tuple[str, str], ...], hosts: tuple[str, ...], *, is_redirected: bool) -> bool:
    request = HttpRequest()
    request.META = dict(said)
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return bool(hosts) and (not is_redirected or request.is_secure())


def _asked(environ: WSGIEnvironment, footage: str, rendition: str) -> Asked | None:
    """The request; None where it comes with no session."""
    key = parse_cookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
    owner = _owner_of(key) if key else None
    if key is None or owner is None:
        return None
    peer = str(environ.get(PEER_HEADER, ""))
    return Asked(owner, key, mark_of(key), peer, footage, rendition, environ["REQUEST_METHOD"], timezone.now())


def _drop_an_old_connection() -> None:
    """What Django does at the start of a request; a connection that broke since shows when it is used."""
    ours: Any = connections[DEFAULT_DB_ALIAS]
    is_old = ours.close_at is not None and time.monotonic() >= ours.close_at
    if (is_old or ours.errors_occurred) and not ours.in_atomic_block:
        ours.close_if_unusable_or_obsolete()
        ours.health_check_done = True


_owners: dict[str, int] = {}


def _owner_of(key: str) -> int | None:
    """Whose session this is. What is remembered is only where to look: the session is read again beside the person."""
    owner = _owners.get(key)
    if owner is None:
        given = str(SessionStore(key).get(SESSION_KEY, ""))
        if not given.isdecimal():
            return None
        if len(_owners) >= REMEMBERED:
            _owners.clear()
        owner = _owners[key] = int(given)
    return owner
