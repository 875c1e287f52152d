"""`python -m bench.decisions`: residency decisions a second, beside judging every rule in turn and beside Cedar.

The input has seed 11: 10,000 pieces of footage in 8 jurisdictions, 1,000 viewers in 12 countries, 3 purposes; 200 and
2,000 rules, each fourth a prohibition. Every candidate answers the same questions and must allow as many of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from random import Random
from typing import Any

import cedarpy

from residency import (
    Action,
    AssuranceLevel,
    Effect,
    Footage,
    Layer,
    Place,
    Policy,
    PolicySet,
    Request,
    Sensitivity,
    Situation,
    Viewer,
    decide,
)
from residency.cedar import cedar_policies
from residency.cedar_request import cedar_request
from residency.conditions import (
    AtLeast,
    Below,
    Condition,
    Has,
    Inside,
    Lacks,
    OneOf,
    SensitivityAtLeast,
    SensitivityAtMost,
)
from residency.index import Index
from residency.judging import permits_all, place_is_known
from residency.rules import Rule

SEED = 11
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
JURISDICTIONS = ("US-CA", "US-TX", "DE", "FR", "NO", "JP", "BR", "IN")
COUNTRIES = ("US", "DE", "FR", "NO", "JP", "BR", "IN", "PH", "KE", "GB", "PL", "MX")
TAGS = ("health-care", "worship", "school", "home", "court", "shelter")
PURPOSES = ("ml-training", "quality-review", "owner-access")
QUESTIONS, FOOTAGE, VIEWERS = 20_000, 10_000, 1_000
BATCH = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to decide: its name, its questions, made anew before each run, and how many of them it allows."""

    name: str
    questions: Callable[[], Sequence[Any]]
    allowed: Callable[[Sequence[Any]], int]


