"""Pages of training sets: the runs, asking for one, and one with its manifest."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.exports.actions import ExportRefusedError, start_export
from labelhub.exports.forms import DatasetForm
from labelhub.exports.jobs import start_building
from labelhub.exports.models import ExportRun
from labelhub.exports.queries import run_listed, runs_listed, samples_of
from labelhub.exports.recall import notices_for
from labelhub.exports.versions import compare, versions_of
from labelhub.footage.listing import listing_of
from labelhub.labeling.models import Job
from labelhub.labeling.queries import jobs_to_lead
from labelhub.policies.queries import NoPolicyError

PER_PAGE = 25
ITEMS_PER_PAGE = 50
NO_POLICY = "no policy is in force, and without one nothing may be taken away: the compliance officer activates one"

UNLISTED = (
    "Asked for. It is not shown here, since it holds footage that may not be listed from where you connect; "
    "from where all of it may be, you find it under Datasets."
)


@require_safe
def datasets(request: HttpRequest) -> HttpResponse:
    """List the training sets of the jobs a person leads."""
    require_role(request, Role.LEAD)
    return render(request, "exports/datasets.html", _listed(request))


@require_safe
def datasets_live(request: HttpRequest) -> HttpResponse:
    """Answer the list's own question while something is being made: how far it is."""
    require_role(request, Role.LEAD)
    return render(request, "exports/parts/runs.html", _listed(request))


def _listed(request: HttpRequest) -> dict[str, Any]:
    listing = listing_of(request)
    page = Paginator(runs_listed(listing), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "is_moving": _moving(list(page.object_list)),
        "jobs": jobs_to_lead(listing.person),
        "notices": notices_for(listing.person),
        "note": listing.note,
    }


def _moving(runs: list[ExportRun]) -> bool:
    return any(run.state in {ExportRun.State.WAITING, ExportRun.State.RUNNING} for run in runs)


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_new(request: HttpRequest) -> HttpResponse:
    """Ask for a training set of one job; a refusal names every reason."""
    require_role(request, Role.LEAD)
    person = signed_in(request)
    job = _job(person, request.GET.get("job", ""))
    if job is None:
        return render(request, "exports/choose_job.html", {"jobs": jobs_to_lead(person)})
    form = DatasetForm(request.POST or None, job=job, listing=listing_of(request))
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        run, reasons = _start(job, person, **form.cleaned_data)
        if run is not None:
            return _to(request, run)
    context = {"job": job, "form": form, "reasons": reasons}
    return render(request, "exports/dataset_new.html", context, status=422 if reasons or form.errors else 200)


def _job(person: Person, name: str) -> Job | None:
    if not name:
        return None
    job = jobs_to_lead(person).filter(name=name).first()
    if job is None:
        raise Http404("no such job for this person")
    return job


def _start(
    job: Job, person: Person, *, zone: str, file_format: str, lossy: bool
) -> tuple[ExportRun | None, tuple[str, ...]]:
    """Start a run, or give every reason why it may not be started."""
    try:
        run = start_export(job, zone=zone, file_format=file_format, lossy=lossy, by=person, at=timezone.now())
    except ExportRefusedError as error:
        return None, error.reasons
    except NoPolicyError:
        return None, (NO_POLICY,)
    start_building(run)
    return run, ()


def _to(request: HttpRequest, run: ExportRun) -> HttpResponse:
    """Go to a run that was asked for, or where that is said of one whose page is not for them.

    A set is decided on in its zone, its page from where they connect: for somebody abroad the two can differ.
    """
    if run_listed(listing_of(request), run.pk) is None:
        messages.warning(request, UNLISTED)
        return redirect("datasets")
    messages.success(request, "Asked for. Whether you stay on this page or not, you find it under Datasets.")
    return redirect("dataset", run_id=run.pk)


@require_safe
def dataset(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show one training set: how far it is, what is in it, and the way to take it."""
    run = _run(request, run_id)
    items = Paginator(run.items.all(), ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    about = {"versions": versions_of(run), "items": items, "samples": samples_of(run)}
    return render(request, "exports/dataset.html", _shown(run) | about)


@require_safe
def dataset_since(request: HttpRequest, run_id: str, older_id: str) -> HttpResponse:
    """Show how a version differs from another of the same job in the same zone."""
    run, older = _run(request, run_id), _run(request, older_id)
    if (run.job_id, run.zone_id) != (older.job_id, older.zone_id) or None in (run.version, older.version):
        raise Http404("these are no two versions of one set")
    context = {"run": run, "older": older, "difference": compare(older, run)}
    return render(request, "exports/since.html", context)


@require_safe
def dataset_live(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer the page's own question while the set is being made: how far it is."""
    return render(request, "exports/parts/run.html", _shown(_run(request, run_id)))


@require_POST
def dataset_again(request: HttpRequest, run_id: str) -> HttpResponse:
    """Make a failed training set again: a new run, cleared anew."""
    found = _run(request, run_id)
    if found.state != ExportRun.State.FAILED:
        return redirect("dataset", run_id=found.pk)
    run, reasons = _start(
        found.job, signed_in(request), zone=found.zone_id, file_format=found.file_format, lossy=found.lossy
    )
    if run is not None:
        return _to(request, run)
    for reason in reasons:
        messages.error(request, reason)
    return redirect("dataset", run_id=found.pk)


def _run(request: HttpRequest, run_id: str) -> ExportRun:
    require_role(request, Role.LEAD)
    run = run_listed(listing_of(request), run_id)
    if run is None:
        raise Http404("no such training set for this person")
    return run


def _shown(run: ExportRun) -> dict[str, Any]:
    counts = run.manifest.get("counts", {})
    dropped = [
        (reason, label, count)
        for reason, labels in counts.get("dropped", {}).items()
        for label, count in labels.items()
    ]
    return {
        "run": run,
        "is_moving": _moving([run]),
        "counts": counts,
        "shapes": list(counts.get("shapes_out", {}).items()),
        "left_out": list(counts.get("items_dropped", {}).items()),
        "dropped": dropped,
        "reduced": list(counts.get("reduced", {}).items()),
        "files": run.manifest.get("files", 0),
        "recalls": run.recalls.select_related("replacement"),
    }
