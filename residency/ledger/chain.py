"""One ledger of a pack, whole: its leaves as one stream beside its opened entries, under its signed heads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from residency.ledger.findings import Findings, Kind
from residency.ledger.heads import Anchor, Head, Heads, Trust, check_signatures, compare, read_heads
from residency.ledger.leaves import LeafReader, earliest_start
from residency.ledger.opened import Named, OpenedCheck
from residency.ledger.pack import DamagedError, Pack
from residency.ledger.question import Question
from residency.ledger.report import Judge, MayAnswer, Totals
from residency.ledger.tree import Frontier

_OF_AN_ANCHOR: Final = frozenset({"bucket", "key", "retain_until", "root", "size", "version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The question of a pack in the forms the check of each ledger needs."""

    question: Question
    judge: Judge
    may_answer: MayAnswer
    owner_key: bytes | None
    totals: Totals

    @property
    def actions(self) -> frozenset[bytes] | None:
        """The actions asked for as bytes; nothing where all are."""
        asked = self.question.actions
        return None if asked is None else frozenset(one.encode() for one in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at of one ledger: entries `start` up to `end`, the root over them, and what vouches for it.

    `as_signed` is whether the entries are those of the checkpoint, `heads` the other checkpoints that proved to be
    heads of the same history.
    """

    name: str
    origin: str
    start: int
    end: int
    root: bytes
    key: str
    first: str
    last: str
    opened: int
    as_signed: bool
    signed: Heads
    heads: tuple[Head, ...]
    named: Named

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The anchors that hold heads of this history."""
        return tuple(one for one in self.signed.anchors if one in self.heads)


def check_ledger(pack: Pack, name: str, asking: Asking, trust: Trust, findings: Findings) -> Checked:
    """Check one ledger of a pack whole, in one pass over its leaves."""
    folder = f"ledgers/{name}"
    heads = read_heads(pack, name, trust, findings)
    check_signatures(heads, trust, findings)
    start = heads.frontier.size
    opened = OpenedCheck(
        _lines(pack, f"{folder}/opened.jsonl"),
        where=folder,
        judge=asking.judge,
        may_answer=asking.may_answer,
        actions=asking.actions,
        owner_key=asking.owner_key,
        totals=asking.totals,
        findings=findings,
    )
    if f"{folder}/leaves.jsonl" not in pack.names:
        findings.add(Kind.FILE_MISSING, f"{folder}/leaves.jsonl", "without it nothing is known of this ledger")
    reader = LeafReader(ledger=name, start=start, where=f"{folder}/leaves.jsonl", findings=findings)
    tree = heads.frontier
    roots = {**heads.known_roots(), **_walk(pack, heads, reader, opened)}
    as_signed = _check_end(heads, tree, folder, findings)
    _check_start(start, reader, asking.question, folder, findings)
    # Entries that are not the signed ones say nothing about other heads; those are then compared by proofs alone.
    proven = tuple(compare(heads, roots if as_signed else None, findings))
    _check_anchorings(heads, opened.named.anchorings, folder, findings)
    signed = heads.signed
    key = "" if heads.keys is None or signed is None else str(heads.keys.key_for(signed.checkpoint.size))
    return Checked(
        name=name,
        origin="" if signed is None else signed.checkpoint.origin,
        start=start,
        end=tree.size,
        root=tree.root(),
        key=key,
        first=reader.first.decode(),
        last=reader.last.decode(),
        opened=opened.count,
        as_signed=as_signed,
        signed=heads,
        heads=proven,
        named=opened.named,
    )


def _walk(pack: Pack, heads: Heads, reader: LeafReader, opened: OpenedCheck) -> dict[int, bytes]:
    """Read all leaves into the tree; return its root at each size of a head that it passes."""
    roots: dict[int, bytes] = {}
    tree, name = heads.frontier, f"ledgers/{heads.name}/leaves.jsonl"
    if name not in pack.names:
        opened.finish()
        return roots
    ahead = [size for size in heads.sizes() if size >= tree.size]
    try:
        for batch in reader.batches(pack.stream(name)):
            hashes, done = batch.hashes(), tree.size
            while ahead and ahead[0] <= done + len(hashes):
                tree.extend(hashes[tree.size - done : ahead[0] - done])
                roots[ahead.pop(0)] = tree.root()
            tree.extend(hashes[tree.size - done :])
            opened.check(batch)
    except DamagedError:  # found with all files
        pass
    opened.finish()
    return roots


def _lines(pack: Pack, name: str) -> Iterator[bytes]:
    """The lines of a file that may be left out, as far as they can be read."""
    if name not in pack.names:
        return
    try:
        yield from pack.lines(name)
    except DamagedError:  # found with all files
        return


def _check_end(heads: Heads, tree: Frontier, folder: str, findings: Findings) -> bool:
    """Whether the entries are those that the checkpoint was signed over; where not, that is found."""
    if heads.signed is None:
        return False
    signed, where = heads.signed.checkpoint, f"{folder}/leaves.jsonl"
    if tree.size < signed.size:
        words = f"the checkpoint counts {signed.size} entries, the leaves end before entry {tree.size}"
        findings.add(Kind.ENTRIES_CUT, where, words)
    elif tree.size > signed.size:
        words = f"the checkpoint counts {signed.size} entries, and there are {tree.size}"
        findings.add(Kind.ENTRIES_ADDED, where, words)
    elif tree.root() != signed.root:
        words = f"the root over the entries is `{tree.root().hex()}`, that of the checkpoint `{signed.root.hex()}`"
        findings.add(Kind.ROOT_WRONG, where, words)
    else:
        return True
    return False


def _check_start(start: int, reader: LeafReader, question: Question, folder: str, findings: Findings) -> None:
    """Nothing may be left out at the beginning: the first leaf must be from before the time asked about."""
    if start == 0:
        return
    if question.since is None:
        words = f"the question has no beginning, and the leaves begin at entry {start}"
    elif not reader.first or reader.first.decode() >= earliest_start(question.since):
        needed = earliest_start(question.since)
        words = (
            f"the first leaf, entry {start}, must have had its number before {needed}, to show that none is left out"
        )
    else:
        return
    findings.add(Kind.START_NOT_SHOWN, f"{folder}/leaves.jsonl", words)


def _check_anchorings(
    heads: Heads, anchorings: Sequence[tuple[int, Mapping[str, object]]], folder: str, findings: Findings
) -> None:
    """Each anchoring that the ledger tells of must have its anchor in the pack, as far as it was told."""
    there = [
        {
            "bucket": one.bucket,
            "key": one.key,
            "retain_until": one.retain_until,
            "root": one.checkpoint.root.hex(),
            "size": str(one.checkpoint.size),
            "version": one.version,
        }
        for one in heads.anchors
    ]
    for number, details in anchorings:
        told = {name: value for name, value in details.items() if name in _OF_AN_ANCHOR}
        if not told.keys() >= {"size", "root"} or not any(told.items() <= one.items() for one in there):
            words = f"entry {number} tells of an anchor of size {told.get('size')}, which is not there as it was told"
            findings.add(Kind.ANCHOR_MISSING, f"{folder}/anchors.jsonl", words)
