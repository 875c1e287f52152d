"""What a verification can find, each kind with a stable name and what it means."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_SHOWN_OF_A_KIND: Final = 10


class Kind(StrEnum):
    """Everything that can be found, by the name that stays the same from release to release."""

    FILE_MISSING = "file-missing"
    FILE_ADDED = "file-added"
    FILE_CHANGED = "file-changed"
    FILE_MALFORMED = "file-malformed"
    REPORT_CHANGED = "report-changed"
    REPORT_PAGE = "report-page"
    STATEMENT_FALSE = "statement-false"
    CHECKPOINT_MALFORMED = "checkpoint-malformed"
    SIGNATURE_WRONG = "signature-wrong"
    KEY_LOG_BROKEN = "key-log-broken"
    KEY_NOT_HELD = "key-not-held"
    ROOT_WRONG = "root-wrong"
    ENTRIES_CUT = "entries-cut"
    ENTRIES_ADDED = "entries-added"
    LEAF_MALFORMED = "leaf-malformed"
    NUMBER_WRONG = "number-wrong"
    TIME_BACK = "time-back"
    TIME_AHEAD = "time-ahead"
    START_NOT_SHOWN = "start-not-shown"
    TWO_HEADS = "two-heads"
    HEAD_INCONSISTENT = "head-inconsistent"
    ROLLED_BACK = "rolled-back"
    HEAD_NOT_PROVEN = "head-not-proven"
    ENTRY_CHANGED = "entry-changed"
    PERSON_CHANGED = "person-changed"
    ENTRY_HIDDEN = "entry-hidden"
    ENTRY_NOT_THERE = "entry-not-there"
    OWNER_KEY_WRONG = "owner-key-wrong"
    ANCHOR_MISSING = "anchor-missing"
    ANCHOR_WRONG = "anchor-wrong"
    POLICY_CHANGED = "policy-changed"
    POLICY_MISSING = "policy-missing"
    LOCATION_MISSING = "location-missing"

    @property
    def meaning(self) -> str:
        """What it means when this is found."""
        return _MEANINGS[self]

    @property
    def breaks_chain(self) -> bool:
        """Whether this says that entries, their order or their signed heads are not what was signed."""
        return self in _OF_THE_CHAIN


_MEANINGS: Final = {
    Kind.FILE_MISSING: "the manifest or a check needs a file that is not in the pack",
    Kind.FILE_ADDED: "a file is in the pack that the manifest does not list",
    Kind.FILE_CHANGED: "a file is damaged, or not the one that the manifest lists",
    Kind.FILE_MALFORMED: "a file cannot be read as what it should be",
    Kind.REPORT_CHANGED: "the report says something else than the entries do",
    Kind.REPORT_PAGE: "the readable report was not made from the report that was checked",
    Kind.STATEMENT_FALSE: "the pack states that nothing happened, and an entry says that it did",
    Kind.CHECKPOINT_MALFORMED: "a checkpoint cannot be read, or is of another ledger",
    Kind.SIGNATURE_WRONG: "a checkpoint is not signed by the key that was in force at its size",
    Kind.KEY_LOG_BROKEN: "a key was not introduced by the key before it",
    Kind.KEY_NOT_HELD: "the pack is signed by other keys than the one you hold",
    Kind.ROOT_WRONG: "the entries are not those that the checkpoint was signed over",
    Kind.ENTRIES_CUT: "entries at the end, which the checkpoint counts, are not there",
    Kind.ENTRIES_ADDED: "there are more entries than the checkpoint counts",
    Kind.LEAF_MALFORMED: "a line is no leaf of this ledger",
    Kind.NUMBER_WRONG: "an entry is missing, twice, or in another place than its number says",
    Kind.TIME_BACK: "an entry was given its number before the entry that stands before it",
    Kind.TIME_AHEAD: "an entry says it happened after it was given its number",
    Kind.START_NOT_SHOWN: "entries that may belong to the time asked about are left out at the beginning",
    Kind.TWO_HEADS: "two heads of the same size have different roots: two histories were shown",
    Kind.HEAD_INCONSISTENT: "an earlier checkpoint is no beginning of this ledger: history was rewritten",
    Kind.ROLLED_BACK: "the ledger is smaller than it has been, or the pack is older than the checkpoint you hold",
    Kind.HEAD_NOT_PROVEN: "the pack holds nothing that shows an earlier checkpoint to be a beginning of this ledger",
    Kind.ENTRY_CHANGED: "what an entry is said to say is not what it committed to",
    Kind.PERSON_CHANGED: "the person shown in an entry is not the one it committed to",
    Kind.ENTRY_HIDDEN: "an entry that may answer the question is not opened",
    Kind.ENTRY_NOT_THERE: "an opened entry is not among the leaves, or is opened twice",
    Kind.OWNER_KEY_WRONG: "the owner's key does not recognize an entry about their footage, or is not the one you hold",
    Kind.ANCHOR_MISSING: "the ledger says a checkpoint was anchored, and the anchor is not in the pack",
    Kind.ANCHOR_WRONG: "an anchor does not say where the copy lies, or until when it is locked",
    Kind.POLICY_CHANGED: "the text of a policy is not the one its hash was made from",
    Kind.POLICY_MISSING: "the policy that an entry was decided under is not in the pack",
    Kind.LOCATION_MISSING: "the location database that an entry names is not listed",
}
_OF_THE_CHAIN: Final = frozenset(
    {
        Kind.CHECKPOINT_MALFORMED,
        Kind.SIGNATURE_WRONG,
        Kind.KEY_LOG_BROKEN,
        Kind.KEY_NOT_HELD,
        Kind.ROOT_WRONG,
        Kind.ENTRIES_CUT,
        Kind.ENTRIES_ADDED,
        Kind.LEAF_MALFORMED,
        Kind.NUMBER_WRONG,
        Kind.TIME_BACK,
        Kind.TWO_HEADS,
        Kind.HEAD_INCONSISTENT,
        Kind.ROLLED_BACK,
        Kind.HEAD_NOT_PROVEN,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its kind, where, and what it is, in words that need nothing else."""

    kind: Kind
    where: str
    words: str


class Findings:
    """What was found so far; of each kind in one place the first are kept, and how many more there were."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._counted: Counter[tuple[Kind, str]] = Counter()

    def add(self, kind: Kind, where: str, words: str) -> None:
        """Note one thing; `where` names a file or a ledger."""
        self._counted[kind, where] += 1
        if self._counted[kind, where] <= _SHOWN_OF_A_KIND:
            self._found.append(Finding(kind, where, words))

    def all(self) -> tuple[Finding, ...]:
        """Everything found, with a line that counts what is not listed."""
        more = (
            Finding(kind, where, f"and {count - _SHOWN_OF_A_KIND} more like these")
            for (kind, where), count in self._counted.items()
            if count > _SHOWN_OF_A_KIND
        )
        return (*self._found, *more)

    def __bool__(self) -> bool:
        return bool(self._found)
