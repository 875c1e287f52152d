"""What may be read about jobs, by the person asking."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from guardian.shortcuts import get_objects_for_user

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import roles_of
from labelhub.footage.listing import purpose_in
from labelhub.footage.models import Footage
from labelhub.labeling.models import (
    Acknowledgement,
    Annotation,
    Guideline,
    Job,
    JobZone,
    LabelingTask,
    LabelSchema,
    Reservation,
)
from labelhub.labeling.queue import WorkCount, count_work
from labelhub.policies.standing import Standing

SAID_FOR = timedelta(days=14)
BY_CAMERA = frozenset({Role.LEAD, Role.REVIEWER, Role.OWNER})  # they see footage of the cameras they were given


@dataclass(frozen=True, slots=True)
class ZoneWork:
    """A job's part in one zone, as one person meets it."""

    job_zone: JobZone
    count: WorkCount


@dataclass(frozen=True, slots=True)
class JobWork:
    """A job, as one annotator meets it."""

    job: Job
    zones: tuple[ZoneWork, ...]
    acknowledged: bool

    @property
    def open(self) -> int:
        """Tasks open to this person."""
        return sum(zone.count.open for zone in self.zones)

    @property
    def next_zone(self) -> JobZone | None:
        """The zone to work in next; None when nothing is left for this person."""
        return next((zone.job_zone for zone in self.zones if zone.count.open), None)

    @property
    def refusals(self) -> list[tuple[str, int]]:
        """Why tasks are not open to this person, with how many."""
        total = sum((zone.count.refused for zone in self.zones), start=WorkCount().refused)
        return total.most_common()

    def total(self, name: str) -> int:
        """Add one of the counts up over the zones."""
        return sum(int(getattr(zone.count, name)) for zone in self.zones)


@dataclass(frozen=True, slots=True)
class Asking:
    """On what ground a person asks for a piece of footage."""

    purpose: str
    entitled: bool
    job: str = ""


# Of footage that was withdrawn: nobody has a ground to ask for it.
WITHDRAWN = Asking("ml-training", entitled=False)


def jobs_to_label(person: Person) -> QuerySet[Job]:
    """Find the jobs a person was given to label; a job is given to people, never to a role."""
    jobs: QuerySet[Job] = get_objects_for_user(
        person, "labeling.label_job", klass=Job, use_groups=False, with_superuser=False, accept_global_perms=False
    )
    return jobs.select_related("guideline", "schema")


def jobs_to_lead(person: Person) -> QuerySet[Job]:
    """Find the jobs whose progress a person may see."""
    jobs: QuerySet[Job] = get_objects_for_user(person, "labeling.lead_job", klass=Job, accept_global_perms=False)
    return jobs.select_related("guideline", "schema", "created_by")


def schemas_there() -> QuerySet[LabelSchema]:
    """List the label schemas with how many jobs use each."""
    return LabelSchema.objects.annotate(jobs=Count("job")).order_by("title", "name")


def guidelines_now() -> list[Guideline]:
    """List the newest version of each guideline, with how many jobs use that version."""
    newest = Guideline.objects.filter(name=OuterRef("name")).order_by("-version").values("pk")[:1]
    found = Guideline.objects.filter(pk=Subquery(newest)).annotate(jobs=Count("job"))
    return list(found.order_by("title", "name"))


def work_of(standing: Standing) -> list[JobWork]:
    """List a person's jobs with what is open to them and what is not."""
    return [job_work(job, standing) for job in jobs_to_label(standing.person).filter(state=Job.State.OPEN)]


def closed_lately(standing: Standing) -> QuerySet[Job]:
    """List a person's jobs that were closed in the last days, so that nobody looks for them in vain."""
    since = standing.at - SAID_FOR
    return jobs_to_label(standing.person).filter(state=Job.State.CLOSED, closed_at__gt=since).order_by("-closed_at")


def job_work(job: Job, standing: Standing) -> JobWork:
    """Say how one job stands for one person."""
    parts = (
        JobZone.objects.filter(job=job, studio_project__isnull=False).select_related("job", "zone").order_by("zone_id")
    )
    return JobWork(
        job=job,
        zones=tuple(ZoneWork(part, count_work(part, standing)) for part in parts),
        acknowledged=has_acknowledged(job, standing.person),
    )


def has_acknowledged(job: Job, person: Person) -> bool:
    """Tell whether a person has read the job's present guideline."""
    return Acknowledgement.objects.filter(person=person, guideline=job.guideline_id).exists()


def asking_for(footage: Footage, standing: Standing) -> Asking:
    """Say for what purpose a person asks for footage, and whether anybody gave it to them.

    An annotator is entitled by holding its task, or by having labeled it, until its job is closed; a lead, reviewer or
    owner by the camera.
    """
    if footage.withdrawn_at is not None:
        return WITHDRAWN
    person = standing.person
    held = Reservation.objects.filter(task=OuterRef("pk"), person=person, expires_at__gt=standing.at)
    labeled = Annotation.objects.filter(task=OuterRef("pk"), person=person)
    first = (
        LabelingTask.objects.filter(footage=footage, job_zone__job__in=jobs_to_label(person))
        .annotate(is_theirs=(Exists(held) | Exists(labeled)) & ~Q(job_zone__job__state=Job.State.CLOSED))
        .select_related("job_zone__job")
        .order_by("-is_theirs", "pk")
        .first()
    )
    task = (bool(first.is_theirs), first.job_zone.job.purpose, first.job_zone.job.name) if first is not None else None
    if task is not None and task[0]:
        return asking_of(task, frozenset(), may_see=False)
    roles = roles_of(person)
    may_see = not roles.isdisjoint(BY_CAMERA) and person.has_perm("footage.see_source", footage.source)
    return asking_of(task, roles, may_see=may_see)


def asking_of(task: tuple[bool, str, str] | None, roles: Collection[str], *, may_see: bool) -> Asking:
    """The same from what was found: the first task, whether it is theirs, its job's purpose and name; roles; camera."""
    if task is not None and task[0]:
        return Asking(task[1], entitled=True, job=task[2])
    if not BY_CAMERA.isdisjoint(roles):
        return Asking(purpose_in(roles), entitled=may_see)
    return Asking(task[1] if task else "ml-training", entitled=False)
