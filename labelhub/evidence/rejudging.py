"""What the rules of today would want for a decision of then, and what the rules of then said.

Rules are not known here. Who knows them is told to the reports when the service starts, as they are told who the
people are; until then nothing can be judged again, and nothing is said of any rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from django.db.models import QuerySet

from labelhub.evidence.models import LedgerEntry

MOST_DECISIONS: Final = 20_000


class TooManyDecisionsError(Exception):
    """More different decisions than are judged again for one answer; the message says the mend."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """Which recorded facts, by their hash, have less assurance than the rules want, and which could not be judged."""

    below: frozenset[str] = frozenset()
    not_judged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A rule as it was written when it decided: its id, what it does, its words, and where they come from."""

    id: str
    effect: str
    words: str
    citation: str = ""


class Rules(Protocol):
    """What the reports ask of the app that knows the rules."""

    def below(self, inputs: Iterable[str], *, at: datetime) -> Rejudged:
        """Judge recorded facts again under the rules of a moment."""

    def texts_of(self, entry: LedgerEntry, ids: Iterable[str]) -> tuple[RuleText, ...]:
        """Find rules as they stood when an entry was decided; what is not stored is left out."""


class _NothingKnown:
    """Stands in until the rules are told: nothing can be judged, and no rule has a text."""

    def below(self, inputs: Iterable[str], *, at: datetime) -> Rejudged:  # noqa: ARG002  the protocol's signature
        return Rejudged(not_judged=frozenset(inputs))

    def texts_of(self, entry: LedgerEntry, ids: Iterable[str]) -> tuple[RuleText, ...]:  # noqa: ARG002  the same
        return ()


_known: list[Rules] = [_NothingKnown()]


def tell_rules(rules: Rules) -> None:
    """Say who knows the rules; told once, when the service starts."""
    _known[:] = [rules]


def rules() -> Rules:
    """Give whoever knows the rules."""
    return _known[0]


def judge_again(entries: QuerySet[LedgerEntry], *, at: datetime) -> Rejudged:
    """Judge every different decision among entries once, under the rules of a moment.

    Raises:
        TooManyDecisionsError: they are more than are judged for one answer.
    """
    decided = entries.order_by().exclude(inputs_hash="")
    inputs = list(decided.values_list("inputs_hash", flat=True).distinct()[: MOST_DECISIONS + 1])
    if len(inputs) > MOST_DECISIONS:
        raise TooManyDecisionsError(
            f"more than {MOST_DECISIONS:,} different decisions would have to be judged again: narrow the question, "
            "by a time, a camera or an owner"
        )
    return rules().below(inputs, at=at)
