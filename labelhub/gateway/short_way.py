"""The short way of a view: what the whole of Django would allow, answered without it.

It stands before Django and answers one kind of request only: somebody signed in looks at footage that they may see and
owe nothing for. The order is the promise of the door, unchanged: facts, decision, durable entry, signed path. The
facts are read anew for each request, in one statement (`one_look`), and the decision is made anew; an entry that is at
most 60 s old and allows exactly this view, by the hash of every input, stands for the request as well. So there is no
lease to end:

- sign-out, end or expiry of the session: its row is not found;
- a person shut out, a password changed, roles, attestation, facts of person, employer, camera or footage, a document
  or grant added, withdrawn or run out, glass broken or closed, a task taken, given up or run out, a job closed or taken
  back, a camera taken back, a policy put into force or come into force: the rows read are others, and the decision is
  made from those;
- the place: made anew from the peer address, the session's second factor, the attestation, and databases and list as
  they are on disk;
- an hour or a day that rules ask about: the decision is made at the time of the request;
- a ledger that could not be written, or a database that takes no writing: no entry stands until one can be written;
- a ledger that is not numbered and signed, or whose clock went back: what its sequencer reports is read too.

Whatever is not plainly this (another method, a query, another host, no session, a refusal, something owed, a device to
count, a database that does not answer) goes the whole way, where it is decided anew. Only the whole way refuses.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import DisallowedHost
from django.db import Error, connection
from django.http import HttpRequest, parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare

import residency
from labelhub.accounts.models import Attestation, Person
from labelhub.accounts.place import mfa_kind, place_given
from labelhub.accounts.sessions import mark_of
from labelhub.evidence import health
from labelhub.evidence.actions import LedgerUnavailableError, record_before_serving
from labelhub.evidence.appending import is_failing
from labelhub.footage.models import Footage
from labelhub.footage.queries import footage_facts
from labelhub.gateway.media import NOT_RECORDED, RENDITIONS, draft_of, headers_of
from labelhub.gateway.middleware import came_through
from labelhub.gateway.one_look import Entry, Look, Question, Row, is_still, look, model_of
from labelhub.labeling.queries import Asking, asking_of
from labelhub.policies.held import Held, held_for
from labelhub.policies.queries import policies_in, viewer_facts
from labelhub.policies.standing import Standing
from labelhub.storage.port import StoreError
from residency import Action, Decision, PolicySet, Viewer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)
ADDRESS = re.compile(r"/media/([0-9a-z]{1,40})/([a-z]{1,20})")
REMEMBERED = 4096
Headers = list[tuple[str, str]]


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
    asked = _asked(environ)
    if asked is None:
        return None
    try:
        return _view(environ, *asked)
    except (Error, StoreError):
        logger.warning("the short way of a view failed, so the whole way is gone", exc_info=True)
        return None
    except LedgerUnavailableError:
        environ[NOT_RECORDED] = True  # so that the whole way answers without waiting for the same once more
        return None


def _asked(environ: WSGIEnvironment) -> tuple[HttpRequest, str, str] | None:
    """The request, and the footage and rendition it names, if it is of the one kind and came through the door."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("QUERY_STRING") or environ.get("SCRIPT_NAME"):
        return None
    address = ADDRESS.fullmatch(environ["PATH_INFO"])
    if address is None or address[2] not in RENDITIONS or not came_through(environ):
        return None
    request = HttpRequest()
    request.META, request.method = environ, environ["REQUEST_METHOD"]
    try:
        request.get_host()
    except DisallowedHost:
        return None
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return None
    return request, address[1], address[2]


def _view(environ: WSGIEnvironment, request: HttpRequest, footage_id: str, rendition: str) -> Headers | None:
    key = parse_cookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    _drop_an_old_connection()
    owner = _owner_of(key)
    if owner is None:
        return None
    at = timezone.now()
    found = look(Question(owner, key, mark_of(key), footage_id, rendition, at))
    if found is None:
        return None
    standing = _standing(request, key, found, at)
    return None if standing is None else _decided(request, standing, found, rendition)


def _drop_an_old_connection() -> None:
    """What Django does at the start of a request; a connection that broke since shows when it is used."""
    if (connection.close_at is not None or connection.errors_occurred) and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
        connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it


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


def _standing(request: HttpRequest, key: str, found: Look, at: datetime) -> Standing | None:
    """The person's standing; None where they did not sign in, with a second factor, as whom the session says."""
    person, attestation, versions = _person(found.person, found.employer), _attestation(found.attested), found.versions
    if not _is_signed_in(request, key, found.session_data, person) or not versions:
        return None
    policies = _policies(versions)
    held = _held(person, policies, found, at)
    if held is None:
        return None
    place = place_given(request, person, attestation, at=at)
    viewer = _viewer(found.person, found.employer, found.attested, versions)
    return Standing(person, viewer, place, policies, held, at)


