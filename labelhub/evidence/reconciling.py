"""Holding what the door streamed against the ledger: bytes without an entry, entries without bytes, missing lines.

Each batch of lines is one transaction with the mark that says how far the log is read, so a line counts once however
often and in however many pieces the log is read.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min, QuerySet

from labelhub.evidence.findings import Suspicion, end_state, raise_once, raise_state
from labelhub.evidence.gateway_log import Line, LineError, LogError, Read, Spot, follow, read_line
from labelhub.evidence.models import (
    Finding,
    FindingKind,
    LedgerAction,
    LedgerEntry,
    LogMark,
    Outcome,
    Served,
    Unsequenced,
)

SERVING: Final = (LedgerAction.MEDIA_VIEW_ALLOWED, LedgerAction.EXPORT_DOWNLOAD_ALLOWED)
ENTRY_LASTS: Final = timedelta(seconds=120)  # the lease of a view, and the life of a signature given at its end
CLOCKS_DIFFER: Final = timedelta(seconds=5)
ANSWER_LASTS: Final = timedelta(seconds=30)  # labelhub goes on deciding after the visitor has gone
LINE_COMES: Final = timedelta(minutes=5)
SEQUENCED_WITHIN: Final = timedelta(minutes=10)
WAITS: Final = timedelta(minutes=2)
LOOK_BACK: Final = timedelta(hours=1)  # an entry may be committed after others of its time were looked for
BATCH: Final = 500
UNREADABLE: Final = "the log"
MEDIA, DOWNLOAD = re.compile(r"/media/([^/]+)/([^/]+)"), re.compile(r"/datasets/([^/]+)/download")


@dataclass(frozen=True, slots=True)
class Tally:
    """What one reading came to."""

    lines: int
    raised: tuple[Finding, ...]


def reconcile(log: Path, *, at: datetime) -> Tally:
    """Read what the log holds that was not read yet, and raise what does not fit; another run at once does no harm.

    Raises:
        LedgerUnavailableError: a finding cannot be recorded; what it came from is read again next time.
    """
    mark, _ = LogMark.objects.get_or_create(pk="gateway", defaults={"started": at, "checked": at})
    spot, lines, raised = _spot(mark), 0, list[Finding]()
    try:
        for batch in _batches(follow(log, spot)):
            taken = _take(batch, spot, at=at)
            if taken is None:
                return Tally(lines, tuple(raised))  # somebody else is reading
            lines, spot = lines + sum(1 for read in batch if read.raw), batch[-1].spot
            raised += taken
    except LogError as error:
        return Tally(lines, (*raised, *_unreadable(str(error), at=at), *_check_sequence(at=at)))
    with transaction.atomic():
        end_state(FindingKind.LOG_GAP, UNREADABLE, why="the log can be read again", at=at)
    return Tally(lines, (*raised, *_check_entries(at=at), *_check_sequence(at=at)))


def checked_up_to() -> datetime | None:
    """Say up to when entries have been looked for in the log; nothing, if it was never read."""
    mark = LogMark.objects.filter(pk="gateway").first()
    return mark.checked if mark else None


def _spot(mark: LogMark) -> Spot:
    return Spot(mark.inode, mark.offset, mark.first, mark.rolled)


def _batches(reads: Iterator[Read]) -> Iterator[list[Read]]:
    while batch := list(islice(reads, BATCH)):
        yield batch


def _take(batch: list[Read], before: Spot, *, at: datetime) -> list[Finding] | None:
    """Count a batch of lines and move the mark behind it; nothing, if the mark has moved meanwhile."""
    with transaction.atomic():
        mark = LogMark.objects.select_for_update().get(pk="gateway")
        if _spot(mark) != before:
            return None
        lines, gaps = _told_apart(batch, at=at)
        raised = [raise_once(gap, at=at) for gap in gaps]
        raised += _hold_against_ledger(lines, at=at)
        spot = batch[-1].spot
        mark.inode, mark.offset, mark.first, mark.rolled = spot.inode, spot.offset, spot.first, spot.rolled
        mark.save()
    return [finding for finding in raised if finding is not None]


def _told_apart(batch: Iterable[Read], *, at: datetime) -> tuple[list[tuple[Read, Line]], list[Suspicion]]:
    """Tell the lines that can be read from what cannot."""
    lines, gaps = list[tuple[Read, Line]](), list[Suspicion]()
    for read in batch:
        problem = read.problem
        if read.raw and not problem:
            try:
                lines.append((read, read_line(read.raw)))
            except LineError as error:
                problem = f"a line is not the door’s: {error}"
        if problem:
            gaps.append(_gap(problem, _digest(read.raw) if read.raw else f"{problem} {read.spot}", at=at))
    return lines, gaps


def _gap(why: str, same: str, *, at: datetime) -> Suspicion:
    what = f"the door’s log: {why}"
    return Suspicion(kind=FindingKind.LOG_GAP, same=same, at=at, what=what, details={"why": why})


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _unreadable(why: str, *, at: datetime) -> list[Finding]:
    with transaction.atomic():
        LogMark.objects.select_for_update().get(pk="gateway")
        finding = raise_state(_gap(why, UNREADABLE, at=at), at=at)
    return [finding] if finding else []


def _hold_against_ledger(lines: list[tuple[Read, Line]], *, at: datetime) -> list[Finding | None]:
    entries = LedgerEntry.objects.in_bulk({line.entry for _, line in lines if line.entry})
    raised, fitting = list[Finding | None](), list[tuple[UUID, Line]]()
    for read, line in lines:
        entry = entries.get(line.entry) if line.entry else None
        why = _why_not(line, entry)
        if why:
            raised.append(raise_once(_bytes_without_entry(read, line, why), at=at))
        if entry is not None and not why and is_about(entry, line.path):
            fitting.append((entry.pk, line))
        if line.is_given_up:
            fitting += [(given_up, line) for given_up in _given_up(line)]
    _count(fitting, at=at)
    return raised


def _why_not(line: Line, entry: LedgerEntry | None) -> str:
    """Say why the ledger does not account for the bytes of a line; nothing where it does, or where there are none."""
    if not line.served:
        return ""
    if entry is None:
        return "the ledger has no entry of that name" if line.named else "it names no entry"
    if entry.outcome != Outcome.ALLOW or entry.action not in SERVING:
        return "its entry allowed nothing"
    if not is_about(entry, line.path):
        return "its entry is about something else"
    if line.begun > entry.at + ENTRY_LASTS:
        return "it began when its entry had long lapsed"
    return "it had ended before its entry was written" if line.ended < entry.at - CLOCKS_DIFFER else ""


def is_about(entry: LedgerEntry, path: str) -> bool:
    """Whether an entry is about the footage, or the training set, at an address."""
    if media := MEDIA.fullmatch(path):
        return (entry.footage, entry.rendition) == media.groups()
    taken = DOWNLOAD.fullmatch(path)
    return taken is not None and json.loads(entry.body).get("details", {}).get("run") == taken[1]


def _bytes_without_entry(read: Read, line: Line, why: str) -> Suspicion:
    return Suspicion(
        kind=FindingKind.BYTES_WITHOUT_ENTRY,
        same=_digest(read.raw),
        at=line.begun,
        what=f"{line.served:,} bytes of `{line.path}` left the door without an entry that allows it: {why}",
        entry=line.entry,
        path=line.path,
        details={"why": why, "bytes": str(line.served), "method": line.method, "status": str(line.status)}
        | ({"named": line.named} if line.named else {}),
    )


def _given_up(line: Line) -> list[UUID]:
    """The entries of one address that may have been written for a request whose visitor did not wait."""
    media = MEDIA.fullmatch(line.path)
    if media is None:
        return []
    views = LedgerEntry.objects.filter(
        action=LedgerAction.MEDIA_VIEW_ALLOWED,
        footage=media[1][:40],
        rendition=media[2][:20],
        at__gte=line.begun - CLOCKS_DIFFER,
        at__lte=line.ended + ANSWER_LASTS,
        served__isnull=True,
    )
    return list(views.values_list("pk", flat=True))


def _count(fitting: list[tuple[UUID, Line]], *, at: datetime) -> None:
    """Add to what was served under each entry, and close what was found while its line was still to come."""
    known = Served.objects.in_bulk([entry for entry, _ in fitting])
    fresh: dict[UUID, Served] = {}
    for entry, line in fitting:
        served = known.get(entry) or fresh.setdefault(
            entry, Served(entry_id=entry, requests=0, bytes=0, first=line.begun, last=line.ended)
        )
        served.requests, served.bytes = served.requests + 1, served.bytes + line.served
        served.first, served.last = min(served.first, line.begun), max(served.last, line.ended)
    Served.objects.bulk_update(known.values(), ["requests", "bytes", "first", "last"])
    Served.objects.bulk_create(fresh.values())
    for entry in fresh:
        end_state(FindingKind.ENTRY_WITHOUT_BYTES, str(entry), why="its line came later", at=at)


def _check_entries(*, at: datetime) -> list[Finding]:
    """Raise what allowed something long ago and stands in no line, since the log is being read."""
    with transaction.atomic():
        mark = LogMark.objects.select_for_update().get(pk="gateway")
        until = at - LINE_COMES
        without = _since(mark, until).filter(action__in=SERVING, served__isnull=True)
        raised = [raise_once(_entry_without_bytes(entry), at=at) for entry in without.iterator()]
        mark.checked = max(mark.checked, until)
        mark.save(update_fields=["checked"])
    return [finding for finding in raised if finding is not None]


def _since(mark: LogMark, until: datetime) -> QuerySet[LedgerEntry]:
    since = max(mark.started, mark.checked - LOOK_BACK)
    return LedgerEntry.objects.filter(at__gte=since, at__lte=until).order_by("at", "pk")


def _entry_without_bytes(entry: LedgerEntry) -> Suspicion:
    about = f"footage `{entry.footage}`" if entry.footage else "a training set"
    return Suspicion(
        kind=FindingKind.ENTRY_WITHOUT_BYTES,
        same=str(entry.pk),
        at=entry.at,
        what=f"an entry allowed {about}, and the door’s log has no request for it",
        entry=entry.pk,
    )


def _check_sequence(*, at: datetime) -> list[Finding]:
    """Raise entries that have no number and wait for none, and ledgers whose entries wait too long."""
    with transaction.atomic():
        mark = LogMark.objects.select_for_update().get(pk="gateway")
        lost = _since(mark, at - SEQUENCED_WITHIN).filter(position__isnull=True, waiting__isnull=True)
        raised = [raise_once(_not_sequenced(entry), at=at) for entry in lost.iterator()]
        waiting = Unsequenced.objects.filter(entry__at__lte=at - WAITS).values("ledger")
        late = {row["ledger"]: row for row in waiting.annotate(number=Count("pk"), oldest=Min("entry__at"))}
        raised += [raise_state(_waits(**row), at=at) for row in late.values()]
        for finding in Finding.objects.filter(kind=FindingKind.ENTRY_WAITS, closed_at__isnull=True):
            if finding.details["ledger"] not in late:
                end_state(FindingKind.ENTRY_WAITS, finding.details["ledger"], why="no entry waits any more", at=at)
    return [finding for finding in raised if finding is not None]


def _not_sequenced(entry: LedgerEntry) -> Suspicion:
    return Suspicion(
        kind=FindingKind.ENTRY_NOT_SEQUENCED,
        same=str(entry.pk),
        at=entry.at,
        what=f"an entry of ledger `{entry.ledger}` has no number and waits for none",
        entry=entry.pk,
    )


def _waits(ledger: str, number: int, oldest: datetime) -> Suspicion:
    return Suspicion(
        kind=FindingKind.ENTRY_WAITS,
        same=ledger,
        at=oldest,
        what=f"{number:,} of ledger `{ledger}`’s entries wait for a number, since {oldest:%Y-%m-%d %H:%M:%S} UTC",
        details={"ledger": ledger},
    )
