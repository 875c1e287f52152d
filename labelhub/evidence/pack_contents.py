"""What an evidence pack is made of, read from the database as it is written; nothing of it is kept in memory.

A pack holds every leaf from before the time asked about to the last checkpoint, so that nobody can say an entry was
left out, and opens those entries alone that the reader may see and that may answer the question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from labelhub.evidence import checkpoints
from labelhub.evidence.models import Anchor, Checkpoint, LedgerEntry, LocationDatabase, Outcome, Position
from labelhub.evidence.sequencing import leaf_of
from labelhub.evidence.told import holdings, rulebook
from labelhub.signer.client import Signer
from residency.ledger.entry import Json
from residency.ledger.leaf import owner_key, time_text
from residency.ledger.leaves import earliest_start
from residency.ledger.opened import Opened
from residency.ledger.packing import LedgerContents, OpenedLeaf
from residency.ledger.question import Question
from residency.ledger.report import ANCHORED, MayAnswer, may_answer
from residency.ledger.tree import frontier_at, prove_consistency

CHUNK = 2000
Progress = Callable[[int], None]


# An owner, their key, and the ids of all their footage.
Theirs = tuple[str, bytes, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with what its asker may see: all entries, or those about one owner's footage."""

    question: Question
    theirs: Theirs | None = None
    with_people: bool = False

    def test(self) -> MayAnswer:
        """What says of a leaf whether its entry is opened."""
        owner, key, footage = self.theirs or (None, b"", ())
        return may_answer(self.question, owner, key, footage)

    def narrow(self) -> Q:
        """The positions that the database need look at to open what answers."""
        asked = Q() if self.question.actions is None else Q(entry__action__in=self.question.actions)
        if self.question.since is not None:
            asked &= Q(entry__at__gte=datetime.fromisoformat(self.question.since))
        if self.question.until is not None:
            asked &= Q(entry__at__lt=datetime.fromisoformat(self.question.until))
        return asked and asked | Q(entry__action=ANCHORED)  # an empty condition in an “or” would count for nothing


def theirs(owner: str) -> Theirs | None:
    """An owner with their key and their footage, for a pack that opens nothing else; nothing for everybody's."""
    if not owner:
        return None
    # Footage that was deleted since is theirs too: the ledger still knows it.
    viewed = LedgerEntry.objects.filter(owner=owner).exclude(footage="")
    pieces = {*holdings().of_owner(owner), *viewed.values_list("footage", flat=True).distinct()}
    return owner, owner_key(settings.LEDGER_KEY, owner), sorted(pieces)


@dataclass(slots=True)
class Named:
    """What the opened entries name, found while they are written: policies by set, and location databases."""

    policies: dict[str, datetime] = field(default_factory=dict)
    locations: set[str] = field(default_factory=set)

    def note(self, entry: LedgerEntry, geoip: Sequence[str]) -> None:
        """Note what one entry names."""
        if entry.policy_hash and entry.outcome != Outcome.NONE:  # what is only drafted decides nothing
            self.policies.setdefault(entry.policy_hash, entry.at)
        self.locations.update(geoip)

    def documents(self) -> Iterator[bytes]:
        """The policies' canonical bytes, each once."""
        given: set[bytes] = set()
        for at in self.policies.values():
            for document in rulebook().texts_at(at).documents:
                if document not in given:
                    given.add(document)
                    yield document

    def sets(self) -> Iterator[Sequence[str]]:
        """Of each set of policies, the hashes in it."""
        for at in self.policies.values():
            yield rulebook().texts_at(at).hashes

    def databases(self) -> Iterator[Mapping[str, str]]:
        """Name, version and hash of each location database."""
        for row in LocationDatabase.objects.filter(pk__in=self.locations).order_by("first_used", "pk"):
            yield {"name": row.name, "sha256": row.pk, "version": row.version}


@dataclass(frozen=True, slots=True)
class Extent:
    """The leaves of one ledger that a pack holds: from `start` up to the last checkpoint."""

    ledger: str
    start: int
    checkpoint: Checkpoint

    @property
    def leaves(self) -> int:
        """How many they are."""
        return self.checkpoint.size - self.start


