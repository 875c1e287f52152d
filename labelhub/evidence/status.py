"""How the ledgers fare, for those who must know: in words, without anything that belongs to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import Error

from labelhub.evidence.anchors import unanchored_since
from labelhub.evidence.checkpoints import latest
from labelhub.evidence.health import problem_of, report_of
from labelhub.evidence.models import Anchor, LedgerEntry
from labelhub.evidence.sequencer import ledgers_of, waiting

LATE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about a ledger that somebody must mend; `refuses` tells whether footage waits for it."""

    ledger: str
    words: str
    refuses: bool


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """One ledger: how it fares, in words, and whether it may be relied on."""

    ledger: str
    well: bool
    words: str


def alarms(*, at: datetime) -> tuple[Alarm, ...]:
    """Everything that is wrong with any ledger now; nothing while all is well."""
    found = []
    for ledger in ledgers_of(tuple(settings.ZONES)):
        problem = problem_of(ledger, at=at)
        late = "" if problem else _late(ledger, at=at)
        if problem or late:
            found.append(Alarm(ledger, problem or late, refuses=bool(problem)))
    return tuple(found)


def status_of(ledger: str, *, at: datetime) -> LedgerStatus:
    """How one ledger fares: its size, what is signed and anchored of it and since when, what waits, what is wrong."""
    problem = problem_of(ledger, at=at)
    try:
        return LedgerStatus(ledger, *_judged(problem, _lost(ledger), _facts(ledger, at=at)))
    except Error:
        return LedgerStatus(ledger, *_judged(problem or f"the database of ledger `{ledger}` does not answer", "", ""))


def _judged(problem: str, lost: str, facts: str) -> tuple[bool, str]:
    return not (problem or lost), "; ".join(filter(None, (problem, lost, facts)))


def _late(ledger: str, *, at: datetime) -> str:
    try:
        since = unanchored_since(ledger)
    except Error:
        return ""  # whoever asks next for anything else says that the database is away
    if since is None or at < since + LATE:
        return ""
    return f"ledger `{ledger}` has not been anchored since {since:%Y-%m-%d %H:%M} UTC"


def _lost(ledger: str) -> str:
    """Entries with neither a number nor a place in the queue: somebody has been at the queue."""
    number = LedgerEntry.objects.filter(ledger=ledger, position=None, waiting=None).count()
    return f"{number} entries have no number and wait for none: the queue was tampered with" if number else ""


def _facts(ledger: str, *, at: datetime) -> str:
    head, signed = report_of(ledger), latest(ledger)
    anchored = Anchor.objects.filter(ledger=ledger).order_by("-size").first()
    return ", ".join(
        (
            f"{head.size if head else 0} entries",
            f"{waiting(ledger)} waiting",
            f"signed up to {signed.size} {_ago(signed.at, at)}" if signed else "never signed",
            f"anchored up to {anchored.size} {_ago(anchored.at, at)}" if anchored else "never anchored",
        )
    )


def _ago(then: datetime, at: datetime) -> str:
    return f"{max(0, int((at - then).total_seconds()))} s ago"
