"""The decision itself: whether a request may go ahead under some policies.

- Deny is the default: every policy in force must permit, and at least one must be in force.
- A forbid wins over any permit, in any policy.
- An unknown fact keeps a permit from matching and makes a forbid match.
- From a place that is not known nothing may be done, whatever the policies say.
- No clock, no I/O: the time is in the request, so any past decision can be made again.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from typing import Final

from residency import reasons
from residency.decision import Decision, Outcome
from residency.facts import Footage, Request
from residency.ledger.entry import Json, canonical_json
from residency.places import Place
from residency.policy import Policy, PolicySet
from residency.rules import Effect, Verdict

PLACE_MUST_BE_KNOWN: Final = Verdict(
    effect=Effect.FORBID,
    policy="residency",
    rule="place-must-be-known",
    would=Effect.FORBID,
    words="From a place that is not known nothing may be seen.",
    why="`situation.place` is unknown",
    unknown=("situation.place",),
)


def decide(request: Request, policies: PolicySet) -> Decision:
    """Say whether `request` may go ahead under `policies`, and why."""
    in_force = policies.in_force(request.situation.at)
    by_policy = [_judge(request, policy) for policy in in_force]
    forbids = [*_place_verdicts(request), *(v for verdicts in by_policy for v in verdicts if v.effect is Effect.FORBID)]
    permits = [[v for v in verdicts if v.effect is Effect.PERMIT] for verdicts in by_policy]
    allowed = bool(permits) and all(permits) and not forbids
    because = _flat(permits) if allowed else (*forbids, *_nearest(request, by_policy))
    return Decision(
        request=request,
        outcome=Outcome.ALLOW if allowed else Outcome.DENY,
        because=tuple(because),
        unknown=tuple(sorted({fact for verdict in (*forbids, *_flat(by_policy)) for fact in verdict.unknown})),
        would_change=() if allowed else reasons.changes(request, tuple(because)),
        policy_hash=policies.hash,
        inputs_hash=inputs_hash(request),
    )


def inputs_hash(request: Request) -> str:
    """The sha256 of every fact of a request but the time, so that equal questions are seen to be equal."""
    situation, viewer = request.situation, request.viewer
    facts: Json = {
        "action": request.action.value,
        "footage": _footage_facts(request.footage),
        "situation": {"place": _place_facts(situation.place), "purpose": situation.purpose},
        "viewer": {
            "attested_in": viewer.attested_in,
            "entity": viewer.entity,
            "id": viewer.id,
            "relation": viewer.relation,
        },
    }
    return hashlib.sha256(canonical_json(facts)).hexdigest()


def _judge(request: Request, policy: Policy) -> list[Verdict]:
    covering = (rule for rule in policy.rules if request.action in rule.actions)
    return [replace(rule.judge(request), policy=policy.name) for rule in covering]


def _place_verdicts(request: Request) -> tuple[Verdict, ...]:
    place = request.situation.place
    return () if place is not None and place.known else (PLACE_MUST_BE_KNOWN,)


def _nearest(request: Request, by_policy: Iterable[list[Verdict]]) -> list[Verdict]:
    """Of each policy that does not permit: its permits for this footage that were not met, nearest first."""
    found: list[Verdict] = []
    for verdicts in by_policy:
        if not any(verdict.effect is Effect.PERMIT for verdict in verdicts):
            missed = [verdict for verdict in verdicts if _covers_footage(verdict)]
            found += sorted(missed, key=lambda verdict: (len(verdict.unmet), verdict.rule))
    return found


def _flat(groups: Iterable[Iterable[Verdict]]) -> list[Verdict]:
    return [verdict for group in groups for verdict in group]


def _covers_footage(verdict: Verdict) -> bool:
    """Whether this is a permit that is about this footage, and only the person or the situation stood in its way."""
    return verdict.would is Effect.PERMIT and not any(each.fact.startswith("footage.") for each in verdict.unmet)


def _footage_facts(footage: Footage) -> Json:
    return {
        "captured_at": None if footage.captured_at is None else footage.captured_at.astimezone(UTC).isoformat(),
        "id": footage.id,
        "jurisdiction": footage.jurisdiction,
        "marks": None if footage.marks is None else sorted(footage.marks),
        "media_kind": footage.media_kind,
        "owner": footage.owner,
        "source": footage.source,
        "zone": footage.zone,
    }


def _place_facts(place: Place | None) -> Json:
    if place is None:
        return None
    return {
        "disagreements": list(place.disagreements),
        "jurisdiction": place.jurisdiction,
        "level": place.level.name,
        "missing": list(place.missing),
    }
