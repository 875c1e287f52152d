"""The work of now, for a dry run of a policy: every open task with everybody it was given to.

Places are supposed, not seen: each annotator is judged as if they connected from where their employer attests that
they work, as in the preflight of a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from labelhub.accounts.models import Person
from labelhub.footage.queries import footage_facts
from labelhub.labeling.assignments import annotators_of
from labelhub.labeling.models import Job, LabelingTask
from labelhub.labeling.preflight import standing_where_attested
from labelhub.policies.standing import Standing
from labelhub.policies.trials import WorkItem
from residency import Action, PolicySet


def current_work(policies: PolicySet, at: datetime) -> Iterator[WorkItem]:
    """Every open task of every open job, once for each person it was given to."""
    for job in Job.objects.filter(state=Job.State.OPEN).order_by("name"):
        standings = [_standing(person, policies, at) for person in annotators_of(job)]
        yield from _of_job(job, standings)


def _standing(person: Person, policies: PolicySet, at: datetime) -> Standing:
    return standing_where_attested(person, at=at, policies=policies)


def _of_job(job: Job, standings: Iterable[Standing]) -> Iterator[WorkItem]:
    standings = list(standings)
    tasks = LabelingTask.objects.filter(job_zone__job=job, state=LabelingTask.State.OPEN)
    for task in tasks.select_related("footage__source__owner").iterator(chunk_size=500):
        # Footage of one camera differs in little but its name, on which no rule asks: decided once for all of it.
        facts = replace(footage_facts(task.footage), id="any")
        for standing in standings:
            request = standing.request(Action.ANNOTATE, facts, purpose=job.purpose)
            known = f"{standing.viewer.id}|{facts.digest.hex()}|{job.purpose}"
            yield WorkItem(job=job.name, task=task.pk, facts=known, request=request)
