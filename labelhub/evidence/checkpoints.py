"""Signed checkpoints: the tiles are written, the signer is shown that the tree only grew, and its answer is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from labelhub.evidence.models import Checkpoint, LedgerHead, Position
from labelhub.evidence.sequencing import frontier_of, leaf_of
from labelhub.evidence.tile_files import TileFiles
from labelhub.evidence.witnessing import Witness, WitnessError
from labelhub.signer.client import Signer
from residency.ledger import checkpoint as notes
from residency.ledger.tiles import WIDTH, grow, grow_entries
from residency.ledger.tree import prove_consistency

logger = logging.getLogger(__name__)
AT_ONCE: Final = 16 * WIDTH
OFTEN: Final = timedelta(seconds=5)
MANY: Final = 1000


def origin_of(ledger: str) -> str:
    """The name under which a ledger's checkpoints are signed."""
    return f"{settings.LEDGER_NAME}/{ledger}"


def files_of(ledger: str) -> TileFiles:
    """A ledger's folder of tiles."""
    return TileFiles(settings.LEDGER_DIR / ledger)


def latest(ledger: str) -> Checkpoint | None:
    """The last checkpoint of a ledger."""
    return Checkpoint.objects.filter(ledger=ledger).order_by("-size").first()


def is_due(head: LedgerHead, last: Checkpoint | None, *, at: datetime) -> bool:
    """Whether a ledger has grown enough, or waited long enough, since its last checkpoint."""
    if last is None:
        return head.size > 0
    return head.size > last.size and (head.size - last.size >= MANY or not last.at <= at < last.at + OFTEN)


def write_tiles(head: LedgerHead) -> None:
    """Bring a ledger's tiles up to its head, from the database."""
    files = files_of(head.ledger)
    while head.tiled < head.size:
        positions = _next(head.ledger, head.tiled)
        hashes = [bytes.fromhex(position.leaf_hash) for position in positions]
        files.write(grow_entries(files.read, head.tiled, [leaf_of(one.entry, one) for one in positions]))
        files.write(grow(files.read, head.tiled, hashes))
        head.tiled += len(positions)
        head.save(update_fields=["tiled"])


def sign(ledger: str, signer: Signer, *, at: datetime, witness: Witness | None = None) -> Checkpoint | None:
    """Have a ledger's tree signed as it stands, and keep the checkpoint; nothing where nothing is new.

    A witness is asked too. Without its signature the checkpoint stands all the same.

    Raises:
        SignerError: the signer refuses or does not answer.
        TileError: the tiles do not hold what they should.
    """
    head, last = LedgerHead.objects.get(pk=ledger), latest(ledger)
    write_tiles(head)
    if last is not None and last.size >= head.size:
        return None
    tree = frontier_of(head)
    wanted = notes.Checkpoint(origin_of(ledger), tree.size, tree.root())
    before = signer.last(wanted.origin)
    signed = _cosigned(signer.sign(wanted, _proof(head, before)), head, witness)
    kept = Checkpoint(ledger=ledger, size=wanted.size, root=wanted.root.hex(), text=str(signed), at=at)
    with transaction.atomic():
        kept.save(force_insert=True)
    files_of(ledger).put("checkpoint", str(signed).encode())
    return kept


def _cosigned(signed: notes.SignedCheckpoint, head: LedgerHead, witness: Witness | None) -> notes.SignedCheckpoint:
    if witness is None:
        return signed
    read = files_of(head.ledger).reader(head.size)
    try:
        return witness.cosign(signed, lambda old: prove_consistency(read, old, head.size))
    except WitnessError as error:
        logger.warning("ledger `%s` has no witness at %d entries: %s", head.ledger, head.size, error)
        return signed


def _proof(head: LedgerHead, before: notes.Checkpoint | None) -> tuple[bytes, ...]:
    """Show that the tree begins with what was last signed. If that was larger there is no proof, and no signature."""
    if before is None or before.size > head.size:
        return ()
    return prove_consistency(files_of(head.ledger).reader(head.size), before.size, head.size)


def _next(ledger: str, first: int) -> list[Position]:
    found: Iterator[Position] = (
        Position.objects.filter(ledger=ledger, number__gte=first, number__lt=first + AT_ONCE)
        .select_related("entry")
        .order_by("number")
        .iterator(chunk_size=AT_ONCE)
    )
    return list(found)