def main() -> None:
    """Measure and print, with everything that is needed to read it."""
    parser = argparse.ArgumentParser(prog="python -m bench.decisions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    before = os.getloadavg()
    asked = questions()
    few, many = rules(200), rules(2_000)
    candidates = [
        Candidate("decide, 200 rules", lambda: asked, lambda these: _decided(these, few)),
        Candidate("  each situation met once", lambda: _fresh(asked), lambda these: _decided(these, few)),
        Candidate("decide, 2,000 rules", lambda: asked, lambda these: _decided(these, many)),
        Candidate("judging, 200 rules", lambda: asked[:BATCH], lambda these: _judged(these, few)),
        _cedar("Cedar, 200 rules", asked[:BATCH], few),
    ]
    _refuse_other_answers(asked, few, candidates[-1], rules=200)
    _refuse_other_answers(asked, many, _cedar("Cedar, 2,000 rules", asked[:BATCH], many), rules=2_000)
    rates = [[_rate(one) for one in candidates] for _ in range(rounds)]
    _say(f"{rounds} rounds, alternating; load average {before[0]:.1f} before, {os.getloadavg()[0]:.1f} after")
    _say(f"Python {platform.python_version()}; cedarpy {version('cedarpy')}, batches of {BATCH}, parsed policies\n")
    _say(f"  {'':27}{'decisions/s':>12}{'× Cedar':>10}{'× judging':>11}{'× 200 rules':>13}")
    for number, one in enumerate(candidates):
        ratios = [statistics.median(each[number] / each[other] for each in rates) for other in (4, 3, 0)]
        middle = statistics.median(each[number] for each in rates)
        _say(f"  {one.name:27}{middle:12,.0f}{ratios[0]:10,.1f}{ratios[1]:11,.1f}{ratios[2]:13,.2f}")
    _say(f"\n  2,000 rules compiled in {_seconds(lambda: Index(many.policies)) * 1e3:.0f} ms")
    _say(f"  `python -m residency decide` of no requests, from start to end {_seconds(_start) * 1e3:.0f} ms")


def questions() -> list[Request]:
    """Random viewers, footage and purposes."""
    rng = Random(SEED)
    footage = [_footage(rng, number) for number in range(FOOTAGE)]
    viewers = [_viewer(rng, number) for number in range(VIEWERS)]
    return [_question(rng, rng.choice(viewers), rng.choice(footage)) for _ in range(QUESTIONS)]


def _footage(rng: Random, number: int) -> Footage:
    return Footage(
        id=f"footage-{number}",
        jurisdiction=rng.choice(JURISDICTIONS),
        sensitivity=Sensitivity(rng.randrange(5)),
        place_tags=frozenset(tag for tag in TAGS if rng.random() < 0.2),
    )


def _viewer(rng: Random, number: int) -> tuple[Viewer, list[Situation]]:
    """A viewer and where they ask from, for each purpose."""
    level = AssuranceLevel.LA2 if rng.random() < 0.7 else AssuranceLevel.LA1
    place = Place(jurisdiction=rng.choice(COUNTRIES), level=level)
    viewer = Viewer(id=f"viewer-{number}", residence=rng.choice(JURISDICTIONS))
    return viewer, [Situation(at=AT, place=place, purpose=purpose) for purpose in PURPOSES]


def _question(rng: Random, who: tuple[Viewer, list[Situation]], footage: Footage) -> Request:
    return Request(action=Action.VIEW, viewer=who[0], footage=footage, situation=rng.choice(who[1]))


def rules(count: int) -> PolicySet:
    """One platform policy of so many rules, each fourth a forbid."""
    rng = Random(SEED + count)
    made = tuple(_rule(rng, number, Effect.PERMIT if number % 4 else Effect.FORBID) for number in range(count))
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    return PolicySet.of(Policy(name="bench", layer=Layer.PLATFORM, title="Random", effective_from=begins, rules=made))


def _rule(rng: Random, number: int, effect: Effect) -> Rule:
    permits, level = effect is Effect.PERMIT, Sensitivity(rng.randrange(5))
    tag, tagged, verified = rng.choice(TAGS), rng.random() < 0.5, rng.random() < 0.5
    conditions: list[Condition] = [
        Inside("footage.jurisdiction", (rng.choice(JURISDICTIONS),)),
        Inside("situation.place", tuple(rng.sample(COUNTRIES, 4 if permits else 3))),
        OneOf("situation.purpose", tuple(rng.sample(PURPOSES, rng.randint(1, 2)))),
        (SensitivityAtMost if permits else SensitivityAtLeast)("footage.sensitivity", level),
    ]
    if tagged:
        conditions.append((Lacks if permits else Has)("footage.place_tags", (tag,)))
    if verified:
        conditions.append((AtLeast if permits else Below)("situation.assurance", AssuranceLevel.LA2))
    return Rule(
        id=f"rule-{number}",
        effect=effect,
        actions=frozenset({Action.VIEW}),
        words=f"Rule {number}.",
        conditions=tuple(conditions),
    )


def _fresh(asked: Sequence[Request]) -> list[Request]:
    """The same questions, no situation of which was met before, as the service has them."""
    return [replace(one, situation=replace(one.situation, device=f"device-{n}")) for n, one in enumerate(asked)]


def _decided(asked: Sequence[Request], policies: PolicySet) -> int:
    """With all that a record keeps of a decision."""
    allowed = 0
    for one in asked:
        decision = decide(one, policies)
        kept = (decision.rule_ids, decision.inputs_hash, decision.policy_hash)
        allowed += decision.permitted and len(kept) == 3
    return allowed


def _judged(asked: Sequence[Request], policies: PolicySet) -> int:
    return sum(place_is_known(one) and permits_all(one, policies.policies) for one in asked)


def _cedar(name: str, asked: Sequence[Request], policies: PolicySet) -> Candidate:
    """Everything that can be read before the question is asked is: policies and entities."""
    parsed = cedarpy.PolicySet.from_str(cedar_policies(policies, on=AT.date()))
    said = [cedar_request(one) for one in asked]
    entities = {str(entity["uid"]): entity for each in said for entity in each.pop("entities")}
    known = cedarpy.Entities.from_json_str(json.dumps(list(entities.values())))

    def allowed(these: Sequence[Any]) -> int:
        answers = cedarpy.is_authorized_batch(list(these), parsed, known)
        return sum(answer.decision is cedarpy.Decision.Allow for answer in answers)

    return Candidate(name, lambda: said, allowed)


def _refuse_other_answers(asked: Sequence[Request], policies: PolicySet, cedar: Candidate, *, rules: int) -> None:
    """A fast wrong answer is no result."""
    part = asked[:BATCH]
    counts = {_decided(part, policies), _judged(part, policies), cedar.allowed(cedar.questions())}
    assert len(counts) == 1, f"the candidates allow {counts}"
    _say(f"{rules} rules: all allow {counts.pop()} of {BATCH}")


def _rate(one: Candidate) -> float:
    questions = one.questions()
    return len(questions) / _seconds(lambda: one.allowed(questions))


def _seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def _start() -> None:
    """Reads a policy, has no request to answer, and ends."""
    command = [sys.executable, "-m", "residency", "decide", "--policy", "labelhub/demo/policy.toml"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
