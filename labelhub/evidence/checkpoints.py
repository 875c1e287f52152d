"""Signed checkpoints: the tiles are written, the signer is shown that the tree only grew, and its answer is kept.

Tiles that are lost or damaged are written again from the database; a tree that the signer does not know to begin with
what it signed is nothing that anything here can mend.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from labelhub.evidence.models import Checkpoint, LedgerHead, Position
from labelhub.evidence.sequencing import frontier_of, leaf_of
from labelhub.evidence.tile_files import TileFiles
from labelhub.evidence.witnessing import Witness, WitnessError
from labelhub.signer.client import Signer
from labelhub.signer.keys import SignerError
from residency.ledger import checkpoint as notes
from residency.ledger.errors import LedgerError, TileError, TreeError
from residency.ledger.tiles import WIDTH, grow, grow_entries
from residency.ledger.tree import frontier_at, prove_consistency, verify_consistency

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
    """Bring a ledger's tiles up to its head, from the database.

    Raises:
        TreeError: a number of the ledger is missing.
        TileError: a tile that is written already is missing or cut.
    """
    files = files_of(head.ledger)
    while head.tiled < head.size:
        positions = _next(head)
        hashes = [bytes.fromhex(position.leaf_hash) for position in positions]
        files.write(grow_entries(files.read, head.tiled, [leaf_of(one.entry, one) for one in positions]))
        files.write(grow(files.read, head.tiled, hashes))
        head.tiled += len(positions)
        head.save(update_fields=["tiled"])


def sign(ledger: str, signer: Signer, *, at: datetime, witness: Witness | None = None) -> Checkpoint | None:
    """Have a ledger's tree signed as it stands, and keep the checkpoint; nothing where nothing is new.

    A witness is asked too. Without its signature the checkpoint stands all the same.

    Raises:
        SignerError: the signer refuses or does not answer, or remembers less than was signed.
        LedgerError: the tree cannot be made from the database.
    """
    files = files_of(ledger)
    with files.held():  # another sequencer of this ledger would sign a larger tree meanwhile
        head, last = LedgerHead.objects.get(pk=ledger), latest(ledger)
        if last is not None and last.size >= head.size:
            return None
        tree = frontier_of(head)
        wanted = notes.Checkpoint(origin_of(ledger), tree.size, tree.root())
        before = _remembered(signer, wanted.origin, last)
        signed = _cosigned(signer.sign(wanted, _shown(head, before, wanted)), head, witness)
        kept = Checkpoint(ledger=ledger, size=wanted.size, root=wanted.root.hex(), text=str(signed), at=at)
        with transaction.atomic():
            kept.save(force_insert=True)
        files.put("checkpoint", kept.text.encode())
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


def compare(ledger: str, signer: Signer) -> None:
    """Ask the signer whether it knows the ledger as the database does, and publish the last checkpoint if it is not.

    Raises:
        SignerError: it does not answer, or one of the two is older than the other.
    """
    files = files_of(ledger)
    with files.held():
        head, last = LedgerHead.objects.filter(pk=ledger).first(), latest(ledger)
        before, size = _remembered(signer, origin_of(ledger), last), head.size if head else 0
        if before is not None and before.size > size:
            raise SignerError(
                f"it had {before.size} entries when last signed, now {size}: restore a newer copy of the database"
            )
        if last is not None and files.read("checkpoint") != last.text.encode():
            files.put("checkpoint", last.text.encode())


def _remembered(signer: Signer, origin: str, last: Checkpoint | None) -> notes.Checkpoint | None:
    """What the signer signed last. It writes before the database does, so it may know more, and never less.

    A ledger under a new name has a new signature to begin with: checkpoints of its old name say nothing of it.
    """
    before = signer.last(origin)
    if last is not None and not last.text.startswith(f"{origin}\n"):
        last = None
    known, signed = before.size if before else 0, last.size if last else 0
    if known < signed:
        raise SignerError(
            f"the signer remembers {known} entries and {signed} are signed: restore its folder from a newer copy"
        )
    if before is not None and last is not None and known == signed and before.root.hex() != last.root:
        raise SignerError(f"the signer remembers another tree of {known} entries than the database")
    return before


def _shown(head: LedgerHead, before: notes.Checkpoint | None, wanted: notes.Checkpoint) -> tuple[bytes, ...]:
    """Show that the tree begins with what was last signed. If that was larger there is no proof, and no signature."""
    if before is not None and before.size > head.size:
        return ()
    old = before.size if before else 0
    try:
        return _proof(head, old, wanted)
    except LedgerError:
        head.tiled = 0  # the tiles are lost or damaged
        return _proof(head, old, wanted)


def _proof(head: LedgerHead, old: int, wanted: notes.Checkpoint) -> tuple[bytes, ...]:
    write_tiles(head)
    read = files_of(head.ledger).reader(head.size)
    if frontier_at(read, head.size).root() != wanted.root:
        raise TileError(f"the tiles of ledger `{head.ledger}` hold another tree than its head")
    proof, old_root = prove_consistency(read, old, head.size), frontier_at(read, old).root()
    # Whether the old root is the one that was signed is for the signer to say: no other tile would change that.
    verify_consistency(old=old, old_root=old_root, new=head.size, new_root=wanted.root, proof=proof)
    return proof


def _next(head: LedgerHead) -> list[Position]:
    """The positions to write next: no more than the head knows of, and none left out."""
    first, end = head.tiled, min(head.tiled + AT_ONCE, head.size)
    found = list(
        Position.objects.filter(ledger=head.ledger, number__gte=first, number__lt=end)
        .select_related("entry")
        .order_by("number")
    )
    if len(found) < end - first:
        missing = next((number for number, one in enumerate(found, first) if one.number != number), first + len(found))
        raise TreeError(f"entry `{missing}` of ledger `{head.ledger}` is missing")
    return found
