"""What a policy document says of itself besides its rules: sources, dates, parameters and its own decision cases.

Nothing here decides anything. It is what a lawyer reads before the rules, and what the checks hold the document to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from residency.obligations import Obligation


class Confidence(StrEnum):
    """How far a claim about the law was checked: in the primary text, in a secondary source, or not at all."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One claim about the law: where it stands, its words (quoted, or told in ours), and how far that was checked."""

    citation: str
    text: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One choice that whoever adopts the document makes: its name, its value, and what it means."""

    name: str
    value: object
    words: str


class CaseKind(StrEnum):
    """What a decision case is there to show."""

    ALLOW = "allow"
    DENY = "deny"
    BOUNDARY = "boundary"
    MISSING = "missing"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One decision the document must come to: the request as plain values, the outcome, and the deciding rules.

    `rules` are ids within the document; of an outcome it must give without a rule speaking it is empty.
    """

    name: str
    kind: CaseKind
    request: Mapping[str, object]
    allow: bool
    rules: tuple[str, ...] | None = None
    obligations: tuple[Obligation, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Everything a document says of itself; a document that is no pack has no dates and no clauses."""

    explanation: str = ""
    disclaimer: str = ""
    as_of: date | None = None
    review_by: date | None = None
    clauses: tuple[Clause, ...] = ()
    changelog: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    cases: tuple[Case, ...] = field(default=(), repr=False)

    def is_due(self, on: date) -> bool:
        """Whether the document should have been reviewed before that day."""
        return self.review_by is not None and on > self.review_by
