"""Zones, cameras and footage."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from labelhub.accounts.models import Organization, Role
from labelhub.api.auth import HeldBy
from labelhub.api.errors import BadInputError
from labelhub.api.lists import USUAL, Listed, PageNumber, PageSize, page_rows
from labelhub.footage.actions import add_source
from labelhub.footage.listing import count_pieces, listing_of
from labelhub.footage.models import Footage, Source, Zone
from labelhub.footage.paging import FootagePages
from labelhub.footage.queries import find_footage, open_zones

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


@router.get("/zones", response=list[ZoneOut], auth=HeldBy(Role.LEAD, Role.OFFICER))
def zones(request: HttpRequest) -> list[ZoneOut]:
    """List the zones footage can be added to."""
    return [ZoneOut(code=zone.code, jurisdiction=zone.jurisdiction) for zone in open_zones()]


@router.get("/sources", response=Listed[SourceOut], auth=HeldBy(*READERS))
def sources(request: HttpRequest, page: PageNumber = 1, limit: PageSize = USUAL) -> Listed[SourceOut]:
    """List the cameras with footage the person may be listed from where they are, and how much of it."""
    listing = listing_of(request)
    total, rows = page_rows(listing.cameras().order_by("code"), page=page, limit=limit)
    items = [_source(row) for row in count_pieces(rows, listing)]
    return Listed[SourceOut](total=total, page=page, limit=limit, items=items)


@router.post("/sources", response={201: SourceOut}, auth=HeldBy(Role.LEAD))
def register_source(request: HttpRequest, asked: SourceIn) -> Status[SourceOut]:
    """Register a camera."""
    made = add_source(
        code=asked.code,
        zone=open_zone(asked.zone),
        name=asked.name,
        jurisdiction=asked.jurisdiction,
        owner=_organization(asked.owner),
        marks=asked.marks,
    )
    return Status(201, _source(made))


@router.get("/footage", response=Listed[FootageOut], auth=HeldBy(*READERS))
def footage(
    request: HttpRequest, query: str = "all", page: PageNumber = 1, limit: PageSize = USUAL
) -> Listed[FootageOut]:
    """List the footage the person may be listed from where they are, by words such as `source=cam-12`, or `all`."""
    found = find_footage(query, listing_of(request).footage())
    total, rows = page_rows(found, page=page, limit=limit, pages=FootagePages)
    return Listed[FootageOut](total=total, page=page, limit=limit, items=[_footage(row) for row in rows])


@router.get("/footage/{footage_id}", response=FootageOut, auth=HeldBy(*READERS))
def one_footage(request: HttpRequest, footage_id: str) -> FootageOut:
    """Say what is known of one piece of footage; the door, and only the door, shows it."""
    found = listing_of(request).footage().filter(pk=footage_id).first()
    if found is None:
        raise Http404
    return _footage(found)


def open_zone(code: str) -> Zone:
    """Find a zone that footage can be added to.

    Raises:
        BadInputError: there is none of that code; the message names those there are.
    """
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
