"""What a person may be listed: footage they may know of, by who they are, and may list, from where they are.

Every list, count, search, figure and suggestion of footage starts here. Two questions must both be answered yes: was
its camera given to this person (guardian), and does a decision permit them to `list` it from there (residency).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from labelhub.accounts.models import Person, Role
from labelhub.accounts.place import place_of
from labelhub.accounts.queries import has_role, signed_in
from labelhub.footage.actions import Arrival
from labelhub.footage.eligible import Reach, reach_of
from labelhub.footage.models import Batch, BatchFile, Footage, Source, Zone
from labelhub.footage.pieces import EVERY, any_of
from labelhub.footage.queries import may_see_sources
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import Standing, standing_at, standing_of
from residency import Action, AssuranceLevel, Duty, Place

# A list shows no picture, counts no view and hands nothing out, so what these ask in return is met; a step-up is not.
MET_BY_LISTS: Final = frozenset({Duty.WATERMARK, Duty.REDACTED, Duty.NO_DOWNLOAD, Duty.QUOTA})

WAITING: Final = "waiting"


@dataclass(frozen=True, slots=True)
class Listing:
    """One person's lists at one time; `reaches` go with the zone they are for, empty for every zone.

    `known` are the cameras they may know of, and `place` where they connect from, `None` for a command.
    """

    person: Person
    at: datetime
    reaches: tuple[tuple[str, Reach], ...]
    known: frozenset[int]
    place: Place | None
    has_policy: bool = True

    def where(self, prefix: str = "") -> Q:
        """The condition of the database; `prefix` is the way to footage, such as `task__footage__`."""
        parts = [
            reach.where(prefix) & (Q(**{f"{prefix}zone_id": zone}) if zone else EVERY) for zone, reach in self.reaches
        ]
        return any_of(parts)

    def footage(self) -> QuerySet[Footage]:
        """Find the footage this person may be listed."""
        return Footage.objects.filter(self.where()).select_related("source__owner", "zone")

    def cameras(self) -> QuerySet[Source]:
        """Find the cameras with footage this person may be listed, and those of which there may be some.

        A lead is shown a camera whose jurisdiction is unknown too: its footage is often shown to nobody for just that
        reason, and somebody must be able to say where it records.
        """
        whole = frozenset[int]().union(*(reach.whole for _, reach in self.reaches))
        some = Exists(Footage.objects.filter(self.where(), source=OuterRef("pk")))
        found = Q(pk__among=whole) | Q(some)
        if has_role(self.person, Role.LEAD):
            found |= Q(pk__among=self.known, jurisdiction="")
        return Source.objects.filter(found).select_related("owner", "zone")

    @property
    def note(self) -> str:
        """Say, without a figure, that a list may be shorter than what there is; empty where it is not."""
        if not self.has_policy:
            return "No policy is in force, and without one no footage may be listed."
        if self.place is not None and not self.place.known:
            return "Where you connect from is not known, so no footage may be listed."
        whole = frozenset[int]().union(*(reach.whole for _, reach in self.reaches))
        if self.known <= whole:
            return ""
        return f"Some footage may not be listed {'from where you connect' if self.place else 'to whom this acts for'}."


def listing_of(request: HttpRequest) -> Listing:
    """Take the lists of the person asking, from where they are. Without a policy in force there is nothing on them."""
    person, at = signed_in(request), timezone.now()
    try:
        return listing_with(standing_of(request, person, at=at))
    except NoPolicyError:
        return Listing(person, at, (), _known(person), place_of(request, person, at=at), has_policy=False)


def listing_with(standing: Standing) -> Listing:
    """Take a person's lists, where their standing is known already."""
    known = _known(standing.person)
    reach = _listed(standing, known)
    return Listing(standing.person, standing.at, (("", reach),), known, standing.place)


