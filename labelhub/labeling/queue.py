"""The queue: which task a person gets next, and which they may not have, and why.

Only permitted work is offered. A task has one holder at a time; a reservation ends by itself, and every look at the
queue decides anew, so a change of place or policy takes effect at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

import residency
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction, Outcome
from labelhub.footage.eligible import reach_of
from labelhub.footage.queries import footage_facts
from labelhub.labeling.models import Annotation, Job, JobZone, LabelingTask, Reservation, Skip
from labelhub.policies.standing import MET_AT_THE_DOOR, Standing, can_be_shown
from residency import Action, Decision

RESERVED_FOR = timedelta(minutes=30)


@dataclass(slots=True)
class WorkCount:
    """How much of a job, or of its part in one zone, is open to one person."""

    open: int = 0
    held_by_others: int = 0
    done_by_you: int = 0
    skipped_by_you: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def refused_total(self) -> int:
        """Tasks a residency decision keeps from this person."""
        return self.refused.total()


def waiting_tasks(job_zone: JobZone, standing: Standing) -> QuerySet[LabelingTask]:
    """Find the unlabeled tasks this person has not passed on."""
    skipped = Skip.objects.filter(task=OuterRef("pk"), person=standing.person)
    return (
        LabelingTask.objects.filter(job_zone=job_zone, state=LabelingTask.State.OPEN, studio_task__isnull=False)
        .filter(footage__withdrawn_at__isnull=True)
        .exclude(Exists(skipped))
        .select_related("footage__source__owner", "job_zone__job", "reservation")
        .order_by("pk")
    )


def count_work(job_zone: JobZone, standing: Standing) -> WorkCount:
    """Count what is open to a person and what is not, with the reason of each refusal."""
    work = WorkCount(
        done_by_you=Annotation.objects.filter(task__job_zone=job_zone, person=standing.person).count(),
        skipped_by_you=Skip.objects.filter(task__job_zone=job_zone, person=standing.person).count(),
    )
    tasks, allowed = waiting_tasks(job_zone, standing), allowed_tasks(job_zone, standing)
    by_others = Q(reservation__expires_at__gt=standing.at) & ~Q(reservation__person=standing.person)
    counted = tasks.filter(allowed).aggregate(all=Count("pk"), held=Count("pk", filter=by_others))
    work.held_by_others, work.open = counted["held"], counted["all"] - counted["held"]
    known: dict[residency.Footage, str] = {}
    for task in tasks.exclude(pk__in=tasks.order_by().filter(allowed).values("pk")).iterator(chunk_size=500):
        work.refused[_reason(task, standing, known)] += 1
    return work


def allowed_tasks(job_zone: JobZone, standing: Standing) -> Q:
    """The condition of the database for tasks a person may annotate from here, owing at most what the door sees to."""
    purpose = job_zone.job.purpose
    return reach_of(standing, Action.ANNOTATE, purpose=purpose, duties=frozenset(MET_AT_THE_DOOR)).where("footage__")


def _reason(task: LabelingTask, standing: Standing, known: dict[residency.Footage, str]) -> str:
    # Pieces of one camera differ in little but their names, on which no rule asks: say it once for all of them.
    facts = replace(footage_facts(task.footage), id="any")
    if facts not in known:
        decision = standing.decide(Action.ANNOTATE, facts, purpose=task.job_zone.job.purpose)
        known[facts] = decision.short_reason()
    return known[facts]


def decide_task(task: LabelingTask, standing: Standing) -> Decision:
    """Decide whether a person may annotate a task's footage from where they are."""
    return standing.decide(Action.ANNOTATE, footage_facts(task.footage), purpose=task.job_zone.job.purpose)


def reserve_next(job_zone: JobZone, standing: Standing) -> LabelingTask | None:
    """Give the person the task they hold, or the next permitted one; None when nothing is left for them."""
    if job_zone.job.state != Job.State.OPEN:
        return None
    free_expired(at=standing.at)
    held = held_task(job_zone, standing)
    if held is not None:
        return held
    free = waiting_tasks(job_zone, standing).filter(allowed_tasks(job_zone, standing), reservation__isnull=True)
    for task in free.iterator(chunk_size=100):
        if can_be_shown(decide_task(task, standing)) and _take(task, standing):
            return task
    return None


def held_task(job_zone: JobZone, standing: Standing) -> LabelingTask | None:
    """Find the task a person holds, if it is still theirs to see; otherwise let it go."""
    # A reservation made at the moment its job was closed may outlast it; it gives nothing.
    reservation = (
        Reservation.objects.filter(job_zone=job_zone, person=standing.person, expires_at__gt=standing.at)
        .exclude(job_zone__job__state=Job.State.CLOSED)
        .select_related("task__footage__source__owner", "task__job_zone__job")
        .first()
    )
    if reservation is None:
        return None
    task = reservation.task
    is_there = task.state == LabelingTask.State.OPEN and task.footage.withdrawn_at is None
    if is_there and can_be_shown(decide_task(task, standing)):
        _extend(reservation, at=standing.at)
        return task
    reservation.delete()
    return None


def _take(task: LabelingTask, standing: Standing) -> bool:
    decision = decide_task(task, standing)
    try:
        with transaction.atomic():
            Reservation.objects.create(
                task=task, job_zone=task.job_zone, person=standing.person, expires_at=standing.at + RESERVED_FOR
            )
            record(task_entry(LedgerAction.LABELING_TASK_RESERVED, task, standing, decision))
    except IntegrityError:
        return False  # another person was quicker; the database keeps one holder per task
    return True


def _extend(reservation: Reservation, *, at: datetime) -> None:
    if reservation.expires_at < at + RESERVED_FOR / 2:
        reservation.expires_at = at + RESERVED_FOR
        reservation.save(update_fields=["expires_at"])


def free_expired(*, at: datetime) -> int:
    """Let go of every reservation whose time is over; return how many."""
    freed, _ = Reservation.objects.filter(expires_at__lte=at).delete()
    return freed


def holds(task: LabelingTask, standing: Standing) -> bool:
    """Tell whether a person holds a task now."""
    held = Reservation.objects.filter(task=task, person=standing.person, expires_at__gt=standing.at)
    return held.exclude(job_zone__job__state=Job.State.CLOSED).exists()


def task_entry(
    action: LedgerAction, task: LabelingTask, standing: Standing, decision: Decision, **details: object
) -> EntryDraft:
    """Draft the ledger entry of something done with a labeling task."""
    source = task.footage.source
    return EntryDraft(
        action=action,
        at=standing.at,
        ledger=task.footage.zone_id,
        person=standing.viewer.id,
        entity=standing.viewer.entity or "",
        place=standing.place.jurisdiction or "",
        level=int(standing.place.level),
        footage=task.footage_id,
        source=source.code,
        jurisdiction=source.jurisdiction,
        owner=source.owner.code if source.owner else "",
        purpose=task.job_zone.job.purpose,
        outcome=Outcome.ALLOW if can_be_shown(decision) else Outcome.DENY,
        rules=tuple(decision.rule_ids),
        policy_hash=decision.policy_hash,
        inputs_hash=decision.inputs_hash,
        asked=decision.request,
        details={"job": task.job_zone.job.name, **details},
    )
