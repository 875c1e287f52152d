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
from labelhub.evidence.nearest import taker_of
from labelhub.evidence.paging import page_of
from labelhub.evidence.queries import Counts, Row, answer_to, figures_of, rows_of, utc_text
from labelhub.evidence.reader import people, record_reading
from labelhub.evidence.rejudging import TooManyDecisionsError

router = Router(tags=["evidence"])


class Asked(Schema):
    """The questions of the page, under the same names. Times are ISO 8601; one without an offset is in `zone`."""

    footage: str = Field("", description="one id, or several with spaces between")
    camera: str = ""
    jurisdiction: str = ""
    owner: str = ""
    contract: str = ""
    person: str = ""
    entity: str = ""
    place: str = ""
    network: str = ""
    level: list[int] = Field([], description="assurance levels, 0 to 4; none asks for all")
    purpose: str = ""
    rendition: str = ""
    outcome: str = ""
    policy: str = Field("", description="the hash of a set of policies, or at least 8 characters of it")
    action: str = "views"
    since: str = Field("", description="from this moment on")
    until: str = Field("", description="up to this moment, not at it")
    period: str = Field("", description="in words, such as `last 30 days`, instead of bounds")
    zone: str = Field("", description="an IANA time zone; UTC if empty")
    twice: str = Field("", description="`earlier` or `later`: which one, of a bound that the zone's clock showed twice")
    outside: bool = False
    below_today: bool = Field(default=False, description="only with less assurance than the rules in force want")
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
    footage: int | None = Field(description="different pieces; null where they are too many to be counted in passing")
    places: int
    unknown_places: int


class WhereViewedOut(Schema):
    """One page of entries, newest first, the marks of its neighbours, and the figures of the whole answer."""

    counts: CountsOut
    not_judged: int = Field(0, description="asked about with `below_today`, but their facts are no longer kept")
    older: str
    newer: str
    items: list[EntryOut]


@router.get("/where-viewed", response=WhereViewedOut, auth=HeldBy(Role.OFFICER, Role.OWNER, Role.AUDITOR))
def where_viewed(request: HttpRequest, asked: Annotated[Asked, Query()], limit: PageSize = USUAL) -> WhereViewedOut:
    """List where footage was viewed, and where it was refused."""
    reader = people().reader_of(request)
    at = timezone.now()
    form = QuestionForm(_as_typed(asked), reader=reader, at=at)
    if not form.is_valid():
        raise BadInputError(_problems(form))
    question = form.question()
    details = {
        **question.as_details(),
        **{name: mark for name in ("before", "after") if (mark := getattr(asked, name))},
    }
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, details, at=at)
    try:
        answer = answer_to(reader, question)
    except TooManyDecisionsError as error:
        raise BadInputError(str(error)) from error
    take = taker_of(reader, question)
    page = page_of(answer.entries, before=asked.before, after=asked.after, size=limit, take=take)
    return WhereViewedOut(
        counts=_counts(figures_of(reader, question, answer)[1]),
        not_judged=answer.not_judged,
        older=page.older,
        newer=page.newer,
        items=[_entry(row) for row in rows_of(page.entries, reader)],
    )


def _as_typed(asked: Asked) -> dict[str, str | list[str]]:
    typed = {name: value for name, value in asked.dict().items() if name not in {"before", "after"}}
    return {
        name: [str(one) for one in value] if isinstance(value, list) else str(value)
        for name, value in typed.items()
        if value not in ("", False, [])
    }


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
