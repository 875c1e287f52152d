"""Entries that this process wrote, or found, less than a minute ago: each stands for more requests of the same view.

Nothing here allows anything. A request is decided anew, and an entry stands for it only if it says exactly what its own
entry would say. What another process wrote is not known here, until the database says so instead of writing another.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from labelhub.evidence.actions import EntryDraft
from labelhub.evidence.appending import STANDS
from labelhub.evidence.models import LedgerEntry
from residency import Decision

MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Lease:
    """An entry by its id, and what it allowed."""

    entry: str
    at: datetime
    allowed: tuple[str, str, str]


Name = tuple[str, str, str]
_leases: OrderedDict[Name, Lease] = OrderedDict()


def keep(draft: EntryDraft, entry: LedgerEntry) -> None:
    """Keep an entry that allowed a view."""
    if len(_leases) >= MOST:
        _leases.popitem(last=False)
    allowed = draft.purpose, draft.policy_hash, draft.inputs_hash
    _leases[draft.session, draft.footage, draft.rendition] = Lease(str(entry.pk), entry.at, allowed)


def entry_for(
    *, session: str, footage: str, rendition: str, purpose: str, decision: Decision, at: datetime
) -> str | None:
    """The id of the entry that stands for a request that was decided so; None if there is none here."""
    lease = _leases.get((session, footage, rendition))
    if lease is None or not at - STANDS < lease.at <= at:
        return None
    return lease.entry if lease.allowed == (purpose, decision.policy_hash, decision.inputs_hash) else None
