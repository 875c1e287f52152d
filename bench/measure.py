"""Rounds: every candidate once, in order, round after round; then medians, and ratios within the rounds."""

from __future__ import annotations

import hashlib
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.candidates import Candidate, bare_caddy, recordings, stills, whole_recordings
from bench.load import Sample, send
from bench.material import Material, entries, prepare
from bench.stack import Stack

WARM_SECONDS = 1
LEASE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate over all rounds: medians, and the median of its ratios to the first candidate of the same round."""

    name: str
    per_second: float
    megabytes: float
    p50: float
    p99: float
    ratio: float
    to_caddy: float
    slower_p50: float
    slower_p99: float


@dataclass(frozen=True, slots=True)
class Table:
    """What one kind of request gave."""

    title: str
    rows: tuple[Row, ...]


def measure(stack: Stack, session: str, plan: Plan, *, say: Callable[[str], None]) -> tuple[Material, list[Table]]:
    """Measure everything on a running stack."""
    material = prepare(session)
    caddy = stack.port + 39
    with tempfile.TemporaryDirectory() as folder, bare_caddy(caddy, material.store_host, Path(folder)):
        still, clip = stills(material, door=stack.port, caddy=caddy), recordings(material, door=stack.port, caddy=caddy)
        whole = whole_recordings(material, door=stack.port, caddy=caddy)
        for candidates in (still, clip, whole):
            _refuse_other_bytes(candidates)
        many = f"{plan.connections} connections"
        size = statistics.mean(piece.size for piece in material.stills) / 1e3
        return material, [
            _table(f"stills of {size:.0f} kB on average, {many}", still, plan, plan.connections, say),
            _table(f"stills of {size:.0f} kB on average, 1 connection", still, plan, 1, say),
            _table(f"1 MiB ranges of 20 MiB, {many}", clip, plan, plan.connections, say),
            _table("1 MiB ranges of 20 MiB, 1 connection", clip, plan, 1, say),
            _table("whole 20 MiB, 4 connections", whole, plan, 4, say),
        ]


def _refuse_other_bytes(candidates: list[Candidate]) -> None:
    """A fast wrong answer is no result: the same request must give the same bytes everywhere."""
    sums = set()
    for one in candidates:
        asked = one.requests()[0]
        headers = {"Host": one.host, "Range": asked.range, "Cookie": asked.cookie}
        sent = {name: value for name, value in headers.items() if value}
        answer = httpx.get(f"http://127.0.0.1:{one.port}{asked.path}", headers=sent, timeout=60)
        assert answer.status_code == (206 if asked.range else 200), (one.name, answer.status_code)
        sums.add(hashlib.sha256(answer.content).hexdigest())
    assert len(sums) == 1, "the candidates give different bytes"


def _table(title: str, candidates: list[Candidate], plan: Plan, connections: int, say: Callable[[str], None]) -> Table:
    say(title)
    for one in candidates:
        send(one.port, one.host, one.requests(), seconds=WARM_SECONDS, connections=connections)
    rounds = []
    for number in range(plan.rounds):
        rounds.append([_run(one, plan.seconds, connections) for one in candidates])
        say(f"  round {number + 1}: " + ", ".join(f"{sample.per_second:.0f}/s" for sample in rounds[-1]))
    return Table(title, tuple(_row(number, one, rounds) for number, one in enumerate(candidates)))


def _run(one: Candidate, seconds: float, connections: int) -> Sample:
    before = entries()
    sample = send(one.port, one.host, one.requests(), seconds=seconds, connections=connections)
    written = entries() - before
    if one.each_is_a_view:
        # Requests under way when the time is over are answered and recorded, but no longer counted.
        assert written >= sample.requests, f"{one.name}: {sample.requests} requests, {written} entries"
    else:
        # Connections that ask for the same at the same moment do not find each other's entry yet.
        assert written <= one.leases * connections * (1 + seconds / LEASE_SECONDS), f"{one.name}: {written} entries"
    return sample


def _row(number: int, one: Candidate, rounds: list[list[Sample]]) -> Row:
    mine = [samples[number] for samples in rounds]
    return Row(
        name=one.name,
        per_second=statistics.median(sample.per_second for sample in mine),
        megabytes=statistics.median(sample.megabytes for sample in mine),
        p50=statistics.median(sample.p50 for sample in mine),
        p99=statistics.median(sample.p99 for sample in mine),
        ratio=statistics.median(samples[number].per_second / samples[0].per_second for samples in rounds),
        to_caddy=statistics.median(samples[number].per_second / samples[1].per_second for samples in rounds),
        slower_p50=statistics.median(samples[number].p50 - samples[1].p50 for samples in rounds),
        slower_p99=statistics.median(samples[number].p99 - samples[1].p99 for samples in rounds),
    )