def _is_signed_in(request: HttpRequest, key: str, session_data: str, person: Person) -> bool:
    session = SessionStore(key)
    session._session_cache = _opened(session_data)  # type: ignore[attr-defined]  # noqa: SLF001  what it would load
    if (
        session.get(SESSION_KEY) != str(person.pk)
        or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
        or not person.is_active
        or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    ):
        return False
    request.session = session
    return mfa_kind(request, person) is not None


def _decided(request: HttpRequest, standing: Standing, found: Look, rendition: str) -> Headers | None:
    footage = _footage(found.footage, found.source, found.owner)
    asking = _asking(found)
    facts = _facts(found.footage, found.source, found.owner)
    decision = standing.decide(Action.VIEW, facts, purpose=asking.purpose, case=footage.case_reference or None)
    if not decision.permitted or not asking.entitled:
        return None
    if health.problem_with(model_of("head", found.head), footage.zone_id, at=standing.at) or is_failing():
        return None  # an older entry stands for nothing while none can be written: the whole way tries to write one
    entry = _lease(found.entry, asking, decision)
    if entry is None:
        if found.entry or decision.obligations:
            return None  # an older entry may fit; or something is owed, which the whole way looks at
        draft = draft_of(request, standing, footage, rendition, asking, decision)
        entry = str(record_before_serving(draft).pk)
    return list(headers_of(footage, entry, method=request.method or "GET", at=standing.at).items())


def _lease(newest: Entry | None, asking: Asking, decision: Decision) -> str | None:
    """The entry that already allows exactly this view, if the newest of the last minute is that."""
    if newest is None:
        return None
    allows = newest.purpose, newest.policy_hash, newest.inputs_hash
    return str(UUID(newest.id)) if allows == (asking.purpose, decision.policy_hash, decision.inputs_hash) else None


def _asking(found: Look) -> Asking:
    is_theirs, purpose, job = found.task.split("/") if found.task else ("0", "", "")
    task = (is_theirs == "1", purpose, job) if found.task else None
    return asking_of(task, found.roles, may_see=found.is_given)


# What a row comes to is remembered by the row: the same row, whoever reads it, is the same facts.


@lru_cache(maxsize=REMEMBERED)
def _opened(session_data: str) -> dict[str, Any]:
    return dict(SessionStore().decode(session_data))


@lru_cache(maxsize=REMEMBERED)
def _person(person: Row, employer: Row) -> Person:
    made = cast("Person", model_of("person", person))
    made.organization = model_of("employer", employer)
    return made


@lru_cache(maxsize=REMEMBERED)
def _attestation(attested: Row) -> Attestation | None:
    return cast("Attestation | None", model_of("attested", attested))


@lru_cache(maxsize=REMEMBERED)
def _footage(footage: Row, source: Row, owner: Row) -> Footage:
    made = cast("Footage", model_of("footage", footage))
    made.source = model_of("source", source)
    made.source.owner = model_of("owner", owner)
    return made


@lru_cache(maxsize=REMEMBERED)
def _facts(footage: Row, source: Row, owner: Row) -> residency.Footage:
    return footage_facts(_footage(footage, source, owner))


@lru_cache(maxsize=REMEMBERED)
def _viewer(person: Row, employer: Row, attested: Row, versions: str) -> Viewer:
    return viewer_facts(_person(person, employer), _attestation(attested), _policies(versions))


@lru_cache(maxsize=32)
def _policies(versions: str) -> PolicySet:
    named = sorted(version.split("/") for version in versions.split(","))
    return policies_in(tuple((int(number), digest) for _, number, digest in named))


def _held(person: Person, policies: PolicySet, found: Look, at: datetime) -> Held | None:
    """What is held; None where devices are counted, since that changes with every view of anybody."""
    asked = policies.facts
    if "situation.counters" in asked:
        return None
    if not found.documents and not found.grants and not found.glass:
        documents = () if "situation.documents" in asked else None
        grants = () if "situation.grants" in asked else None
        entity = person.organization.code if person.organization else ""
        return Held(documents=documents, grants=grants, entity=entity, at=at)
    key = (policies.hash, found.person, found.employer, found.documents, found.grants, found.glass)
    held = _holdings.get(key)
    if held is None:
        held = held_for(person, policies, at=at)
        if is_still(found.state):  # what was found after a change belongs to other rows than these
            if len(_holdings) >= REMEMBERED:
                _holdings.clear()
            _holdings[key] = held
    return replace(held, at=at)


_holdings: dict[tuple[str, Row, Row, str, str, str], Held] = {}
