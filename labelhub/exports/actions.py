"""Making a training set: cleared item by item, built where the footage rests, recorded from start to end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.db.models import F

from exporters.errors import ExportError
from exporters.formats import FORMATS
from exporters.manifest import Manifest
from exporters.sink import ZipSink
from exporters.write import write_export
from labelhub.accounts.models import Person
from labelhub.evidence.actions import EntryDraft, record, record_before_serving
from labelhub.evidence.models import LedgerAction, Outcome
from labelhub.exports.models import ExportRun
from labelhub.exports.queries import dataset_of, holds_withdrawn, labeled_tasks
from labelhub.exports.signing import signing_key
from labelhub.exports.versions import keep_items, next_version
from labelhub.footage.models import Zone
from labelhub.footage.queries import footage_facts
from labelhub.labeling.models import Job
from labelhub.policies.standing import Standing, standing_at
from labelhub.storage.port import ObjectStore, StoreError
from residency import Action, AssuranceLevel, Clearance, Decision, NotClearedError, Place

BLOCK = 1024 * 1024


class ExportRefusedError(Exception):
    """A training set may not be made; every reason is named."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def start_export(job: Job, *, zone: str, file_format: str, lossy: bool, by: Person, at: datetime) -> ExportRun:
    """Clear every item and start an export run; the zone's worker builds it.

    Raises:
        ExportRefusedError: an item may not be exported, nothing is labeled, or what was asked does not exist.
    """
    _check(job, zone, file_format, by)
    decisions = decide_items(job, zone, by, at=at)
    try:
        clearance = Clearance.for_items(decisions, destination=zone, purpose=job.purpose)
    except NotClearedError as error:
        _record_refusal(job, zone, by, decisions, at=at)
        raise ExportRefusedError(*_reasons(decisions)) from error
    with transaction.atomic():
        run = ExportRun.objects.create(
            job=job,
            zone_id=zone,
            file_format=file_format,
            lossy=lossy,
            requested_by=by,
            requested_at=at,
            items_total=len(decisions),
            policy_hash=clearance.policy_hash,
            footage_ids=sorted(decisions),
        )
        record(run_entry(LedgerAction.EXPORT_RUN_STARTED, run, by, at=at, items=len(decisions)))
    return run


def _check(job: Job, zone: str, file_format: str, by: Person) -> None:
    if not by.has_perm("labeling.lead_job", job):
        raise ExportRefusedError(f"only who leads `{job.name}` may take its training sets")
    if file_format not in FORMATS:
        raise ExportRefusedError(f"there is no format `{file_format}`: use one of {', '.join(FORMATS)}")
    zones = sorted(job.zones.values_list("zone_id", flat=True))
    if zone not in zones:
        raise ExportRefusedError(
            f"`{job.name}` keeps its footage in {', '.join(zones)}: name one of them, not `{zone}`"
        )
    if not labeled_tasks(job, zone).exists():
        raise ExportRefusedError(f"nothing of `{job.name}` is labeled in zone `{zone}` yet: label a task first")


def decide_items(job: Job, zone: str, by: Person, *, at: datetime) -> dict[str, Decision]:
    """Decide for every labeled item whether this person may have it put into a set that stays in its zone.

    The place is the zone's own: the set is built and kept there. Whoever downloads it is decided on anew, from where
    they are.
    """
    standing = _standing_in(zone, by, at=at)
    return {
        task.footage_id: standing.decide(Action.EXPORT, footage_facts(task.footage), purpose=job.purpose)
        for task in labeled_tasks(job, zone)
    }


def _standing_in(zone: str, by: Person, *, at: datetime) -> Standing:
    jurisdiction = Zone.objects.get(pk=zone).jurisdiction
    return standing_at(by, Place(jurisdiction=jurisdiction, level=AssuranceLevel.LA3), at=at)


def _reasons(decisions: dict[str, Decision]) -> list[str]:
    refused: dict[str, int] = {}
    for decision in decisions.values():
        if not decision.allowed:
            reason = decision.short_reason()
            refused[reason] = refused.get(reason, 0) + 1
    if not refused:
        return ["nothing is labeled yet: label a task first"]
    return [f"{count} of {len(decisions)} items: {reason}" for reason, count in sorted(refused.items())]


def _record_refusal(job: Job, zone: str, by: Person, decisions: dict[str, Decision], *, at: datetime) -> None:
    refused = sorted(name for name, decision in decisions.items() if not decision.allowed)
    first = decisions[refused[0]] if refused else None
    record_before_serving(
        EntryDraft(
            action=LedgerAction.EXPORT_RUN_DENIED,
            at=at,
            ledger=zone,
            person=by.pseudonym,
            entity=by.organization.code if by.organization else "",
            purpose=job.purpose,
            outcome=Outcome.DENY,
            rules=() if first is None else first.rule_ids,
            policy_hash="" if first is None else first.policy_hash,
            details={"job": job.name, "refused": refused},
        )
    )


