"""Ledger entries for tests: a few by hand, many by a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction, LedgerEntry, Outcome

START = datetime(2026, 3, 1, tzinfo=UTC)
CAMERAS = {
    "cam-ca-1": ("US-CA", "golden-coast"),
    "cam-tx-1": ("US-TX", "golden-coast"),
    "cam-de-1": ("DE-BE", "stadtverkehr"),
    "cam-nowhere": ("", ""),
}


def view(at: datetime = START, *, allowed: bool = True, **fields: Any) -> LedgerEntry:  # noqa: ANN401  any fact of an entry
    """Record one view, allowed or refused."""
    values: dict[str, Any] = {
        "person": "p-somebody",
        "entity": "employer-us",
        "place": "US",
        "level": 2,
        "footage": "f1",
        "source": "cam-ca-1",
        "jurisdiction": "US-CA",
        "owner": "golden-coast",
        "rendition": "original",
        "purpose": "ml-training",
        "rules": ("demo/california-in-the-united-states",),
        "policy_hash": "a" * 64,
        "inputs_hash": "b" * 64,
    }
    action = LedgerAction.MEDIA_VIEW_ALLOWED if allowed else LedgerAction.MEDIA_VIEW_DENIED
    outcome = Outcome.ALLOW if allowed else Outcome.DENY
    return record(EntryDraft(**{"action": action, "at": at, "outcome": outcome, "ledger": "us", **values, **fields}))


def many(number: int, *, people: list[str], seed: int = 7) -> list[LedgerEntry]:
    """Record views and other things at random, some in the same instant, from known and unknown places."""
    chance = random.Random(seed)
    return [_one(chance, people) for _ in range(number)]


def _one(chance: random.Random, people: list[str]) -> LedgerEntry:
    camera = chance.choice(list(CAMERAS))
    jurisdiction, owner = CAMERAS[camera]
    place = chance.choice(["US", "US-CA", "PH", "DE", "FR", ""])
    fields: dict[str, Any] = {
        "person": chance.choice(people),
        "place": place,
        "level": chance.randint(1, 3) if place else 0,
        "footage": f"{camera}-{chance.randint(1, 5)}",
        "source": camera,
        "jurisdiction": jurisdiction,
        "owner": owner,
    }
    if chance.random() < 0.2:
        fields |= {"action": LedgerAction.LABELING_TASK_SUBMITTED}
    at = START + timedelta(minutes=chance.randint(0, 40))
    return view(at, allowed=chance.random() < 0.6, **fields)
