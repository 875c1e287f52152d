"""The answers to Label Studio's screen: some made here, some forwarded as the person and cleaned on the way back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse

from labelhub.gateway.studio_bodies import StudioRefusedError, content_of, drawing, new_annotation
from labelhub.gateway.studio_rules import Admitted, Treatment
from labelhub.labeling.actions import record_annotation, record_draft
from labelhub.labeling.models import Annotation, Draft, Job, JobZone, LabelingTask
from labelhub.labeling.queries import has_acknowledged
from labelhub.labeling.queue import decide_task, holds, reserve_next
from labelhub.policies.standing import Standing, can_be_shown
from labelhub.studio.port import Studio, StudioAnswer

OK, CREATED, NOT_FOUND = 200, 201, 404
BROKEN, BAD_GATEWAY = 500, 502
CLOSED = "This job is closed. What you have submitted stays; nothing more is asked of you."
NOTHING_LEFT = "Nothing is left for you in this job. “My work” says what is not open to you, and why."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One admitted request with everything needed to answer it."""

    admitted: Admitted
    standing: Standing
    studio_code: str
    studio: Studio
    method: str
    path: str
    query: str
    body: bytes
    project_of: Callable[[int], JobZone | None]


def answer(asked: Asked) -> HttpResponse:
    """Answer an admitted request.

    Raises:
        StudioRefusedError: what it names was not given to this person.
    """
    return ANSWERS[asked.admitted.treatment](asked)


def _forward(asked: Asked, *, body: bytes = b"") -> StudioAnswer:
    """Send a request on; of its body only what was written anew here."""
    return asked.studio.send(
        method=asked.method,
        path=asked.path,
        query=asked.query,
        body=body,
        pseudonym=asked.standing.person.pseudonym,
    )


def _as_is(sent: StudioAnswer) -> HttpResponse:
    if sent.status >= BROKEN:  # its own words would tell of its insides
        return JsonResponse({"detail": "Label Studio could not answer this request."}, status=BAD_GATEWAY)
    return HttpResponse(sent.body, status=sent.status, content_type=sent.mime)


def _plain(asked: Asked) -> HttpResponse:
    return _as_is(_forward(asked))


def _own_user(asked: Asked) -> HttpResponse:
    sent = _forward(asked)
    if sent.status != OK:
        return _as_is(sent)
    return JsonResponse(_named(json.loads(sent.body), asked))


def _own_users(asked: Asked) -> HttpResponse:
    _given_project(asked)
    person = asked.standing.person
    sent = asked.studio.send(
        method="GET",
        path="/api/current-user/whoami",
        query="",
        body=b"",
        pseudonym=person.pseudonym,
    )
    found = [_named(json.loads(sent.body), asked)] if sent.status == OK else []
    return JsonResponse(found, safe=False)


