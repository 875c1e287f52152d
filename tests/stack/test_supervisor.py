"""The supervisor with small real processes: order, restarts, ends, and what a killed launcher leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psutil
import pytest

from labelhub.stack.errors import AlreadyRunningError, PartFailedError
from labelhub.stack.home import Home
from labelhub.stack.leftovers import end_leftovers, find_leftovers
from labelhub.stack.lock import claimed, launcher_of, say_ending
from labelhub.stack.parts import Part, base_environment
from labelhub.stack.probes import LogProbe
from labelhub.stack.process import LOG_LIMIT, Running, read_states, shorten
from labelhub.stack.supervisor import Stopped, Supervisor
from labelhub.stack.up import down

STAYS = "import signal, sys; print('ready', flush=True); signal.pause()"
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); "
    "[signal.pause() for _ in iter(int, 1)]"
)
SAYS_WHEN = (
    "import signal, sys, time; "
    "signal.signal(signal.SIGTERM, lambda *_: (print(time.monotonic_ns(), flush=True), sys.exit())); "
    "print('ready', flush=True); signal.pause()"
)
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); {STAYS}"


@pytest.fixture
def part(home: Home) -> Callable[..., Part]:
    def make(name: str, code: str = STAYS, **more: object) -> Part:
        settings: dict[str, object] = {"probe": LogProbe("ready"), "grace": 0.5, **more}
        return Part(
            name=name,
            command=(sys.executable, "-c", code),
            environment=base_environment(home, name),
            **settings,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture(autouse=True)
def _nothing_is_left(home: Home) -> Iterator[None]:
    yield
    left = find_leftovers(home)
    end_leftovers(home, grace=0.1)
    assert left == []


class Started:
    """A supervisor watching in a thread, as the launcher's main thread would."""

    def __init__(self, home: Home, *parts: Part) -> None:
        self.said: list[str] = []
        self.home = home
        self.supervisor = Supervisor(home, parts, say=self.said.append)
        self.supervisor.start()
        self._thread = threading.Thread(target=self.supervisor.watch)
        self._thread.start()

    def pid(self, name: str) -> int | None:
        return read_states(self.home)[name][1]

    def end(self) -> float:
        began = time.monotonic()
        self.supervisor.ask_to_stop()
        self._thread.join()
        self.supervisor.stop()
        return time.monotonic() - began


@pytest.fixture
def started(home: Home) -> Iterator[Callable[..., Started]]:
    made: list[Started] = []

    def start(*parts: Part) -> Started:
        made.append(Started(home, *parts))
        return made[-1]

    yield start
    for one in made:
        one.end()


def test_a_part_starts_after_what_it_needs(home: Home, part: Callable, started: Callable) -> None:
    chore = part("chore", "print('done it')", probe=None, after=("ground",))
    said = started(part("house", after=("chore",)), chore, part("ground")).said
    assert [line.split()[0] for line in said] == ["ground", "chore", "house"]


def test_a_part_that_dies_is_restarted_and_said_so(part: Callable, started: Callable, eventually: Callable) -> None:
    stack = started(part("steady"), part("caddy"))
    before = stack.pid("caddy")
    os.kill(before, signal.SIGKILL)
    eventually(lambda: stack.pid("caddy") not in {before, None} and stack.said[-1].split()[:2] == ["caddy", "ready"])
    assert "caddy stopped (signal SIGKILL), restarting" in stack.said
    assert psutil.pid_exists(stack.pid("caddy"))


def test_a_part_that_keeps_dying_is_tried_ever_more_rarely(
    part: Callable, started: Callable, eventually: Callable, home: Home
) -> None:
    mark = home.root / "fail"
    code = f"import pathlib, sys; sys.exit(3) if pathlib.Path({str(mark)!r}).exists() else None; {STAYS}"
    stack = started(part("weak", code))
    mark.touch()
    began = time.monotonic()
    os.kill(stack.pid("weak"), signal.SIGTERM)
    eventually(lambda: sum("restarting" in line for line in stack.said) >= 4)
    assert time.monotonic() - began > 0.25 + 0.5 + 1
    assert "weak stopped (exit 3), restarting" in stack.said


