"""The same decision made three ways: by the compiled index, by judging every rule, and by Cedar."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from random import Random

import cedarpy

from residency import Decision, Effect, PolicySet, Request, decide
from residency.cedar import cedar_policies
from residency.cedar_request import cedar_request
from residency.decide import BREAK_GLASS_RULE, OPENED_BY_BREAK_GLASS
from residency.judging import deciding, in_scope, permits_all, place_is_known
from residency.obligations import Obligation
from residency.policy import Policy
from tests.residency import random_rules

REQUESTS_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Plain:
    """What judging every rule in turn comes to."""

    permitted: bool
    rule_ids: tuple[str, ...]
    obligations: tuple[Obligation, ...]


def judged(request: Request, policies: PolicySet) -> Plain:
    """The decision made rule by rule, as the rules of the language are written down and nothing else."""
    in_force = policies.in_force(request.situation.at)
    if permits_all(request, in_force) and place_is_known(request):
        permits = tuple(sorted({verdict.rule_id for verdict in deciding(request, in_force)}))
        return Plain(permitted=True, rule_ids=permits, obligations=_owed(request, in_force))
    if _glass_is_broken(request, in_force):
        return Plain(permitted=True, rule_ids=(BREAK_GLASS_RULE,), obligations=())
    verdicts = deciding(request, in_force)
    forbids = [verdict for verdict in verdicts if verdict.effect is Effect.FORBID]
    return Plain(permitted=False, rule_ids=tuple(sorted({one.rule_id for one in forbids or verdicts})), obligations=())


def cedar_answers(requests: Sequence[Request], policies: PolicySet) -> list[bool]:
    """What Cedar allows, of requests of one day."""
    (day,) = {request.situation.at.astimezone(UTC).date() for request in requests}
    asked = [cedar_request(request) for request in requests]
    entities = {str(each["uid"]): each for one in asked for each in one.pop("entities")}
    answers = cedarpy.is_authorized_batch(asked, cedar_policies(policies, on=day), list(entities.values()))
    assert not any(answer.diagnostics.errors for answer in answers), answers[0].diagnostics.errors
    return [answer.decision is cedarpy.Decision.Allow for answer in answers]


def disagreements(rng: Random) -> Iterator[tuple[Request, Decision, str]]:
    """Random policies and requests of several days: each decision, and what is wrong with it, if anything is."""
    policies = random_rules.policy_set(rng)
    for day in rng.sample(random_rules.DAYS, len(random_rules.DAYS)):
        requests = [random_rules.request(rng, day, number=number) for number in range(REQUESTS_A_DAY)]
        for request, allowed in zip(requests, cedar_answers(requests, policies), strict=True):
            decision = decide(request, policies)
            yield request, decision, "; ".join(_wrong(decision, judged(request, policies), cedar=allowed))


def _wrong(decision: Decision, plain: Plain, *, cedar: bool) -> Iterator[str]:
    got = Plain(decision.permitted, decision.rule_ids, decision.obligations)
    if got != plain:
        yield f"the index gives {got}, judging {plain}"
    if decision.permitted is not cedar:
        yield f"the index gives {got}, cedar {'allows' if cedar else 'denies'}"


def _owed(request: Request, in_force: Iterable[Policy]) -> tuple[Obligation, ...]:
    """Of every way to take one permit of each policy that speaks, the obligations that are lightest together."""
    speaking = [policy for policy in in_force if in_scope(request, policy)]
    choices = [{one.obligations for one in policy.rules if _says(one, request) is Effect.PERMIT} for policy in speaking]
    together = (frozenset[Obligation]().union(*chosen) for chosen in itertools.product(*choices))
    return tuple(sorted(min(together, key=_heaviness), key=lambda one: one.weight, reverse=True))


def _heaviness(obligations: frozenset[Obligation]) -> list[tuple[int, int, int]]:
    return sorted((one.weight for one in obligations), reverse=True)


def _says(rule: random_rules.Rule, request: Request) -> Effect:
    return rule.judge(request).effect if request.action in rule.actions else Effect.ABSTAIN


def _glass_is_broken(request: Request, in_force: Iterable[Policy]) -> bool:
    opened = request.situation.break_glass
    if opened is None or not opened.holds(request.situation.at) or request.action not in OPENED_BY_BREAK_GLASS:
        return False
    speaking = [policy for policy in in_force if in_scope(request, policy)]
    return place_is_known(request) and not any(_is_hard(request, policy) for policy in speaking)


def _is_hard(request: Request, policy: Policy) -> bool:
    """Whether a hard forbid matches, or a policy that has a hard permit for this permits nothing."""
    said = [(rule, _says(rule, request)) for rule in policy.rules if request.action in rule.actions]
    silent = not any(effect is Effect.PERMIT for _, effect in said)
    return any(
        rule.hard and (effect is Effect.FORBID or (silent and rule.effect is Effect.PERMIT)) for rule, effect in said
    )
