"""Recording documents and giving grants, and withdrawing them: each counts from its recording on, never before.

Nothing held is changed or deleted, so that what was held at any time can still be told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from labelhub.accounts.models import Organization, Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.policies.models import HeldDocument, HeldGrant

LONGEST_GRANT: Final = timedelta(days=366)


class HeldError(Exception):
    """A document or a grant cannot be recorded or withdrawn as asked; the message says why and what to do."""


def add_document(
    *,
    type: str,  # noqa: A002  what rules call it
    party: Organization,
    reference: str,
    valid_from: datetime,
    valid_until: datetime | None,
    by: str,
    at: datetime,
) -> HeldDocument:
    """Record that a document is held about an organization.

    Raises:
        HeldError: its time is none it can hold for.
    """
    _require_time(valid_from, valid_until, at)
    with transaction.atomic():
        document = HeldDocument.objects.create(
            type=type,
            party=party,
            reference=reference,
            valid_from=valid_from,
            valid_until=valid_until,
            recorded_by=by,
        )
        _record_document(LedgerAction.HELD_DOCUMENT_ADDED, document, by=by, at=at)
    return document


def add_grant(
    *, name: str, person: Person, reason: str, valid_from: datetime, valid_until: datetime, by: str, at: datetime
) -> HeldGrant:
    """Give one person a named permission for a time.

    Raises:
        HeldError: they would give it to themselves, or for longer than a year, or its time is none it can hold for.
    """
    if by == person.pseudonym:
        raise HeldError("nobody gives themselves a grant: ask another compliance officer")
    _require_time(valid_from, valid_until, at)
    if valid_until - valid_from > LONGEST_GRANT:
        raise HeldError("a grant holds for a year at most: choose an earlier end, and give it again then")
    with transaction.atomic():
        grant = HeldGrant.objects.create(
            name=name, person=person, reason=reason, valid_from=valid_from, valid_until=valid_until, recorded_by=by
        )
        _record_grant(LedgerAction.HELD_GRANT_ADDED, grant, by=by, at=at)
    return grant


def withdraw_document(document: HeldDocument, *, by: str, at: datetime) -> None:
    """Hold a document no longer, from the next request on.

    Raises:
        HeldError: it was withdrawn already, or is over.
    """
    with transaction.atomic():
        rows = HeldDocument.objects.filter(pk=document.pk, withdrawn_at__isnull=True)
        _require_withdrawal(rows.update(withdrawn_at=at), document.valid_until, at)
        _record_document(LedgerAction.HELD_DOCUMENT_WITHDRAWN, document, by=by, at=at)


def withdraw_grant(grant: HeldGrant, *, by: str, at: datetime) -> None:
    """Take a grant back, from the next request on.

    Raises:
        HeldError: it was withdrawn already, or is over.
    """
    with transaction.atomic():
        rows = HeldGrant.objects.filter(pk=grant.pk, withdrawn_at__isnull=True)
        _require_withdrawal(rows.update(withdrawn_at=at), grant.valid_until, at)
        _record_grant(LedgerAction.HELD_GRANT_WITHDRAWN, grant, by=by, at=at)


def _require_time(valid_from: datetime, valid_until: datetime | None, at: datetime) -> None:
    if valid_from < at:
        # Recorded backwards it would seem to have been held when decisions were made without it.
        raise HeldError("it counts from its recording on: choose today or a later day")
    if valid_until is not None and valid_until <= valid_from:
        raise HeldError("it would end before it begins: choose a later end")


def _require_withdrawal(rows: int, valid_until: datetime | None, at: datetime) -> None:
    if not rows:
        raise HeldError("it was withdrawn already: there is nothing to do")
    if valid_until is not None and valid_until <= at:
        raise HeldError("it is over already: there is nothing to withdraw")


def _record_document(action: LedgerAction, document: HeldDocument, *, by: str, at: datetime) -> None:
    details = {"document": document.pk, "type": document.type, "reference": document.reference, "by": by}
    times = {"valid_from": document.valid_from, "valid_until": document.valid_until or "no end"}
    record(EntryDraft(action=action, at=at, entity=document.party.code, details={**details, **times}))


def _record_grant(action: LedgerAction, grant: HeldGrant, *, by: str, at: datetime) -> None:
    organization = grant.person.organization
    record(
        EntryDraft(
            action=action,
            at=at,
            person=grant.person.pseudonym,
            entity=organization.code if organization else "",
            details={
                "grant": grant.pk,
                "name": grant.name,
                "reason": grant.reason,
                "valid_from": grant.valid_from,
                "valid_until": grant.valid_until,
                "by": by,
            },
        )
    )
