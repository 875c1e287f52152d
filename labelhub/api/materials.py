"""What jobs are made from: label schemas and guidelines, listed and added, never edited."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.api.auth import HeldBy
from labelhub.labeling.documents import check_schema
from labelhub.labeling.materials import add_guideline, add_schema
from labelhub.labeling.models import Guideline, LabelSchema

router = Router(tags=["labeling"])
READERS = (Role.LEAD, Role.OFFICER, Role.REVIEWER)


class SchemaOut(Schema):
    """A label schema. The order of the labels gives the class ids of every training set."""

    name: str
    title: str
    labels: list[dict[str, Any]]
    attributes: list[dict[str, Any]]


class SchemaIn(Schema):
    """A label schema to add: labels of `name` and `colour`, attributes of `name`, `title` and `choices`."""

    name: str
    title: str
    labels: list[dict[str, Any]]
    attributes: list[dict[str, Any]] = Field(default_factory=list)


class GuidelineOut(Schema):
    """One version of a guideline, as people read it."""

    name: str
    version: int
    title: str
    text: str
    sha256: str


class GuidelineIn(Schema):
    """A guideline to add; the name of one there is adds its next version."""

    name: str
    title: str
    text: str


@router.get("/schemas", response=list[SchemaOut], auth=HeldBy(*READERS))
def schemas(request: HttpRequest) -> list[SchemaOut]:
    """List the label schemas."""
    return [_schema(row) for row in LabelSchema.objects.order_by("name")]


@router.post("/schemas", response={201: SchemaOut}, auth=HeldBy(Role.LEAD))
def new_schema(request: HttpRequest, asked: SchemaIn) -> Status[SchemaOut]:
    """Add a label schema; every problem of it is named at once."""
    table = {"name": asked.name, "title": asked.title, "label": asked.labels, "attribute": asked.attributes}
    return Status(201, _schema(add_schema(check_schema(table), by=signed_in(request), at=timezone.now())))


@router.get("/guidelines", response=list[GuidelineOut], auth=HeldBy(*READERS))
def guidelines(request: HttpRequest) -> list[GuidelineOut]:
    """List the guidelines, the newest version of each first."""
    return [_guideline(row) for row in Guideline.objects.order_by("name", "-version")]


@router.post("/guidelines", response={201: GuidelineOut}, auth=HeldBy(Role.LEAD))
def new_guideline(request: HttpRequest, asked: GuidelineIn) -> Status[GuidelineOut]:
    """Add a guideline or its next version; a text that is its newest version already adds none and answers that one."""
    made = add_guideline(name=asked.name, title=asked.title, text=asked.text, by=signed_in(request), at=timezone.now())
    return Status(201, _guideline(made))


def _schema(row: LabelSchema) -> SchemaOut:
    return SchemaOut(name=row.name, title=row.title, labels=row.labels, attributes=row.attributes)


def _guideline(row: Guideline) -> GuidelineOut:
    return GuidelineOut(name=row.name, version=row.version, title=row.title, text=row.text, sha256=row.sha256)
