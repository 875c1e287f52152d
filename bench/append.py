"""`python -m bench.append`: entries that are durable before the call returns, beside the bare insert and commit.

*Bare* inserts a row like those that are written into the same table, by one prepared statement of the database's own
driver, and commits. *One by one* is what the door calls before it serves. *Together* is the same from many threads of
two processes at once. Makes a database of its own: a file, or one on the PostgreSQL it is given, dropped afterwards.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Self

from bench.eligible import say, server_version
from bench.view import bare, started

EACH = 2_000
PROCESSES = 2
SLICE = 20


def main() -> None:
    """Append, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.append", description=__doc__)
    parser.add_argument("database", nargs="?", default=os.environ.get("LABELHUB_TEST_DATABASE_URL"))
    parser.add_argument("--sqlite", action="store_true", help="a file, whatever PostgreSQL there is")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=EACH, help="entries of each candidate in each round")
    parser.add_argument("--threads", type=int, default=32, help="of all processes")
    asked = parser.parse_args()
    with started(None if asked.sqlite else asked.database):
        compare(rounds=asked.rounds, each=asked.each, threads=asked.threads)


def compare(*, rounds: int, each: int, threads: int) -> None:
    """Run every candidate in each round, in order, and print medians and ratios of the same round."""
    from django.db import connection  # noqa: PLC0415 - needs Django started

    with Together(threads, each) as together:
        single = {"bare insert and commit": bare(), "ours, one by one": once()}
        crowd = f"ours, {threads} threads together"
        rates(single, SLICE)
        together.rate()
        before, taken = os.getloadavg(), defaultdict(list)
        for _ in range(rounds):
            for name, found in rates(single, each).items():
                taken[name].append(found)
            taken[crowd].append(together.rate())
    after = os.getloadavg()
    server = server_version() if connection.vendor == "postgresql" else "SQLite, synchronous FULL"
    say(f"{rounds} rounds of {each} entries each, alternating; {server}")
    say(f"load average {before[0]:.1f} before, {after[0]:.1f} after; {os.cpu_count()} processors")
    say(f"  {'':28}{'entries/s':>11}{'×bare':>8}{'×one by one':>13}")
    first, second = single
    for name in (first, second, crowd):
        beside = [
            statistics.median(a / b for a, b in zip(taken[name], taken[one], strict=True)) for one in (first, second)
        ]
        say(f"  {name:28}{statistics.median(taken[name]):11.0f}{beside[0]:8.2f}{beside[1]:13.2f}")


def rates(ways: dict[str, Callable[[], object]], each: int) -> dict[str, float]:
    """Calls per second of some ways, taken in turns of a few calls, so that a disk that is busy is busy for all."""
    took = dict.fromkeys(ways, 0.0)
    for _ in range(each // SLICE):
        for name, way in ways.items():
            begun = time.perf_counter()
            for _ in range(SLICE):
                way()
            took[name] += time.perf_counter() - begun
    return {name: each // SLICE * SLICE / seconds for name, seconds in took.items()}


def once() -> Callable[[], object]:
    """Append one entry of an allowed view, as the door does."""
    from labelhub.evidence.actions import record_before_serving  # noqa: PLC0415 - needs Django started

    draft = a_draft()
    return lambda: record_before_serving(draft)


def a_draft() -> Any:  # noqa: ANN401  a draft, whose type needs Django started
    """What the entry of a view says."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django started

    from labelhub.evidence.actions import EntryDraft  # noqa: PLC0415
    from labelhub.evidence.models import LedgerAction, Outcome  # noqa: PLC0415
    from residency import Action, AssuranceLevel, Footage, Place, Request, Situation, Viewer  # noqa: PLC0415

    at = timezone.now()
    facts = Footage(id="f" * 24, jurisdiction="US-CA", source="cam-ca-1", zone="us", owner="golden-coast")
    asked = Request(
        action=Action.VIEW,
        viewer=Viewer(id="p-" + "0" * 16, entity="northgate"),
        footage=facts,
        situation=Situation(at=at, place=Place(jurisdiction="US", level=AssuranceLevel.LA2)),
    )
    return EntryDraft(
        action=LedgerAction.MEDIA_VIEW_ALLOWED, at=at, ledger="us", person="p-" + "0" * 16, entity="northgate",
        place="US", level=2, session="0" * 32, footage=facts.id, source="cam-ca-1", jurisdiction="US-CA",
        owner="golden-coast", rendition="original", purpose="quality-review", outcome=Outcome.ALLOW,
        rules=("demo/california-in-the-united-states",), policy_hash="0" * 64, inputs_hash="1" * 64, asked=asked,
        details={"job": "", "sha256": "2" * 64, "disagreed": []},
    )  # fmt: skip


class Together:
    """Processes that append from many threads at once, when they are told to."""

    def __init__(self, threads: int, each: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._each, self._pipes = each, []
        self._processes = []
        for _ in range(PROCESSES):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_appending, args=(theirs, threads // PROCESSES, each // PROCESSES), daemon=True
            )
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Self:
        for pipe in self._pipes:
            pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.send("")
        for process in self._processes:
            process.join()

    def rate(self) -> float:
        """Entries per second of all processes."""
        begun = time.perf_counter()
        for pipe in self._pipes:
            pipe.send("go")
        for pipe in self._pipes:
            pipe.recv()
        return self._each / (time.perf_counter() - begun)


def _appending(pipe: Any, threads: int, each: int) -> None:  # noqa: ANN401  a pipe of another process
    import django  # noqa: PLC0415 - in a process of its own

    django.setup()
    pipe.send("ready")
    gates = threading.Barrier(threads + 1), threading.Barrier(threads + 1)

    def run() -> None:
        call = once()
        while True:
            gates[0].wait()
            for _ in range(each // threads):
                call()
            gates[1].wait()

    for _ in range(threads):
        threading.Thread(target=run, daemon=True).start()
    while pipe.recv():
        gates[0].wait()
        gates[1].wait()
        pipe.send("done")


if __name__ == "__main__":
    main()