def extents(question: Question) -> list[Extent]:
    """Find which leaves a question needs, of every ledger that has a checkpoint."""
    names = Checkpoint.objects.order_by("ledger").values_list("ledger", flat=True).distinct()
    found = []
    for name in names:
        last = checkpoints.latest(name)
        if last is not None:
            found.append(Extent(name, _start(name, question, last), last))
    return found


def contents_of(extent: Extent, asked: Asked, named: Named, signer: Signer, progress: Progress) -> LedgerContents:
    """Lay one ledger out for the pack; what is given as iterators is read from the database as it is written."""
    ledger, size = extent.ledger, extent.checkpoint.size
    read = checkpoints.files_of(ledger).reader(size)
    others = Checkpoint.objects.filter(ledger=ledger, size__in=_anchored(ledger, size)).order_by("size")
    return LedgerContents(
        name=ledger,
        checkpoint=extent.checkpoint.text,
        start=extent.start,
        frontier=frontier_at(read, extent.start).hashes,
        leaves=(leaf_of(row.entry, row) for row in _rows(extent, Q(), progress)),
        opened=_opened(extent, asked, named),
        key_log=signer.key_log(checkpoints.origin_of(ledger)).splitlines(),
        checkpoints=((row.text, prove_consistency(read, row.size, size)) for row in others),
        anchors=(_anchor(row) for row in Anchor.objects.filter(ledger=ledger, size__lte=size).order_by("size")),
    )


def _start(ledger: str, question: Question, last: Checkpoint) -> int:
    if question.since is None:
        return 0
    before = datetime.fromisoformat(earliest_start(question.since))
    rows = Position.objects.filter(ledger=ledger, number__lt=last.size, sequenced__lt=before)
    return max(0, rows.order_by("-number").values_list("number", flat=True).first() or 0)


def _anchored(ledger: str, size: int) -> list[int]:
    return list(Anchor.objects.filter(ledger=ledger, size__lt=size).values_list("size", flat=True))


def _rows(extent: Extent, which: Q, progress: Progress) -> Iterator[Position]:
    """The positions with their entries, in order; chunk by chunk, so that no cursor is open while a pack is written."""
    number = extent.start
    while number < extent.checkpoint.size:
        until = min(number + CHUNK, extent.checkpoint.size)
        rows = Position.objects.filter(which, ledger=extent.ledger, number__gte=number, number__lt=until)
        found = list(rows.select_related("entry").order_by("number"))
        yield from found
        progress(len(found))
        number = until


def _opened(extent: Extent, asked: Asked, named: Named) -> Iterator[OpenedLeaf]:
    might = asked.test()
    for row in _rows(extent, asked.narrow(), lambda _: None):
        entry = row.entry
        about = _about(entry)
        if entry.action == ANCHORED or might(entry.action, time_text(entry.at), about):
            named.note(entry, geoip_of(entry))
            yield OpenedLeaf(opened_of(entry, row.number, with_people=asked.with_people), leaf_of(entry, row))


def opened_of(entry: LedgerEntry, number: int, *, with_people: bool) -> Opened:
    """An entry with what its leaf commits to; who it was only where that may be shown and was not erased."""
    if with_people and entry.personal_text:
        return Opened(number, entry.body, entry.salt, entry.personal_text, entry.personal_salt)
    return Opened(number, entry.body, entry.salt)


def geoip_of(entry: LedgerEntry) -> list[str]:
    """The location databases that an entry names."""
    found = json.loads(entry.body).get("geoip", [])
    return [found] if isinstance(found, str) else list(found)


def _about(entry: LedgerEntry) -> str | None:
    found = json.loads(entry.leaf_text).get("about")
    return found if isinstance(found, str) else None


def _anchor(row: Anchor) -> dict[str, Json]:
    return {
        "at": time_text(row.at),
        "bucket": row.bucket,
        "checkpoint": row.text,
        "key": row.key,
        "retain_until": time_text(row.retain_until),
        "version": row.version,
    }
