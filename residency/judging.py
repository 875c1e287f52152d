"""Judging every rule in turn: slow, plain, and the place where reasons come from.

`decide` answers through the index; what a decision says of its reasons is judged here, on demand. The two are held
against each other on random policies by the tests.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from residency.conditions import Answer
from residency.facts import Request
from residency.policy import Layer, Policy
from residency.rules import Effect, Verdict
from residency.vocabulary import is_of_footage

PLACE_MUST_BE_KNOWN: Final = Verdict(
    effect=Effect.FORBID,
    policy="residency",
    rule="place-must-be-known",
    would=Effect.FORBID,
    words="From a place that is not known nothing may be seen.",
    why="`situation.place` is unknown",
    unknown=("situation.place",),
)


def place_is_known(request: Request) -> bool:
    """Whether the person asking is somewhere at all."""
    place = request.situation.place
    return place is not None and place.known


def in_scope(request: Request, policy: Policy) -> bool:
    """Whether a policy speaks of this footage; footage that may be in its scope is."""
    return all(condition.ask(request) is not Answer.NO for condition in policy.scope)


def grants(request: Request, policy: Policy) -> bool:
    """Whether a policy is the platform's and certainly speaks of this footage; what only may be grants nothing."""
    return policy.layer is Layer.PLATFORM and all(condition.ask(request) is Answer.YES for condition in policy.scope)


def judge(request: Request, policies: Iterable[Policy]) -> list[list[Verdict]]:
    """What every rule that covers the action says, by policy, of the policies that speak of this footage."""
    speaking = (policy for policy in policies if in_scope(request, policy))
    return [
        [replace(rule.judge(request), policy=policy.name) for rule in policy.rules if request.action in rule.actions]
        for policy in speaking
    ]


def permits_all(request: Request, policies: Iterable[Policy]) -> bool:
    """Whether the rules permit: every policy that speaks does, the platform's certainly speaks, and none forbids."""
    speaking = [policy for policy in policies if in_scope(request, policy)]
    verdicts = judge(request, speaking)
    effects = [{verdict.effect for verdict in each} for each in verdicts]
    granted = any(grants(request, policy) for policy in speaking)
    return granted and all(Effect.PERMIT in each and Effect.FORBID not in each for each in effects)


def deciding(request: Request, policies: Iterable[Policy]) -> tuple[Verdict, ...]:
    """The verdicts that decide: the permits of what is permitted; else the forbids, then the permits not met."""
    policies = tuple(policies)
    by_policy = judge(request, policies)
    if permits_all(request, policies) and place_is_known(request):
        return tuple(verdict for each in by_policy for verdict in each if verdict.effect is Effect.PERMIT)
    forbids = [verdict for each in by_policy for verdict in each if verdict.effect is Effect.FORBID]
    place = () if place_is_known(request) else (PLACE_MUST_BE_KNOWN,)
    return (*place, *forbids, *_nearest(by_policy))


def unknown_facts(request: Request, policies: Iterable[Policy]) -> tuple[str, ...]:
    """Every fact that a rule covering the action asked for in vain."""
    said = {fact for each in judge(request, policies) for verdict in each for fact in verdict.unknown}
    return tuple(sorted(said if place_is_known(request) else said | {"situation.place"}))


def _nearest(by_policy: Iterable[list[Verdict]]) -> list[Verdict]:
    """Of each policy that does not permit: its permits for this footage that were not met, nearest first."""
    found: list[Verdict] = []
    for verdicts in by_policy:
        if not any(verdict.effect is Effect.PERMIT for verdict in verdicts):
            missed = [verdict for verdict in verdicts if _covers_footage(verdict)]
            found += sorted(missed, key=lambda verdict: (len(verdict.unmet), verdict.rule))
    return found


def _covers_footage(verdict: Verdict) -> bool:
    """Whether this is a permit that is about this footage, and only the person or the situation stood in its way."""
    return verdict.would is Effect.PERMIT and not any(is_of_footage(each.fact) for each in verdict.unmet)
