"""Findings: raised once, closed with a reason, opened again. Each change is an entry of the ledger."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import Finding, FindingKind, LedgerAction
from labelhub.evidence.reader import Reader, draft_by

ITSELF: Final = Reader(pseudonym="")


class FindingError(Exception):
    """A finding cannot be changed so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What will be a finding, if it is none yet. `same` tells it from others of its kind; `at` is when it happened."""

    kind: FindingKind
    same: str
    at: datetime
    what: str
    entry: UUID | None = None
    path: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What a finding of this has as its key."""
        return hashlib.sha256(f"{self.kind.value}\n{self.same}".encode()).hexdigest()


def raise_once(suspicion: Suspicion, *, at: datetime) -> Finding | None:
    """Raise a finding of something that happened, unless it was raised before, open or closed."""
    if Finding.objects.filter(key=suspicion.key).exists():
        return None
    return _raise(suspicion, at=at)


def raise_state(suspicion: Suspicion, *, at: datetime) -> Finding | None:
    """Raise a finding of something that is so now, unless one is open."""
    if Finding.objects.filter(key=suspicion.key, closed_at__isnull=True).exists():
        return None
    return _raise(suspicion, at=at)


def end_state(kind: FindingKind, same: str, *, why: str, at: datetime) -> int:
    """Close the open finding of something that is so no longer; say how many were open."""
    key = Suspicion(kind=kind, same=same, at=at, what="").key
    found = list(Finding.objects.filter(key=key, closed_at__isnull=True))
    for finding in found:
        _change(finding, ITSELF, "closed", reason=why, at=at, closed_at=at)
    return len(found)


def close_finding(finding: Finding, *, by: Reader, reason: str, at: datetime) -> Finding:
    """Close a finding, and say why.

    Raises:
        FindingError: it is closed already.
        LedgerUnavailableError: it cannot be recorded, and stays open.
    """
    return _locked_change(finding, by, "closed", reason=reason, at=at, closed_at=at)


def close_findings(numbers: Iterable[int], *, by: Reader, reason: str, at: datetime) -> int:
    """Close all of some findings that are open, or none of them, and say how many were.

    Raises:
        LedgerUnavailableError: it cannot be recorded, and all stay open.
    """
    with transaction.atomic():
        found = list(open_findings().filter(pk__in=list(numbers)).select_for_update())
        for finding in found:
            _change(finding, by, "closed", reason=reason, at=at, closed_at=at)
    return len(found)


def reopen_finding(finding: Finding, *, by: Reader, at: datetime) -> Finding:
    """Open a closed finding again.

    Raises:
        FindingError: it is open already, or the same was found again since.
        LedgerUnavailableError: it cannot be recorded, and stays closed.
    """
    try:
        return _locked_change(finding, by, "opened again", reason="", at=at, closed_at=None)
    except IntegrityError as error:
        raise FindingError("the same was found again since, and that finding is open") from error


def open_findings() -> QuerySet[Finding]:
    """Find what is not closed, newest first."""
    return Finding.objects.filter(closed_at__isnull=True).order_by("-raised_at", "-pk")


def findings_in(state: str, kind: str = "") -> QuerySet[Finding]:
    """Find the `open` or `closed` findings, of one kind if it is named, newest first."""
    found = Finding.objects.filter(closed_at__isnull=state != "closed").order_by("-raised_at", "-pk")
    return found.filter(kind=kind) if kind in FindingKind.values else found


def counts_by_kind(state: str) -> Counter[str]:
    """Count the `open` or `closed` findings of each kind."""
    counted = findings_in(state).order_by().values_list("kind").annotate(number=Count("pk"))
    return Counter(dict(counted))


def _raise(suspicion: Suspicion, *, at: datetime) -> Finding:
    with transaction.atomic():
        finding = Finding.objects.create(
            kind=suspicion.kind,
            key=suspicion.key,
            at=suspicion.at,
            raised_at=at,
            what=suspicion.what[:500],
            entry=suspicion.entry,
            path=suspicion.path,
            details=dict(suspicion.details),
        )
        named = {"entry": str(suspicion.entry)} if suspicion.entry else {}
        details = {"finding": str(finding.pk), "kind": finding.kind, "what": finding.what, **named}
        record(EntryDraft(action=LedgerAction.LEDGER_FINDING_RAISED, at=at, details=details))
    return finding


def _locked_change(
    finding: Finding, by: Reader, change: str, *, reason: str, at: datetime, closed_at: datetime | None
) -> Finding:
    with transaction.atomic():
        current = Finding.objects.select_for_update().get(pk=finding.pk)
        if (current.closed_at is None) == (closed_at is None):
            raise FindingError(f"it is {'open' if closed_at is None else 'closed'} already")
        return _change(current, by, change, reason=reason, at=at, closed_at=closed_at)


def _change(
    finding: Finding, by: Reader, change: str, *, reason: str, at: datetime, closed_at: datetime | None
) -> Finding:
    with transaction.atomic():
        finding.closed_at = closed_at
        finding.closed_by = by.pseudonym if closed_at else ""
        finding.reason = reason
        finding.save(update_fields=["closed_at", "closed_by", "reason"])
        # Opening again is told by the entry's details: the list of actions is closed.
        action = LedgerAction.LEDGER_FINDING_CLOSED if closed_at else LedgerAction.LEDGER_FINDING_RAISED
        told = {"finding": str(finding.pk), "kind": finding.kind, "change": change}
        record(draft_by(by, action, told | ({"reason": reason} if reason else {}), at=at))
    return finding