def build_run(
    run: ExportRun, store: ObjectStore, *, now: Callable[[], datetime], progress: Callable[[], None] = lambda: None
) -> ExportRun:
    """Build a waiting run's archive and put it into the zone's store; a failure is kept on the run, with its reason."""
    if not ExportRun.objects.filter(pk=run.pk, state=ExportRun.State.WAITING).update(state=ExportRun.State.RUNNING):
        return run
    try:
        _build(run, store, at=now(), progress=progress)
    except (ExportError, NotClearedError, StoreError, OSError) as error:
        return _failed(run, str(error), at=now())
    if holds_withdrawn(run):
        return _failed(run, "footage in it was withdrawn while it was made: make the set again", at=now())
    run.state, run.finished_at, run.problem = ExportRun.State.READY, now(), ""
    with transaction.atomic():
        run.version = next_version(run)
        run.save()
        details = {"sha256": run.sha256, "bytes": run.size, "boxes": run.boxes}
        record(run_entry(LedgerAction.EXPORT_RUN_FINISHED, run, run.requested_by, at=run.finished_at, **details))
    return run


def _build(run: ExportRun, store: ObjectStore, *, at: datetime, progress: Callable[[], None]) -> None:
    # Cleared again: between asking and building, a policy or an attestation may have changed.
    decisions = decide_items(run.job, run.zone_id, run.requested_by, at=at)
    wanted = {name: decision for name, decision in decisions.items() if name in set(run.footage_ids)}
    clearance = Clearance.for_items(wanted, destination=run.zone_id, purpose=run.job.purpose)

    def step() -> None:
        ExportRun.objects.filter(pk=run.pk).update(items_done=F("items_done") + 1)
        progress()

    with TemporaryFile(dir=settings.SCRATCH_DIR) as archive:
        sink = ZipSink(cast("BinaryIO", archive))
        dataset = dataset_of(run, store, progress=step)
        manifest = write_export(dataset, clearance, run.file_format, sink, lossy=run.lossy, signing_key=signing_key())
        run.size = archive.tell()
        archive.seek(0)
        run.sha256 = _sha256(cast("BinaryIO", archive))
        archive.seek(0)
        run.store_key = f"exports/{run.pk}/{archive_name(run)}"
        store.put(run.store_key, cast("BinaryIO", archive), mime="application/zip")
    keep_items(run, manifest)
    run.policy_hash = clearance.policy_hash
    run.items_done = manifest.counts.items_out
    run.boxes = sum(count for _, count in manifest.counts.shapes_out)
    run.manifest = summary(manifest)


def archive_name(run: ExportRun) -> str:
    """Name the archive a person downloads."""
    return f"{run.job.name}-{run.zone_id}-{run.file_format}.zip"


def summary(manifest: Manifest) -> dict[str, object]:
    """Keep of a manifest what the page shows; the whole of it is in the archive."""
    document = json.loads(manifest.encode())
    return {key: value for key, value in document.items() if key not in {"files", "items"}} | {
        "files": len(manifest.files)
    }


def _sha256(archive: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := archive.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _failed(run: ExportRun, problem: str, *, at: datetime) -> ExportRun:
    run.state, run.finished_at, run.problem = ExportRun.State.FAILED, at, problem
    with transaction.atomic():
        run.save()
        record(run_entry(LedgerAction.EXPORT_RUN_FAILED, run, run.requested_by, at=at, problem=problem[:400]))
    return run


def mark_abandoned(*, before: datetime, at: datetime) -> int:
    """Fail the runs whose worker has gone: started long ago and never finished."""
    lost = ExportRun.objects.filter(
        state__in=[ExportRun.State.RUNNING, ExportRun.State.WAITING], requested_at__lt=before
    ).select_related("job", "requested_by__organization")
    for run in lost:
        _failed(run, "the worker that built it has gone: make the set again", at=at)
    return len(lost)


def run_entry(action: LedgerAction, run: ExportRun, by: Person, *, at: datetime, **details: object) -> EntryDraft:
    """Draft the ledger entry of something done with an export run."""
    return EntryDraft(
        action=action,
        at=at,
        ledger=run.zone_id,
        person=by.pseudonym,
        entity=by.organization.code if by.organization else "",
        purpose=run.job.purpose,
        policy_hash=run.policy_hash,
        details={"run": run.pk, "job": run.job.name, "format": run.file_format, **details},
    )
