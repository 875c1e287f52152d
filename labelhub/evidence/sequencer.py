"""The sequencer's loop: number what waits, have the tree signed, anchor it, say how it fares; and again.

One process may serve every ledger, or one each. Two on one ledger do no harm: the head is held by one at a time.
What fails is said in the ledger's report, and tried again at the next turn.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from django.db import Error, close_old_connections
from django.utils import timezone

from labelhub.evidence import anchors, checkpoints
from labelhub.evidence.actions import CONTROL, EntryDraft, LedgerUnavailableError, record
from labelhub.evidence.health import SILENT, STEP
from labelhub.evidence.models import LedgerAction, LedgerHead, Unsequenced
from labelhub.evidence.rollups import add_to_rollups
from labelhub.evidence.sequencing import sequence
from labelhub.evidence.witnessing import Witness
from labelhub.signer.client import Signer
from labelhub.signer.keys import SignerError
from labelhub.storage.anchors import AnchorStore
from labelhub.storage.port import StoreError

logger = logging.getLogger(__name__)
PAUSE: Final = 0.5  # seconds between turns with nothing to do
REPORT_EVERY: Final = timedelta(seconds=5)
REST: Final = timedelta(minutes=1)  # of the anchors' store, after it has failed


@dataclass(slots=True)
class Sequencer:
    """The sequencer of some ledgers."""

    ledgers: Sequence[str]
    signer: Signer
    store: AnchorStore
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)
    _failed_at: datetime | None = None

    def run(self, ended: Event) -> None:
        """Take turns until told to end."""
        while not ended.is_set():
            busy = sum(map(self.turn, self.ledgers))
            close_old_connections()
            if not busy:
                ended.wait(PAUSE)

    def turn(self, ledger: str) -> bool:
        """Do what there is to do for one ledger, and report; says whether there may be more to do at once."""
        numbered = 0
        try:
            self._watch_clock(ledger, at=timezone.now())
            numbered = sequence(ledger, at=timezone.now(), numbered=add_to_rollups)
            problem = self._sign(ledger, at=timezone.now())
        except (Error, LedgerUnavailableError, OSError) as error:
            problem = f"ledger `{ledger}` cannot be written: {error}"
        except ValueError as error:  # what the head says is no tree, or a leaf is none
            problem = f"the tree of ledger `{ledger}` is damaged: {error}"
        self._report(ledger, problem, at=timezone.now())
        return numbered > 0

    def _sign(self, ledger: str, *, at: datetime) -> str:
        """Sign and anchor if due, else see that the signer is there; the words of what keeps it from being signed."""
        head, last = LedgerHead.objects.filter(pk=ledger).first(), checkpoints.latest(ledger)
        try:
            if head is not None and checkpoints.is_due(head, last, at=at):
                checkpoints.sign(ledger, self.signer, at=at, witness=self.witnesses.get(ledger))
            elif head is None or head.problem or _is_due(head, at=at):
                checkpoints.compare(ledger, self.signer)
        except SignerError as error:
            return f"ledger `{ledger}` cannot be signed: {error}"
        self._anchor(ledger, at=at)
        return ""

    def _anchor(self, ledger: str, *, at: datetime) -> None:
        """Anchor if due. A store that is away is said in the log; the signed tree stands without it meanwhile."""
        last = checkpoints.latest(ledger)
        if last is None or self._store_is_resting(at=at) or not anchors.is_due(ledger, last, at=at):
            return
        try:
            anchors.anchor(last, self.store, at=at)
        except StoreError as error:
            self._failed_at = at
            if not self._said.get("anchors"):  # each try names another checkpoint; once is enough
                self._say("anchors", f"ledger `{ledger}` is not anchored: {error}")
        else:
            self._failed_at = None
            self._say("anchors", "")

    def _store_is_resting(self, *, at: datetime) -> bool:
        """Whether the store has just failed. Waiting for it again and again would silence every ledger's report."""
        return self._failed_at is not None and self._failed_at <= at < self._failed_at + REST

    def _watch_clock(self, ledger: str, *, at: datetime) -> None:
        """Record a clock that went back and a silence of the sequencer itself, each once, when it is seen."""
        head = LedgerHead.objects.filter(pk=ledger).first()
        if head is None or head.reported is None:
            return
        if at < head.reported - STEP:
            details = {"ledger": ledger, "was": head.reported.isoformat(), "is": at.isoformat()}
            if self._said.get(f"{ledger} clock") != details["was"]:
                record(EntryDraft(action=LedgerAction.CLOCK_STEP_SEEN, at=at, details=details))
                self._said[f"{ledger} clock"] = details["was"]
        elif at > head.reported + SILENT:
            details = {"ledger": ledger, "since": head.reported.isoformat(), "until": at.isoformat()}
            record(EntryDraft(action=LedgerAction.SEQUENCE_GAP_ENDED, at=at, details=details))

    def _report(self, ledger: str, problem: str, *, at: datetime) -> None:
        self._say(ledger, problem)
        try:
            head, _ = LedgerHead.objects.get_or_create(pk=ledger)
            if head.problem == problem[:300] and not _is_due(head, at=at):
                return
            # A clock that went back must not be forgotten by the next report, or footage would be shown under it.
            head.reported = at if head.reported is None else max(at, head.reported)
            head.problem = problem[:300]
            head.save(update_fields=["reported", "problem"])
        except Error as error:
            self._say(f"{ledger} report", f"ledger `{ledger}` cannot be reported on: {error}")

    def _say(self, what: str, words: str) -> None:
        """Log a problem when it begins and when it ends, not twice a second."""
        if words and self._said.get(what) != words:
            logger.error(words)
        elif not words and self._said.get(what):
            logger.info("%s: well again", what)
        self._said[what] = words


def _is_due(head: LedgerHead, *, at: datetime) -> bool:
    """Whether it is time again to say how a ledger fares, and to look."""
    return head.reported is None or not head.reported <= at < head.reported + REPORT_EVERY


def ledgers_of(zones: Sequence[str]) -> tuple[str, ...]:
    """Every ledger: one for what belongs to no zone, and one per zone."""
    return (CONTROL, *sorted(zones))


def waiting(ledger: str) -> int:
    """Count a ledger's entries that have no number yet."""
    return Unsequenced.objects.filter(ledger=ledger).count()
