"""Pages of annotators: their work, the labeling screen with its bar, and their own record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labelhub.accounts.models import Role
from labelhub.accounts.queries import roles_of, signed_in
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.labeling.access import annotator_page, given_job
from labelhub.labeling.actions import LabelingError, acknowledge, skip_task, unskip_task
from labelhub.labeling.forms import SkipForm
from labelhub.labeling.models import Annotation, Job, Skip
from labelhub.labeling.queries import JobWork, ZoneWork, closed_lately, has_acknowledged, job_work, work_of
from labelhub.labeling.queue import held_task
from labelhub.policies.standing import Standing

STARTS = {
    Role.ANNOTATOR: "work",
    Role.LEAD: "jobs",
    Role.OFFICER: "/where-viewed/",
    Role.OWNER: "footage",
    Role.AUDITOR: "where-viewed",
    Role.REVIEWER: "footage",
}
PER_PAGE = 25


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send each person to where their work begins."""
    roles = roles_of(signed_in(request))
    for role, page in STARTS.items():
        if role in roles:
            return redirect(page)
    return render(request, "labeling/no_role.html")


@require_safe
@annotator_page
def work(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Show a person's jobs: what is open to them and what is not, with why."""
    return render(request, "labeling/work.html", {"jobs": work_of(standing), "closed": closed_lately(standing)})


@require_http_methods(["GET", "HEAD", "POST"])
@annotator_page
def guideline(request: HttpRequest, standing: Standing, job: str) -> HttpResponse:
    """Show a job's guideline; sent back, it is acknowledged."""
    found = given_job(standing.person, job)
    if request.method == "POST":
        acknowledge(found, standing.person, at=standing.at)
        return redirect("label", job=found.name)
    is_known = has_acknowledged(found, standing.person)
    return render(request, "labeling/guideline.html", {"job": found, "is_acknowledged": is_known})


@require_safe
@annotator_page
def label(request: HttpRequest, standing: Standing, job: str) -> HttpResponse:
    """Show Label Studio under a bar that says how far this person is and what else they can do."""
    found = given_job(standing.person, job)
    if found.state == Job.State.CLOSED:
        messages.warning(request, f"“{found.title}” is closed. What you labeled stays; nothing more is asked of you.")
        return redirect("work")
    if found.state != Job.State.OPEN:
        messages.warning(request, f"“{found.title}” is not open for labeling now.")
        return redirect("work")
    if not has_acknowledged(found, standing.person):
        return redirect("guideline", job=found.name)
    return render(request, "labeling/label.html", {**_bar(request, standing, found), "form": SkipForm()})


@require_safe
@annotator_page
def label_status(request: HttpRequest, standing: Standing, job: str) -> HttpResponse:
    """Answer the bar's own question, every few seconds: how far, and is anything left."""
    return render(request, "labeling/parts/status.html", _bar(request, standing, given_job(standing.person, job)))


@require_POST
@annotator_page
def skip(request: HttpRequest, standing: Standing, job: str) -> HttpResponse:
    """Pass the held task on with a reason, and let the screen ask for the next one."""
    found = given_job(standing.person, job)
    bar = _bar(request, standing, found)
    form = SkipForm(request.POST)
    problem = _skip(form, bar["zone"], standing) if bar["zone"] else "nothing is left here to skip"
    if not request.headers.get("HX-Request"):
        if problem:
            messages.error(request, problem)
        return redirect(f"{reverse('label', args=[found.name])}?zone={request.GET.get('zone', '')}")
    bar = {**_bar(request, standing, found), "problem": problem}
    response = render(request, "labeling/parts/status.html", bar)
    if not problem:
        response["HX-Trigger"] = "labelhub:next"
    return response


def _skip(form: SkipForm, zone: ZoneWork, standing: Standing) -> str:
    """Skip, and return what stood in the way, if anything did."""
    task = held_task(zone.job_zone, standing)
    if task is None:
        return "You hold no task just now. Wait until one is shown below."
    if not form.is_valid():
        return "Choose why you pass it on."
    try:
        skip_task(task, standing, reason=form.cleaned_data["reason"], note=form.cleaned_data["note"])
    except LabelingError as error:
        return str(error)
    return ""


def _bar(request: HttpRequest, standing: Standing, job: Job) -> dict[str, Any]:
    found = job_work(job, standing)
    zone = _zone(found, request.GET.get("zone", ""))
    others = [part.job_zone.zone_id for part in found.zones if part is not zone and part.count.open]
    mine = zone.count.done_by_you if zone else 0
    return {
        "job": job,
        "work": found,
        "zone": zone,
        "others": others,
        "mine": mine,
        "reachable": mine + (zone.count.open if zone else 0),
    }


def _zone(work: JobWork, wanted: str) -> ZoneWork | None:
    """Choose the zone that was asked for, else the first with work, else the first."""
    named = [part for part in work.zones if part.job_zone.zone_id == wanted]
    if wanted and not named:
        raise Http404("no such zone in this job")
    with_work = [part for part in work.zones if part.count.open]
    return next(iter((*named, *with_work, *work.zones)), None)


@require_safe
@annotator_page
def my_record(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Show people what is recorded of them: their labels, what they passed on, what they viewed."""
    person = standing.person
    labels = Annotation.objects.filter(person=person).select_related("task__job_zone__job").order_by("-submitted_at")
    skips = Skip.objects.filter(person=person).select_related("task__job_zone__job").order_by("-at")
    views = LedgerEntry.objects.filter(
        person=person.pseudonym, action__in=[LedgerAction.MEDIA_VIEW_ALLOWED, LedgerAction.MEDIA_VIEW_DENIED]
    ).order_by("-at")
    return render(
        request,
        "labeling/my_record.html",
        {
            "labels": _page(request, labels, "labels"),
            "skips": _page(request, skips, "skips"),
            "views": _page(request, views, "views"),
            "pseudonym": person.pseudonym,
        },
    )


def _page(request: HttpRequest, rows: QuerySet[Any], name: str) -> Any:  # noqa: ANN401  a page of any rows
    return Paginator(rows, PER_PAGE).get_page(request.GET.get(name))


@require_POST
@annotator_page
def take_back(request: HttpRequest, standing: Standing, number: int) -> HttpResponse:
    """Take a skip back: the task may come again."""
    found = Skip.objects.filter(pk=number, person=standing.person).select_related("task__job_zone__job").first()
    if found is None:
        raise PermissionDenied("This is not yours to take back.")
    unskip_task(found.task, standing)
    messages.success(request, f"Taken back: the task of “{found.task.job_zone.job.title}” may come to you again.")
    return redirect("my-record")
