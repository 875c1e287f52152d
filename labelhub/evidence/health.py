"""Whether a ledger may be relied on: its entries are numbered, signed, and its clock goes forward.

What is recorded but never signed proves nothing, so footage waits with it. The sequencer says how it fares every few
seconds; silence is a no. Nobody has to do anything when the cause is gone: the next report says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import Error

from labelhub.evidence.models import LedgerHead

SILENT: Final = timedelta(seconds=30)
STEP: Final = timedelta(seconds=5)


def problem_of(ledger: str, *, at: datetime) -> str:
    """Say what is wrong with a ledger; nothing if all is well."""
    try:
        head = report_of(ledger)
    except Error:
        return f"the database of ledger `{ledger}` does not answer"
    return problem_with(head, ledger, at=at)


def problem_with(head: LedgerHead | None, ledger: str, *, at: datetime) -> str:
    """Say what is wrong with a ledger whose report was read already; nothing if all is well."""
    if head is None or head.reported is None:
        return f"the sequencer of ledger `{ledger}` has never reported"
    if head.problem:
        return head.problem
    if at > head.reported + SILENT:
        return f"the sequencer of ledger `{ledger}` has been silent since {head.reported:%H:%M:%S} UTC"
    newest = max(filter(None, (head.reported, head.sequenced)))
    if at < newest - STEP:
        return f"the clock went back: ledger `{ledger}` has entries of {newest:%Y-%m-%d %H:%M:%S} UTC"
    return ""


def report_of(ledger: str) -> LedgerHead | None:
    """Look up how the sequencer of a ledger fares."""
    return LedgerHead.objects.filter(pk=ledger).first()
