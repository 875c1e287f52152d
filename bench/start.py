"""`python -m bench.start`: seconds from the command to the ready line, from an empty folder and again after an end."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from bench.stack import running


def main() -> None:
    """Start cold once and warm several times, each to the ready line, and print the seconds."""
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__)
    parser.add_argument("--warm", type=int, default=3, help="how many warm starts")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="lhstart-"))
    try:
        cold, *warm = [_start(home, number) for number in range(1 + asked.warm)]
    finally:
        shutil.rmtree(home, ignore_errors=True)
    usual = statistics.median(warm)
    print(f"cold {cold:.1f} s; warm {usual:.1f} s (median of {len(warm)}); cold / warm {cold / usual:.1f}")


def _start(home: Path, number: int) -> float:
    before = os.getloadavg()[0]
    with running(home) as stack:
        print(
            f"{'warm' if number else 'cold'} start: {stack.seconds:.1f} s, load average before {before:.1f}", flush=True
        )
        return stack.seconds


if __name__ == "__main__":
    main()
