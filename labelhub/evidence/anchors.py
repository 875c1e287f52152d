"""Anchors: checkpoints under lock in a bucket that nobody, not we either, can change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import Anchor, Checkpoint, LedgerAction, LedgerEntry, Position
from labelhub.storage.anchors import AnchorStore

EVERY: Final = timedelta(minutes=10)


def is_due(ledger: str, checkpoint: Checkpoint, *, at: datetime) -> bool:
    """Whether a ledger has grown by more than the entry of its last anchoring, and that was a while ago."""
    last = Anchor.objects.filter(ledger=ledger).order_by("-size").first()
    if last is None:
        return True
    if last.at <= at < last.at + EVERY:
        return False
    grown = LedgerEntry.objects.filter(position__ledger=ledger, position__number__gte=last.size)
    return (
        grown.filter(position__number__lt=checkpoint.size)
        .exclude(action=LedgerAction.LEDGER_CHECKPOINT_ANCHORED)
        .exists()
    )


def unanchored_since(ledger: str) -> datetime | None:
    """When the oldest entry got its number that no anchor covers; the entries of anchoring itself do not count."""
    last = Anchor.objects.filter(ledger=ledger).order_by("-size").first()
    uncovered = Position.objects.filter(ledger=ledger, number__gte=last.size if last else 0)
    first = uncovered.exclude(entry__action=LedgerAction.LEDGER_CHECKPOINT_ANCHORED).order_by("number").first()
    return first.sequenced if first else None


def anchor(checkpoint: Checkpoint, store: AnchorStore, *, at: datetime) -> Anchor:
    """Write a checkpoint under lock, and record that in the ledger itself: an anchor that is gone is then missed.

    Raises:
        StoreError: the store refuses; nothing is recorded.
    """
    key = f"{checkpoint.ledger}/{checkpoint.size:016d}"
    until = (at + timedelta(days=settings.ANCHOR.days)).replace(microsecond=0)
    kept = store.put(key, checkpoint.text, retain_until=until)
    with transaction.atomic():
        record(
            EntryDraft(
                action=LedgerAction.LEDGER_CHECKPOINT_ANCHORED,
                at=at,
                ledger=checkpoint.ledger,
                details={"size": str(checkpoint.size), "root": checkpoint.root, "version": kept.version},
            )
        )
        return Anchor.objects.create(
            ledger=checkpoint.ledger,
            size=checkpoint.size,
            text=checkpoint.text,
            bucket=settings.ANCHOR.bucket,
            key=kept.key,
            version=kept.version,
            retain_until=until,
            at=at,
        )
