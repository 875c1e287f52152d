"""`python -m bench.ledger_verify`: entries a second that a pack of a million verifies at, and what it takes.

The pack is a file written here, read by a process of its own, whose memory is measured. Beside it stands the least that
any verifier must do: SHA-256 of the same leaves, one by one. Then proofs from tiles, as many as in a tree of that size.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from residency.ledger.checkpoint import Checkpoint, sign_checkpoint
from residency.ledger.entry import leaf_hash
from residency.ledger.keylog import first_line
from residency.ledger.leaf import leaf_bytes, time_text
from residency.ledger.notes import verifier_key
from residency.ledger.packing import LedgerContents, PackContents, Report, write_pack
from residency.ledger.question import Question
from residency.ledger.tiles import TileReader, grow
from residency.ledger.tree import Frontier, frontier_at, prove_consistency, prove_inclusion

SEED = 6962
ORIGIN = "labelhub.example/us"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PORTION = 65_536
PROOFS = 200
STRETCH = 2**27
OF_THE_PEER = 20_000  # leaves of the peer's tree: filling it with more takes longer than all the rest
# The command in a process of its own, which says at its end how much memory it had at most, in KiB.
VERIFY = """
import sys
from residency.ledger.__main__ import main
code = main(["verify", sys.argv[1], "--json"])
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""


def main() -> None:
    """Write a pack, verify it in rounds beside bare hashing, and print the rates."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger_verify", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stored", action="store_true", help="write the pack without compression")
    asked = parser.parse_args()
    print(f"{asked.entries:,} entries; Python {platform.python_version()}; load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pack.zip"
        began = time.perf_counter()
        size = _write(path, asked.entries)
        took = time.perf_counter() - began
        print(
            f"written: {path.stat().st_size / 1e6:,.0f} MB, {asked.entries / took:,.0f} entries/s, {size:.0f} B a leaf"
        )
        _verify(path, asked.entries, asked.rounds)
    _proofs(asked.entries)
    _beside_pymerkle(min(asked.entries, OF_THE_PEER))


def _leaves(count: int) -> Iterator[bytes]:
    rng = random.Random(SEED)
    for number in range(count):
        hashes = rng.randbytes(96).hex()
        at = time_text(BEGIN + timedelta(milliseconds=100 * number))
        text = (
            f'{{"about":"{hashes[:64]}","action":"media:view:allowed","at":"{at}",'
            f'"id":"00000000-0000-0000-0000-{number:012x}","ledger":"us","personal":"{hashes[64:128]}",'
            f'"private":"{hashes[128:]}","v":2}}'
        )
        yield leaf_bytes(text, number, at)


def _write(path: Path, count: int) -> float:
    """Write a pack that opens nothing: a question about nothing leaves the chain alone to be checked."""
    tree, total = Frontier(), 0
    for portion in _portions(count):
        tree.extend(map(leaf_hash, portion))
        total += sum(map(len, portion))
    head = sign_checkpoint(Checkpoint(ORIGIN, count, tree.root()), SIGNER)
    ledger = LedgerContents(
        name="us",
        checkpoint=str(head),
        start=0,
        frontier=(),
        leaves=_leaves(count),
        opened=(),
        key_log=[first_line(verifier_key(ORIGIN, SIGNER), at=BEGIN)],
    )
    contents = PackContents(name="bench", made_at=BEGIN, question=Question(actions=()), ledgers=[ledger])
    with path.open("wb") as sink:
        write_pack(sink, contents, render=_page)
    return total / count


def _page(report: Report) -> dict[str, bytes]:
    return {"report.html": report.hash_line.encode()}


def _portions(count: int) -> Iterator[list[bytes]]:
    portion: list[bytes] = []
    for leaf in _leaves(count):
        portion.append(leaf)
        if len(portion) == PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def _verify(path: Path, count: int, rounds: int) -> None:
    rates, walls, bare, memory = [], [], [], 0
    for _ in range(rounds):
        bare.append(_bare(path, count))
        began, before = time.perf_counter(), _seconds_of_children()
        done = subprocess.run([sys.executable, "-c", VERIFY, str(path)], capture_output=True, check=True)
        walls.append(count / (time.perf_counter() - began))
        rates.append(count / (_seconds_of_children() - before))
        told = json.loads(done.stdout)
        assert (told["chain"], told["tampering"]) == ("intact", [])
        memory = max(memory, int(done.stderr))
    ratio = statistics.median(rate / hashing for rate, hashing in zip(rates, bare, strict=True))
    print(f"bare SHA-256 of the same leaves: {statistics.median(bare):,.0f} a second of one core")
    print(f"verify, start of Python included: {statistics.median(rates):,.0f} a second of one core,", end=" ")
    print(
        f"x{ratio:.2f} of bare; by the clock on the wall {statistics.median(walls):,.0f}; peak {memory / 1024:.0f} MiB"
    )


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _bare(path: Path, count: int) -> float:
    """Leaves a second that are hashed one by one, reading not counted, in stretches longer than a clock ticks."""
    hashed, took, rest = 0, 0.0, b""
    with zipfile.ZipFile(path) as archive, archive.open("ledgers/us/leaves.jsonl") as file:
        while piece := file.read(STRETCH):
            *lines, rest = (rest + piece).split(b"\n")
            began = time.process_time()
            for line in lines:
                hashlib.sha256(line).digest()
            took += time.process_time() - began
            hashed += len(lines)
    assert hashed == count
    return count / took


def _proofs(count: int) -> None:
    """Proofs from tiles in files, each with a reader of its own, so that nothing is remembered."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _store(root, count)

        def read(path: str) -> bytes | None:
            file = root / path
            return file.read_bytes() if file.exists() else None

        rng = random.Random(SEED)
        numbers = [rng.randrange(count) for _ in range(PROOFS)]
        sizes = [len(b"".join(prove_inclusion(TileReader(read, count), number, count))) for number in numbers]
        inclusion = _median(numbers, lambda number: prove_inclusion(TileReader(read, count), number, count))
        consistency = _median(numbers, lambda number: prove_consistency(TileReader(read, count), number + 1, count))
        head = _median(numbers, lambda _: frontier_at(TileReader(read, count), count).root())
    print(f"from tiles in files: inclusion proof at most {max(sizes)} B, {inclusion:.2f} ms;", end=" ")
    print(f"consistency proof {consistency:.2f} ms; root {head:.2f} ms")


