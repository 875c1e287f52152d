"""Long lists come in pages, and say how long they are."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from ninja import Query, Schema

LONGEST = 200
USUAL = 50
Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)

PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="which page, from 1")]
PageSize = Annotated[int, Query(ge=1, le=LONGEST, description=f"items a page, at most {LONGEST}")]


class Listed(Schema, Generic[Item]):
    """One page of a list."""

    total: int
    page: int
    limit: int
    items: list[Item]


def page_rows(
    found: QuerySet[Row], *, page: int, limit: int, pages: type[Paginator[Row]] = Paginator
) -> tuple[int, list[Row]]:
    """Take one page: how many there are in all, and the rows of this page; a page past the end is empty."""
    paginator = pages(found, limit)
    return paginator.count, list(paginator.page(page)) if page <= paginator.num_pages else []
