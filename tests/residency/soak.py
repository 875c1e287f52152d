"""`python -m tests.residency.soak N`: N decisions of random policies, each made three ways, from several seeds."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections import Counter
from random import Random

from tests.residency.oracles import disagreements
from tests.residency.repeat import seed_given

SEEDS = 4
SAID_EVERY = 20


def main() -> int:
    """Compare; print the seed of everything that disagrees; 1 when anything did."""
    parser = argparse.ArgumentParser(prog="python -m tests.residency.soak", description=__doc__)
    parser.add_argument("comparisons", type=int, nargs="?", default=200_000)
    asked = parser.parse_args()
    first = seed_given(int.from_bytes(os.urandom(4)))
    seeds = [first + number for number in range(SEEDS)]
    print(f"seeds {', '.join(map(str, seeds))}; repeat with LABELHUB_SEED={first}", flush=True)
    wrong = sum(_soak(seed, -(-asked.comparisons // SEEDS)) for seed in seeds)
    print(f"{wrong} disagreements")
    return 1 if wrong else 0


def _soak(seed: int, comparisons: int) -> int:
    """Compare so many decisions from one seed; how many disagree."""
    rng, outcomes, wrong = Random(seed), Counter[str](), 0
    said = time.monotonic()
    for number in itertools.count(1):
        for request, decision, problem in disagreements(rng):
            outcomes[decision.outcome.value] += 1
            if problem:
                wrong += 1
                print(f"seed {seed}, set {number}: {problem}\n  {request}\n  {decision.policies.policies}", flush=True)
        if outcomes.total() >= comparisons:
            break
        if time.monotonic() - said > SAID_EVERY:
            said = time.monotonic()
            print(f"  seed {seed}: {outcomes.total()}", flush=True)
    counted = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"seed {seed}: {outcomes.total()} decisions ({counted}), {wrong} disagreements", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
