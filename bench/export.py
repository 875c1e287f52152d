"""`python -m bench.export`: our command beside the least that can be done, and beside label-studio-sdk's converter.

Each round runs every candidate once, as a process of its own, into a fresh folder in memory; the ratios are medians
over rounds of a candidate by the yardstick of the same round. What was written must hold the same boxes to 0.01 pixels.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench import export_input

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory is what the method asks for
ROOT = Path(__file__).parents[1]
STUDIO = Path(sys.prefix).resolve().with_name(".venv-studio") / "bin" / "python"
SDK = """
import logging, sys
from label_studio_sdk.converter import Converter
logging.disable(logging.CRITICAL)
config, source, out, form = sys.argv[1:]
Converter(config=config, project_dir=None, download_resources=False).convert(source, out, form, is_dir=False)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to export: its name and its command, given the folder to write into."""

    name: str
    command: Callable[[Path], list[str]]


def main() -> None:
    """Measure and print, with everything that is needed to read it."""
    parser = argparse.ArgumentParser(prog="python -m bench.export", description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--formats", nargs="*", default=["coco", "yolo", "voc"])
    parser.add_argument("--sdk-rounds", type=int, default=2, help="rounds that include label-studio-sdk")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="lhexport-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        source = home / "export.json"
        subprocess.run(
            [sys.executable, "-m", "bench.export_input", str(asked.tasks), str(source)], check=True, cwd=ROOT
        )
        (home / "config.xml").write_text(export_input.CONFIG, encoding="utf-8")
        print(f"{asked.tasks:,} tasks, {source.stat().st_size / 1e6:.0f} MB; seed {export_input.SEED}; {_versions()}")
        for form in asked.formats:
            _compare(form, home, asked.rounds, asked.sdk_rounds)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _compare(form: str, home: Path, rounds: int, sdk_rounds: int) -> None:
    before = os.getloadavg()[0]
    candidates = _candidates(form, home)
    costs: dict[str, list[Cost]] = {one.name: [] for one in candidates}
    counted: dict[str, tuple[str, str]] = {}
    for number in range(rounds):
        for candidate in candidates:
            if candidate.name == "label-studio-sdk" and number >= sdk_rounds:
                continue
            folder = home / "out"
            folder.mkdir()
            costs[candidate.name].append(_run(candidate.command(folder)))
            if number == 0:
                counted[candidate.name] = _checked(form, folder, home / f"{form}-boxes.json")
            shutil.rmtree(folder)
    print(f"\n{form}, {rounds} rounds, load average {before:.1f} before and {os.getloadavg()[0]:.1f} after")
    print(f"{'':18}{'wall s':>8}{'CPU s':>8}{'peak MiB':>10}{'x limit':>9}{'CPU x':>7}  boxes")
    for name, listed in costs.items():
        if listed:
            print(_row(name, listed, costs["limit"], counted[name]))
    print("boxes beside the limit's: " + "; ".join(f"{name} {says}" for name, (_, says) in counted.items()))


def _row(name: str, listed: list[Cost], limit: list[Cost], boxes: tuple[str, str]) -> str:
    wall, cpu = (statistics.median(getattr(one, part) for one in listed) for part in ("wall", "cpu"))
    pairs = list(zip(listed, limit, strict=False))
    by_wall = statistics.median(one.wall / least.wall for one, least in pairs)
    by_cpu = statistics.median(one.cpu / least.cpu for one, least in pairs)
    peak = max(one.peak for one in listed)
    return f"{name:18}{wall:8.2f}{cpu:8.2f}{peak:10.1f}{by_wall:9.2f}{by_cpu:7.2f}  {boxes[0]}"


def _candidates(form: str, home: Path) -> list[Candidate]:
    source, config = str(home / "export.json"), str(home / "config.xml")
    ours = [sys.executable, "-m", "exporters", "convert", "--config", config, "--format", form, "--lossy"]
    listed = [
        Candidate("limit", lambda folder: [sys.executable, "-m", "bench.export_limit", form, source, str(folder)])
    ]
    known = subprocess.run([sys.executable, "-m", "exporters", "formats"], capture_output=True, check=True, cwd=ROOT)
    if f"\n{form} " in known.stdout.decode():
        listed.append(Candidate("labelhub", lambda folder: [*ours, "--out", str(folder / "set.zip"), source]))
    if STUDIO.exists():
        listed.append(
            Candidate(
                "label-studio-sdk",
                lambda folder: [str(STUDIO), "-c", SDK, config, source, str(folder / "sdk"), form.upper()],
            )
        )
    return listed


def _run(command: list[str]) -> Cost:
    """One process from start to end; this process stays small, since its size counts towards its child's peak."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if status:
        raise SystemExit(f"`{command[0]}` failed: {said.decode(errors='replace')[-2000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _checked(form: str, folder: Path, kept: Path) -> tuple[str, str]:
    """How many boxes were written and whether they are those kept; by another process, so that this one stays small."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.export_check", form, str(folder), str(kept)],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    boxes, _, says = ran.stdout.decode().strip().partition(" ")
    return boxes, says


def _versions() -> str:
    parts = "; ".join(f"{name} {version(name)}" for name in ("orjson", "label-studio-sdk"))
    return f"Python {platform.python_version()}; {parts}; {os.cpu_count()} processors"


if __name__ == "__main__":
    main()
