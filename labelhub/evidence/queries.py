"""What may be read of the ledger, by the person asking."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from labelhub.evidence.models import LedgerAction, LedgerEntry, Outcome, Position, Served
from labelhub.evidence.places import is_known
from labelhub.evidence.questions import Question
from labelhub.evidence.reader import Reader, people
from labelhub.evidence.rejudging import judge_again
from labelhub.evidence.rollups import Group, entries_around, groups_of, is_counted, readable
from labelhub.evidence.wording import action_words, jurisdiction_words, outcome_words, place_words
from residency.places import country_of

# Where no more entries than this must be read for it, different footage is counted at once; else where it is listed.
FOOTAGE_COUNTED: Final = 200_000


def entries_for(reader: Reader) -> QuerySet[LedgerEntry]:
    """Find every entry this reader may read."""
    return readable(reader, LedgerEntry.objects.select_related("position").order_by("-at", "-id"))


def has_entry(identity: UUID) -> bool:
    """Whether the ledger has an entry."""
    return LedgerEntry.objects.filter(pk=identity).exists()


def served_under(entry: LedgerEntry) -> Served | None:
    """Find what left the door under an entry, as far as the door's log is read."""
    return Served.objects.filter(pk=entry.pk).first()


def find_entries(reader: Reader, question: Question) -> QuerySet[LedgerEntry]:
    """Find the entries that answer a question, newest first."""
    return answer_to(reader, question).entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The entries that answer a question, and how many of those asked about could not be judged again."""

    entries: QuerySet[LedgerEntry]
    not_judged: int = 0


def answer_to(reader: Reader, question: Question) -> Answer:
    """Answer a question.

    Raises:
        TooManyDecisionsError: more decisions than are judged again for one answer.
    """
    found = question.narrow(entries_for(reader))
    if question.judged_at is None:
        return Answer(entries=found)
    again = judge_again(found, at=question.judged_at)
    # Nothing was decided where there are no inputs, so nothing can be judged there either.
    unjudged = found.filter(inputs_hash__in=again.not_judged).count() if again.not_judged else 0
    return Answer(entries=found.filter(inputs_hash__in=again.below), not_judged=unjudged)


def sources_shown(entity: str, owner: str, *, since: datetime, until: datetime) -> frozenset[str]:
    """Name the cameras of an owner whose footage people of an entity were shown in that time."""
    views = LedgerEntry.objects.filter(
        action=LedgerAction.MEDIA_VIEW_ALLOWED, entity=entity, owner=owner, at__gt=since, at__lte=until
    )
    return frozenset(views.exclude(source="").values_list("source", flat=True).distinct())


def views_of(person: str, *, since: datetime, until: datetime) -> int:
    """Count the views that somebody, named by pseudonym, was allowed in that time."""
    return LedgerEntry.objects.filter(
        action=LedgerAction.MEDIA_VIEW_ALLOWED, person=person, at__gt=since, at__lte=until
    ).count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry as one reader may see it, in values and in words."""

    id: UUID
    at: datetime
    action: str
    what: str
    person: str
    name: str
    entity: str
    place: str
    level: int
    place_words: str
    footage: str
    camera: str
    jurisdiction: str
    recorded_in: str
    owner: str
    rendition: str
    purpose: str
    outcome: str
    outcome_words: str
    rules: tuple[str, ...]
    policy_hash: str
    number: int | None
    leaf_hash: str

    @property
    def assurance(self) -> str:
        """The assurance level by name."""
        return f"LA{self.level}"


