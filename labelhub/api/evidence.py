"""Where footage was viewed, with the questions of the page; each reading is recorded before it is answered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from labelhub.accounts.models import Role
from labelhub.api.auth import HeldBy
from labelhub.api.errors import BadInputError
from labelhub.api.lists import USUAL, PageSize
from labelhub.evidence.forms import QuestionForm
from labelhub.evidence.models import LedgerAction
from labelhub.evidence.paging import page_of
from labelhub.evidence.queries import Counts, Row, count_entries, find_entries, rows_of, utc_text
from labelhub.evidence.reader import people, record_reading

router = Router(tags=["evidence"])


class Asked(Schema):
    """The questions of the page, under the same names. Times are ISO 8601; one without an offset is UTC."""

    footage: str = ""
    camera: str = ""
    jurisdiction: str = ""
    owner: str = ""
    person: str = ""
    place: str = ""
    outcome: str = ""
    action: str = "views"
    since: str = Field("", description="from this moment on")
    until: str = Field("", description="up to this moment, not at it")
    outside: bool = False
    before: str = Field("", description="the `older` mark of a page")
    after: str = Field("", description="the `newer` mark of a page")


class EntryOut(Schema):
    """One entry. For the owner of the footage, person and name are empty."""

    id: UUID
    time: str
    action: str
    person: str
    name: str
    entity: str
    place: str
    assurance: str
    place_words: str
    footage: str
    camera: str
    jurisdiction: str
    owner: str
    rendition: str
    purpose: str
    outcome: str
    rules: list[str]
    policy_hash: str
    leaf_hash: str


class CountsOut(Schema):
    """The figures of the whole answer, not of this page."""

    entries: int
    allowed: int
    denied: int
    footage: int
    places: int
    unknown_places: int


class WhereViewedOut(Schema):
    """One page of entries, newest first, the marks of its neighbours, and the figures of the whole answer."""

    counts: CountsOut
    older: str
    newer: str
    items: list[EntryOut]


@router.get("/where-viewed", response=WhereViewedOut, auth=HeldBy(Role.OFFICER, Role.OWNER, Role.AUDITOR))
def where_viewed(request: HttpRequest, asked: Annotated[Asked, Query()], limit: PageSize = USUAL) -> WhereViewedOut:
    """List where footage was viewed, and where it was refused."""
    reader = people().reader_of(request)
    form = QuestionForm(_as_typed(asked), reader=reader)
    if not form.is_valid():
        raise BadInputError(_problems(form))
    question = form.question()
    details = {
        **question.as_details(),
        **{name: mark for name in ("before", "after") if (mark := getattr(asked, name))},
    }
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, details, at=timezone.now())
    entries = find_entries(reader, question)
    page = page_of(entries, before=asked.before, after=asked.after, size=limit)
    return WhereViewedOut(
        counts=_counts(count_entries(entries)),
        older=page.older,
        newer=page.newer,
        items=[_entry(row) for row in rows_of(page.entries, reader)],
    )


def _as_typed(asked: Asked) -> dict[str, str]:
    typed = {name: str(value) for name, value in asked.dict().items() if value not in ("", False)}
    return {name: value for name, value in typed.items() if name not in {"before", "after"}}


def _problems(form: QuestionForm) -> str:
    return "; ".join(
        f"`{field}`: {' '.join(map(str, problems))}" if field != "__all__" else " ".join(map(str, problems))
        for field, problems in form.errors.items()
    )


def _counts(counts: Counts) -> CountsOut:
    return CountsOut(
        entries=counts.entries,
        allowed=counts.allowed,
        denied=counts.denied,
        footage=counts.footage,
        places=counts.places,
        unknown_places=counts.unknown_places,
    )


def _entry(row: Row) -> EntryOut:
    return EntryOut(
        id=row.id,
        time=utc_text(row.at),
        action=row.action,
        person=row.person,
        name=row.name,
        entity=row.entity,
        place=row.place,
        assurance=row.assurance,
        place_words=row.place_words,
        footage=row.footage,
        camera=row.camera,
        jurisdiction=row.jurisdiction,
        owner=row.owner,
        rendition=row.rendition,
        purpose=row.purpose,
        outcome=row.outcome,
        rules=list(row.rules),
        policy_hash=row.policy_hash,
        leaf_hash=row.leaf_hash,
    )
