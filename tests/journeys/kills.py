"""`python -m tests.journeys.kills N`: N processes killed at random while people look at footage; then all is verified.

Web workers, the sequencer, the signer, and the database: a PostgreSQL of the run's own, if this machine has one. The
seed is printed; `LABELHUB_SEED=` repeats whom it kills and in which order, though never the same instant.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from labelhub.stack.home import Home
from labelhub.stack.process import State, read_states
from tests.journeys import running
from tests.journeys.ledger_files import LEDGERS, Ledger, Read, Reader, reading, verify
from tests.journeys.load import Load, people_at
from tests.journeys.own_postgresql import OwnPostgresql, own_postgresql
from tests.journeys.running import Stack

LONGEST_REST = 120.0
Kill = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    kills: Counter[str]
    statuses: Counter[int]
    with_bytes: int
    entries_named: int
    ledgers: tuple[Ledger, ...]


def victims(stack: Stack, database: OwnPostgresql | None, chance: random.Random) -> dict[str, Kill]:
    """Whom to kill, and how; each says whether there was anybody to kill."""
    home = Home(stack.home, stack.port)

    def part(name: str) -> Kill:
        return lambda: _kill_part(home, name)

    found: dict[str, Kill] = {
        "web worker": lambda: _kill_worker(home, chance),
        "web server": part("app"),
        "sequencer": part("sequencer"),
        "signer": part("signer"),
    }
    if database is not None:
        found |= {"database": database.kill, "one connection of the database": lambda: database.kill_one(chance)}
    return found


def _kill_part(home: Home, name: str) -> bool:
    """Kill a part; one that rests from the last time, or is still starting, is left alone."""
    state, pid = read_states(home).get(name, (State.WAITING, None))
    return state is State.READY and pid is not None and _kill(pid)


def _kill_worker(home: Home, chance: random.Random) -> bool:
    state, pid = read_states(home).get("app", (State.WAITING, None))
    if state is not State.READY or pid is None:
        return False
    with suppress(psutil.Error):
        workers = psutil.Process(pid).children(recursive=True)
        return bool(workers) and _kill(chance.choice(workers).pid)
    return False


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def kill_under_load(
    stack: Stack, number: int, *, seed: int, database: OwnPostgresql | None = None, say: Callable[[str], None]
) -> Outcome:
    """Kill so many times under load, let everything recover by itself, and verify all of it."""
    chance, read = random.Random(seed), reading(stack, database.address if database else "")
    load = people_at(stack)
    readers = {name: Reader(stack.home / "ledger" / name / "checkpoint") for name in LEDGERS}
    with _while_looking(load, readers):
        kills = _kill_again_and_again(number, victims(stack, database, chance), chance, say)
        wait_until_well(stack)
    wait_until_numbered(stack, read)
    with_bytes, named = load.verify(read)
    for reader in readers.values():
        reader.look()
    stack.run("ledger", "check")  # the service's own look, at the rows, the signer and the bucket under lock
    ledgers = tuple(verify(stack, read, name, readers[name].seen) for name in LEDGERS)
    return Outcome(kills, load.statuses, with_bytes, named, ledgers)


@contextmanager
def _while_looking(load: Load, readers: Mapping[str, Reader]) -> Iterator[None]:
    threads = [threading.Thread(target=reader.run) for reader in readers.values()]
    for thread in threads:
        thread.start()
    load.begin()
    try:
        yield
    finally:
        load.end()
        for reader in readers.values():
            reader.end()
        for thread in threads:
            thread.join()


def _kill_again_and_again(
    number: int, whom: Mapping[str, Kill], chance: random.Random, say: Callable[[str], None]
) -> Counter[str]:
    kills = Counter[str]()
    deadline = time.monotonic() + LONGEST_REST
    while kills.total() < number:
        time.sleep(chance.uniform(0.05, 2.0))  # the point in time is what is random
        name = chance.choice(sorted(whom))
        if whom[name]():
            kills[name] += 1
            deadline = time.monotonic() + LONGEST_REST
            say(f"{kills.total():4} {name}")
        assert time.monotonic() < deadline, "nothing has come back to be killed"
    return kills


def wait_until_well(stack: Stack) -> None:
    """Wait until every part runs again and every ledger is well, without anybody doing anything."""
    deadline = time.monotonic() + LONGEST_REST
    while (said := stack.run("ledger", "status", check=False)).returncode or not _all_run(stack):
        assert time.monotonic() < deadline, f"{said.stdout}{said.stderr}\n{read_states(Home(stack.home, stack.port))}"
        time.sleep(0.5)  # between two looks


def _all_run(stack: Stack) -> bool:
    states = read_states(Home(stack.home, stack.port)).values()
    return all(state in {State.READY, State.DONE} for state, _ in states)


def wait_until_numbered(stack: Stack, read: Read) -> None:
    """Wait until every entry has a number and is signed."""
    deadline = time.monotonic() + LONGEST_REST
    unsigned = (
        "SELECT h.ledger FROM evidence_ledgerhead h WHERE h.size > 0 AND h.size > "
        "COALESCE((SELECT MAX(c.size) FROM evidence_checkpoint c WHERE c.ledger = h.ledger), 0)"
    )
    lost = "SELECT id FROM evidence_ledgerentry WHERE id NOT IN (SELECT entry_id FROM evidence_position)"
    while left := [*read(unsigned), *read(lost)]:
        assert time.monotonic() < deadline, f"{len(left)} are left, such as {left[0]}"
        time.sleep(0.5)  # between two looks
    assert stack.process.poll() is None


def main() -> int:
    """Start everything, kill, verify, and print the numbers."""
    parser = argparse.ArgumentParser(prog="python -m tests.journeys.kills", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    asked = parser.parse_args()
    seed = int(os.environ.get("LABELHUB_SEED") or int.from_bytes(os.urandom(4)))
    _say(f"seed {seed}; repeat with LABELHUB_SEED={seed}")
    with ExitStack() as kept:
        database = kept.enter_context(own_postgresql())
        extra = {"LABELHUB_DATABASE_URL": database.address} if database else {}
        folder = Path(tempfile.mkdtemp(prefix="lh-kills-"))
        kept.callback(shutil.rmtree, folder, ignore_errors=True)
        stack = running.start(folder, extra=extra)
        kept.callback(stack.stop)
        _say(f"the stack runs on {'a PostgreSQL of its own' if database else 'SQLite'}")
        began = time.monotonic()
        outcome = kill_under_load(stack, asked.kills, seed=seed, database=database, say=_say)
        _say(f"{outcome.kills.total()} kills in {time.monotonic() - began:.0f} s: {dict(outcome.kills)}")
        _say(f"answers by status (0 is none): {dict(sorted(outcome.statuses.items()))}")
        _say(f"{outcome.with_bytes} answers with bytes; {outcome.entries_named} entries named; none is missing")
        for one in outcome.ledgers:
            _say(
                f"ledger {one.name}: {one.entries} entries, {one.checkpoints} checkpoints, {one.read} read: all verify"
            )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
