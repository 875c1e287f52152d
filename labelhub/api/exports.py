"""Export runs: training sets being made, and made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.api.auth import HeldBy
from labelhub.api.errors import BadInputError
from labelhub.api.lists import USUAL, Listed, PageNumber, PageSize, page_rows
from labelhub.exports.actions import start_export
from labelhub.exports.jobs import start_building
from labelhub.exports.models import ExportRun
from labelhub.exports.queries import run_listed, runs_listed
from labelhub.footage.listing import listing_of
from labelhub.labeling.models import Job
from labelhub.labeling.queries import jobs_to_lead

router = Router(tags=["exports"])


class ExportIn(Schema):
    """A training set to make."""

    job: str
    format: str
    zone: str = ""
    lossy: bool = False


class ExportOut(Schema):
    """An export run, and how far it is."""

    id: str
    job: str
    zone: str
    format: str
    lossy: bool
    state: str
    problem: str
    requested_at: datetime
    finished_at: datetime | None
    items_total: int
    items_done: int
    boxes: int
    bytes: int
    sha256: str
    policy_hash: str


class ExportWithManifestOut(ExportOut):
    """An export run with the summary of its manifest."""

    manifest: dict[str, Any]


@router.get("/exports", response=Listed[ExportOut], auth=HeldBy(Role.LEAD))
def exports(request: HttpRequest, page: PageNumber = 1, limit: PageSize = USUAL) -> Listed[ExportOut]:
    """List the export runs of the jobs the person leads."""
    total, rows = page_rows(runs_listed(listing_of(request)), page=page, limit=limit)
    return Listed[ExportOut](total=total, page=page, limit=limit, items=[ExportOut(**_run(row)) for row in rows])


@router.post("/exports", response={202: ExportOut}, auth=HeldBy(Role.LEAD))
def new_export(request: HttpRequest, asked: ExportIn) -> Status[ExportOut]:
    """Start a training set: every item is cleared first, and one that may not be exported stops the whole."""
    by = signed_in(request)
    job = jobs_to_lead(by).filter(name=asked.job).first()
    if job is None:
        raise Http404
    zone = asked.zone or _only_zone(job)
    run = start_export(job, zone=zone, file_format=asked.format, lossy=asked.lossy, by=by, at=timezone.now())
    start_building(run)
    return Status(202, ExportOut(**_run(run)))


@router.get("/exports/{run_id}", response=ExportWithManifestOut, auth=HeldBy(Role.LEAD))
def one_export(request: HttpRequest, run_id: str) -> ExportWithManifestOut:
    """Say how far an export run is; the archive itself is downloaded through the door."""
    run = run_listed(listing_of(request), run_id)
    if run is None:
        raise Http404
    return ExportWithManifestOut(**_run(run), manifest=run.manifest)


def _only_zone(job: Job) -> str:
    zones = sorted(job.zones.values_list("zone_id", flat=True))
    if len(zones) != 1:
        raise BadInputError(f"`{job.name}` keeps its footage in {', '.join(zones)}: say which `zone`")
    return zones[0]


def _run(run: ExportRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "job": run.job.name,
        "zone": run.zone_id,
        "format": run.file_format,
        "lossy": run.lossy,
        "state": run.state,
        "problem": run.problem,
        "requested_at": run.requested_at,
        "finished_at": run.finished_at,
        "items_total": run.items_total,
        "items_done": run.items_done,
        "boxes": run.boxes,
        "bytes": run.size,
        "sha256": run.sha256,
        "policy_hash": run.policy_hash,
    }
