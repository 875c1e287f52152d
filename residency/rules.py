"""Rules: what each permits or forbids, when, and what it says about one request."""

from dataclasses import dataclass
from enum import StrEnum

from residency.conditions import Answer, Condition, in_one_order, value_of
from residency.facts import Action, Request
from residency.ledger.entry import Json
from residency.obligations import Obligation, in_order


class Effect(StrEnum):
    """What a rule says once it matches; abstain is what it says when it does not."""

    PERMIT = "permit"
    FORBID = "forbid"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sentence of a policy: what it does, to which actions, when, in its own words and with its source.

    A `hard` rule is one that breaking glass cannot override; obligations are what a permit asks in return.
    """

    id: str
    effect: Effect
    actions: frozenset[Action]
    words: str
    conditions: tuple[Condition, ...] = ()
    citation: str | None = None
    hard: bool = False
    obligations: frozenset[Obligation] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", in_one_order(self.conditions))

    def judge(self, request: Request) -> "Verdict":
        """Say what this rule says about a request it covers."""
        answers = tuple((condition, condition.ask(request)) for condition in self.conditions)
        stopping = {Answer.NO, Answer.UNKNOWN} if self.effect is Effect.PERMIT else {Answer.NO}
        unmet = tuple(condition for condition, answer in answers if answer in stopping)
        return Verdict(
            effect=Effect.ABSTAIN if unmet else self.effect,
            rule=self.id,
            why=_why(unmet, request) if unmet else self.words,
            citation=self.citation,
            would=self.effect,
            words=self.words,
            conditions=self.conditions,
            unmet=unmet,
            unknown=tuple(condition.fact for condition, answer in answers if answer is Answer.UNKNOWN),
        )

    def canonical(self) -> Json:
        """The rule as plain values in one order, for hashing; what it does not say is left out."""
        said: dict[str, Json] = {
            "id": self.id,
            "effect": self.effect.value,
            "actions": sorted(action.value for action in self.actions),
            "words": self.words,
            "citation": self.citation,
            "when": [condition.canonical() for condition in self.conditions],
        }
        if self.hard:
            said["hard"] = True
        if self.obligations:
            said["obligations"] = [str(one) for one in in_order(self.obligations)]
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule says about one request, what it would say if it matched, and what stood in the way."""

    effect: Effect
    rule: str
    why: str
    would: Effect = Effect.ABSTAIN
    citation: str | None = None
    policy: str = ""
    words: str = ""
    conditions: tuple[Condition, ...] = ()
    unmet: tuple[Condition, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def rule_id(self) -> str:
        """The rule's id within all policies: `policy/rule`."""
        return f"{self.policy}/{self.rule}"


def _why(unmet: tuple[Condition, ...], request: Request) -> str:
    return "; ".join(
        f"`{condition.fact}` is {_quoted(value_of(condition.fact, request))}, must be {condition.wanted()}"
        for condition in unmet
    )


def _quoted(value: str | None) -> str:
    return "unknown" if value is None else f"`{value}`"
