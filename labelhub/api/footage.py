"""Zones, cameras and footage."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Schema, Status, UploadedFile
from pydantic import Field

from labelhub.accounts.models import Organization, Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.api.auth import HeldBy
from labelhub.api.errors import BadInputError
from labelhub.api.lists import USUAL, Listed, PageNumber, PageSize, page_rows
from labelhub.footage.actions import FileResult, add_file, add_source, find_or_add_source, refuse_file
from labelhub.footage.models import Footage, Source, Zone
from labelhub.footage.probe import Prober
from labelhub.footage.queries import find_footage, footage_for, open_zones, source_counts
from labelhub.storage.port import ObjectStore, StoreError
from labelhub.storage.s3 import store_of

router = Router(tags=["footage"])
READERS = (Role.LEAD, Role.OFFICER, Role.REVIEWER, Role.OWNER)
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


class ZoneOut(Schema):
    """A zone footage can rest in."""

    code: str
    jurisdiction: str


class SourceOut(Schema):
    """A camera, and how much footage of it there is."""

    code: str
    name: str
    jurisdiction: str | None
    owner: str | None
    zone: str
    marks: list[str]
    stills: int
    clips: int


class SourceIn(Schema):
    """A camera to register. Without a jurisdiction its footage is stored and never shown to anyone."""

    code: Code
    zone: str
    name: str = Field("", max_length=120)
    jurisdiction: str = ""
    owner: str = ""
    marks: list[str] = Field(default_factory=list)


class FootageOut(Schema):
    """What is known of a piece of footage."""

    id: str
    name: str
    source: str
    jurisdiction: str | None
    owner: str | None
    zone: str
    kind: str
    mime: str
    bytes: int
    sha256: str
    width: int
    height: int
    frames: int | None
    fps: str | None
    seconds: float | None
    captured_at: datetime | None
    added_at: datetime


class FileOut(Schema):
    """What became of one file."""

    name: str
    arrival: str
    reason: str
    footage: str | None


class Arrivals(Schema):
    """What became of each file, in the order they were sent; each is there exactly once."""

    files: list[FileOut]
    counts: dict[str, int]


@router.get("/zones", response=list[ZoneOut], auth=HeldBy(Role.LEAD, Role.OFFICER))
def zones(request: HttpRequest) -> list[ZoneOut]:
    """List the zones footage can be added to."""
    return [ZoneOut(code=zone.code, jurisdiction=zone.jurisdiction) for zone in open_zones()]


@router.get("/sources", response=Listed[SourceOut], auth=HeldBy(*READERS))
def sources(request: HttpRequest, page: PageNumber = 1, limit: PageSize = USUAL) -> Listed[SourceOut]:
    """List the cameras the person may know of."""
    total, rows = page_rows(source_counts(signed_in(request)).order_by("code"), page=page, limit=limit)
    return Listed[SourceOut](total=total, page=page, limit=limit, items=[_source(row) for row in rows])


@router.post("/sources", response={201: SourceOut}, auth=HeldBy(Role.LEAD))
def register_source(request: HttpRequest, asked: SourceIn) -> Status[SourceOut]:
    """Register a camera."""
    made = add_source(
        code=asked.code,
        zone=_open_zone(asked.zone),
        name=asked.name,
        jurisdiction=asked.jurisdiction,
        owner=_organization(asked.owner),
        marks=asked.marks,
    )
    return Status(201, _source(source_counts(signed_in(request)).get(pk=made.pk)))


@router.get("/footage", response=Listed[FootageOut], auth=HeldBy(*READERS))
def footage(
    request: HttpRequest, query: str = "all", page: PageNumber = 1, limit: PageSize = USUAL
) -> Listed[FootageOut]:
    """List the footage the person may know of, by words such as `source=cam-12 kind=image`, or `all`."""
    found = find_footage(query, footage_for(signed_in(request)))
    total, rows = page_rows(found, page=page, limit=limit)
    return Listed[FootageOut](total=total, page=page, limit=limit, items=[_footage(row) for row in rows])


@router.get("/footage/{footage_id}", response=FootageOut, auth=HeldBy(*READERS))
def one_footage(request: HttpRequest, footage_id: str) -> FootageOut:
    """Say what is known of one piece of footage; the door, and only the door, shows it."""
    found = footage_for(signed_in(request)).filter(pk=footage_id).first()
    if found is None:
        raise Http404
    return _footage(found)


@router.post("/footage", response=Arrivals, auth=HeldBy(Role.LEAD))
def add_footage(request: HttpRequest, files: File[list[UploadedFile]], source: Form[Code], zone: Form[str]) -> Arrivals:
    """Check and store files from one camera. A file that cannot be used is refused with its reason; the rest go on."""
    by = signed_in(request)
    camera = find_or_add_source(source, zone=_open_zone(zone))
    store = store_of(camera.zone_id)
    with ExitStack() as stack:
        prober = stack.enter_context(Prober())
        results = [_add(file, camera=camera, store=store, prober=prober, by=by) for file in files]
    counts: dict[str, int] = {}
    for result in results:
        counts[result.arrival.value] = counts.get(result.arrival.value, 0) + 1
    return Arrivals(files=[_file(result) for result in results], counts=counts)


def _add(file: UploadedFile, *, camera: Source, store: ObjectStore, prober: Prober, by: Person) -> FileResult:
    name, at = file.name or "unnamed", timezone.now()
    if not isinstance(file, TemporaryUploadedFile):
        raise BadInputError(f"`{name}` did not arrive as a file: send it as `multipart/form-data`")
    path = Path(file.temporary_file_path())
    try:
        return add_file(path, prober=prober, source=camera, store=store, by=by.pseudonym, at=at, name=name)
    except StoreError as error:
        # The batch goes on: whatever is stored stays, and this file can be sent again.
        return refuse_file(name, source=camera, by=by.pseudonym, at=at, reason=str(error))


def _open_zone(code: str) -> Zone:
    found = open_zones().filter(pk=code).first()
    if found is None:
        known = ", ".join(open_zones().values_list("pk", flat=True))
        raise BadInputError(f"there is no open zone `{code}`: use one of {known}")
    return found


def _organization(code: str) -> Organization | None:
    if not code:
        return None
    found = Organization.objects.filter(code=code).first()
    if found is None:
        raise BadInputError(f"there is no organization `{code}`: add it first, or leave the owner out")
    return found


def _source(row: Source) -> SourceOut:
    return SourceOut(
        code=row.code,
        name=row.name,
        jurisdiction=row.jurisdiction or None,
        owner=row.owner.code if row.owner else None,
        zone=row.zone_id,
        marks=list(row.marks),
        stills=int(getattr(row, "stills", 0)),
        clips=int(getattr(row, "clips", 0)),
    )


def _footage(row: Footage) -> FootageOut:
    source = row.source
    return FootageOut(
        id=row.pk,
        name=row.name,
        source=source.code,
        jurisdiction=source.jurisdiction or None,
        owner=source.owner.code if source.owner else None,
        zone=row.zone_id,
        kind=row.kind,
        mime=row.mime,
        bytes=row.size,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        frames=row.frames,
        fps=str(row.fps) if row.fps is not None else None,
        seconds=row.seconds,
        captured_at=row.captured_at,
        added_at=row.added_at,
    )


def _file(result: FileResult) -> FileOut:
    return FileOut(
        name=result.name, arrival=result.arrival.value, reason=result.reason, footage=result.footage_id or None
    )
