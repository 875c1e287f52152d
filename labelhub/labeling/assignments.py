"""Giving a job to people and taking it back; each is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from guardian.shortcuts import get_users_with_perms, remove_perm

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.labeling.actions import LabelingError, assign
from labelhub.labeling.models import Job, Reservation


def annotators_of(job: Job) -> list[Person]:
    """List the people a job was given to, by name."""
    found = get_users_with_perms(job, only_with_perms_in=["label_job"], with_group_users=False)
    return sorted(found, key=lambda person: person.name)


def give(person: Person, job: Job, *, by: Person, at: datetime) -> None:
    """Give a job to an annotator; residency still decides each task.

    Raises:
        LabelingError: the giver does not lead the job, or the person is no annotator.
    """
    if not has_role(person, Role.ANNOTATOR):
        raise LabelingError(f"`{person.name}` is no annotator: ask for the role first")
    with transaction.atomic():
        assign(person, job, by=by)
        _record(person, job, by=by, at=at, change="given a job")


def take_back(person: Person, job: Job, *, by: Person, at: datetime) -> None:
    """Take a job from an annotator, and with it the task they hold; what they have labeled stays.

    Raises:
        LabelingError: the taker does not lead the job.
    """
    if not by.has_perm("labeling.lead_job", job):
        raise LabelingError(f"only who leads `{job.name}` may take it from people")
    with transaction.atomic():
        remove_perm("labeling.label_job", person, job)
        Reservation.objects.filter(job_zone__job=job, person=person).delete()
        _record(person, job, by=by, at=at, change="job taken back")


def _record(person: Person, job: Job, *, by: Person, at: datetime, change: str) -> None:
    record(
        EntryDraft(
            action=LedgerAction.PERSON_ACCESS_CHANGED,
            at=at,
            person=person.pseudonym,
            entity=person.organization.code if person.organization else "",
            purpose=job.purpose,
            details={"change": change, "job": job.name, "by": by.pseudonym},
        )
    )
