"""The proof that one entry is in the signed tree."""

from __future__ import annotations

from labelhub.evidence.checkpoints import files_of
from labelhub.evidence.models import Checkpoint, LedgerEntry, Position
from labelhub.evidence.sequencing import leaf_of
from residency.ledger.tree import prove_inclusion


class NotSignedError(Exception):
    """An entry that no checkpoint covers yet."""


def proof_of(entry: LedgerEntry) -> dict[str, object]:
    """Lay out an entry's leaf, its number, the hashes to the root, and the checkpoint, as the verifier reads them.

    Raises:
        NotSignedError: it has no number, or no checkpoint covers it yet.
    """
    position, covering = position_of(entry), covering_checkpoint(entry)
    if position is None or covering is None:
        raise NotSignedError("this entry is not covered by a signed checkpoint yet: try again in a few seconds")
    proof = prove_inclusion(files_of(entry.ledger).reader(covering.size), position.number, covering.size)
    return {
        "leaf": leaf_of(entry, position).decode(),
        "n": position.number,
        "proof": [one.hex() for one in proof],
        "checkpoint": covering.text,
    }


def position_of(entry: LedgerEntry) -> Position | None:
    """An entry's place in its ledger, once it has one."""
    return getattr(entry, "position", None)


def covering_checkpoint(entry: LedgerEntry) -> Checkpoint | None:
    """Find the first checkpoint that covers an entry."""
    position = position_of(entry)
    if position is None:
        return None
    return Checkpoint.objects.filter(ledger=position.ledger, size__gt=position.number).order_by("size").first()
