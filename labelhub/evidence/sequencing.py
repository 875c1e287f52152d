"""Giving entries their numbers: gap-free, in one ledger at a time, by one process at a time.

An entry is durable before it has a number; nobody waits for this. One turn takes the oldest waiting entries, gives them
the next numbers and a time that never goes back, and grows the tree, all in one transaction that holds the ledger's
head. A process that dies in between leaves the turn undone or done, never half.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from labelhub.evidence.models import LedgerEntry, LedgerHead, Position, Unsequenced
from residency.ledger import leaf_hash
from residency.ledger.leaf import leaf_bytes, time_text
from residency.ledger.leaves import LATEST_AHEAD
from residency.ledger.tree import Frontier

BATCH: Final = 1000
Numbered = Callable[[Sequence[LedgerEntry]], None]


def sequence(ledger: str, *, at: datetime, numbered: Numbered | None = None) -> int:
    """Number the oldest waiting entries of a ledger, and say how many; `numbered` is told of them before the commit."""
    if not Unsequenced.objects.filter(ledger=ledger).exists():
        return 0
    with transaction.atomic():
        head = locked_head(ledger)
        entries = list(LedgerEntry.objects.filter(waiting__ledger=ledger).order_by("at", "pk")[:BATCH])
        if not entries:
            return 0
        # Another machine's clock may be ahead: an entry must not be numbered long before it says it happened.
        sequenced = max(filter(None, (at, head.sequenced, max(entry.at for entry in entries) - LATEST_AHEAD)))
        positions = _positions(head.size, entries, sequenced)
        _grow(head, positions, sequenced)
        Position.objects.bulk_create(positions)
        if numbered is not None:
            numbered(entries)
        Unsequenced.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    return len(entries)


def locked_head(ledger: str) -> LedgerHead:
    """Take a ledger's head for this transaction; whoever else wants it waits."""
    LedgerHead.objects.get_or_create(pk=ledger)
    if connection.vendor == "sqlite":  # a transaction that writes has the whole database already
        return LedgerHead.objects.get(pk=ledger)
    return LedgerHead.objects.select_for_update().get(pk=ledger)


def frontier_of(head: LedgerHead) -> Frontier:
    """The tree of a head, to be grown."""
    return Frontier(head.size, [bytes.fromhex(one) for one in head.hashes])


def leaf_of(entry: LedgerEntry, position: Position) -> bytes:
    """The bytes of a numbered entry's leaf."""
    return leaf_bytes(entry.leaf_text, position.number, time_text(position.sequenced))


def _positions(size: int, entries: Sequence[LedgerEntry], sequenced: datetime) -> list[Position]:
    text = time_text(sequenced)
    return [
        Position(
            entry=entry,
            ledger=entry.ledger,
            number=number,
            sequenced=sequenced,
            leaf_hash=leaf_hash(leaf_bytes(entry.leaf_text, number, text)).hex(),
        )
        for number, entry in enumerate(entries, size)
    ]


def _grow(head: LedgerHead, positions: Sequence[Position], sequenced: datetime) -> None:
    tree = frontier_of(head)
    tree.extend(bytes.fromhex(position.leaf_hash) for position in positions)
    head.size, head.hashes, head.sequenced = tree.size, [one.hex() for one in tree.hashes], sequenced
    head.save(update_fields=["size", "hashes", "sequenced"])
