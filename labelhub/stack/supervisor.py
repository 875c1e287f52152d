"""Starts the parts in the order of their needs, watches them, and ends every one of them.

One thread and one loop: each turn looks at every part once. Nothing here waits for a single part, so the slow first
start of Label Studio runs beside everything that does not need it.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from labelhub.stack.errors import PartFailedError, StackError
from labelhub.stack.home import Home
from labelhub.stack.leftovers import end_leftovers
from labelhub.stack.parts import Part
from labelhub.stack.process import Running, State, shorten, write_states

TURN = 0.1
TRIES_BEFORE_READY = 3
STILL_EVERY = 5.0
SHORTEN_EVERY = 30.0
TIME_TO_END = 8.5


class Stopped(StackError):  # noqa: N818 - not an error: someone asked for the end
    """The stack was asked to end while it was starting."""


class Supervisor:
    """The parts of one stack, from the first start to the last end."""

    def __init__(
        self, home: Home, parts: Iterable[Part], *, say: Callable[[str], None], abandoned: Callable[[], bool] = bool
    ) -> None:
        """Take the parts; `abandoned` tells when nobody is left to end the stack, so that it ends itself."""
        self._home = home
        self._abandoned = abandoned
        self._say = say
        self._parts = {part.name: Running(part, home) for part in parts}
        # A plain truth value: the lock inside a `threading.Event` is not one that a signal handler may take while the
        # loop it interrupted is holding it, and then nothing would ever end.
        self._is_asked_to_stop = False
        self._said_at: dict[str, float] = {}
        self._shortened_at = time.monotonic()
        self._width = max((len(name) for name in self._parts), default=0)

    def ask_to_stop(self) -> None:
        """Make `start` or `watch` return soon; safe to call from a signal handler or another thread."""
        self._is_asked_to_stop = True

    def start(self) -> None:
        """Start everything and return once every part is ready.

        Raises:
            PartFailedError: a part ended, or did not answer in time.
            Stopped: the end was asked for before.
        """
        while not all(running.state in {State.READY, State.DONE} for running in self._parts.values()):
            self._turn(starting=True)
            time.sleep(TURN)
            if self._is_asked_to_stop or self._abandoned():
                raise Stopped("the start was broken off")

    def watch(self) -> None:
        """Keep every part running until the end is asked for."""
        while not self._is_asked_to_stop and not self._abandoned():
            self._turn(starting=False)
            if time.monotonic() - self._shortened_at > SHORTEN_EVERY:
                self._shortened_at = time.monotonic()
                for name in self._parts:
                    shorten(self._home.log(name))
            time.sleep(TURN)

    def stop(self) -> None:
        """End every part and everything any of them has started; takes ten seconds at the very most."""
        deadline = time.monotonic() + TIME_TO_END
        for wave in sorted({running.part.wave for running in self._parts.values()}):
            members = [running for running in self._parts.values() if running.part.wave == wave]
            for running in members:
                running.ask_to_end()
            until = min(deadline, time.monotonic() + max(running.part.grace for running in members))
            while not all(running.has_ended() for running in members) and time.monotonic() < until:
                _kill_those_out_of_grace(members, until)
                time.sleep(TURN / 2)
            for running in members:
                running.kill_group()
        end_leftovers(self._home, grace=0.2, within=1.0)

    def _turn(self, *, starting: bool) -> None:
        for running in self._parts.values():
            if running.state is State.WAITING and self._needs_met(running.part):
                running.start()
            changed = running.look()
            if changed is not None:
                write_states(self._home, self._parts.values())
                self._tell(running, changed, starting=starting)
            if starting:
                self._say_still(running)
                _refuse_overdue(running)

    def _needs_met(self, part: Part) -> bool:
        return all(self._parts[name].state in {State.READY, State.DONE} for name in part.after)

    def _tell(self, running: Running, state: State, *, starting: bool) -> None:
        name = running.part.name.ljust(self._width)
        if state is State.RESTING:
            if starting and (running.part.probe is None or running.failures >= TRIES_BEFORE_READY):
                raise PartFailedError(_story(running, f"stopped ({running.exit_text}) before it was ready", self._home))
            self._say(f"{running.part.name} stopped ({running.exit_text}), restarting")
        elif state in {State.READY, State.DONE}:
            self._say(f"  {name}  {state.value:<5}  {running.seconds_to_ready:5.1f} s")

    def _say_still(self, running: Running) -> None:
        now, name = time.monotonic(), running.part.name
        if (
            running.state is not State.STARTING
            or now - max(running.started_at, self._said_at.get(name, 0)) < STILL_EVERY
        ):
            return
        self._said_at[name] = now
        detail = running.progress()
        self._say(
            f"  {name.ljust(self._width)}  …      {now - running.started_at:5.0f} s{f'  {detail}' if detail else ''}"
        )


@contextmanager
def stopping_on_signals(supervisor: Supervisor) -> Iterator[None]:
    """Turn Ctrl-C, `kill` and a closed terminal into an orderly end while the block runs."""

    def handle(number: int, frame: FrameType | None) -> None:
        supervisor.ask_to_stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _kill_those_out_of_grace(members: list[Running], until: float) -> None:
    longest = max(running.part.grace for running in members)
    for running in members:
        if not running.has_ended() and time.monotonic() > until - longest + running.part.grace:
            running.kill_group()


def _refuse_overdue(running: Running) -> None:
    if running.overdue():
        seconds = running.part.patience
        raise PartFailedError(
            f"{running.part.name} did not get ready within {seconds:.0f} s; it wrote:\n{running.tail()}"
        )


def _story(running: Running, what: str, home: Home) -> str:
    name = running.part.name
    return f"{name} {what}; its last lines (all of them are in `{home.log(name)}`):\n{running.tail()}"
