"""The end of a stack: nothing of it is left, and what was stored is there when it starts again."""

from __future__ import annotations

import contextlib

import psutil
import pytest

from tests.journeys import running
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def left_over(stack: Stack) -> list[str]:
    """Processes that know this stack's state folder, by its path in their environment or command."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            told = [*process.cmdline(), *process.environ().values()]
            if process.pid != psutil.Process().pid and any(str(stack.home) in word for word in told):
                found.append(f"{process.pid} {process.name()}")
    return found


def test_after_the_end_nothing_runs_and_a_second_start_finds_everything(stack: Stack) -> None:
    jobs = stack.run("job", "list").stdout
    stack.run("down")
    stack.process.wait(timeout=running.STOP_SECONDS)
    assert left_over(stack) == []
    again = running.start(stack.home)
    try:
        assert again.run("job", "list").stdout == jobs
        doctor = again.run("doctor", check=False)
        assert doctor.returncode == 0, doctor.stdout
    finally:
        again.stop()
    assert left_over(stack) == []
