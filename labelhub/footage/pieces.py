"""What a rule asks of a single piece of footage, as a condition of the database, on SQLite and on PostgreSQL.

Each condition becomes three: where it answers yes, where no, and where unknown. No two of them overlap and none is the
negation of another where a column can be empty, so an unknown fact can never slip through a `NOT`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.sql.compiler import SQLCompiler

from residency.conditions import (
    Answer,
    AtMostDays,
    Before,
    Condition,
    FromTime,
    Has,
    HasAll,
    Lacks,
    NoneOf,
    OneOf,
    OverDays,
)
from residency.partial import AllOf, AnyOf, Asks, Expression

# The facts in which pieces of one camera differ; all others are the camera's own.
PIECE_FACTS: Final = frozenset(
    {"footage.zone", "footage.media_kind", "footage.marks", "footage.captured_at", "footage.age"}
)
COLUMNS: Final = {"footage.zone": "zone_id", "footage.media_kind": "kind"}
EVERY: Final = Q()
NONE: Final = Q(pk__in=())
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)

Answers = Mapping[Answer, Q]


@dataclass(frozen=True, slots=True)
class Row:
    """How a piece is met in a query: the way to its columns, what its camera is marked with, and the time asked."""

    at: datetime
    camera_marks: frozenset[str] = frozenset()
    prefix: str = ""

    def where(self, column: str, value: object) -> Q:
        """Compare a column of the piece; `None` finds where it is empty."""
        return Q(**{f"{self.prefix}{column}": value})

    def marked(self, word: str) -> Q:
        """Find the pieces marked with a word, by themselves or through their camera."""
        if word in self.camera_marks:
            return EVERY
        return Q(HasMark(F(f"{self.prefix}marks"), Value(word)))


class HasMark(Func):
    """Whether a stored list of words holds one word, to the letter; SQLite and PostgreSQL each have their own way."""

    arity = 2
    output_field = BooleanField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:  # noqa: ANN401  Django's own
        """Look through the list's elements; text is compared letter by letter."""
        return super().as_sql(
            compiler,
            connection,
            template="EXISTS (SELECT 1 FROM json_each(%(expressions)s)",
            arg_joiner=") AS mark WHERE mark.type = 'text' AND mark.value = ",
            **context,
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:  # noqa: ANN401  Django's own
        """Ask whether the word is an element; this operator is twice as fast as the one for containing."""
        return super().as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" ? ", **context)


def where_left(left: Expression, row: Row) -> Q:
    """Find the pieces for which what is left to ask holds."""
    if isinstance(left, Asks):
        answers = READINGS[type(left.condition)](left.condition, row)
        return any_of(answers[answer] for answer in Answer if answer in left.answers)
    if isinstance(left, AllOf):
        found = EVERY
        for part in left.parts:
            found &= where_left(part, row)
        return found
    if isinstance(left, AnyOf):
        return any_of([where_left(part, row) for part in left.parts])
    return EVERY if left else NONE


def any_of(parts: Iterable[Q]) -> Q:
    """Join by "or". Django reads an empty condition as "no matter", so it has to be seen here."""
    found = NONE
    for part in parts:
        if part == EVERY:
            return EVERY
        found = part if found == NONE else found | part
    return found


def _known(yes: Q, no: Q) -> Answers:
    return {Answer.YES: yes, Answer.NO: no, Answer.UNKNOWN: NONE}


def _one_of(asked: OneOf, row: Row) -> Answers:
    inside = row.where(f"{COLUMNS[asked.fact]}__in", asked.values)
    return _known(inside, ~inside)


def _none_of(asked: NoneOf, row: Row) -> Answers:
    inside = row.where(f"{COLUMNS[asked.fact]}__in", asked.values)
    return _known(~inside, inside)


def _has(asked: Has, row: Row) -> Answers:
    some = any_of([row.marked(word) for word in asked.values])
    return _known(some, _not(some))


def _lacks(asked: Lacks, row: Row) -> Answers:
    some = any_of([row.marked(word) for word in asked.values])
    return _known(_not(some), some)


def _has_all(asked: HasAll, row: Row) -> Answers:
    whole = EVERY
    for word in asked.values:
        whole &= row.marked(word)
    return _known(whole, _not(whole))


def _not(found: Q) -> Q:
    """The opposite of a question about columns that are never empty."""
    return NONE if found == EVERY else ~found


def _from_time(asked: FromTime, row: Row) -> Answers:
    return _split(asked.moment, row, later=Answer.YES)


def _before(asked: Before, row: Row) -> Answers:
    return _split(asked.moment, row, later=Answer.NO)


def _split(moment: datetime, row: Row, *, later: Answer) -> Answers:
    sooner = Answer.NO if later is Answer.YES else Answer.YES
    return {
        later: row.where("captured_at__gte", moment),
        sooner: row.where("captured_at__lt", moment),
        Answer.UNKNOWN: row.where("captured_at", None),
    }


def _at_most_days(asked: AtMostDays, row: Row) -> Answers:
    return _aged(asked.days, row, younger=Answer.YES)


def _over_days(asked: OverDays, row: Row) -> Answers:
    return _aged(asked.days, row, younger=Answer.NO)


def _aged(days: int, row: Row, *, younger: Answer) -> Answers:
    """Split by age; a recording of the future has none."""
    past = row.where("captured_at__lte", row.at)
    split = _split(_days_before(row.at, days), row, later=younger)
    return {
        Answer.YES: split[Answer.YES] & past,
        Answer.NO: split[Answer.NO] & past,
        Answer.UNKNOWN: split[Answer.UNKNOWN] | row.where("captured_at__gt", row.at),
    }


def _days_before(at: datetime, days: int) -> datetime:
    try:
        return at.astimezone(UTC) - timedelta(days=days)
    except OverflowError:
        return EARLIEST  # longer ago than there are dates: nothing is older


READINGS: Final[Mapping[type[Condition], Callable[[Any, Row], Answers]]] = {
    OneOf: _one_of,
    NoneOf: _none_of,
    Has: _has,
    HasAll: _has_all,
    Lacks: _lacks,
    FromTime: _from_time,
    Before: _before,
    AtMostDays: _at_most_days,
    OverDays: _over_days,
}
