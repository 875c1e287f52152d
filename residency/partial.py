"""What is left to ask of each piece of footage, once person, place, purpose and camera are known.

A list cannot decide about a million pieces one by one. Everything that does not depend on the single piece is asked
here, once, and what remains is an expression over the few facts that differ from piece to piece, which a database can
answer row by row. For every piece it says the same as `decide` would: there is one reading of the rules, and a test
holds the two against each other on random policies.

Nothing is negated but answers: "not forbidden" is "some condition answers no". So an unknown fact keeps the meaning it
has in a decision wherever the expression is evaluated.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, Union

from residency.conditions import Answer, Condition
from residency.decide import breaks_glass
from residency.facts import Request
from residency.judging import place_is_known
from residency.obligations import Duty, Obligation, in_order
from residency.policy import Layer, Policy, PolicySet
from residency.rules import Effect, Rule
from residency.vocabulary import FACTS, is_of_footage

# Whoever meets every duty may do what is permitted; whoever meets none, only what is allowed outright.
EVERY_DUTY: Final = frozenset(Duty)
FOOTAGE_FACTS: Final = frozenset(filter(is_of_footage, FACTS))
_YES: Final = frozenset({Answer.YES})
_NOT_NO: Final = frozenset({Answer.YES, Answer.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Asks:
    """One condition, and the answers that will do."""

    condition: Condition
    answers: frozenset[Answer]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must hold; there are two at least."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part must hold; there are two at least."""

    parts: tuple["Expression", ...]


Expression: TypeAlias = Union[bool, Asks, AllOf, AnyOf]  # noqa: UP007  it names itself, which `|` cannot do here


def remaining(
    request: Request, policies: PolicySet, *, open_facts: frozenset[str], duties: frozenset[Duty] = EVERY_DUTY
) -> Expression:
    """Say what must still hold for this request to be permitted to somebody who meets these duties.

    Facts in `open_facts` are not read from the request; every condition on one of them is left standing.
    """
    if not place_is_known(request):
        return False
    known = _Known(request, open_facts)
    parts = [_Part(policy, known) for policy in policies.in_force(request.situation.at)]
    permitted = all_of((any_of(part.grants for part in parts), *(part.permits() for part in parts)))
    owed = frozenset(one for part in parts for one in part.owed)
    met = all_of((permitted, _are_met(parts, owed, in_order(owed), duties))) if permitted else False
    if not breaks_glass(request):
        return met
    softly = (opposite(part.is_hard()) for part in parts)
    return any_of((met, all_of((opposite(permitted), *softly))))


def narrow(expression: Expression, request: Request, *, open_facts: frozenset[str]) -> Expression:
    """Ask an expression's conditions of a request, but for those on facts that are still open."""
    if isinstance(expression, Asks):
        return _Known(request, open_facts).ask(expression.condition, expression.answers)
    if isinstance(expression, AllOf):
        return all_of(narrow(part, request, open_facts=open_facts) for part in expression.parts)
    if isinstance(expression, AnyOf):
        return any_of(narrow(part, request, open_facts=open_facts) for part in expression.parts)
    return expression


def all_of(parts: Iterable[Expression]) -> Expression:
    """Join by "and", as short as it gets; nothing at all holds."""
    kept: dict[Expression, None] = {}
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.update(dict.fromkeys(part.parts if isinstance(part, AllOf) else (part,)))
    return AllOf(tuple(kept)) if len(kept) > 1 else next(iter(kept), True)


def any_of(parts: Iterable[Expression]) -> Expression:
    """Join by "or", as short as it gets; of nothing at all, nothing holds."""
    kept: dict[Expression, None] = {}
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept.update(dict.fromkeys(part.parts if isinstance(part, AnyOf) else (part,)))
    return AnyOf(tuple(kept)) if len(kept) > 1 else next(iter(kept), False)