def _store(root: Path, count: int) -> None:
    """Write the tiles that a tree of this size has, without the partial ones on the way."""
    kept: dict[str, bytes] = {}
    size = 0
    for portion in _portions(count):
        for path, data in grow(kept.get, size, list(map(leaf_hash, portion))):
            kept[path] = data
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        size += len(portion)


def _median(numbers: list[int], run: Callable[[int], object]) -> float:
    """Milliseconds of the median run."""
    times = []
    for number in numbers:
        began = time.perf_counter()
        run(number)
        times.append(time.perf_counter() - began)
    return 1_000 * statistics.median(times)


def _beside_pymerkle(count: int) -> None:
    """The same of an independent implementation that stores its tree, over fewer leaves."""
    try:
        import pymerkle  # noqa: PLC0415 - a comparison, where it is installed
    except ImportError:
        print("pymerkle is not installed; nothing stands beside the proofs")
        return
    tree = pymerkle.SqliteTree(":memory:", algorithm="sha256")
    tree.append_entries(list(_leaves(count)), 10_000)
    mine = Frontier()
    mine.extend(map(leaf_hash, _leaves(count)))
    assert tree.get_root() == mine.root()
    rng = random.Random(SEED)
    numbers = [rng.randrange(count) for _ in range(20)]
    inclusion = _median(numbers, lambda number: tree.prove_inclusion(number + 1))
    head = _median(numbers, lambda _: tree.get_root())
    kept: dict[str, bytes] = {}
    kept.update(grow(kept.get, 0, list(map(leaf_hash, _leaves(count)))))
    ours = _median(numbers, lambda number: prove_inclusion(TileReader(kept.get, count), number, count))
    root = _median(numbers, lambda _: frontier_at(TileReader(kept.get, count), count).root())
    print(f"in memory over {count:,}: inclusion {ours:.2f} ms, root {root:.2f} ms from tiles;", end=" ")
    print(f"pymerkle SqliteTree {inclusion:.2f} ms and {head:.2f} ms; the roots are equal")


if __name__ == "__main__":
    main()
