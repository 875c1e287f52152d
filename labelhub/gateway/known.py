"""What this process knows of who asks and what is asked for, and whether it is still so.

Both are read from the database (`one_look`), made into what a decision takes once, and kept. What is kept is used only
by those who then have the database itself say that it is still so, in the statement with which they go on: the state
that both were read in is part of what is known.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

import residency
from labelhub.accounts.models import Attestation, Person
from labelhub.accounts.place import mfa_kind
from labelhub.evidence import marks
from labelhub.footage.models import Footage
from labelhub.footage.queries import footage_facts
from labelhub.gateway.one_look import TABLES, Piece, Viewer, read_piece, read_viewer, table_of
from labelhub.labeling.queries import WITHDRAWN, Asking, asking_of
from labelhub.policies.held import Held, held_for
from labelhub.policies.queries import policies_in, viewer_facts
from residency import MfaKind, PolicySet

REMEMBERED: Final = 4096
TRIES: Final = 3
CHECKED_EVERY: Final = 60.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody signed in with a second factor, and everything their side of a decision is made from but the place."""

    state: str
    at: datetime
    until: datetime | None
    person: Person
    attestation: Attestation | None
    mfa: MfaKind
    roles: frozenset[str]
    policies: PolicySet
    viewer: residency.Viewer
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """A piece of footage as one person asks for it."""

    state: str
    at: datetime
    until: datetime | None
    footage: Footage
    facts: residency.Footage
    task: tuple[bool, str, str] | None
    is_given: bool

    def asking(self, roles: frozenset[str]) -> Asking:
        """On what ground somebody of these roles asks for it."""
        if self.footage.withdrawn_at is not None:
            return WITHDRAWN
        return asking_of(self.task, roles, may_see=self.is_given)


class _Timed(Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def until(self) -> datetime | None: ...


T = TypeVar("T", bound=_Timed)


def known(person: int, session: str, footage: str, *, at: datetime) -> tuple[Who, What] | None:
    """Say who asks and what is asked for, as it was in one state; None for what does not go the short way.

    Raises:
        DatabaseError: the database did not answer.
    """
    who = _kept(_who, (person, session), at)
    what = _kept(_what, (person, footage), at)
    if who is not None and what is not None and who.state == what.state:
        return who, what
    return _read(person, session, footage, at, who)


def forget(person: int, session: str, footage: str) -> None:
    """Forget what is no longer so."""
    _who.pop((person, session), None)
    _what.pop((person, footage), None)


def forget_all() -> None:
    """Forget everything: a database that was put back to an older state may come by a state of facts once more."""
    _who.clear()
    _what.clear()


def _read(person: int, session: str, footage: str, at: datetime, who: Who | None) -> tuple[Who, What] | None:
    """Read what is not known, again where somebody changed something in between; None if they go on doing so."""
    for _ in range(TRIES):
        what = _what_of(read_piece(person, footage, now=at), at)
        if what is None:
            return None
        if who is None or who.state != what.state:
            who = _who_of(read_viewer(person, session, now=at), session, at)
        if who is None:
            return None
        if who.state == what.state:
            _keep_both((person, session), who, (person, footage), what)
            return who, what
    return None


def _keep_both(who_asks: Hashable, who: Who, is_asked_for: Hashable, what: What) -> None:
    if _may_be_kept():
        _keep(_who, who_asks, who)
        _keep(_what, is_asked_for, what)
        marks.thin_out(what.state)


def _who_of(read: Viewer | None, session: str, at: datetime) -> Who | None:
    """What a viewer comes to; None where they did not sign in, with a second factor, as whom the session says."""
    if read is None or not read.versions:
        return None
    mfa = _signed_in_with(session, read.session_data, read.person)
    policies = _policies(read.versions)
    if mfa is None or "situation.counters" in policies.facts:
        return None  # devices are counted, and that changes with every view of anybody
    held = _held(read, policies, at)
    if held is None:
        return None
    return Who(
        state=read.state,
        at=at,
        until=read.until,
        person=read.person,
        attestation=read.attested,
        mfa=mfa,
        roles=read.roles,
        policies=policies,
        viewer=viewer_facts(read.person, read.attested, policies),
        held=held,
    )


def _what_of(read: Piece | None, at: datetime) -> What | None:
    if read is None:
        return None
    is_theirs, _, named = read.task.partition("/")
    purpose, _, job = named.partition("/")
    return What(
        state=read.state,
        at=at,
        until=read.until,
        footage=read.footage,
        facts=footage_facts(read.footage),
        task=(is_theirs == "1", purpose, job) if read.task else None,
        is_given=read.is_given,
    )


def _signed_in_with(key: str, session_data: str, person: Person) -> MfaKind | None:
    session = SessionStore(key)
    session._session_cache = session.decode(session_data)  # type: ignore[attr-defined]  # noqa: SLF001  what it would load
    if (
        session.get(SESSION_KEY) != str(person.pk)
        or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
        or not person.is_active
        or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    ):
        return None
    request = HttpRequest()
    request.session = session
    return mfa_kind(request, person)


def _held(read: Viewer, policies: PolicySet, at: datetime) -> Held | None:
    """What is held; None where it changed since the person was read."""
    if read.holds:
        held = held_for(read.person, policies, at=at)
        return held if marks.state() == read.state else None
    asked, person = policies.facts, read.person
    return Held(
        documents=() if "situation.documents" in asked else None,
        grants=() if "situation.grants" in asked else None,
        entity=person.organization.code if person.organization else "",
        at=at,
    )


def held_at(who: Who, at: datetime) -> Held:
    """What somebody holds, for a request at another time before it changes."""
    held = who.held
    return Held(
        documents=held.documents, grants=held.grants, break_glass=held.break_glass, entity=held.entity, at=at
    )  # nothing is counted over windows: see `_who_of`


def _policies(versions: str) -> PolicySet:
    named = sorted(version.split("/") for version in versions.split(","))
    return policies_in(tuple((int(number), digest) for _, number, digest in named))


_who: dict[Hashable, Who] = {}
_what: dict[Hashable, What] = {}
_checked: dict[str, float] = {"until": 0.0}


def _kept(kept: Mapping[Hashable, T], name: Hashable, at: datetime) -> T | None:
    if connection.in_atomic_block:
        return None  # what a transaction has changed itself is no state of the database yet
    found = kept.get(name)
    if found is None or not found.at <= at or (found.until is not None and at >= found.until):
        return None
    return found


def _keep(kept: dict[Any, Any], name: Hashable, found: object) -> None:
    if len(kept) >= REMEMBERED:
        kept.clear()
    kept[name] = found


def _may_be_kept() -> bool:
    """Whether every table that was read is watched; looked at now and then, since a table may be made anew."""
    if connection.in_atomic_block:
        return False
    now = time.monotonic()
    if now >= _checked["until"]:
        if marks.unwatched(table_of(model) for model in TABLES.values()):
            return False
        _checked["until"] = now + CHECKED_EVERY
    return True
