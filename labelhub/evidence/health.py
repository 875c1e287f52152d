"""Whether a ledger may be relied on: its entries are numbered, signed, and its clock goes forward.

What is recorded but never signed proves nothing, so footage waits with it. The sequencer says how it fares every few
seconds; silence is a no. Nobody has to do anything when the cause is gone: the next report says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import Error, connection

from labelhub.evidence.marks import STATE
from labelhub.evidence.models import LedgerHead
from labelhub.prepared import rows_of

SILENT: Final = timedelta(seconds=30)
STEP: Final = timedelta(seconds=5)
# Holds where `problem_with` has nothing to say about the ledger and the time of `new`; SQLite counts a day as 1.
WELL: Final = """EXISTS (SELECT 1 FROM evidence_ledgerhead head WHERE head.ledger = new.ledger AND head.problem = ''
    AND {reported} >= {at} - {silent} AND {reported} <= {at} + {step}
    AND (head.sequenced IS NULL OR {sequenced} <= {at} + {step}))"""


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


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the database says of what is about to be relied on: facts still in a state, a ledger well and writable."""

    is_so: bool
    is_well: bool
    is_writable: bool


def confirm(state: str, ledger: str, *, at: datetime) -> Confirmed:
    """Ask in one question whether facts are still in a state, a ledger is well, and entries can be written.

    Raises:
        DatabaseError: the database did not answer.
    """
    if connection.vendor == "postgresql":
        asked = f"SELECT {STATE} = %s, {well()}, current_setting('transaction_read_only') = 'off'"
        ((is_so, is_well, is_writable),) = rows_of(
            f"{asked} FROM (SELECT %s::varchar AS ledger, %s::timestamptz AS at) AS new", (state, ledger, at)
        )
        return Confirmed(is_so, is_well, is_writable)
    asked = f"SELECT {STATE} = ?, {well()} FROM (SELECT ? AS ledger, ? AS at) AS new"  # noqa: S608  our own words
    connection.ensure_connection()
    given = (state, ledger, connection.ops.adapt_datetimefield_value(at))
    is_so, is_well = connection.connection.execute(asked, given).fetchone()
    return Confirmed(bool(is_so), bool(is_well), is_writable=True)


def well() -> str:
    """The condition in SQL that nothing is wrong with the ledger of `new` at the time of `new`."""
    if connection.vendor == "postgresql":
        return WELL.format(
            reported="head.reported", sequenced="head.sequenced", at="new.at",
            silent=f"interval '{SILENT.total_seconds()} seconds'", step=f"interval '{STEP.total_seconds()} seconds'",
        )  # fmt: skip
    day = timedelta(days=1)
    return WELL.format(
        reported="julianday(head.reported)", sequenced="julianday(head.sequenced)", at="julianday(new.at)",
        silent=SILENT / day, step=STEP / day,
    )  # fmt: skip


def report_of(ledger: str) -> LedgerHead | None:
    """Look up how the sequencer of a ledger fares."""
    return LedgerHead.objects.filter(pk=ledger).first()
