"""Label schemas, guidelines, jobs, and an annotator's own work."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.api.auth import HeldBy
from labelhub.api.errors import BadInputError
from labelhub.api.lists import USUAL, Listed, PageNumber, PageSize, page_rows
from labelhub.footage.listing import listing_of
from labelhub.labeling.actions import JobRequest, create_job
from labelhub.labeling.assignments import annotators_of, give
from labelhub.labeling.closing import close_job, reopen_job
from labelhub.labeling.jobs import start_preparing
from labelhub.labeling.models import Guideline, Job, LabelSchema
from labelhub.labeling.progress import annotator_lines, job_progress
from labelhub.labeling.queries import JobWork, jobs_to_lead, work_of
from labelhub.policies.standing import standing_of

router = Router(tags=["labeling"])
Name = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,80}$")]


class JobIn(Schema):
    """A job to create: footage selection, label schema, guideline, purpose."""

    name: Name
    title: str = Field(min_length=1, max_length=120)
    label_schema: str
    guideline: str = Field(description="its newest version is taken")
    selection: str = Field(max_length=400, description="such as `source=cam-12 kind=image`")
    purpose: str


class JobOut(Schema):
    """A job."""

    name: str
    title: str
    kind: str
    state: str
    problem: str
    purpose: str
    selection: str
    label_schema: str
    guideline: str
    guideline_version: int
    created_at: datetime
    closed_at: datetime | None


class TasksOut(Schema):
    """A job's tasks, each counted once."""

    total: int
    done: int
    held: int
    passed_on: int
    open: int


class AnnotatorOut(Schema):
    """One person's work on a job."""

    pseudonym: str
    name: str
    is_assigned: bool
    tasks_done: int
    boxes: int
    passed_on: int
    last: datetime | None


class JobProgressOut(JobOut):
    """A job and how far it is."""

    tasks: TasksOut
    annotators: list[AnnotatorOut]


class CloseIn(Schema):
    """The name of the job to be closed, said again."""

    name: str


class AnnotatorsIn(Schema):
    """Whom to give a job to, by e-mail address or pseudonym."""

    people: list[str] = Field(min_length=1, max_length=200)


class AnnotatorsOut(Schema):
    """Everybody a job is given to."""

    people: list[str]


class RefusedOut(Schema):
    """Why tasks are not open to a person, and how many."""

    reason: str
    tasks: int


class WorkOut(Schema):
    """A job as the annotator who asks meets it: their own numbers only."""

    job: str
    title: str
    has_acknowledged_guideline: bool
    open: int
    done_by_you: int
    skipped_by_you: int
    refused: list[RefusedOut]


@router.get("/jobs", response=Listed[JobOut], auth=HeldBy(Role.LEAD))
def jobs(request: HttpRequest, page: PageNumber = 1, limit: PageSize = USUAL) -> Listed[JobOut]:
    """List the jobs the person leads."""
    total, rows = page_rows(jobs_to_lead(signed_in(request)), page=page, limit=limit)
    return Listed[JobOut](total=total, page=page, limit=limit, items=[JobOut(**_job(row)) for row in rows])


@router.post("/jobs", response={201: JobOut}, auth=HeldBy(Role.LEAD))
def new_job(request: HttpRequest, asked: JobIn) -> Status[JobOut]:
    """Create a job and have its tasks made in each zone."""
    wanted = JobRequest(
        name=asked.name,
        title=asked.title,
        schema=_schema(asked.label_schema),
        guideline=_guideline(asked.guideline),
        selection=asked.selection,
        purpose=asked.purpose,
    )
    job = create_job(wanted, listing_of(request), at=timezone.now())
    start_preparing(job)
    return Status(201, JobOut(**_job(job)))


