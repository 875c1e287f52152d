"""A document's own decision cases: run them, and say which do not come out as written.

A document that is not the platform's can only narrow, so its cases are judged beneath a platform policy that permits
everything: what is then denied, this document denies.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from residency.decide import decide
from residency.decision import Decision
from residency.errors import Problem
from residency.facts import Action
from residency.pack import Case
from residency.policy import Layer, Policy, PolicySet
from residency.rules import Effect, Rule
from residency.wire import read_request

OPEN_PLATFORM: Final = Policy(
    name="open-platform",
    layer=Layer.PLATFORM,
    title="A platform that permits everything, to try other documents beneath",
    effective_from=datetime.min.replace(tzinfo=UTC),
    rules=(Rule(id="anything", effect=Effect.PERMIT, actions=frozenset(Action), words="Anything is permitted."),),
)


def setting_of(policy: Policy) -> PolicySet:
    """The policies that a document's cases are judged under."""
    return PolicySet.of(policy) if policy.layer is Layer.PLATFORM else PolicySet.of(OPEN_PLATFORM, policy)


def failing_cases(policy: Policy) -> Iterator[Problem]:
    """Every case that does not come out as written, with what came out instead."""
    setting = setting_of(policy)
    for case in policy.about.cases if policy.about else ():
        decision = decide(read_request(case.request), setting)
        if not comes_out(case, decision, policy):
            yield Problem(f"case `{case.name}` should be {_wanted(case)}, but is {_got(decision, policy)}", case.line)


def comes_out(case: Case, decision: Decision, policy: Policy) -> bool:
    """Whether a decision is what a case says it should be."""
    rules = case.rules is None or set(case.rules) == set(_own_rules(decision, policy))
    return decision.permitted is case.allow and rules and set(case.obligations) == set(decision.obligations)


def _own_rules(decision: Decision, policy: Policy) -> list[str]:
    """The deciding rules of this document, without its name."""
    return [rule.removeprefix(f"{policy.name}/") for rule in decision.rule_ids if rule.startswith(f"{policy.name}/")]


def _wanted(case: Case) -> str:
    rules = "" if case.rules is None else f" by {_listed(case.rules)}"
    return f"{'allowed' if case.allow else 'denied'}{rules}{_owing(case.obligations)}"


def _got(decision: Decision, policy: Policy) -> str:
    verb = "allowed" if decision.permitted else "denied"
    return f"{verb} by {_listed(_own_rules(decision, policy))}{_owing(decision.obligations)}"


def _owing(obligations: tuple[object, ...]) -> str:
    return f" with {_listed(map(str, obligations))}" if obligations else ""


def _listed(words: object) -> str:
    return ", ".join(f"`{word}`" for word in words) or "no rule of its own"  # type: ignore[attr-defined]  # any iterable
