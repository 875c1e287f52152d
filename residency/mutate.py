"""How much a document's cases prove: turn each condition around, one at a time, and see whether a case notices."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from residency.cases import failing_cases
from residency.conditions import Answer, Condition
from residency.conditions.answer import OPPOSITE
from residency.facts import Request
from residency.ledger.entry import Json
from residency.policy import Policy


@dataclass(frozen=True, slots=True)
class Flipped:
    """A condition that says the opposite, and still does not know what it does not know."""

    condition: Condition

    @property
    def fact(self) -> str:
        """The fact of the condition that was turned around."""
        return self.condition.fact

    def ask(self, request: Request) -> Answer:
        """The opposite answer."""
        return OPPOSITE[self.condition.ask(request)]

    def wanted(self) -> str:
        """As in "must be not inside the United States"."""
        return f"not {self.condition.wanted()}"

    def canonical(self) -> Json:
        """The condition, marked as turned around."""
        return ["not", self.condition.canonical()]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one condition turned around, and where."""

    policy: Policy
    place: str

    @property
    def survives(self) -> bool:
        """Whether every case of the document comes out as before, so that none is about this condition."""
        return next(failing_cases(self.policy), None) is None


def mutants(policy: Policy) -> Iterator[Mutant]:
    """The document once for each of its conditions, with that one turned around."""
    for number, rule in enumerate(policy.rules):
        for place, condition in enumerate(rule.conditions):
            turned = replace(rule, conditions=_turned(rule.conditions, place))
            rules = (*policy.rules[:number], turned, *policy.rules[number + 1 :])
            where = f"rule `{rule.id}`: `{condition.fact}` must be {condition.wanted()}"
            yield Mutant(replace(policy, rules=rules), where)
    for place, condition in enumerate(policy.scope):
        where = f"scope: `{condition.fact}` must be {condition.wanted()}"
        yield Mutant(replace(policy, scope=_turned(policy.scope, place)), where)


def survivors(policy: Policy) -> tuple[str, ...]:
    """Every condition that no case of the document is about."""
    return tuple(mutant.place for mutant in mutants(policy) if mutant.survives)


def _turned(conditions: tuple[Condition, ...], place: int) -> tuple[Condition, ...]:
    return (*conditions[:place], Flipped(conditions[place]), *conditions[place + 1 :])
