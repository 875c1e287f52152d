"""What every condition has in common: three answers, and the shape of a question."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol

from residency.facts import Request
from residency.ledger.entry import Json, canonical_json


class Answer(StrEnum):
    """What a condition says about a request."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


OPPOSITE: Final = {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.UNKNOWN: Answer.UNKNOWN}


class Condition(Protocol):
    """One question about one fact of a request."""

    @property
    def fact(self) -> str:
        """The fact asked about, such as `footage.jurisdiction`."""

    def ask(self, request: Request) -> Answer:
        """Answer for this request."""

    def wanted(self) -> str:
        """What the fact must be, in words that follow "must be"."""

    def canonical(self) -> Json:
        """The condition as plain values in one order, for hashing."""


def said(holds: bool) -> Answer:  # noqa: FBT001  a truth value is the whole of the question
    """Yes when it holds, no when not."""
    return Answer.YES if holds else Answer.NO


def in_one_order(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Conditions in one order, however they were given; of two that mean the same, their wording settles it."""
    return tuple(sorted(conditions, key=lambda one: (canonical_json(one.canonical()), repr(one))))


def either(words: tuple[str, ...]) -> str:
    """Join words as in "a, b or c"; a list may be empty when a parameter says so."""
    if not words:
        return "nothing"
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def quoted(values: tuple[str, ...]) -> str:
    """Join values as in "`a` or `b`"."""
    return either(tuple(f"`{value}`" for value in values))
