"""`labelhub up` and `labelhub down`: the whole sequence from nothing to the ready line, and back to nothing."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import psutil
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from labelhub.demo.accounts import sign_in_cards
from labelhub.stack import parts
from labelhub.stack.errors import StackError
from labelhub.stack.home import Home, make_home, remember_port, write_environment
from labelhub.stack.leftovers import end_leftovers, find_leftovers
from labelhub.stack.local import STUDIO_DATABASE, ZONE_CODES, ZONES, Tools, find_tools, service_environment
from labelhub.stack.lock import claimed, launcher_of, say_ending
from labelhub.stack.plan import plan, remember_seed, remember_studio, uses_valkey
from labelhub.stack.ports import Ports, refuse_busy
from labelhub.stack.probes import valkey_says
from labelhub.stack.secret_values import load_secrets
from labelhub.stack.self_check import refuse_unsafe
from labelhub.stack.supervisor import Stopped, Supervisor, stopping_on_signals

FREE_BYTES = 1024**3
TIME_TO_END = 12.0
INTERRUPTED = 130


def up(home: Home, *, port: int | None = None, demo: bool = True, say: Callable[[str], None] | None = None) -> int:
    """Start the whole stack and keep it running until it is asked to end; return the process exit code."""
    home = Home(root=home.root, port=port or home.port)
    tell = say or _print
    try:
        tools = find_tools()
        _refuse_little_room(home)
        make_home(home)
        with claimed(home):
            return _run(home, tools, demo=demo, say=tell)
    except Stopped:
        tell("labelhub ended before it was ready")
        return INTERRUPTED
    except StackError as error:
        _complain(str(error))
        return 1


def down(home: Home, *, say: Callable[[str], None] | None = None) -> int:
    """End the stack of this state folder, whoever started it, and return once nothing of it runs."""
    tell, began = say or _print, time.monotonic()
    launcher = launcher_of(home)
    if launcher is not None:
        _end_launcher(launcher, home)
    left = end_leftovers(home)
    still = find_leftovers(home)
    if still:
        _complain(f"{len(still)} processes do not end: {[one.pid for one in still]}")
        return 1
    if launcher is None and not left:
        tell("labelhub was not running")
    else:
        tell(f"labelhub has ended ({time.monotonic() - began:.1f} s)")
    return 0


def _run(home: Home, tools: Tools, *, demo: bool, say: Callable[[str], None]) -> int:
    began = time.monotonic()
    left = end_leftovers(home)
    if left:
        say(f"ended {left} processes that an earlier start had left behind")
    refuse_busy(Ports(home.port).all(len(ZONES)))
    if valkey_says(home.socket, "PING\r\n"):
        raise StackError(f"another Valkey answers on `{home.socket}`: end it and run `make up` again")
    remember_port(home)
    kit = _kit(home, tools, os.environ)
    supervisor = Supervisor(home, plan(kit, demo=demo), say=say, abandoned=_make_died())
    say(f"starting labelhub in {home.root}")
    with stopping_on_signals(supervisor):
        try:
            supervisor.start()
            remember_studio(kit)
            remember_seed(kit, demo=demo)
            asked = refuse_unsafe(home, embedded_broker=uses_valkey(kit))
            say(f"  self-check: {asked} doors tried as a stranger would, each answers as it must")
            _show_accounts(kit, demo=demo)
            say(f"started in {time.monotonic() - began:.1f} s; Ctrl-C or `make down` ends everything")
            say(f"labelhub is ready at http://localhost:{home.port}")
            supervisor.watch()
            say("ending labelhub")
        finally:
            say_ending(home)
            supervisor.stop()
    return 0


def _kit(home: Home, tools: Tools, given: Mapping[str, str]) -> parts.Kit:
    service = service_environment(home, given)
    write_environment(home, service)
    return parts.Kit(
        home=home,
        tools=tools,
        secrets=load_secrets(home, ZONE_CODES),
        service=service,
        studio_database=given.get(STUDIO_DATABASE) or None,
    )


def _make_died() -> Callable[[], bool]:
    """How to notice that the `make` which started us was killed: it could not tell us, and nobody else would end us."""
    parent = psutil.Process().parent()
    if parent is None or parent.name() not in {"make", "gmake"}:
        return bool
    return lambda: os.getppid() != parent.pid


def _refuse_little_room(home: Home) -> None:
    place = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < FREE_BYTES:
        raise StackError(
            f"only {free // 1024**2} MB free at `{place}`: make at least 1 GB of room and run `make up` again"
        )


def _show_accounts(kit: parts.Kit, *, demo: bool) -> None:
    if not demo:
        return
    table = Table("who", "e-mail", "password", "TOTP secret", "start at", title="demo accounts", box=SIMPLE)
    for card in sign_in_cards(secret_key=kit.service["LABELHUB_SECRET_KEY"], port=kit.home.port):
        table.add_row(str(card.role), card.email, card.password, card.totp_secret, card.start_url)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _end_launcher(pid: int, home: Home) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + TIME_TO_END
    while launcher_of(home) == pid and time.monotonic() < deadline:
        time.sleep(0.05)
    if launcher_of(home) == pid:
        psutil.Process(pid).kill()


def _print(line: str) -> None:
    """Tell the person at the terminal; one who has gone away (a closed pipe) does not end the stack."""
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _complain(line: str) -> None:
    sys.stderr.write(f"labelhub: {line}\n")
    sys.stderr.flush()
