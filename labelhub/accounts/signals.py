"""Sign-ins, refused sign-ins and sign-outs become ledger entries. A sign-in that cannot be recorded does not happen."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from labelhub.accounts.models import Person
from labelhub.accounts.place import peer_of, place_of
from labelhub.accounts.sessions import session_mark
from labelhub.evidence.actions import EntryDraft, LedgerUnavailableError, record
from labelhub.evidence.models import LedgerAction, Outcome

logger = logging.getLogger(__name__)


def connect() -> None:
    """Listen to Django's sign-in signals; asked for once, when the app is ready."""
    user_logged_in.connect(signed_in, dispatch_uid="labelhub.accounts.signed_in")
    user_login_failed.connect(refused, dispatch_uid="labelhub.accounts.refused")
    user_logged_out.connect(signed_out, dispatch_uid="labelhub.accounts.signed_out")


def signed_in(sender: object, request: HttpRequest, user: Person, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
    """Record a sign-in, or undo it."""
    try:
        record(_session_entry(LedgerAction.PERSON_SESSION_STARTED, request, user))
    except LedgerUnavailableError as error:
        request.session.flush()
        request.user = AnonymousUser()
        raise _unavailable(request) from error


def refused(sender: object, credentials: Mapping[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
    """Record a refused sign-in. The address typed may be anything, so only a keyed hash of it is kept."""
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    details = {"address_hash": address_hash(typed)} if typed else {}
    try:
        record(
            EntryDraft(
                action=LedgerAction.PERSON_SESSION_REFUSED,
                at=timezone.now(),
                outcome=Outcome.DENY,
                details=details,
            )
        )
    except LedgerUnavailableError as error:
        if request is not None:
            raise _unavailable(request) from error
        raise


def signed_out(sender: object, request: HttpRequest, user: Person | None, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
    """Record a sign-out. One that cannot be recorded happens all the same: it only takes access away."""
    if not isinstance(user, Person):
        return
    try:
        record(_session_entry(LedgerAction.PERSON_SESSION_ENDED, request, user))
    except LedgerUnavailableError:
        logger.exception("a sign-out of `%s` could not be recorded", user.pseudonym)


def address_hash(address: str) -> str:
    """Name an e-mail address without writing it: the same address gives the same hash in this installation only."""
    return salted_hmac("labelhub.accounts.address", address.lower(), algorithm="sha256").hexdigest()[:32]


def _session_entry(action: LedgerAction, request: HttpRequest, person: Person) -> EntryDraft:
    at = timezone.now()
    place = place_of(request, person, at=at)
    return EntryDraft(
        action=action,
        at=at,
        person=person.pseudonym,
        entity=person.organization.code if person.organization else "",
        place=place.jurisdiction or "",
        level=int(place.level),
        session=session_mark(request),
        address=peer_of(request),
        details={"methods": _methods(request), "disagreed": list(place.disagreements)},
    )


def _methods(request: HttpRequest) -> list[str]:
    steps = request.session.get("account_authentication_methods", [])
    return [str(step.get("type") or step.get("method")) for step in steps]


def _unavailable(request: HttpRequest) -> ImmediateHttpResponse:
    return ImmediateHttpResponse(render(request, "accounts/unavailable.html", status=503))
