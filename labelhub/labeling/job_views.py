"""Pages of ML leads: jobs, a new job with its preflight, one job's progress and people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Role
from labelhub.accounts.queries import people_with
from labelhub.footage.listing import Listing, listing_of
from labelhub.footage.queries import FootageQueryError
from labelhub.labeling.access import led_job, no_policy
from labelhub.labeling.actions import LabelingError, create_job
from labelhub.labeling.assignments import give, take_back
from labelhub.labeling.forms import AnnotatorForm, JobForm
from labelhub.labeling.jobs import start_preparing
from labelhub.labeling.models import Guideline, Job, LabelSchema
from labelhub.labeling.preflight import look_at, preflight
from labelhub.labeling.progress import (
    TASK_STATES,
    annotator_lines,
    job_progress,
    label_counts,
    tasks_in,
    tasks_listed,
)
from labelhub.labeling.queries import jobs_to_lead
from labelhub.policies.queries import NoPolicyError

TASKS_PER_PAGE = 50


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """List the jobs a person leads, with how far each is."""
    require_role(request, Role.LEAD)
    listing = listing_of(request)
    page = Paginator(jobs_to_lead(listing.person), 25).get_page(request.GET.get("page"))
    rows = [(job, job_progress(job, listing)) for job in page.object_list]
    return render(request, "labeling/jobs.html", {"page": page, "rows": rows, "note": listing.note})


@require_http_methods(["GET", "HEAD", "POST"])
def job_new(request: HttpRequest) -> HttpResponse:
    """Make a job: asked for, checked against the policy in force, and then created."""
    require_role(request, Role.LEAD)
    listing = listing_of(request)
    if request.method != "POST":
        return _form(request, JobForm(listing=listing, initial=_chosen(request.GET)))
    form = JobForm(request.POST, listing=listing)
    if not form.is_valid():
        return _form(request, form)
    if request.POST.get("step") == "create":
        return _create(request, form)
    try:
        return _form(request, form, outlook=_preflight(form))
    except NoPolicyError:
        return no_policy(request)


def _chosen(query: QueryDict) -> dict[str, Any]:
    """What a link to the form has chosen already: footage, label schema, guideline."""
    return {
        "selection": query.get("selection", "kind=image"),
        "schema": LabelSchema.objects.filter(name=query.get("schema", "")).first(),
        "guideline": Guideline.objects.filter(name=query.get("guideline", "")).order_by("-version").first(),
    }


def _preflight(form: JobForm) -> object:
    data = form.cleaned_data
    return preflight(
        data["selection"],
        data["purpose"],
        listing=form.listing,
        annotators=list(people_with(Role.ANNOTATOR)),
        chosen=data["annotators"],
        at=timezone.now(),
    )


def _create(request: HttpRequest, form: JobForm) -> HttpResponse:
    person, now = form.listing.person, timezone.now()
    try:
        job = create_job(form.asked(), form.listing, at=now)
        for annotator in form.cleaned_data["annotators"]:
            give(annotator, job, by=person, at=now)
    except (LabelingError, FootageQueryError) as error:
        form.add_error(None, str(error))
        return _form(request, form)
    start_preparing(job)
    messages.success(request, f"“{job.title}” is being prepared. You can leave this page; it goes on.")
    return redirect("job", name=job.name)


def _form(request: HttpRequest, form: JobForm, **context: object) -> HttpResponse:
    missing = [
        word for word, model in (("label schema", LabelSchema), ("guideline", Guideline)) if not model.objects.exists()
    ]
    status = 422 if form.errors else 200
    return render(request, "labeling/job_new.html", {"form": form, "missing": missing, **context}, status=status)


@require_safe
def job_preview(request: HttpRequest) -> HttpResponse:
    """Answer the form's own question while a lead types: what this footage query finds."""
    require_role(request, Role.LEAD)
    try:
        context: dict[str, Any] = {"selected": look_at(request.GET.get("selection", ""), listing_of(request))}
    except FootageQueryError as error:
        context = {"problem": str(error)}
    return render(request, "labeling/parts/preview.html", context)


@require_safe
def job_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one job: how far it is, who works on it, what they drew, and its tasks."""
    _, job = led_job(request, name)
    listing = listing_of(request)
    state = request.GET.get("state", "")
    state = state if state in TASK_STATES else "open"
    tasks = tasks_in(job, state, listing).prefetch_related("annotations__person", "skips__person")
    context = {
        **_live(job, listing),
        "labels": label_counts(job, listing),
        "state": state,
        "states": TASK_STATES,
        "tasks": Paginator(tasks, TASKS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "labeling/job.html", context)


@require_safe
def job_live(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the job page's own question, every few seconds: how far it is now."""
    _, job = led_job(request, name)
    return render(request, "labeling/parts/job_live.html", _live(job, listing_of(request)))


def _live(job: Job, listing: Listing) -> dict[str, Any]:
    lines = annotator_lines(job, listing)
    assigned = [line.person.pk for line in lines if line.is_assigned]
    return {
        "job": job,
        "progress": job_progress(job, listing),
        "note": listing.note,
        "lines": lines,
        "parts": job.zones.order_by("zone_id"),
        "prepared": tasks_listed(job, listing).filter(studio_task__isnull=False).count(),
        "others": people_with(Role.ANNOTATOR).exclude(pk__in=assigned),
    }


@require_POST
def job_prepare(request: HttpRequest, name: str) -> HttpResponse:
    """Try again to prepare a job; it goes on where it stopped."""
    _, job = led_job(request, name)
    if job.state in {Job.State.FAILED, Job.State.PREPARING}:
        start_preparing(job)
        messages.success(request, "Preparing goes on where it stopped.")
    return redirect("job", name=job.name)


@require_POST
def job_annotators(request: HttpRequest, name: str) -> HttpResponse:
    """Give a job to an annotator, or take it back."""
    person, job = led_job(request, name)
    form = AnnotatorForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a person first.")
        return redirect("job", name=job.name)
    annotator, change = form.cleaned_data["person"], give if form.cleaned_data["do"] == "give" else take_back
    try:
        change(annotator, job, by=person, at=timezone.now())
    except LabelingError as error:
        messages.error(request, str(error))
    else:
        done = "was given this job" if change is give else "no longer has this job; what they labeled stays"
        messages.success(request, f"{annotator.name} {done}.")
    return redirect("job", name=job.name)