@router.get("/jobs/{name}", response=JobProgressOut, auth=HeldBy(Role.LEAD))
def one_job(request: HttpRequest, name: str) -> JobProgressOut:
    """Say how far a job is, and who did what."""
    job, listing = _led(request, name), listing_of(request)
    progress = job_progress(job, listing)
    tasks = TasksOut(
        total=progress.total, done=progress.done, held=progress.held, passed_on=progress.passed, open=progress.open
    )
    annotators = [
        AnnotatorOut(
            pseudonym=line.person.pseudonym,
            name=line.person.name,
            is_assigned=line.is_assigned,
            tasks_done=line.done,
            boxes=line.boxes,
            passed_on=line.passed,
            last=line.last,
        )
        for line in annotator_lines(job, listing)
    ]
    return JobProgressOut(**_job(job), tasks=tasks, annotators=annotators)


@router.post("/jobs/{name}/close", response=JobOut, auth=HeldBy(Role.LEAD))
def close(request: HttpRequest, name: str, asked: CloseIn) -> JobOut:
    """Close a job: who holds a task of it loses it, labels stay. `name` must be the job's own, said again."""
    return JobOut(**_job(close_job(_led(request, name), name=asked.name, by=signed_in(request), at=timezone.now())))


@router.post("/jobs/{name}/open", response=JobOut, auth=HeldBy(Role.LEAD))
def reopen(request: HttpRequest, name: str) -> JobOut:
    """Open a closed job again."""
    job = reopen_job(_led(request, name), by=signed_in(request), at=timezone.now())
    if job.state == Job.State.PREPARING:
        start_preparing(job)
    return JobOut(**_job(job))


@router.post("/jobs/{name}/annotators", response=AnnotatorsOut, auth=HeldBy(Role.LEAD))
def give_job(request: HttpRequest, name: str, asked: AnnotatorsIn) -> AnnotatorsOut:
    """Give a job to people; who is named twice, or has it already, is given it once."""
    job, by = _led(request, name), signed_in(request)
    people = [_annotator(words) for words in asked.people]
    at = timezone.now()
    has_it = set(annotators_of(job))
    for person in dict.fromkeys(people):
        if person not in has_it:
            give(person, job, by=by, at=at)
    return AnnotatorsOut(people=[person.pseudonym for person in annotators_of(job)])


@router.get("/work", response=list[WorkOut], auth=HeldBy(Role.ANNOTATOR))
def work(request: HttpRequest) -> list[WorkOut]:
    """List what is open to the annotator who asks, from where they are now, and what is not and why."""
    standing = standing_of(request, signed_in(request), at=timezone.now())
    return [_work(part) for part in work_of(standing)]


def _work(part: JobWork) -> WorkOut:
    return WorkOut(
        job=part.job.name,
        title=part.job.title,
        has_acknowledged_guideline=part.acknowledged,
        open=part.open,
        done_by_you=part.total("done_by_you"),
        skipped_by_you=part.total("skipped_by_you"),
        refused=[RefusedOut(reason=reason, tasks=tasks) for reason, tasks in part.refusals],
    )


def _led(request: HttpRequest, name: str) -> Job:
    job = jobs_to_lead(signed_in(request)).filter(name=name).first()
    if job is None:
        raise Http404
    return job


def _job(job: Job) -> dict[str, Any]:
    return {
        "name": job.name,
        "title": job.title,
        "kind": job.kind,
        "state": job.state,
        "problem": job.problem,
        "purpose": job.purpose,
        "selection": job.selection,
        "label_schema": job.schema.name,
        "guideline": job.guideline.name,
        "guideline_version": job.guideline.version,
        "created_at": job.created_at,
        "closed_at": job.closed_at,
    }


def _schema(name: str) -> LabelSchema:
    found = LabelSchema.objects.filter(name=name).first()
    if found is None:
        raise BadInputError(f"there is no label schema `{name}`: `GET /api/v1/schemas` lists them")
    return found


def _guideline(name: str) -> Guideline:
    found = Guideline.objects.filter(name=name).order_by("-version").first()
    if found is None:
        raise BadInputError(f"there is no guideline `{name}`: `GET /api/v1/guidelines` lists them")
    return found


def _annotator(words: str) -> Person:
    people = Person.objects.filter(is_active=True, groups__name=Role.ANNOTATOR.value)
    found = people.filter(pseudonym=words).first() or people.filter(email__iexact=words).first()
    if found is None:
        raise BadInputError(f"there is no active annotator `{words}`: name people by e-mail address or pseudonym")
    return found
