"""Pages that stay put while the ledger grows: each is named by the entry it starts after, not by a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.nearest import Take, take

PAGE = 50


class CursorError(Exception):
    """A page mark that labelhub did not make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of entries, newest first, and the marks of its neighbours; an empty mark means there is none."""

    entries: tuple[LedgerEntry, ...]
    older: str = ""
    newer: str = ""


def mark_of(entry: LedgerEntry) -> str:
    """Name an entry's position."""
    return f"{entry.at.isoformat(timespec='microseconds').replace('+00:00', 'Z')}_{entry.pk.hex}"


def page_of(
    entries: QuerySet[LedgerEntry], *, before: str = "", after: str = "", size: int = PAGE, take: Take = take
) -> Page:
    """Take the page older than one mark, or newer than another; without a mark, the newest.

    `take` is how the next entries are found.

    Raises:
        CursorError: a mark is not one.
    """
    if after:
        at, key = _position(after)
        newer = entries.filter(Q(at__gt=at) | Q(at=at, id__gt=key), at__gte=at).order_by("at", "id")
        found = take(newer, at, size + 1)
        return _page(found[:size][::-1], has_newer=len(found) > size, has_older=True)
    edge = None
    if before:
        edge, key = _position(before)
        # The second bound says nothing more, but an index by time understands it.
        entries = entries.filter(Q(at__lt=edge) | Q(at=edge, id__lt=key), at__lte=edge)
    found = take(entries.order_by("-at", "-id"), edge, size + 1)
    return _page(found[:size], has_newer=bool(before), has_older=len(found) > size)


def _page(found: list[LedgerEntry], *, has_newer: bool, has_older: bool) -> Page:
    if not found:
        return Page(entries=())
    return Page(
        entries=tuple(found),
        older=mark_of(found[-1]) if has_older else "",
        newer=mark_of(found[0]) if has_newer else "",
    )


def _position(mark: str) -> tuple[datetime, UUID]:
    moment, _, key = mark.partition("_")
    try:
        at = parse_datetime(moment)
        if at is None or at.utcoffset() is None:
            raise CursorError(f"`{mark}` is no page mark: take one from a page")
        return at, UUID(hex=key)
    except ValueError as error:
        raise CursorError(f"`{mark}` is no page mark: take one from a page") from error
