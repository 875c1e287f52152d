"""The same policies as Cedar policies and a Cedar schema, so that another engine can check what ours decides.

Cedar answers by "no forbid matches and some permit does". All else that our decisions mean is spelled out: permits of
the platform become permits; any other policy in force that speaks of the footage and does not permit is a forbid, since
Cedar knows no "every policy must permit"; an unknown place is a forbid; what is unknown is an attribute that is not
there (`residency/cedar_tests.py`). Breaking glass is a permit, and an exception to whatever is not hard.

Cedar cannot say obligations, and its groups have no dates: groups are written out as they are on one day.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from residency.cedar_tests import expression_of, microseconds, text
from residency.decide import BREAK_GLASS_RULE, OPENED_BY_BREAK_GLASS
from residency.facts import Action
from residency.judging import PLACE_MUST_BE_KNOWN
from residency.policy import Layer, Policy, PolicySet
from residency.rules import Effect, Rule

_OPENED: Final = "context.glass_broken"


def cedar_policies(policies: PolicySet, *, on: date) -> str:
    """Policies as one Cedar policy set, groups of jurisdictions taken as they are on that day.

    Raises:
        CedarError: Cedar cannot say a condition, or a number in it is too large for Cedar.

    """
    statements = [_place_must_be_known(), _break_glass()]
    for policy in policies.policies:
        statements += _statements(policy, on, alone=len(policies.policies) == 1)
    return "\n\n".join(statements) + "\n"


def _statements(policy: Policy, on: date, *, alone: bool) -> Iterator[str]:
    speaks = [*_in_force(policy), *(expression_of(one, on).of_forbid() for one in policy.scope)]
    rules = [rule for rule in policy.rules if rule.actions]
    for rule in rules:
        if rule.effect is Effect.FORBID:
            yield _forbid(policy, rule, speaks, on)
        elif policy.layer is Layer.PLATFORM:
            sure = [*_in_force(policy), *(expression_of(one, on).of_permit() for one in policy.scope)]
            yield _statement(_notes(policy, rule), "permit", rule.actions, when=[*sure, *_asked(rule, on)])
    yield from _must_permit(policy, [rule for rule in rules if rule.effect is Effect.PERMIT], speaks, on, alone=alone)


def _forbid(policy: Policy, rule: Rule, speaks: list[str], on: date) -> str:
    when = [*speaks, *(expression_of(one, on).of_forbid() for one in rule.conditions)]
    unless = [] if rule.hard else [_glass(rule.actions)]
    return _statement(_notes(policy, rule), "forbid", rule.actions, when=when, unless=unless)


def _must_permit(policy: Policy, permits: list[Rule], speaks: list[str], on: date, *, alone: bool) -> Iterator[str]:
    """Forbid what a policy speaks of and does not permit; a hard permit that is missed stays so when glass is broken.

    Where one platform policy stands alone, the lack of a permit says it already.
    """
    hard = frozenset(action for rule in permits if rule.hard for action in rule.actions)
    met = [f"({' && '.join([_covers(rule.actions), *_asked(rule, on)])})" for rule in permits]
    plain = frozenset(Action) - hard
    if plain and not (alone and policy.layer is Layer.PLATFORM):
        yield _statement(
            [("id", f"{policy.name}/must-permit")], "forbid", plain, when=speaks, unless=[*met, _glass(plain)]
        )
    if hard:
        yield _statement([("id", f"{policy.name}/must-permit-hard")], "forbid", hard, when=speaks, unless=met)


def _in_force(policy: Policy) -> list[str]:
    until = [] if policy.effective_to is None else [f"context.at.last < {microseconds(policy.effective_to)}"]
    return [f"context.at.last >= {microseconds(policy.effective_from)}", *until]


def _asked(rule: Rule, on: date) -> list[str]:
    return [expression_of(one, on).of_permit() for one in rule.conditions]


def _glass(actions: Iterable[Action]) -> str:
    """The emergency that opens these actions, or nothing where it opens none of them."""
    opened = OPENED_BY_BREAK_GLASS & set(actions)
    return f"({_OPENED} && {_covers(opened)})" if opened else ""


def _covers(actions: Iterable[Action]) -> str:
    return f"action in [{_listed(actions)}]"


def _listed(actions: Iterable[Action]) -> str:
    return ", ".join(f'Action::"{action.value}"' for action in Action if action in set(actions))


def _notes(policy: Policy, rule: Rule) -> list[tuple[str, str]]:
    cited = [] if rule.citation is None else [("citation", rule.citation)]
    return [("id", f"{policy.name}/{rule.id}"), ("words", rule.words), *cited]


def _statement(
    notes: Iterable[tuple[str, str]],
    effect: str,
    actions: Iterable[Action],
    *,
    when: Iterable[str] = (),
    unless: Iterable[str] = (),
) -> str:
    """One Cedar policy: all of `when` must hold and none of `unless` may."""
    said = [f"@{name}({text(value)})" for name, value in notes]
    said.append(f"{effect} (principal, {_covers(actions)}, resource)")
    said += _block("when", " &&", list(when))
    said += _block("unless", " ||", [one for one in unless if one])
    return "\n".join(said) + ";"


def _block(word: str, between: str, parts: list[str]) -> list[str]:
    return [f"{word} {{\n  " + f"{between}\n  ".join(parts) + "\n}"] if parts else []


def _place_must_be_known() -> str:
    notes = [("id", PLACE_MUST_BE_KNOWN.rule_id), ("words", PLACE_MUST_BE_KNOWN.words)]
    return _statement(notes, "forbid", Action, unless=["context has place"])


def _break_glass() -> str:
    return _statement([("id", BREAK_GLASS_RULE)], "permit", OPENED_BY_BREAK_GLASS, when=[_OPENED])
