"""Processes of this stack that a killed launcher has left behind, found by the mark in their environment.

The mark names the state folder, so a stack never touches the processes of another one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

import psutil

from labelhub.stack.home import Home

MARK = "LABELHUB_STACK_ID"


def find_leftovers(home: Home) -> list[psutil.Process]:
    """Every running process that carries this stack's mark, and everything those have started."""
    spared = _self_and_ancestors()
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        if process.pid not in spared and _carries(process, home.id):
            found |= {one.pid: one for one in (process, *_children(process)) if one.pid not in spared}
    return [process for process in found.values() if _lives(process)]


def end(processes: Iterable[psutil.Process], *, grace: float) -> None:
    """Ask processes to end, then make them; returns once none is left."""
    asked = list(processes)
    for process in asked:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(asked, timeout=grace)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=5)


def end_leftovers(home: Home, *, grace: float = 2.0, within: float = 8.0) -> int:
    """End every leftover, also those that appear while others end; return how many there were."""
    seen: set[int] = set()
    deadline = time.monotonic() + within
    while (found := find_leftovers(home)) and time.monotonic() < deadline:
        seen |= {process.pid for process in found}
        end(found, grace=grace)
    return len(seen)


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark and _lives(process)
    except (psutil.Error, OSError):
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _self_and_ancestors() -> set[int]:
    own = psutil.Process(os.getpid())
    return {own.pid, *(parent.pid for parent in own.parents())}


def _quietly(action: object) -> None:
    try:
        if callable(action):
            action()
    except psutil.NoSuchProcess:
        return
