"""Repair what the door may have missed: annotations that Label Studio holds and labelhub does not.

The door records every annotation it passes; this pass finds those whose answer was lost, for example when the service
stopped between Label Studio's answer and its own commit. It never deletes, and it trusts only who Label Studio says
drew.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from labelhub.accounts.models import Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.labeling.actions import count_boxes
from labelhub.labeling.models import Annotation, JobZone, LabelingTask, Reservation
from labelhub.studio.port import Studio, StudioAnnotation


def reconcile_zone(job_zone: JobZone, studio: Studio, *, at: datetime) -> int:
    """Record the annotations of one project that are not recorded yet; return how many."""
    if job_zone.studio_project is None:
        return 0
    known = set(Annotation.objects.filter(task__job_zone=job_zone).values_list("studio_annotation", flat=True))
    found = [item for item in studio.annotations(job_zone.studio_project) if item.annotation not in known]
    return sum(_repair(item, job_zone, at=at) for item in found if not item.was_cancelled)


def _repair(item: StudioAnnotation, job_zone: JobZone, *, at: datetime) -> bool:
    task = (
        LabelingTask.objects.filter(job_zone=job_zone, studio_task=item.task)
        .select_related("footage__source__owner")
        .first()
    )
    person = Person.objects.filter(pseudonym=item.person).select_related("organization").first()
    if task is None or person is None:
        return False
    with transaction.atomic():
        entry = record(
            EntryDraft(
                action=LedgerAction.LABELING_TASK_SUBMITTED,
                at=at,
                ledger=task.footage.zone_id,
                person=person.pseudonym,
                entity=person.organization.code if person.organization else "",
                footage=task.footage_id,
                source=task.footage.source.code,
                jurisdiction=task.footage.source.jurisdiction,
                owner=task.footage.source.owner.code if task.footage.source.owner else "",
                details={"job": job_zone.job.name, "annotation": item.annotation, "found_by": "reconciliation"},
            )
        )
        Annotation.objects.create(
            task=task,
            person=person,
            studio_annotation=item.annotation,
            result=item.result,
            boxes=count_boxes(item.result),
            seconds=item.seconds,
            entry=entry.pk,
            submitted_at=at,
            updated_at=at,
        )
        LabelingTask.objects.filter(pk=task.pk).update(state=LabelingTask.State.DONE)
        Reservation.objects.filter(task=task).delete()
    return True