def test_before_the_part_is_started_again_its_children_are_gone(
    part: Callable, started: Callable, eventually: Callable
) -> None:
    stack = started(part("parent", PARENT))
    parent = psutil.Process(stack.pid("parent"))
    eventually(parent.children)
    child = parent.children()[0]
    parent.kill()
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_part_that_fails_at_the_start_is_told_with_its_last_words(home: Home, part: Callable) -> None:
    supervisor = Supervisor(home, [part("bad", "import sys; sys.exit('no such setting: `X`')")], say=[].append)
    with pytest.raises(PartFailedError) as failure:
        supervisor.start()
    supervisor.stop()
    assert "bad stopped (exit 1) before it was ready" in str(failure.value)
    assert "no such setting: `X`" in str(failure.value)
    assert str(home.log("bad")) in str(failure.value)


def test_a_chore_that_fails_is_not_tried_again(home: Home, part: Callable) -> None:
    said: list[str] = []
    supervisor = Supervisor(home, [part("chore", "import sys; sys.exit(2)", probe=None)], say=said.append)
    with pytest.raises(PartFailedError, match=r"chore stopped \(exit 2\)"):
        supervisor.start()
    assert said == []


def test_a_part_that_never_gets_ready_is_given_up(home: Home, part: Callable) -> None:
    supervisor = Supervisor(home, [part("slow", probe=LogProbe("never"), patience=0.5)], say=[].append)
    with pytest.raises(PartFailedError, match="did not get ready within"):
        supervisor.start()
    supervisor.stop()


def test_everything_ends_within_ten_seconds_even_the_stubborn(home: Home, part: Callable, started: Callable) -> None:
    stubborn = [part(f"stubborn{number}", STUBBORN, grace=30, wave=number) for number in range(4)]
    stack = started(*stubborn, part("parent", PARENT, wave=1))
    assert stack.end() < 10
    assert find_leftovers(home) == []


def test_the_door_closes_before_what_is_behind_it(part: Callable, started: Callable, home: Home) -> None:
    started(part("behind", SAYS_WHEN, wave=2), part("door", SAYS_WHEN, wave=0)).end()
    at = {name: int(home.log(name).read_text().split()[-1]) for name in ("behind", "door")}
    assert at["door"] < at["behind"]


def test_a_start_can_be_broken_off(home: Home, part: Callable) -> None:
    supervisor = Supervisor(home, [part("slow", probe=LogProbe("never"))], say=[].append)
    threading.Timer(0.3, supervisor.ask_to_stop).start()
    with pytest.raises(Stopped):
        supervisor.start()
    supervisor.stop()


