"""`labelhub doctor`: every part, whether it answers, and what to do when it does not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from labelhub.stack.errors import StackError
from labelhub.stack.home import ROOT, Home
from labelhub.stack.leftovers import find_leftovers
from labelhub.stack.local import STUDIO, ZONES, Tools, find_tools
from labelhub.stack.lock import launcher_of
from labelhub.stack.ports import Ports, holder_of, is_free, listener_on
from labelhub.stack.process import State, read_states
from labelhub.stack.self_check import Question, questions

LITTLE_ROOM = 1024**3
VERSION_SECONDS = 10
LEDGER_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: how it is, and the mend when it is not well."""

    about: str
    well: bool
    says: str
    mend: str = ""


def doctor(home: Home) -> list[Finding]:
    """Look at everything; never changes anything."""
    launcher = launcher_of(home)
    findings = [*_tools(), _room(home), _launcher(home, launcher)]
    if launcher is None:
        left = find_leftovers(home)
        return [*findings, *_leftovers(left), *_ports(home, ours={one.pid for one in left})]
    embedded = home.socket.exists()
    asked = [_asked(question, home) for question in questions(home, embedded_broker=embedded)]
    return [*findings, *_processes(home), *asked, *_ledgers(home)]


def report(home: Home) -> int:
    """Print every finding; the exit code is 0 only when all is well."""
    findings = doctor(home)
    table = Table("", "part", "finding", "mend", box=SIMPLE)
    for finding in findings:
        table.add_row("ok" if finding.well else "!!", finding.about, finding.says, finding.mend)
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    ports = Ports(home.port)
    stores = ", ".join(f"store {zone.code} {ports.store(number).s3}" for number, zone in enumerate(ZONES))
    console.print(f"ports: public {ports.public}, labelhub {ports.app}, studio {STUDIO} {ports.studio}, {stores}")
    console.print(f"state folder: {home.root}; logs: {home.folder('log')}", soft_wrap=True)
    return 0 if all(finding.well for finding in findings) else 1


def _tools() -> list[Finding]:
    try:
        tools = find_tools()
    except StackError as error:
        return [Finding(about="programs", well=False, says=str(error), mend="run `make env`")]
    return [Finding(about="programs", well=True, says="; ".join(_versions(tools)))]


def _versions(tools: Tools) -> list[str]:
    asked = {
        "caddy": (str(tools.caddy), "version"),
        "seaweedfs": (str(tools.weed), "version"),
        "valkey": (str(tools.valkey), "--version"),
    }
    return [
        *(f"{name} {_first_words(command)}" for name, command in asked.items()),
        f"label studio {_studio_version(tools.studio_python)}",
    ]


def _first_words(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=VERSION_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "does not answer"
    found = re.search(r"\bv?=?(\d+\.\d+(\.\d+)?)\b", done.stdout)
    return found[1] if found else "?"


def _studio_version(python: Path) -> str:
    found = python.parent.parent.glob("lib/python3.*/site-packages/label_studio-*.dist-info")
    return next((path.name.removeprefix("label_studio-").removesuffix(".dist-info") for path in found), "missing")


def _room(home: Home) -> Finding:
    place = home.root if home.root.exists() else ROOT
    free = shutil.disk_usage(place).free
    return Finding(
        about="disk",
        well=free >= LITTLE_ROOM,
        says=f"{free / 1024**3:.1f} GB free",
        mend="" if free >= LITTLE_ROOM else f"make at least 1 GB of room at {place}",
    )


def _launcher(home: Home, pid: int | None) -> Finding:
    if pid is None:
        return Finding(about="labelhub", well=False, says="not running", mend="`make up` starts it")
    return Finding(about="labelhub", well=True, says=f"running (process {pid}) at http://localhost:{home.port}")


def _processes(home: Home) -> list[Finding]:
    return [
        _process(name, state, pid, home) for name, (state, pid) in read_states(home).items() if state is not State.DONE
    ]


def _process(name: str, state: State, pid: int | None, home: Home) -> Finding:
    runs = pid is not None and psutil.pid_exists(pid)
    if state is State.READY and runs:
        return Finding(about=name, well=True, says=f"running (process {pid})")
    says = "waits for another part" if state is State.WAITING else f"{state.value}, not ready"
    return Finding(about=name, well=False, says=says, mend=f"wait a little; else see {home.log(name)}")


def _leftovers(left: list[psutil.Process]) -> list[Finding]:
    if not left:
        return []
    names = ", ".join(sorted({one.name() for one in left if one.is_running()}))
    return [
        Finding(
            about="leftovers",
            well=False,
            says=f"{len(left)} processes of an earlier start still run: {names}",
            mend="`make down` ends them; `make up` does it by itself",
        )
    ]


def _ports(home: Home, *, ours: set[int]) -> list[Finding]:
    """Ports that somebody holds; one that a leftover holds is free as soon as that has ended."""
    busy = [port for port in Ports(home.port).all(len(ZONES)) if not is_free(port) and listener_on(port) not in ours]
    return [
        Finding(
            about=f"port {port}",
            well=False,
            says=f"taken by {holder_of(port)}",
            mend=f"stop it, or `LABELHUB_PORT={home.port + 100} make up`",
        )
        for port in busy
    ]


def _ledgers(home: Home) -> list[Finding]:
    """Ask the service, in a process of its own, how its ledgers fare; nothing before its settings are written."""
    if not home.environment_file.exists():
        return []
    command = (sys.executable, "-m", "labelhub.cli", "ledger", "status", "--json")
    given = {name: value for name, value in os.environ.items() if not name.startswith("LABELHUB_")}
    environment = {**given, "LABELHUB_HOME": str(home.root), "LABELHUB_PORT": str(home.port)}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=LEDGER_SECONDS, check=False
        )
        said = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return [Finding(about="ledger", well=False, says="does not say how it fares", mend=f"see {home.log('app')}")]
    logs = f"it mends itself once the cause is gone; see {home.log('sequencer')} and {home.log('signer')}"
    return [
        Finding(about=f"ledger {one['ledger']}", well=one["well"], says=one["says"], mend="" if one["well"] else logs)
        for one in said
    ]


def _asked(question: Question, home: Home) -> Finding:
    answer = question.asks()
    log = home.log(question.part)
    if answer == question.right:
        says, mend = f"{question.about}: {answer}, as it must be", ""
    elif answer is None:
        says, mend = f"{question.about}: no answer", f"it is being restarted; see {log}"
    else:
        says, mend = (
            f"{question.about}: {answer} instead of {question.right}",
            f"`make down`, then `make up`; see {log}",
        )
    return Finding(about=question.part, well=answer == question.right, says=says, mend=mend)
