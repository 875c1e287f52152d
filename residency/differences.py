"""What one version of a policy says that another does not, in words, rule by rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from residency.facts import instant
from residency.obligations import in_order
from residency.policy import Policy
from residency.rules import Rule


class Difference(StrEnum):
    """How something differs in the new version."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """One rule, or the document's head, that differs: which, how, and each single thing in words."""

    name: str
    how: Difference
    words: str
    details: tuple[str, ...] = ()


def differences(old: Policy, new: Policy) -> tuple[Differing, ...]:
    """Everything that differs: the head first, then the rules by id."""
    before, after = {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}
    head = tuple(_head(old, new))
    found = [Differing(name="document", how=Difference.CHANGED, words=new.title, details=head)] if head else []
    for name in sorted(before.keys() | after.keys()):
        found += _rule(before.get(name), after.get(name))
    return tuple(found)


def _rule(old: Rule | None, new: Rule | None) -> Iterator[Differing]:
    if old is None and new is not None:
        yield Differing(name=new.id, how=Difference.ADDED, words=new.words, details=tuple(_lines(new)))
    elif new is None and old is not None:
        yield Differing(name=old.id, how=Difference.REMOVED, words=old.words, details=tuple(_lines(old)))
    elif old is not None and new is not None and old != new:
        yield Differing(name=new.id, how=Difference.CHANGED, words=new.words, details=tuple(_changes(old, new)))


def _changes(old: Rule, new: Rule) -> Iterator[str]:
    if old.effect is not new.effect:
        yield f"now a {new.effect}, before a {old.effect}"
    if old.words != new.words:
        yield f"said before: {old.words}"
    if old.citation != new.citation:
        yield f"its source is now {new.citation or 'left out'}, before {old.citation or 'left out'}"
    before, after = set(_lines(old)), set(_lines(new))
    yield from (f"no longer: {line}" for line in sorted(before - after))
    yield from (f"now: {line}" for line in sorted(after - before))


def _lines(rule: Rule) -> Iterator[str]:
    """What a rule says apart from its words, a line each."""
    yield from (f"{rule.effect}s `{action}`" for action in sorted(action.value for action in rule.actions))
    yield from (f"when `{condition.fact}` is {condition.wanted()}" for condition in rule.conditions)
    yield from (f"asks for `{one}`" for one in in_order(rule.obligations))
    if rule.hard:
        yield "breaking glass cannot override it"


def _head(old: Policy, new: Policy) -> Iterator[str]:
    if old.title != new.title:
        yield f"called before: {old.title}"
    if old.layer is not new.layer:
        yield f"now in the {new.layer} layer, before in the {old.layer} layer"
    before, after = _time(old), _time(new)
    if before != after:
        yield f"holds {after}, before {before}"
    if _scope(old) != _scope(new):
        yield f"speaks of {_scope(new)}, before of {_scope(old)}"


def _time(policy: Policy) -> str:
    until = "" if policy.effective_to is None else f" until {instant(policy.effective_to)}"
    return f"from {instant(policy.effective_from)}{until}"


def _scope(policy: Policy) -> str:
    conditions = sorted(f"`{one.fact}` {one.wanted()}" for one in policy.scope)
    return f"footage with {' and '.join(conditions)}" if conditions else "all footage"
