"""Checking the ledger where it lies: every row against the tree, and the tree against what was signed and anchored.

A pack is checked by its receiver; this is for the operator, who has the database. It believes no column: hashes are
computed from what stands there, and compared with what the signer, and the bucket under lock, have seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from labelhub.evidence.models import Anchor, Checkpoint, LedgerAction, LedgerEntry, LedgerHead, Position
from labelhub.evidence.sequencing import leaf_of
from labelhub.storage.anchors import AnchorStore, Kept
from labelhub.storage.port import StoreError
from residency.ledger import leaf_hash
from residency.ledger.checkpoint import Checkpoint as Head
from residency.ledger.checkpoint import parse_checkpoint
from residency.ledger.errors import KeyLogError, NoteError
from residency.ledger.findings import Finding, Findings, Kind
from residency.ledger.keylog import KeyLog, read_key_log
from residency.ledger.leaf import seal, time_text
from residency.ledger.leaves import LATEST_AHEAD
from residency.ledger.tree import Frontier

CHUNK: Final = 2000
# Columns that repeat a fact of the body; those of the leaf and of the personal part are compared on their own.
REPEATED: Final = (
    "entity", "place", "level", "footage", "source", "jurisdiction", "owner", "contract", "rendition", "purpose",
    "outcome", "policy_hash",
)  # fmt: skip
PERSONAL: Final = ("person", "session", "network", "inputs_hash")


@dataclass(slots=True)
class Checked:
    """One ledger as it was found: how many entries, the tree over them, and what is wrong."""

    ledger: str
    tree: Frontier = field(default_factory=Frontier)
    findings: Findings = field(default_factory=Findings)
    roots: dict[int, bytes] = field(default_factory=dict)
    anchored: dict[tuple[int, str], str] = field(default_factory=dict)

    def found(self, kind: Kind, words: str) -> None:
        """Note one thing that is wrong."""
        self.findings.add(kind, self.ledger, words)

    def all(self) -> tuple[Finding, ...]:
        """Everything that is wrong."""
        return self.findings.all()


def check_ledger(ledger: str, *, key_log: str, last_signed: Head | None, store: AnchorStore | None) -> Checked:
    """Check one ledger whole; `last_signed` is what the signer remembers, `store` the bucket under lock."""
    checked = Checked(ledger)
    sizes = set(Checkpoint.objects.filter(ledger=ledger).values_list("size", flat=True))
    _check_entries(checked, sizes | ({last_signed.size} if last_signed else set()))
    _check_head(checked)
    _check_checkpoints(checked, _keys(checked, key_log))
    _check_signer(checked, last_signed)
    _check_anchors(checked)
    if store is not None:
        _check_store(checked, store)
    return checked


def _check_entries(checked: Checked, sizes: set[int]) -> None:
    expected, before = 0, None
    for row in _rows(checked.ledger):
        if row.number != expected:
            checked.found(Kind.NUMBER_WRONG, f"entry {expected} is missing: the next one there is {row.number}")
            expected = row.number
        if before is not None and row.sequenced < before:
            checked.found(Kind.TIME_BACK, f"entry {row.number} was numbered before the one before it")
        if row.entry.at > row.sequenced + LATEST_AHEAD:
            checked.found(Kind.TIME_AHEAD, f"entry {row.number} says it happened after it was numbered")
        _check_entry(checked, row)
        checked.tree.append(leaf_hash(leaf_of(row.entry, row)))
        expected, before = expected + 1, row.sequenced
        if checked.tree.size in sizes:
            checked.roots[checked.tree.size] = checked.tree.root()


def _check_entry(checked: Checked, row: Position) -> None:
    entry, number = row.entry, row.number
    if leaf_hash(leaf_of(entry, row)).hex() != row.leaf_hash:
        checked.found(Kind.ENTRY_CHANGED, f"entry {number}: its leaf is not the one that was numbered")
    leaf = json.loads(entry.leaf_text)
    said = (leaf.get("id"), leaf.get("action"), leaf.get("at"), leaf.get("ledger"))
    if said != (str(entry.pk), entry.action, time_text(entry.at), entry.ledger) or entry.ledger != row.ledger:
        checked.found(Kind.ENTRY_CHANGED, f"entry {number}: its columns say something else than its leaf")
    if seal(bytes.fromhex(entry.salt), entry.body) != leaf.get("private"):
        checked.found(Kind.ENTRY_CHANGED, f"entry {number}: its facts are not those it was written with")
    _check_columns(checked, entry, number)
    _check_person(checked, entry, number, leaf)
    if entry.action == LedgerAction.LEDGER_CHECKPOINT_ANCHORED:
        details = json.loads(entry.body)["details"]
        checked.anchored[int(details["size"]), details["root"]] = details["version"]


def _check_columns(checked: Checked, entry: LedgerEntry, number: int) -> None:
    body = json.loads(entry.body)
    wrong = [name for name in REPEATED if body.get(name, "") != getattr(entry, name)]
    if wrong:
        checked.found(Kind.ENTRY_CHANGED, f"entry {number}: its column `{wrong[0]}` is not what its facts say")


def _check_person(checked: Checked, entry: LedgerEntry, number: int, leaf: dict[str, object]) -> None:
    if not entry.personal_text:
        if any(getattr(entry, name) for name in PERSONAL):
            checked.found(Kind.PERSON_CHANGED, f"entry {number} names a person that it commits to no longer")
        return
    personal = json.loads(entry.personal_text)
    if seal(bytes.fromhex(entry.personal_salt), entry.personal_text) != leaf.get("personal") or any(
        personal.get(name, "") != getattr(entry, name) for name in PERSONAL
    ):
        checked.found(Kind.PERSON_CHANGED, f"entry {number}: the person is not the one it was written with")


def _check_head(checked: Checked) -> None:
    head = LedgerHead.objects.filter(pk=checked.ledger).first()
    size = head.size if head else 0
    if size > checked.tree.size:
        checked.found(Kind.ENTRIES_CUT, f"{size} entries were numbered, and {checked.tree.size} are there")
    if size < checked.tree.size:
        checked.found(Kind.ENTRIES_ADDED, f"{size} entries were numbered, and {checked.tree.size} are there")
    lost = LedgerEntry.objects.filter(ledger=checked.ledger, position=None, waiting=None).count()
    if lost:
        checked.found(Kind.ENTRIES_ADDED, f"{lost} entries have no number and wait for none")


def _keys(checked: Checked, key_log: str) -> KeyLog | None:
    try:
        return read_key_log(key_log.splitlines())
    except KeyLogError as error:
        checked.found(Kind.KEY_LOG_BROKEN, str(error))
        return None


def _check_checkpoints(checked: Checked, keys: KeyLog | None) -> None:
    for row in Checkpoint.objects.filter(ledger=checked.ledger).order_by("size"):
        try:
            signed = parse_checkpoint(row.text)
        except NoteError as error:
            checked.found(Kind.CHECKPOINT_MALFORMED, f"the checkpoint of {row.size}: {error}")
            continue
        said = signed.checkpoint
        if keys is not None and not signed.signed_by(keys.key_for(said.size)):
            checked.found(Kind.SIGNATURE_WRONG, f"the checkpoint of {row.size} is not signed by the key in force")
        if (said.size, said.root.hex()) != (row.size, row.root):
            checked.found(Kind.CHECKPOINT_MALFORMED, f"the checkpoint of {row.size} says something else than its row")
        _compare(checked, said, "a checkpoint")


def _compare(checked: Checked, head: Head, what: str) -> None:
    if head.size > checked.tree.size:
        checked.found(Kind.ROLLED_BACK, f"{what} counts {head.size} entries, and {checked.tree.size} are there")
    elif head.size in checked.roots and checked.roots[head.size] != head.root:
        checked.found(Kind.ROOT_WRONG, f"{what} of {head.size} entries was signed over other entries")


def _check_signer(checked: Checked, last: Head | None) -> None:
    if last is not None:
        _compare(checked, last, "what the signer signed last")


def _check_anchors(checked: Checked) -> None:
    rows = {(row.size, row.version) for row in Anchor.objects.filter(ledger=checked.ledger)}
    for (size, _), version in checked.anchored.items():
        if (size, version) not in rows:
            checked.found(Kind.ANCHOR_MISSING, f"the ledger tells of an anchor of {size} entries that is not there")


def _check_store(checked: Checked, store: AnchorStore) -> None:
    """Hold what lies under lock against the ledger: what was rolled back is known there."""
    try:
        kept = {one.version: one for one in store.versions(f"{checked.ledger}/")}
        for version in sorted(kept.keys() | set(checked.anchored.values())):
            _check_kept(checked, store, kept.get(version), version)
    except StoreError as error:
        checked.found(Kind.ANCHOR_MISSING, f"the bucket under lock cannot be read: {error}")


def _check_kept(checked: Checked, store: AnchorStore, kept: Kept | None, version: str) -> None:
    if kept is None:
        checked.found(Kind.ANCHOR_MISSING, f"version `{version}` is not under lock any more")
        return
    try:
        head = parse_checkpoint(store.get(kept)).checkpoint
    except NoteError:
        checked.found(
            Kind.ANCHOR_WRONG, f"version `{version}` of `{kept.key}` is no checkpoint: somebody else wrote it"
        )
        return
    if head.size not in checked.roots and head.size <= checked.tree.size:
        checked.found(Kind.HEAD_NOT_PROVEN, f"the anchor of {head.size} entries has no checkpoint beside it")
    _compare(checked, head, "an anchor")


def _rows(ledger: str) -> Iterator[Position]:
    after = -1
    while True:
        rows = Position.objects.filter(ledger=ledger, number__gt=after).select_related("entry").order_by("number")
        found = list(rows[:CHUNK])
        if not found:
            return
        yield from found
        after = found[-1].number
