"""`python -m bench.dry_run`: past views a second that a dry run tries, on a database of its own.

Views are rows of the ledger as the door writes them, over a tenth as many different facts, since leases end each minute
and the same people look at the same footage again. Beside the dry run stands the least that any dry run must do: read
the same rows from the same database.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from residency import Action, AssuranceLevel, Footage, Place, PolicySet, Request, Situation, Viewer, decide
from residency.ledger import canonical_json

if TYPE_CHECKING:
    from labelhub.evidence.models import LedgerEntry

SEED = 11
DAYS = 30
DRAFT = """
name = "night"
layer = "contract"
title = "A narrower contract"
effective_from = 2026-01-01

[[rule]]
id = "not-from-texas"
effect = "forbid"
actions = ["view", "annotate"]
words = "Footage from Texas is seen by nobody."
[rule.when]
footage.jurisdiction = { inside = ["US-TX"] }

[[rule]]
id = "anything-else"
effect = "permit"
actions = ["list", "view", "annotate", "review", "export", "administer"]
words = "Anything else may be seen."
"""


def main() -> None:
    """Fill a database, try a draft on it, and print the rates."""
    parser = argparse.ArgumentParser(prog="python -m bench.dry_run", description=__doc__)
    parser.add_argument("--views", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # noqa: PLC0415 - its settings are named just above

    django.setup()
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    made = setup_databases(verbosity=0, interactive=False)
    try:
        _measure(asked.views, asked.rounds)
    finally:
        teardown_databases(made, verbosity=0)


def _measure(views: int, rounds: int) -> None:
    from labelhub.evidence.models import LedgerEntry  # noqa: PLC0415
    from labelhub.policies.drafts import standing_of_draft  # noqa: PLC0415
    from labelhub.policies.models import PolicyDraft, PolicyTrial  # noqa: PLC0415
    from labelhub.policies.trials import run_trial  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    at = datetime.now(UTC)
    factories.activate_demo_policy()
    LedgerEntry.objects.bulk_create(_entries(views, at), batch_size=2_000)
    draft = PolicyDraft.objects.create(
        name="night", title="night", text=DRAFT, hash="", author="bench", made_at=at, changed_at=at
    )
    rates, readings = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        rows = LedgerEntry.objects.exclude(inputs_hash="").order_by("inputs_hash", "at")
        rows = rows.values_list("inputs_hash", "at", "body")
        assert sum(1 for _ in rows.iterator(chunk_size=5_000)) == views
        readings.append(views / (time.perf_counter() - began))
        trial = PolicyTrial.objects.create(draft=draft, hash="", against="", days=DAYS, asked_by="bench", asked_at=at)
        began = time.perf_counter()
        run_trial(trial, at=at, now=lambda: at)
        rates.append(views / (time.perf_counter() - began))
    result = standing_of_draft(draft, at=at).result
    assert result is not None
    assert result.views == views
    ratio = statistics.median(rate / reading for rate, reading in zip(rates, readings, strict=True))
    print(f"{views} past views, {rounds} rounds alternating, load average {os.getloadavg()[0]:.1f}")
    print(f"reading the rows: {statistics.median(readings):,.0f} views/s")
    print(f"dry run: {statistics.median(rates):,.0f} views/s, x{ratio:.2f} of reading; {result.turns} would change")


def _entries(views: int, at: datetime) -> Iterator[LedgerEntry]:
    """Rows as the door writes them, without what a dry run does not read."""
    from labelhub.evidence.models import LedgerAction, LedgerEntry  # noqa: PLC0415

    rng = random.Random(SEED)
    different = _facts(max(1, views // 10), rng, at)
    for _ in range(views):
        yield LedgerEntry(
            id=uuid.UUID(int=rng.getrandbits(128)),
            ledger="us",
            action=LedgerAction.MEDIA_VIEW_ALLOWED,
            at=at - timedelta(seconds=rng.randrange(1, DAYS * 86_400 - 60)),
            inputs_hash=rng.choice(different),
            body='{"details":{"job":"ca-stills"}}',
            salt="0" * 32,
            leaf_text="{}",
        )


def _facts(count: int, rng: random.Random, at: datetime) -> list[str]:
    """So many different requests kept beside the ledger; their hashes."""
    from labelhub.evidence.models import DecisionInputs  # noqa: PLC0415
    from residency.wire import write_request  # noqa: PLC0415

    asked = [_request(number, rng, at) for number in range(count)]
    hashes = [decide(one, PolicySet.of()).inputs_hash for one in asked]
    rows = (
        DecisionInputs(hash=digest, facts=canonical_json(write_request(one)).decode(), kept_at=at)
        for digest, one in zip(hashes, asked, strict=True)
    )
    DecisionInputs.objects.bulk_create(rows, batch_size=2_000)
    return hashes


def _request(number: int, rng: random.Random, at: datetime) -> Request:
    country, code = rng.choice(("US", "US", "PH", "DE")), rng.choice(("US-CA", "US-TX", "DE-BE"))
    marks = frozenset({"public-test"} if code == "US-TX" else ())
    place = Place(jurisdiction=country, level=AssuranceLevel.LA2)
    return Request(
        action=Action.VIEW,
        viewer=Viewer(id=f"p-{rng.randrange(1_000)}", attested_in=country),
        footage=Footage(id=f"f-{number}", jurisdiction=code, marks=marks),
        situation=Situation(at=at, place=place, purpose="ml-training"),
    )


if __name__ == "__main__":
    main()
