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
    position: Position | None = getattr(entry, "position", None)
    covering = None if position is None else covering_checkpoint(position)
    if position is None or covering is None:
        raise NotSignedError("this entry is not covered by a signed checkpoint yet: try again in a few seconds")
    proof = prove_inclusion(files_of(entry.ledger).reader(covering.size), position.number, covering.size)
    return {
        "leaf": leaf_of(entry, position).decode(),
        "n": position.number,
        "proof": [one.hex() for one in proof],
        "checkpoint": covering.text,
    }


def covering_checkpoint(position: Position) -> Checkpoint | None:
    """Find the first checkpoint that covers an entry."""
    return Checkpoint.objects.filter(ledger=position.ledger, size__gt=position.number).order_by("size").first()