def _named(whoami: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """Show people their own name, and keep Label Studio's token and organization to itself."""
    hidden = {"org_membership", "active_organization_meta", "phone", "last_activity"}
    kept = {key: value for key, value in whoami.items() if key not in hidden}
    return {**kept, "first_name": asked.standing.person.name, "last_name": ""}


def _empty_list(asked: Asked) -> HttpResponse:
    _given_project(asked)
    return JsonResponse([], safe=False)


def _empty_page(asked: Asked) -> HttpResponse:
    _given_project(asked)
    return JsonResponse({"count": 0, "next": None, "previous": None, "results": []})


def _empty_tasks(asked: Asked) -> HttpResponse:
    _given_project(asked)
    return JsonResponse({"total_annotations": 0, "total_predictions": 0, "total": 0, "tasks": []})


def _project(asked: Asked) -> HttpResponse:
    _given_project(asked)
    sent = _forward(asked)
    if sent.status != OK:
        return _as_is(sent)
    return JsonResponse(_without_people(json.loads(sent.body)), safe=False)


def _without_people(value: object) -> object:
    """Blank whoever made the project; the screen needs the key and nobody needs the address."""
    if isinstance(value, dict):
        blank = {"created_by": {"id": 0, "first_name": "", "last_name": "", "email": "", "avatar": None}}
        return {key: blank[key] if key in blank else _without_people(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_people(item) for item in value]
    return value


def _next_task(asked: Asked) -> HttpResponse:
    part = _given_project(asked)
    if asked.admitted.query.get("id") != "next_task":
        raise StudioRefusedError("only the next task can be asked for")
    if not has_acknowledged(part.job, asked.standing.person):
        raise StudioRefusedError("read and acknowledge the guideline in “My work” first")
    task = reserve_next(part, asked.standing)
    if task is None:
        words = CLOSED if part.job.state == Job.State.CLOSED else NOTHING_LEFT
        return JsonResponse({"detail": words}, status=NOT_FOUND)
    sent = asked.studio.send(
        method="GET",
        path=f"/api/tasks/{task.studio_task}",
        query=f"project={part.studio_project}",
        body=b"",
        pseudonym=asked.standing.person.pseudonym,
    )
    if sent.status != OK:
        return _as_is(sent)
    body = _own_work(json.loads(sent.body), task, asked.standing)
    return JsonResponse({**body, "annotations": [], "queue": "labelhub", "unique_lock_id": str(uuid.uuid4())})


def _own_work(body: dict[str, Any], task: LabelingTask, standing: Standing) -> dict[str, Any]:
    """Leave in a task's body only what this person drew."""
    person = standing.person
    annotations = set(Annotation.objects.filter(task=task, person=person).values_list("studio_annotation", flat=True))
    drafts = set(Draft.objects.filter(task=task, person=person).values_list("studio_draft", flat=True))
    return {
        **body,
        "annotations": [item for item in body.get("annotations") or [] if item.get("id") in annotations],
        "drafts": [item for item in body.get("drafts") or [] if item.get("id") in drafts],
        "predictions": [],
        "comment_authors": [],
        "annotators": [],
        "updated_by": [],
    }


def _task(asked: Asked) -> HttpResponse:
    task = _own_task(asked, done_too=True)
    sent = _forward(asked)
    if sent.status != OK:
        return _as_is(sent)
    return JsonResponse(_own_work(json.loads(sent.body), task, asked.standing))


def _submit(asked: Asked) -> HttpResponse:
    task = _own_task(asked)
    content = content_of(asked.body)
    if content.get("was_cancelled"):
        raise StudioRefusedError("skip with a reason: use “Skip this one” above the picture")
    drafts = Draft.objects.filter(task=task, person=asked.standing.person).values_list("studio_draft", flat=True)
    sent = _forward(asked, body=new_annotation(content, own_drafts=frozenset(drafts)))
    if sent.status == CREATED:
        made = json.loads(sent.body)
        record_annotation(
            task,
            asked.standing,
            number=int(made["id"]),
            result=list(made.get("result") or []),
            seconds=float(made.get("lead_time") or 0),
        )
    return _as_is(sent)


def _annotation_change(asked: Asked) -> HttpResponse:
    number = asked.admitted.numbers["annotation"]
    found = (
        Annotation.objects.filter(
            studio_annotation=number,
            person=asked.standing.person,
            task__job_zone__zone__studio=asked.studio_code,
        )
        .select_related("task__footage__source__owner", "task__job_zone__job")
        .first()
    )
    if found is not None:
        _refuse_closed(found.task)
    if found is None or not can_be_shown(decide_task(found.task, asked.standing)):
        raise StudioRefusedError("this annotation is not yours to change")
    sent = _forward(asked, body=drawing(content_of(asked.body)))
    if sent.status == OK:
        made = json.loads(sent.body)
        record_annotation(
            found.task,
            asked.standing,
            number=number,
            result=list(made.get("result") or []),
            seconds=float(made.get("lead_time") or 0),
        )
    return _as_is(sent)


def _draft(asked: Asked) -> HttpResponse:
    task = _own_task(asked)
    sent = _forward(asked, body=drawing(content_of(asked.body)))
    if sent.status == CREATED:
        number = int(json.loads(sent.body)["id"])
        record_draft(task, asked.standing.person, studio_draft=number, at=asked.standing.at)
    return _as_is(sent)


def _draft_change(asked: Asked) -> HttpResponse:
    found = Draft.objects.filter(
        studio_draft=asked.admitted.numbers["draft"],
        person=asked.standing.person,
        task__job_zone__zone__studio=asked.studio_code,
    ).select_related("task__footage__source__owner", "task__job_zone__job")
    draft = found.first()
    if draft is not None:
        _refuse_closed(draft.task)
    if draft is None or not can_be_shown(decide_task(draft.task, asked.standing)):
        raise StudioRefusedError("this draft is not yours to change")
    if asked.method == "DELETE":
        return _as_is(_forward(asked))
    return _as_is(_forward(asked, body=drawing(content_of(asked.body))))


def _given_project(asked: Asked) -> JobZone:
    number = asked.admitted.project
    part = asked.project_of(number) if number is not None else None
    if part is None:
        raise StudioRefusedError("this project was not given to you")
    return part


def _refuse_closed(task: LabelingTask) -> None:
    if task.job_zone.job.state == Job.State.CLOSED:
        raise StudioRefusedError(CLOSED)


def _own_task(asked: Asked, *, done_too: bool = False) -> LabelingTask:
    """Find the task a request names, if this person holds it (or has labeled it) and may see it from here."""
    task = (
        LabelingTask.objects.filter(
            studio_task=asked.admitted.numbers["task"], job_zone__zone__studio=asked.studio_code
        )
        .select_related("footage__source__owner", "job_zone__job", "job_zone__zone")
        .first()
    )
    if task is None or asked.project_of(task.job_zone.studio_project or 0) is None:
        raise StudioRefusedError("this task was not given to you")
    _refuse_closed(task)
    mine = holds(task, asked.standing) or (
        done_too and Annotation.objects.filter(task=task, person=asked.standing.person).exists()
    )
    if not mine:
        raise StudioRefusedError("this task is not yours any more: open the next one")
    decision = decide_task(task, asked.standing)
    if not can_be_shown(decision):
        raise StudioRefusedError(decision.short_reason())
    return task


ANSWERS: dict[Treatment, Callable[[Asked], HttpResponse]] = {
    Treatment.FORWARD: _plain,
    Treatment.OWN_USER: _own_user,
    Treatment.OWN_USERS: _own_users,
    Treatment.EMPTY_LIST: _empty_list,
    Treatment.EMPTY_PAGE: _empty_page,
    Treatment.EMPTY_TASKS: _empty_tasks,
    Treatment.PROJECT: _project,
    Treatment.NEXT_TASK: _next_task,
    Treatment.TASK: _task,
    Treatment.SUBMIT: _submit,
    Treatment.DRAFT: _draft,
    Treatment.DRAFT_CHANGE: _draft_change,
    Treatment.ANNOTATION_CHANGE: _annotation_change,
}
