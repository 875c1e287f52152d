"""Every change to jobs, tasks and annotations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from guardian.shortcuts import assign_perm

from labelhub.accounts.models import Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.footage.listing import Listing
from labelhub.footage.models import Footage, Zone
from labelhub.footage.queries import find_footage
from labelhub.labeling.models import (
    Acknowledgement,
    Annotation,
    Draft,
    Guideline,
    Job,
    JobZone,
    LabelingTask,
    LabelSchema,
    Reservation,
    Skip,
)
from labelhub.labeling.queue import decide_task, holds, task_entry
from labelhub.labeling.studio_config import labeling_config
from labelhub.policies.standing import Standing
from labelhub.studio.port import Studio, StudioTask

PURPOSES = ("ml-training", "quality-review")
CHUNK = 200


class LabelingError(Exception):
    """What was asked of a job or task cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What a lead asks for."""

    name: str
    title: str
    schema: LabelSchema
    guideline: Guideline
    selection: str
    purpose: str


def create_job(asked: JobRequest, listing: Listing, *, at: datetime) -> Job:
    """Create a job and one task for each piece of footage selected of what its maker may be listed.

    Footage without jurisdiction is left out.

    Raises:
        LabelingError: the name is taken, the purpose is unknown, or the selection is empty or mixes stills and clips.
        FootageQueryError: the selection cannot be understood.
    """
    by = listing.person
    if not by.groups.filter(name="lead").exists():
        raise LabelingError("only an ML lead may create a job: ask one, or ask for the role")
    if asked.purpose not in PURPOSES:
        raise LabelingError(f"purpose `{asked.purpose}` is unknown: use one of {', '.join(PURPOSES)}")
    if Job.objects.filter(name=asked.name).exists():
        raise LabelingError(f"a job `{asked.name}` exists already: choose another name")
    footage = assignable(asked.selection, listing)
    kinds = {item.kind for item in footage}
    if len(kinds) != 1:
        what = "holds stills and clips: add `kind=image` or `kind=video`" if kinds else "finds no assignable footage"
        what += f" ({listing.note[:1].lower()}{listing.note[1:-1]})" if listing.note and not kinds else ""
        raise LabelingError(f"the selection `{asked.selection}` {what}")
    with transaction.atomic():
        job = Job.objects.create(
            name=asked.name,
            title=asked.title,
            kind=kinds.pop(),
            schema=asked.schema,
            guideline=asked.guideline,
            purpose=asked.purpose,
            selection=asked.selection,
            created_by=by,
            created_at=at,
        )
        _add_tasks(job, footage)
        assign_perm("labeling.lead_job", by, job)
        record(
            EntryDraft(
                action=LedgerAction.LABELING_JOB_CREATED,
                at=at,
                person=by.pseudonym,
                entity=by.organization.code if by.organization else "",
                purpose=job.purpose,
                details={"job": job.name, "selection": job.selection, "tasks": len(footage)},
            )
        )
    return job


def assignable(selection: str, listing: Listing) -> list[Footage]:
    """Find what a selection names that can be assigned: listed, its camera's jurisdiction known, shown by a browser."""
    found = find_footage(selection, listing.footage()).exclude(source__jurisdiction="")
    return list(found.filter(zone__is_open=True, is_playable=True, withdrawn_at__isnull=True))


def _add_tasks(job: Job, footage: Sequence[Footage]) -> None:
    for zone in sorted({item.zone_id for item in footage}):
        part = JobZone.objects.create(job=job, zone=Zone.objects.get(pk=zone))
        tasks = [LabelingTask(job_zone=part, footage=item) for item in footage if item.zone_id == zone]
        LabelingTask.objects.bulk_create(tasks, batch_size=500)


def assign(person: Person, job: Job, *, by: Person) -> None:
    """Give a person a job to label; residency still decides each task."""
    if not by.has_perm("labeling.lead_job", job):
        raise LabelingError(f"only who leads `{job.name}` may give it to people")
    assign_perm("labeling.label_job", person, job)


def prepare_zone(job_zone: JobZone, studio: Studio, *, progress: Callable[[int], None] = lambda _: None) -> None:
    """Make a job's project and tasks in its zone's Label Studio. Run again after an interruption, it goes on."""
    job = job_zone.job
    if job_zone.studio_project is None:
        first = LabelingTask.objects.filter(job_zone=job_zone).select_related("footage").first()
        fps = first.footage.fps if first else None
        made = studio.make_project(
            title=f"{job.title} ({job_zone.zone_id})", label_config=labeling_config(job.schema, kind=job.kind, fps=fps)
        )
        job_zone.studio_project, job_zone.studio_view = made.project, made.view
        job_zone.screen_rate = str(fps) if fps else ""
        job_zone.save(update_fields=["studio_project", "studio_view", "screen_rate"])
    project = int(job_zone.studio_project)
    waiting = list(LabelingTask.objects.filter(job_zone=job_zone, studio_task__isnull=True))
    known = studio.tasks(project) if waiting else {}
    missing = [task for task in waiting if task.footage_id not in known]
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        items = [StudioTask(task.footage_id, f"/media/{task.footage_id}/original") for task in chunk]
        made_ids = studio.add_tasks(project, items, media_kind=job.kind)
        known.update(zip((task.footage_id for task in chunk), made_ids, strict=True))
        progress(start + len(chunk))
    for task in waiting:
        task.studio_task = known[task.footage_id]
    LabelingTask.objects.bulk_update(waiting, ["studio_task"], batch_size=500)


