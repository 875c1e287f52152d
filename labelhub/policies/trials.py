"""A dry run of a draft: past views and the work of now, decided under the policies in force and under the draft.

Past requests are made again from the facts kept beside their ledger entries. Who is to do which work is not known here:
the app that knows is told to supply it when the service starts, as the ledger is told who the people are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Count, F, JSONField, Max, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry
from labelhub.policies.models import PolicyTrial
from labelhub.policies.queries import sets_of
from labelhub.policies.trial_results import Tally
from residency import PolicySet, Request, RequestError, parse_policy
from residency.trial import Trial
from residency.wire import read_request

SAY_EVERY = 5_000
VIEWS = (LedgerAction.MEDIA_VIEW_ALLOWED, LedgerAction.MEDIA_VIEW_DENIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One task that one person is to do: the job's name, the task's number, and what would be asked to do it."""

    job: str
    task: int
    facts: str
    request: Request


CurrentWork = Callable[[PolicySet, datetime], Iterable[WorkItem]]


class _Supplier:
    """Who knows the work of now; nobody, until told."""

    current_work: CurrentWork | None = None


def supply_current_work(supplier: CurrentWork) -> None:
    """Be told, once, who knows what work there is and whose it is."""
    _Supplier.current_work = staticmethod(supplier)


def run_trial(trial: PolicyTrial, *, at: datetime, now: Callable[[], datetime]) -> PolicyTrial:
    """Do a dry run that waits, saying how far it is as it goes; one that is running or done already is left alone."""
    waiting = PolicyTrial.objects.filter(pk=trial.pk, state=PolicyTrial.State.WAITING)
    if not waiting.update(state=PolicyTrial.State.RUNNING):
        return trial
    policy = parse_policy(trial.draft.text, name=trial.draft.name)
    old, new = sets_of(policy, at=at)
    tally = Tally()
    past = _views(trial, at)
    trial.total = past.count()
    _try_past(trial, Trial(old, new), past, tally, at=at)
    _try_work(old, new, at, tally)
    trial.state, trial.result, trial.finished_at = PolicyTrial.State.DONE, tally.result().as_json(), now()
    trial.seen = trial.total
    trial.save()
    return trial


def fail_trial(trial: PolicyTrial, problem: str, *, at: datetime) -> None:
    """Keep that a dry run could not be done, and why."""
    PolicyTrial.objects.filter(pk=trial.pk).update(
        state=PolicyTrial.State.FAILED, problem=problem[:400], finished_at=at
    )


def _views(trial: PolicyTrial, at: datetime) -> QuerySet[LedgerEntry]:
    since = at - timedelta(days=trial.days)
    return LedgerEntry.objects.filter(action__in=VIEWS, at__gt=since, at__lte=at).exclude(inputs_hash="")


def _try_past(trial: PolicyTrial, tried: Trial, past: QuerySet[LedgerEntry], tally: Tally, *, at: datetime) -> None:
    named = past.annotate(parsed=Cast("body", JSONField())).annotate(job=KT("parsed__details__job"))
    since = at - timedelta(days=trial.days)
    if tried.minds_time_between(since, at):
        found = named.order_by("inputs_hash", "at").annotate(when=F("at"), count=Value(1))
        rows = found.values_list("inputs_hash", "job", "when", "count")
    else:
        # The same facts had the same answer all the time, so that the database may count them.
        counted = named.values("inputs_hash", "job").annotate(when=Max("at"), count=Count("pk"))
        rows = counted.order_by("inputs_hash").values_list("inputs_hash", "job", "when", "count")
    waiting = rows.iterator(chunk_size=SAY_EVERY)
    while some := list(islice(waiting, SAY_EVERY)):
        _try_some(some, tried, tally)
        seen = sum(count for *_, count in some)
        PolicyTrial.objects.filter(pk=trial.pk).update(seen=F("seen") + seen, total=trial.total)


def _try_some(rows: Iterable[tuple[str, str | None, datetime, int]], tried: Trial, tally: Tally) -> None:
    rows = list(rows)
    requests = _kept({digest for digest, *_ in rows})
    for digest, job, at, count in rows:
        request = requests.get(digest)
        if request is None:
            tally.not_replayable += count
            continue
        tally.views += count
        change = tried.try_on(digest, request, at).change
        if change is not None:
            tally.add(change, job=job or "", turns=tally.turns, count=count)


def _kept(digests: Collection[str]) -> dict[str, Request]:
    """The requests behind inputs hashes; those whose facts are not kept, or no longer readable, are left out."""
    found = DecisionInputs.objects.filter(pk__in=digests).values_list("hash", "facts")
    parts: dict[tuple[str, str], Any] = {}
    read = ((digest, _read(facts, parts)) for digest, facts in found)
    return {digest: request for digest, request in read if request is not None}


def _read(facts: str, parts: dict[tuple[str, str], Any]) -> Request | None:
    told = json.loads(facts)
    told["situation"]["at"] = "2000-01-01T00:00:00Z"  # every use of it says its own time
    try:
        return read_request(told, parts=parts)
    except RequestError:
        return None


def _try_work(old: PolicySet, new: PolicySet, at: datetime, tally: Tally) -> None:
    """Decide all the work of now under both, and find the tasks that would have nobody left."""
    tried = Trial(old, new)
    before: defaultdict[tuple[str, int], int] = defaultdict(int)
    after: defaultdict[tuple[str, int], int] = defaultdict(int)
    for item in _current_work(new, at):
        tally.work += 1
        found = tried.try_on(item.facts, item.request, at)
        before[item.job, item.task] += found.was
        after[item.job, item.task] += found.will
        if found.change is not None:
            tally.add(found.change, job=item.job, turns=tally.work_turns)
    for key, count in before.items():
        if count and not after[key]:
            tally.lost[key[0]] += 1


def _current_work(policies: PolicySet, at: datetime) -> Iterator[WorkItem]:
    if _Supplier.current_work is None:
        raise RuntimeError("nobody has been told to supply the work of now: the service is not started whole")
    yield from _Supplier.current_work(policies, at)
