"""What may be read about footage, and the facts about it that decisions are made on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet
from guardian.shortcuts import get_objects_for_user

import residency
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.footage.models import Batch, Footage, Source, Zone
from labelhub.policies.queries import words_of

QUERY_FIELDS = {"source": "source__code", "jurisdiction": "source__jurisdiction", "zone": "zone_id", "kind": "kind"}


class FootageQueryError(Exception):
    """A footage query cannot be understood; the message names the word and the mend."""


def footage_facts(footage: Footage) -> residency.Footage:
    """State what is known of a piece of footage, for a decision. Needs `source__owner` loaded."""
    return replace(
        source_facts(footage.source),
        id=footage.pk,
        zone=footage.zone_id,
        media_kind=residency.MediaKind(footage.kind),
        marks=frozenset(footage.source.marks) | frozenset(footage.marks),
        captured_at=footage.captured_at,
    )


def source_facts(source: Source) -> residency.Footage:
    """State what is known of everything a camera records; `id` is empty, since this is no piece of footage yet."""
    return residency.Footage(
        id="",
        jurisdiction=source.jurisdiction or None,
        owner=source.owner.code if source.owner else None,
        source=source.code,
        zone=source.zone_id,
        contract=source.contract or None,
        sensitivity=None if source.sensitivity is None else residency.Sensitivity(source.sensitivity),
        place_tags=words_of(source.place_tags),
        shows=words_of(source.shows),
        consent_scope=words_of(source.consent_scope),
        criminal_justice=source.criminal_justice,
        marks=frozenset(source.marks),
    )


def may_see_sources(person: Person) -> QuerySet[Source]:
    """Find the cameras a person may know of: leads and officers every one, others those they were given."""
    if has_role(person, Role.LEAD, Role.OFFICER):
        return Source.objects.all()
    allowed: QuerySet[Source] = get_objects_for_user(
        person, "footage.see_source", klass=Source, accept_global_perms=False
    )
    return allowed


def find_footage(query: str, within: QuerySet[Footage]) -> QuerySet[Footage]:
    """Select footage by words such as `source=cam-12 kind=image`, or `all`.

    A comma joins alternatives: `source=cam-1,cam-2`. Words are joined by "and".

    Raises:
        FootageQueryError: a word is not `field=value` of a known field, or nothing was asked.
    """
    words = query.split()
    if not words:
        raise FootageQueryError(f"the footage query is empty: write `all`, or words such as `{_example()}`")
    condition = Q()
    for word in words:
        if word == "all":
            continue
        field, separator, values = word.partition("=")
        if not separator or field not in QUERY_FIELDS or not values:
            raise FootageQueryError(f"`{word}` is not understood: write words such as `{_example()}`, or `all`")
        condition &= Q(**{f"{QUERY_FIELDS[field]}__in": values.split(",")})
    return within.filter(condition)


def _example() -> str:
    return "source=cam-12 kind=image"


def open_zones() -> QuerySet[Zone]:
    """List the zones that footage can be added to."""
    return Zone.objects.filter(is_open=True).order_by("code")


def batches_standing_still(*, since: datetime) -> QuerySet[Batch]:
    """Find the unfinished batches that have not gone on since a time."""
    moving = [Batch.State.RECEIVING, Batch.State.WAITING, Batch.State.RUNNING]
    return Batch.objects.filter(state__in=moving, moved_at__lte=since)
