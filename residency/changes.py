"""What changes between two policies, decision by decision: who newly may, who no longer may, by which rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from residency.decide import decide
from residency.decision import Decision
from residency.facts import Request
from residency.policy import Layer, Policy, PolicySet
from residency.rules import Effect, Rule


class Turn(StrEnum):
    """How an answer changes."""

    NEWLY_ALLOWED = "newly-allowed"
    NEWLY_DENIED = "newly-denied"
    LIGHTER = "lighter-obligations"
    HEAVIER = "heavier-obligations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One request whose answer changes, before and after."""

    turn: Turn
    before: Decision
    after: Decision

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that make the difference: those that allow now, or those that deny now."""
        return self.after.rule_ids if self.turn is not Turn.NEWLY_DENIED or self.after.rule_ids else ("no-permit",)


def compare(requests: Iterable[Request], old: PolicySet, new: PolicySet) -> Iterator[Change]:
    """Every request whose answer changes, in the order given."""
    for request in requests:
        change = change_of(request, old, new)
        if change is not None:
            yield change


def change_of(request: Request, old: PolicySet, new: PolicySet) -> Change | None:
    """How the answer to one request changes, if it does."""
    return change_between(decide(request, old), decide(request, new))


def change_between(before: Decision, after: Decision) -> Change | None:
    """How one answer differs from another to the same request, if it does."""
    if before.permitted is not after.permitted:
        turn = Turn.NEWLY_ALLOWED if after.permitted else Turn.NEWLY_DENIED
        return Change(turn=turn, before=before, after=after)
    if before.obligations == after.obligations:
        return None
    dropped = set(before.obligations) - set(after.obligations)
    return Change(turn=Turn.LIGHTER if dropped else Turn.HEAVIER, before=before, after=after)


def loosens(old: Policy | None, new: Policy) -> bool:
    """Whether a new version could allow anything that the one before did not; doubt counts as yes.

    It could not as long as every permit was there before and owed no more then, every forbid that was there before is
    still there, nothing hard became softer, layer, scope and end are the same, and it begins no earlier where it grants
    and no later where it narrows.
    """
    if old is None:
        return new.layer is Layer.PLATFORM
    permits, forbids = _by_effect(new, Effect.PERMIT), _by_effect(old, Effect.FORBID)
    added = [rule for rule in permits if not any(_at_least(other, rule) for other in old.rules)]
    dropped = [rule for rule in forbids if not any(_at_least(other, rule) for other in new.rules)]
    same_reach = new.effective_to == old.effective_to and new.layer is old.layer and new.scope == old.scope
    softened = any(rule.hard and not _still_hard(rule, new) for rule in old.rules)
    return bool(added or dropped or softened or not same_reach or _begins_wider(old, new))


def _begins_wider(old: Policy, new: Policy) -> bool:
    """Whether it grants from an earlier time on, or leaves out a time in which it narrowed."""
    if new.layer is Layer.PLATFORM:
        return new.effective_from < old.effective_from
    return new.effective_from > old.effective_from


def _by_effect(policy: Policy, effect: Effect) -> list[Rule]:
    return [rule for rule in policy.rules if rule.effect is effect]


def _at_least(other: Rule, rule: Rule) -> bool:
    """Whether another version of a rule says at least as much: same conditions, at least its actions."""
    same = other.effect is rule.effect and set(other.conditions) == set(rule.conditions)
    return same and other.actions >= rule.actions and other.obligations <= rule.obligations


def _still_hard(rule: Rule, new: Policy) -> bool:
    return any(other.hard and other.effect is rule.effect and _at_least(other, rule) for other in new.rules)