def row_of(entry: LedgerEntry, reader: Reader, names: Mapping[str, str]) -> Row:
    """Show one entry to one reader: owners learn the country and the entity, never the person."""
    position: Position | None = getattr(entry, "position", None)
    place = entry.place if reader.sees_people or not entry.place else country_of(entry.place)
    return Row(
        id=entry.pk,
        at=entry.at,
        action=entry.action,
        what=action_words(entry.action),
        person=entry.person if reader.sees_people else "",
        name=names.get(entry.person, "") if reader.sees_people else "",
        entity=entry.entity,
        place=place,
        level=entry.level,
        place_words=place_words(place, entry.level),
        footage=entry.footage,
        camera=entry.source,
        jurisdiction=entry.jurisdiction,
        recorded_in=jurisdiction_words(entry.jurisdiction),
        owner=entry.owner,
        rendition=entry.rendition,
        purpose=entry.purpose,
        outcome=entry.outcome,
        outcome_words=outcome_words(entry.outcome),
        rules=tuple(body_of(entry).get("rules", ())),
        policy_hash=entry.policy_hash,
        number=position.number if position else None,
        leaf_hash=position.leaf_hash if position else "",
    )


def body_of(entry: LedgerEntry) -> dict[str, Any]:
    """Read an entry's canonical body."""
    body: dict[str, Any] = json.loads(entry.body)
    return body


def rows_of(entries: Iterable[LedgerEntry], reader: Reader) -> list[Row]:
    """Show a page of entries to a reader."""
    page = list(entries)
    names = people().names_of(entry.person for entry in page) if reader.sees_people else {}
    return [row_of(entry, reader, names) for entry in page]


def stream_rows(entries: QuerySet[LedgerEntry], reader: Reader) -> Iterator[Row]:
    """Show any number of entries to a reader, a chunk at a time."""
    names = people().names_of(None) if reader.sees_people else {}
    for entry in entries.iterator(chunk_size=2000):
        yield row_of(entry, reader, names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The figures above the table; each leads to its rows. Footage is `None` where it was too much to count."""

    entries: int
    allowed: int
    denied: int
    footage: int | None
    places: int
    unknown_places: int


def count_answer(groups: Iterable[Group], entries: QuerySet[LedgerEntry], *, with_footage: bool = True) -> Counts:
    """Count what a question found, from its groups; different footage only by reading its entries."""
    found = list(groups)
    different = entries.order_by().exclude(footage="").values("footage").distinct()
    return Counts(
        entries=sum(group.entries for group in found),
        allowed=sum(group.entries for group in found if group.outcome == Outcome.ALLOW),
        denied=sum(group.entries for group in found if group.outcome == Outcome.DENY),
        # Where nothing was found there is nothing to read through for it.
        footage=0 if not found else different.count() if with_footage else None,
        places=len({group.place for group in found if is_known(group)}),
        unknown_places=sum(group.entries for group in found if not is_known(group)),
    )


def figures_of(reader: Reader, question: Question, answer: Answer) -> tuple[tuple[Group, ...], Counts]:
    """Count an answer once for everything that is said of it; its footage only where not too much must be read."""
    groups = groups_of(reader, question, answer.entries)
    read = entries_around(reader, groups) if is_counted(question) else sum(group.entries for group in groups)
    return groups, count_answer(groups, answer.entries, with_footage=read <= FOOTAGE_COUNTED)


def by_footage(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry, dict[str, Any]]:
    """Count a question's entries per piece of footage."""
    groups: QuerySet[LedgerEntry, Any] = entries.exclude(footage="").order_by().values("footage")
    return groups.annotate(
        camera=Max("source"),
        recorded=Max("jurisdiction"),
        allowed=Count("pk", filter=Q(outcome=Outcome.ALLOW)),
        denied=Count("pk", filter=Q(outcome=Outcome.DENY)),
        entries=Count("pk"),
        first=Min("at"),
        last=Max("at"),
    ).order_by("footage")


def facts_of(entry: LedgerEntry, reader: Reader) -> list[tuple[str, str]]:
    """List every further fact of an entry that a reader may see, as words and value."""
    body = body_of(entry)
    facts = [("Ledger", entry.ledger), ("Action", entry.action)]
    if reader.sees_people:
        facts += [("Session", entry.session), ("Inputs’ hash", entry.inputs_hash)]
        facts += [(f"Detail: {key}", plain(value)) for key, value in sorted(body.get("details", {}).items())]
    return [(words, value) for words, value in facts if value]


def plain(value: object) -> str:
    """Write a fact as a page shows it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def utc_text(at: datetime) -> str:
    """Write a time as the entries do: ISO 8601, UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
