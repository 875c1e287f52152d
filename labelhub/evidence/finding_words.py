"""What each kind of finding means, in plain words, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from labelhub.evidence.models import Finding, FindingKind


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind's name, the look of its state, what it means, and what to do."""

    title: str
    look: str
    meaning: str
    to_do: tuple[str, ...]


WORDS = {
    FindingKind.BYTES_WITHOUT_ENTRY: KindWords(
        "Bytes without an entry",
        "stop",
        "Something left the door, and the ledger does not say that anybody was allowed to have it.",
        (
            "Treat it as a disclosure until it is explained: the ledger cannot say who saw it.",
            "Ask whoever runs labelhub whether the door’s configuration was changed at that time, and by whom.",
            "Look at what was recorded around that time: an entry that was taken away looks like this.",
        ),
    ),
    FindingKind.ENTRY_WITHOUT_BYTES: KindWords(
        "Entry without bytes",
        "care",
        "The ledger says that somebody was allowed to have something, and the door’s log has no request for it.",
        (
            "Count the view as one that may have happened: the ledger’s word stays.",
            "Ask whether labelhub was reached past the door, or whether the door stopped before it could write.",
            "A long download is written down when it ends. If its line comes later, this closes by itself.",
        ),
    ),
    FindingKind.LOG_GAP: KindWords(
        "The door’s log cannot be relied on",
        "care",
        "Lines are missing or are not the door’s own, so bytes of that time may have gone unseen.",
        (
            "Ask whether the disk was full, or whether somebody moved, cut or wrote the log.",
            "If it is only out of reach, put it back: reading goes on where it was, and this closes by itself.",
            "Entries whose lines are lost are found as entries without bytes.",
        ),
    ),
    FindingKind.ENTRY_NOT_SEQUENCED: KindWords(
        "Entry without a number",
        "stop",
        "An entry has no place in the signed tree and does not wait for one, so nobody could prove it.",
        (
            "The database was changed by hand: labelhub puts each entry in the queue as it is written.",
            "Keep the database as it is, and compare it with a backup of before.",
        ),
    ),
    FindingKind.ENTRY_WAITS: KindWords(
        "Entries wait for their numbers",
        "care",
        "The sequencer is behind. Footage of the ledger waits with it, and nothing is lost.",
        (
            "Ask whoever runs labelhub: `labelhub doctor` says which part is down.",
            "When no entry waits any more, this closes by itself.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with the words for it."""

    row: Finding
    words: KindWords

    @property
    def is_open(self) -> bool:
        """Whether somebody should still look at it."""
        return self.row.closed_at is None


def finding_row(finding: Finding) -> FindingRow:
    """Put a finding into words."""
    return FindingRow(finding, WORDS[FindingKind(finding.kind)])