def listing_at_zones(person: Person, *, at: datetime) -> Listing:
    """Take the lists of a person a command acts for: as if they were, for each zone's footage, in that zone.

    A command runs on the machine that keeps labelhub, by whoever operates it: there is no request, so there is no
    place of the person, and the operator can read names and facts in the database whatever is decided here. So the
    place is the zone's own, where those facts rest and are only moved within; it is what an export is cleared for,
    and what the worker of the zone does. Everything else is the person's: their cameras, their organization, their
    attestation, the policies in force. Without a policy there is nothing on the lists here either.
    """
    known, reaches = _known(person), []
    for zone in Zone.objects.order_by("pk"):
        place = Place(jurisdiction=zone.jurisdiction, level=AssuranceLevel.LA3)
        try:
            standing = standing_at(person, place, at=at)
        except NoPolicyError:
            return Listing(person, at, (), known, None, has_policy=False)
        reaches.append((zone.pk, _listed(standing, known)))
    return Listing(person, at, tuple(reaches), known, None)


def _known(person: Person) -> frozenset[int]:
    return frozenset(may_see_sources(person).values_list("pk", flat=True))


def _listed(standing: Standing, known: frozenset[int]) -> Reach:
    purpose = purpose_of(standing.person)
    return reach_of(standing, Action.LIST, purpose=purpose, cameras=known, duties=MET_BY_LISTS)


def purpose_of(person: Person) -> str:
    """Say for what purpose a person looks through footage: an owner at their own, anybody else at its quality."""
    return purpose_in({Role.OWNER} if has_role(person, Role.OWNER) else set())


def purpose_in(roles: Collection[str]) -> str:
    """The same of somebody with these roles."""
    return "owner-access" if Role.OWNER in roles else "quality-review"


def count_pieces(cameras: Iterable[Source], listing: Listing) -> list[Source]:
    """Give cameras how many stills and clips of theirs are listed, as `stills` and `clips`."""
    found = list(cameras)
    rows = Footage.objects.filter(listing.where(), source__in=[camera.pk for camera in found])
    counts = {
        (row["source_id"], row["kind"]): row["pieces"]
        for row in rows.order_by().values("source_id", "kind").annotate(pieces=Count("pk"))
    }
    for camera in found:
        camera.stills = counts.get((camera.pk, Footage.Kind.IMAGE.value), 0)  # type: ignore[attr-defined]  # for pages
        camera.clips = counts.get((camera.pk, Footage.Kind.VIDEO.value), 0)  # type: ignore[attr-defined]  # for pages
    return found


def batches_of(listing: Listing) -> QuerySet[Batch]:
    """List batches, newest first, with how many files each has and had.

    A person is shown what they handed in themselves, and what others did from cameras they are listed.
    """
    theirs = Q(added_by=listing.person, source__in=listing.known)
    listed = Q(files__in=_files(listing).values("pk"))
    return (
        Batch.objects.filter(theirs | Q(source__in=listing.cameras()))
        .select_related("source", "zone", "added_by")
        .annotate(
            total=Count("files", filter=listed),
            done=Count("files", filter=listed & ~Q(files__arrival="")),
            refused=Count("files", filter=listed & Q(files__arrival=Arrival.REFUSED.value)),
        )
        .order_by("-added_at", "pk")
    )


def files_of(batch: Batch, listing: Listing, arrival: str = "") -> QuerySet[BatchFile]:
    """List a batch's files in the order they were sent: all of them, or those of which one thing became.

    A person is listed their own files, and others' unless it became footage that they may not be listed.
    """
    files = _files(listing).filter(batch=batch).order_by("number")
    return files.filter(arrival="" if arrival == WAITING else arrival) if arrival else files


def _files(listing: Listing) -> QuerySet[BatchFile]:
    unlisted = Q(footage__isnull=False) & ~Q(footage__in=Footage.objects.filter(listing.where()).values("pk"))
    return BatchFile.objects.filter(Q(batch__added_by=listing.person) | ~unlisted).order_by()


def count_arrivals(batch: Batch, listing: Listing) -> dict[str, int]:
    """Count what became of a batch's files, each once; those not looked at yet count as waiting."""
    rows = _files(listing).filter(batch=batch).values("arrival").annotate(files=Count("pk"))
    found = {row["arrival"] or WAITING: row["files"] for row in rows}
    return {words: found.get(words, 0) for words in (*(arrival.value for arrival in Arrival), WAITING)}
