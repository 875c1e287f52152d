"""How far a job is: tasks by state, people, labels. Every figure can be opened into its rows.

Each figure counts what the person asking may be listed, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from labelhub.accounts.models import Person
from labelhub.footage.listing import Listing
from labelhub.labeling.assignments import annotators_of
from labelhub.labeling.models import Annotation, Job, LabelingTask, Reservation, Skip

TASK_STATES = {"done": "Labeled", "held": "Held by somebody", "passed": "Passed on", "open": "Open"}
SHAPES = {"rectanglelabels": "rectanglelabels", "videorectangle": "labels"}


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A job's tasks, each counted once."""

    done: int
    held: int
    passed: int
    open: int

    @property
    def total(self) -> int:
        """All tasks."""
        return self.done + self.held + self.passed + self.open


@dataclass(frozen=True, slots=True)
class AnnotatorLine:
    """One person's work on a job."""

    person: Person
    is_assigned: bool
    done: int
    boxes: int
    seconds: float | None
    passed: int
    last: datetime | None


def tasks_listed(job: Job, listing: Listing) -> QuerySet[LabelingTask]:
    """Find a job's tasks whose footage the person asking may be listed."""
    return LabelingTask.objects.filter(listing.where("footage__"), job_zone__job=job)


def tasks_in(job: Job, state: str, listing: Listing) -> QuerySet[LabelingTask]:
    """Find a job's listed tasks in one of `TASK_STATES`; the four share no task and leave none out."""
    tasks = tasks_listed(job, listing).select_related("footage__source", "job_zone")
    if state == "done":
        return tasks.filter(state=LabelingTask.State.DONE)
    held = Exists(Reservation.objects.filter(task=OuterRef("pk"), expires_at__gt=listing.at))
    passed = Exists(Skip.objects.filter(task=OuterRef("pk")))
    waiting = tasks.filter(state=LabelingTask.State.OPEN)
    if state == "held":
        return waiting.filter(held)
    return waiting.filter(~held, passed if state == "passed" else ~passed)


def job_progress(job: Job, listing: Listing) -> JobProgress:
    """Count a job's listed tasks by state."""
    counts = {state: tasks_in(job, state, listing).count() for state in TASK_STATES}
    return JobProgress(**counts)


def annotator_lines(job: Job, listing: Listing) -> list[AnnotatorLine]:
    """List everybody who was given a job or has worked on it, with their numbers on listed footage."""
    listed = listing.where("task__footage__")
    assigned = {person.pk: person for person in annotators_of(job)}
    worked: dict[int, Mapping[str, Any]] = {
        row["person"]: row
        for row in Annotation.objects.filter(listed, task__job_zone__job=job)
        .values("person")
        .annotate(
            done=Count("pk"),
            drawn=Sum("boxes"),
            average=Avg("seconds", filter=Q(seconds__gt=0)),
            last=Max("updated_at"),
        )
    }
    skips = Skip.objects.filter(listed, task__job_zone__job=job).values("person").annotate(passed=Count("pk"))
    passed = {row["person"]: row["passed"] for row in skips}
    people = assigned | Person.objects.in_bulk([key for key in (*worked, *passed) if key not in assigned])
    lines = [
        _line(person, worked.get(key, {}), is_assigned=key in assigned, passed=passed.get(key, 0))
        for key, person in people.items()
    ]
    return sorted(lines, key=lambda line: (-line.done, line.person.name))


def _line(person: Person, row: Mapping[str, Any], *, is_assigned: bool, passed: int) -> AnnotatorLine:
    return AnnotatorLine(
        person=person,
        is_assigned=is_assigned,
        done=row.get("done", 0),
        boxes=row.get("drawn") or 0,
        seconds=row.get("average"),
        passed=passed,
        last=row.get("last"),
    )


def label_counts(job: Job, listing: Listing) -> list[tuple[str, int]]:
    """Count boxes and tracks on listed footage by label, in the schema's order."""
    drawn = Annotation.objects.filter(listing.where("task__footage__"), task__job_zone__job=job)
    counts = Counter({str(label["name"]): 0 for label in job.schema.labels})
    for result in drawn.values_list("result", flat=True).iterator():
        counts.update(_labels(result))
    return list(counts.items())


def _labels(result: object) -> list[str]:
    found: list[str] = []
    for item in result if isinstance(result, list) else []:
        shape = SHAPES.get(str(item.get("type"))) if isinstance(item, dict) else None
        if shape is not None:
            found += [str(name) for name in item.get("value", {}).get(shape) or ["without a label"]]
    return found
