"""A ledger looked at from outside: what its rows, its files and its signer say must be one and the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from labelhub.evidence.checkpoints import files_of, origin_of
from labelhub.evidence.models import Checkpoint, LedgerEntry, LedgerHead, Position
from labelhub.evidence.sequencing import frontier_of
from labelhub.signer.client import Signer
from residency.ledger import leaf_hash
from residency.ledger.checkpoint import SignedCheckpoint, parse_checkpoint
from residency.ledger.keylog import read_key_log
from residency.ledger.leaf import leaf_bytes, time_text
from residency.ledger.tree import prove_consistency, prove_inclusion, root, verify_consistency, verify_inclusion


def positions(ledger: str = "us") -> list[Position]:
    return list(Position.objects.filter(ledger=ledger).select_related("entry").order_by("number"))


def verify_numbers(ledger: str = "us") -> int:
    """Numbers are gap-free from 0, times never go back, and each hash is that of its leaf; says how many there are."""
    found = positions(ledger)
    assert [one.number for one in found] == list(range(len(found)))
    times = [one.sequenced for one in found]
    assert times == sorted(times)
    hashes = [leaf_hash(leaf_of(one)) for one in found]
    assert [one.leaf_hash for one in found] == [one.hex() for one in hashes]
    head = LedgerHead.objects.filter(pk=ledger).first()
    if head is not None:
        assert (head.size, frontier_of(head).root()) == (len(found), root(hashes))
    return len(found)


def leaf_of(position: Position) -> bytes:
    return leaf_bytes(position.entry.leaf_text, position.number, time_text(position.sequenced))


def verify_tiles(ledger: str = "us", *, step: int = 1) -> None:
    """Every leaf, its proof, and the root come out of the tiles as they do out of the rows, up to the checkpoint."""
    signed = published(ledger)
    size, found = signed.checkpoint.size, positions(ledger)
    read = files_of(ledger).reader(size)
    for number in range(0, size, step):
        leaf = read.leaf(number)
        assert leaf == leaf_of(found[number])
        proof = prove_inclusion(read, number, size)
        verify_inclusion(leaf_hash=leaf_hash(leaf), number=number, size=size, proof=proof, root=signed.checkpoint.root)


def verify_checkpoints(signer: Signer, ledger: str = "us") -> int:
    """Every checkpoint is signed by the key in force and begins with the one before; says how many there are."""
    log = read_key_log(signer.key_log(origin_of(ledger)).splitlines())
    found = [parse_checkpoint(one.text) for one in Checkpoint.objects.filter(ledger=ledger).order_by("size")]
    assert all(one.signed_by(log.key_for(one.checkpoint.size)) for one in found)
    verify_growing(found, ledger)
    return len(found)


def verify_growing(found: Sequence[SignedCheckpoint], ledger: str = "us") -> None:
    last = found[-1].checkpoint
    read = files_of(ledger).reader(last.size)
    for one in (each.checkpoint for each in found):
        proof = prove_consistency(read, one.size, last.size)
        verify_consistency(old=one.size, old_root=one.root, new=last.size, new_root=last.root, proof=proof)


def published(ledger: str = "us") -> SignedCheckpoint:
    """The checkpoint that everybody may read."""
    return parse_checkpoint((files_of(ledger).folder / "checkpoint").read_text())


def numbered_ids(ledger: str = "us") -> list[object]:
    return [one.entry_id for one in positions(ledger)]


def unnumbered(ledger: str = "us") -> int:
    return LedgerEntry.objects.filter(ledger=ledger, position=None).count()


def set_back(when: datetime, ledger: str = "us") -> None:
    """Let a sequencer have reported at another time than it did."""
    LedgerHead.objects.filter(pk=ledger).update(reported=when)
