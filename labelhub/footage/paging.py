"""Long lists of footage in pages: the database sorts and skips names alone, and reads only the page's pieces whole."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from labelhub.footage.models import Footage


def whole(some: QuerySet[Footage]) -> QuerySet[Footage]:
    """Read a few pieces, such as those of one page, in the order of every list, with all that is shown of them.

    Which they are is asked within the same question, and needs nothing but the index `footage_in_order`. Asked in
    one go, a page would be picked from whole rows: those of a camera's every piece.
    """
    return Footage.objects.filter(pk__in=some.values("pk")).select_related("source__owner", "zone")


class FootagePages(Paginator):  # type: ignore[type-arg]  # generic for the checker alone
    """Pages of a query of footage that is in the order of every list."""

    def page(self, number: int | str) -> Page[Footage]:
        """Make a page.

        Raises:
            InvalidPage: there is no such page.
        """
        found: Page[Footage] = super().page(number)
        found.object_list = whole(cast("QuerySet[Footage]", found.object_list))
        return found