def open_job(job: Job) -> None:
    """Open a job when every zone of it is ready."""
    if not LabelingTask.objects.filter(job_zone__job=job, studio_task__isnull=True).exists():
        Job.objects.filter(pk=job.pk, state__in=[Job.State.PREPARING, Job.State.FAILED]).update(
            state=Job.State.OPEN, problem=""
        )


def fail_job(job: Job, problem: str) -> None:
    """Say on the job's page why it could not be prepared; preparing it again goes on where it stopped."""
    Job.objects.filter(pk=job.pk).exclude(state=Job.State.CLOSED).update(state=Job.State.FAILED, problem=problem)


def acknowledge(job: Job, person: Person, *, at: datetime) -> None:
    """Record that a person has read the job's guideline."""
    with transaction.atomic():
        _, is_new = Acknowledgement.objects.get_or_create(person=person, guideline=job.guideline, defaults={"at": at})
        if is_new:
            record(
                EntryDraft(
                    action=LedgerAction.GUIDELINE_READ_ACKNOWLEDGED,
                    at=at,
                    person=person.pseudonym,
                    entity=person.organization.code if person.organization else "",
                    details={
                        "guideline": job.guideline.name,
                        "version": job.guideline.version,
                        "sha256": job.guideline.sha256,
                    },
                )
            )


def skip_task(task: LabelingTask, standing: Standing, *, reason: str, note: str = "") -> None:
    """Pass a held task on, with a reason; the person is not offered it again."""
    if reason not in Skip.Reason.values:
        raise LabelingError(f"`{reason}` is no reason to skip: choose one of {', '.join(Skip.Reason.values)}")
    if not holds(task, standing):
        raise LabelingError("this task is not yours any more: open the next one")
    with transaction.atomic():
        Reservation.objects.filter(task=task, person=standing.person).delete()
        Skip.objects.get_or_create(
            task=task, person=standing.person, defaults={"reason": reason, "note": note[:400], "at": standing.at}
        )
        decision = decide_task(task, standing)
        record(task_entry(LedgerAction.LABELING_TASK_SKIPPED, task, standing, decision, reason=reason))


def unskip_task(task: LabelingTask, standing: Standing) -> None:
    """Take a skip back: the task is offered to the person again, and the skip itself stays in the ledger."""
    with transaction.atomic():
        taken_back, _ = Skip.objects.filter(task=task, person=standing.person).delete()
        if taken_back:
            decision = decide_task(task, standing)
            record(task_entry(LedgerAction.LABELING_TASK_UNSKIPPED, task, standing, decision))


def record_draft(task: LabelingTask, person: Person, *, studio_draft: int, at: datetime) -> None:
    """Remember whose draft it is, so that nobody else can touch it."""
    Draft.objects.update_or_create(task=task, studio_draft=studio_draft, defaults={"person": person, "saved_at": at})


def record_annotation(
    task: LabelingTask, standing: Standing, *, number: int, result: list[Any], seconds: float
) -> Annotation:
    """Keep an annotation that Label Studio has just stored, close its task and record it."""
    decision = decide_task(task, standing)
    with transaction.atomic():
        known = Annotation.objects.filter(task=task, studio_annotation=number).first()
        boxes = count_boxes(result)
        entry = record(
            task_entry(LedgerAction.LABELING_TASK_SUBMITTED, task, standing, decision, annotation=number, boxes=boxes)
        )
        if known is not None:
            known.result, known.boxes, known.updated_at, known.entry = result, boxes, standing.at, entry.pk
            known.save(update_fields=["result", "boxes", "updated_at", "entry"])
            return known
        LabelingTask.objects.filter(pk=task.pk).update(state=LabelingTask.State.DONE)
        Reservation.objects.filter(task=task).delete()
        return Annotation.objects.create(
            task=task,
            person=standing.person,
            studio_annotation=number,
            result=result,
            boxes=boxes,
            seconds=seconds,
            place=standing.place.jurisdiction or "",
            entry=entry.pk,
            submitted_at=standing.at,
            updated_at=standing.at,
        )


def count_boxes(result: Sequence[Any]) -> int:
    """Count drawn boxes and tracks in a Label Studio result; attributes of a box are not boxes."""
    return sum(
        1 for item in result if isinstance(item, dict) and item.get("type") in {"rectanglelabels", "videorectangle"}
    )
