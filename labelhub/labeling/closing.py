"""Closing a job, and opening it again: the undo. Labels stay, and a closed job can still be exported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from labelhub.accounts.models import Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.labeling.actions import LabelingError
from labelhub.labeling.assignments import annotators_of
from labelhub.labeling.models import Job, JobZone, LabelingTask, Reservation

STILL_RECONCILED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What closing a job touches."""

    holders: tuple[str, ...]
    annotators: int
    labeled: int
    unlabeled: int

    @property
    def sentence(self) -> str:
        """Say whom it touches, in one sentence."""
        count = len(self.holders)
        if not count:
            return "nobody holds a task just now; labels stay"
        if count == 1:
            return "1 person holds a task and will lose it, with what is not submitted yet; labels stay"
        return f"{count} people hold tasks and will lose them, with what is not submitted yet; labels stay"


def closing_touches(job: Job, *, at: datetime) -> Touched:
    """Look at what closing a job would touch; nothing is changed."""
    held = Reservation.objects.filter(job_zone__job=job, expires_at__gt=at).select_related("person")
    tasks = LabelingTask.objects.filter(job_zone__job=job)
    done = tasks.filter(state=LabelingTask.State.DONE).count()
    return Touched(
        holders=tuple(sorted({reservation.person.name for reservation in held})),
        annotators=len(annotators_of(job)),
        labeled=done,
        unlabeled=tasks.count() - done,
    )


def close_job(job: Job, *, name: str, by: Person, at: datetime) -> Job:
    """Close a job: nobody is given its tasks any more, and who holds one loses it.

    Args:
        job: the job to close.
        name: its short name, said again by whoever closes it.
        by: who closes it.
        at: now.

    Raises:
        LabelingError: somebody else leads it, another name was said, or it is closed already.
    """
    _only_who_leads(job, by)
    if name.strip() != job.name:
        raise LabelingError(f"to close this job say its short name, `{job.name}`")
    with transaction.atomic():
        closed = Job.objects.filter(pk=job.pk).exclude(state=Job.State.CLOSED)
        if not closed.update(state=Job.State.CLOSED, closed_at=at, problem=""):
            raise LabelingError(f"`{job.name}` is closed already")
        held = Reservation.objects.filter(job_zone__job=job)
        people = sorted(set(held.values_list("person__pseudonym", flat=True)))
        held.delete()
        record(_entry(LedgerAction.LABELING_JOB_CLOSED, job, by, at=at, lost_a_task=people))
    job.refresh_from_db()
    return job


def reopen_job(job: Job, *, by: Person, at: datetime) -> Job:
    """Open a closed job again. One that was not fully prepared is to be prepared further.

    Raises:
        LabelingError: somebody else leads it, or it is not closed.
    """
    _only_who_leads(job, by)
    missing = LabelingTask.objects.filter(job_zone__job=job, studio_task__isnull=True).exists()
    state = Job.State.PREPARING if missing else Job.State.OPEN
    with transaction.atomic():
        found = Job.objects.filter(pk=job.pk, state=Job.State.CLOSED)
        if not found.update(state=state, closed_at=None):
            raise LabelingError(f"`{job.name}` is not closed")
        record(_entry(LedgerAction.LABELING_JOB_OPENED, job, by, at=at))
    job.refresh_from_db()
    return job


def zones_to_reconcile(*, at: datetime) -> QuerySet[JobZone]:
    """Find the parts of open jobs, and of jobs closed so lately that a submission may still be on its way."""
    lately = Q(job__state=Job.State.CLOSED, job__closed_at__gt=at - STILL_RECONCILED)
    return JobZone.objects.filter(Q(job__state=Job.State.OPEN) | lately).select_related("zone")


def _only_who_leads(job: Job, by: Person) -> None:
    if not by.has_perm("labeling.lead_job", job):
        raise LabelingError(f"only who leads `{job.name}` may close it or open it again")


def _entry(action: LedgerAction, job: Job, by: Person, *, at: datetime, **details: object) -> EntryDraft:
    return EntryDraft(
        action=action,
        at=at,
        person=by.pseudonym,
        entity=by.organization.code if by.organization else "",
        purpose=job.purpose,
        details={"job": job.name, **details},
    )