def test_a_part_sees_nothing_of_the_callers_environment(
    home: Home, part: Callable, started: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERNAME", "caller")
    monkeypatch.setenv("LABELHUB_SECRET_KEY", "callers")
    started(part("shows", f"import os; print(dict(os.environ), flush=True); {STAYS}"))
    written = home.log("shows").read_text()
    assert "caller" not in written
    assert f"'HOME': '{home.part('shows')}'" in written


@pytest.mark.parametrize(("tells", "said"), [(True, "rendering 29 pieces"), (False, "")])
def test_only_what_is_meant_for_people_is_said_while_a_chore_runs(
    home: Home, part: Callable, *, tells: bool, said: str
) -> None:
    home.log("chore").write_text("warnings.warn(\nrendering 29 pieces\n")
    assert Running(part("chore", probe=None, tells=tells), home).progress() == said


def test_a_log_is_kept_below_its_limit(home: Home) -> None:
    log = home.log("talks")
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    shorten(log)
    assert log.stat().st_size == 0
    assert log.with_name("talks.log.1").stat().st_size == LOG_LIMIT + 1


# --- a launcher of its own, so that it can be killed

LAUNCHER = """
    import sys
    from pathlib import Path
    from labelhub.stack.home import Home
    from labelhub.stack.lock import claimed, say_ending
    from labelhub.stack.parts import Part, base_environment
    from labelhub.stack.probes import LogProbe
    from labelhub.stack.supervisor import Supervisor, stopping_on_signals
    home = Home(Path({root!r}))
    with claimed(home):
        parts = [
            Part(name=name, command=(sys.executable, "-c", code), environment=base_environment(home, name),
                 probe=LogProbe("ready"), grace=0.5)
            for name, code in {parts!r}.items()
        ]
        supervisor = Supervisor(home, parts, say=print)
        with stopping_on_signals(supervisor):
            supervisor.start()
            print("launched", flush=True)
            supervisor.watch()
            say_ending(home)
            supervisor.stop()
"""


@pytest.fixture
def launched(home: Home) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    made: list[subprocess.Popen[str]] = []

    def launch(**parts: str) -> subprocess.Popen[str]:
        code = textwrap.dedent(LAUNCHER).format(root=str(home.root), parts=parts)
        made.append(
            subprocess.Popen(
                [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
            )
        )
        assert made[-1].stdout is not None
        for line in made[-1].stdout:
            if line == "launched\n":
                return made[-1]
        pytest.fail("the launcher ended")

    yield launch
    for process in made:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_what_a_killed_launcher_leaves_is_found_and_ended_grandchildren_too(
    home: Home, launched: Callable, eventually: Callable
) -> None:
    launcher = launched(parent=PARENT, stays=STAYS)
    eventually(lambda: len(find_leftovers(home)) == 3)
    launcher.kill()
    launcher.wait()
    assert launcher_of(home) is None
    assert end_leftovers(home, grace=0.3) == 3
    assert find_leftovers(home) == []


def test_another_homes_processes_are_left_alone(home: Home, launched: Callable, tmp_path: Path) -> None:
    launched(stays=STAYS)
    assert find_leftovers(Home(tmp_path / "another")) == []
    assert len(find_leftovers(home)) == 1
    end_leftovers(home)


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_in_order(home: Home, launched: Callable, which: signal.Signals) -> None:
    launcher = launched(stays=STAYS, parent=PARENT)
    launcher.send_signal(which)
    assert launcher.wait(timeout=10) == 0
    assert find_leftovers(home) == []


def test_a_second_start_of_the_same_home_says_so(home: Home, launched: Callable) -> None:
    launcher = launched(stays=STAYS)
    with pytest.raises(AlreadyRunningError, match=f"process {launcher.pid}") as refusal, claimed(home):
        pass
    assert "make down" in str(refusal.value)
    launcher.terminate()
    launcher.wait(timeout=10)


def test_a_start_waits_for_one_that_is_ending(home: Home) -> None:
    entered = threading.Event()

    def hold() -> None:
        with claimed(home):
            say_ending(home)
            entered.set()
            time.sleep(0.5)

    threading.Thread(target=hold).start()
    entered.wait(5)
    with claimed(home):
        assert launcher_of(home) == os.getpid()


def test_down_from_another_terminal_waits_until_all_has_ended(home: Home, launched: Callable) -> None:
    launched(parent=PARENT, stays=STAYS)
    said: list[str] = []
    assert down(home, say=said.append) == 0
    assert said[0].startswith("labelhub has ended")
    assert find_leftovers(home) == []
    assert launcher_of(home) is None


def test_down_after_a_killed_launcher_ends_the_leftovers(home: Home, launched: Callable) -> None:
    launcher = launched(stays=STAYS)
    launcher.kill()
    launcher.wait()
    said: list[str] = []
    assert down(home, say=said.append) == 0
    assert said[0].startswith("labelhub has ended")


def test_down_with_nothing_running_says_so(home: Home) -> None:
    said: list[str] = []
    assert down(home, say=said.append) == 0
    assert said == ["labelhub was not running"]


def test_a_signal_at_any_line_of_a_turn_is_heard(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler runs between two lines of the loop it interrupts: it must not want a lock that the loop may hold."""
    monkeypatch.setattr("labelhub.stack.supervisor.TURN", 0.0001)
    for moment in range(1, 60):
        supervisor, lines = Supervisor(home, [], say=print), count(1)

        def interrupt(
            *_: object, asked: Supervisor = supervisor, lines: Iterator[int] = lines, at: int = moment
        ) -> object:
            if next(lines) == at:
                asked.ask_to_stop()
            return interrupt

        before = sys.gettrace()
        sys.settrace(interrupt)
        try:
            supervisor.watch()
        finally:
            sys.settrace(before)