def opposite(expression: Expression) -> Expression:
    """What holds exactly when this does not."""
    if isinstance(expression, Asks):
        return Asks(expression.condition, frozenset(Answer) - expression.answers)
    if isinstance(expression, AllOf):
        return any_of(map(opposite, expression.parts))
    if isinstance(expression, AnyOf):
        return all_of(map(opposite, expression.parts))
    return not expression


def asked_facts(expression: Expression) -> frozenset[str]:
    """The facts that an expression still asks about."""
    if isinstance(expression, Asks):
        return frozenset({expression.condition.fact})
    if isinstance(expression, AllOf | AnyOf):
        return frozenset().union(*map(asked_facts, expression.parts))
    return frozenset()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known, and which facts are not to be looked at."""

    request: Request
    open_facts: frozenset[str]

    def ask(self, condition: Condition, answers: frozenset[Answer]) -> Expression:
        if self.open_facts.isdisjoint((condition.fact, getattr(condition, "party", condition.fact))):
            return condition.ask(self.request) in answers
        return Asks(condition, answers)

    def matches(self, rule: Rule) -> Expression:
        answers = _YES if rule.effect is Effect.PERMIT else _NOT_NO
        return all_of(self.ask(condition, answers) for condition in rule.conditions)


class _Part:
    """What one policy says about the action, as expressions."""

    __slots__ = ("_forbids", "_permits", "grants", "speaks")

    def __init__(self, policy: Policy, known: _Known) -> None:
        self.speaks = all_of(known.ask(condition, _NOT_NO) for condition in policy.scope)
        sure = all_of(known.ask(condition, _YES) for condition in policy.scope)
        self.grants = sure if policy.layer is Layer.PLATFORM else False
        # A policy that does not speak of this footage is not asked further; most are narrower than all footage.
        rules = [rule for rule in policy.rules if known.request.action in rule.actions] if self.speaks else []
        self._permits = [(rule, known.matches(rule)) for rule in rules if rule.effect is Effect.PERMIT]
        self._forbids = [(rule, known.matches(rule)) for rule in rules if rule.effect is Effect.FORBID]

    @property
    def owed(self) -> frozenset[Obligation]:
        """Whatever any of its permits asks in return."""
        return frozenset(one for rule, _ in self._permits for one in rule.obligations)

    def permits(self) -> Expression:
        """It says nothing, or some rule permits and none forbids."""
        unforbidden = (opposite(found) for _, found in self._forbids)
        permitted = any_of(found for _, found in self._permits)
        return any_of((opposite(self.speaks), all_of((permitted, *unforbidden))))

    def can_do_with(self, owed: frozenset[Obligation]) -> Expression:
        """It says nothing, or some rule permits that asks for no more than these."""
        found = any_of(found for rule, found in self._permits if rule.obligations <= owed)
        return any_of((opposite(self.speaks), found))

    def is_hard(self) -> Expression:
        """A rule stands in the way that breaking glass cannot override."""
        forbidden = any_of(found for rule, found in self._forbids if rule.hard)
        silent = opposite(any_of(found for _, found in self._permits))
        missed = any(rule.hard for rule, _ in self._permits)
        return all_of((self.speaks, any_of((forbidden, all_of((missed, silent))))))


def _are_met(
    parts: Sequence[_Part], owed: frozenset[Obligation], left: tuple[Obligation, ...], duties: frozenset[Duty]
) -> Expression:
    """Of what permits ask in return, whatever all policies can do without is dropped from the heaviest down.

    What is left must be met. This follows `lightest_together`; `left` are those not tried yet, heaviest first.
    """
    if all(one.duty in duties for one in left):
        return True
    heaviest, *others = left
    without = owed - {heaviest}
    dropped = all_of(part.can_do_with(without) for part in parts)
    met = all_of((dropped, _are_met(parts, without, tuple(others), duties)))
    if heaviest.duty not in duties or dropped is True:
        return met
    return any_of((met, all_of((opposite(dropped), _are_met(parts, owed, tuple(others), duties)))))
