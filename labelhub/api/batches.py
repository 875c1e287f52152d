"""Handing footage in: files go to their zone's store, a worker there looks at them, and a batch says how far it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import File, Form, Schema, Status, UploadedFile
from pydantic import Field

from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.api.auth import HeldBy
from labelhub.api.footage import Code, open_zone, router
from labelhub.api.lists import USUAL, Listed, PageNumber, PageSize, page_rows
from labelhub.footage.actions import find_or_add_source
from labelhub.footage.jobs import start_taking
from labelhub.footage.listing import Listing, batches_of, count_arrivals, files_of, listing_of
from labelhub.footage.models import Batch, Source
from labelhub.footage.uploads import receive, sent
from labelhub.storage.s3 import store_of

__all__ = ["router"]


class FileOut(Schema):
    """What became of one file."""

    name: str
    arrival: str = Field(description="`stored`, `already stored`, `refused`, or `waiting` until it was looked at")
    reason: str
    footage: str | None


class BatchOut(Schema):
    """Files that were handed in together, and how far the zone's worker is with them."""

    id: str
    address: str = Field(description="where to ask how far it is")
    page: str = Field(description="the same for people")
    source: str
    zone: str
    state: str = Field(description="`receiving`, `waiting`, `running`, `finished` or `failed`")
    problem: str
    added_at: datetime
    finished_at: datetime | None
    total: int
    counts: dict[str, int] = Field(description="files by what became of them; they add up to `total`")


class BatchFilesOut(BatchOut):
    """A batch with each of its files, in the order they were sent; each is there exactly once."""

    files: list[FileOut]


@router.post("/footage", response={202: BatchFilesOut}, auth=HeldBy(Role.LEAD))
def add_footage(
    request: HttpRequest, files: File[list[UploadedFile]], source: Form[Code], zone: Form[str]
) -> Status[BatchFilesOut]:
    """Hand in files from one camera. They are looked at in its zone; ask at `address` what became of each."""
    by, place = signed_in(request), open_zone(zone)
    is_new = not Source.objects.filter(code=source).exists()
    camera = find_or_add_source(source, zone=place)
    uploads = [sent(file) for file in files]
    batch = receive(uploads, source=camera, store=store_of(camera.zone_id), by=by, is_new_source=is_new)
    start_taking(batch)
    batch.refresh_from_db()
    return Status(202, _with_files(batch, listing_of(request)))


@router.get("/batches", response=Listed[BatchOut], auth=HeldBy(Role.LEAD))
def batches(request: HttpRequest, page: PageNumber = 1, limit: PageSize = USUAL) -> Listed[BatchOut]:
    """List what was handed in, newest first."""
    listing = listing_of(request)
    total, rows = page_rows(batches_of(listing), page=page, limit=limit)
    return Listed[BatchOut](total=total, page=page, limit=limit, items=[_batch(row, listing) for row in rows])


@router.get("/batches/{batch_id}", response=BatchFilesOut, auth=HeldBy(Role.LEAD))
def one_batch(request: HttpRequest, batch_id: Annotated[str, Field(max_length=40)]) -> BatchFilesOut:
    """Say how far a batch is, and of each file what became of it."""
    listing = listing_of(request)
    found = batches_of(listing).filter(pk=batch_id).first()
    if found is None:
        raise Http404
    return _with_files(found, listing)


def _batch(batch: Batch, listing: Listing) -> BatchOut:
    counts = count_arrivals(batch, listing)
    return BatchOut(
        id=batch.pk,
        address=f"/api/v1/batches/{batch.pk}",
        page=reverse("batch", args=[batch.pk]),
        source=batch.source.code,
        zone=batch.zone_id,
        state=batch.state,
        problem=batch.problem,
        added_at=batch.added_at,
        finished_at=batch.finished_at,
        total=sum(counts.values()),
        counts=counts,
    )


def _with_files(batch: Batch, listing: Listing) -> BatchFilesOut:
    files = [
        FileOut(name=file.name, arrival=file.arrival or "waiting", reason=file.reason, footage=file.footage_id)
        for file in files_of(batch, listing)
    ]
    return BatchFilesOut(**_batch(batch, listing).dict(), files=files)
