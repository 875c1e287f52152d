"""`labelhub up` and `labelhub down`: the whole sequence from nothing to the ready line, and back to nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import unquote

import psutil
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from labelhub.demo.geoip import write_databases
from labelhub.demo.places import PLACES
from labelhub.stack import parts
from labelhub.stack.caddyfile import DemoPlace
from labelhub.stack.errors import StackError
from labelhub.stack.home import ROOT, Home, make_home, write_environment
from labelhub.stack.leftovers import end_leftovers, find_leftovers
from labelhub.stack.local import STUDIO_DATABASE, ZONE_CODES, ZONES, Tools, find_tools, service_environment
from labelhub.stack.lock import claimed, launcher_of
from labelhub.stack.ports import Ports, refuse_busy
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
        print(f"labelhub: {error}", file=sys.stderr, flush=True)
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
        print(f"labelhub: {len(still)} processes do not end: {[one.pid for one in still]}", file=sys.stderr, flush=True)
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
    kit = _kit(home, tools, os.environ)
    supervisor = Supervisor(home, _plan(kit, demo=demo), say=say)
    say(f"starting labelhub in {home.root}")
    with stopping_on_signals(supervisor):
        try:
            supervisor.start()
            _remember_studio(kit)
            _remember_seed(kit, demo=demo)
            refuse_unsafe(home, embedded_broker=_uses_valkey(kit))
            _show_accounts(kit, demo=demo)
            say(f"started in {time.monotonic() - began:.1f} s; Ctrl-C or `make down` ends everything")
            say(f"labelhub is ready at http://localhost:{home.port}")
            supervisor.watch()
            say("ending labelhub")
        finally:
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


def _plan(kit: parts.Kit, *, demo: bool) -> list[parts.Part]:
    """Which parts there are this time, and what each waits for."""
    stores = [parts.store(kit, zone, number) for number, zone in enumerate(ZONES)]
    ground = [*stores, *([parts.valkey(kit)] if _uses_valkey(kit) else [])]
    setup = parts.chore(kit, "setup", "setup", after=tuple(part.name for part in ground))
    first = [] if _studio_is_prepared(kit) else [parts.studio_first_time(kit)]
    studio = parts.studio(kit, after=tuple(part.name for part in first))
    served = [part(kit, after=("setup",)) for part in (parts.app, parts.worker, parts.beat)]
    places = tuple(DemoPlace(place.host, str(place.address)) for place in PLACES) if demo else ()
    door = parts.caddy(kit, places=places, after=("app",))
    if demo:
        write_databases(kit.home.folder("geoip"), built_at=datetime.now(UTC))
    seed = (
        [parts.chore(kit, "demo", "demo", "seed", after=("setup", "studio", "app"))]
        if demo and not _is_seeded(kit)
        else []
    )
    return [*ground, *first, studio, setup, *served, door, *seed]


def _refuse_little_room(home: Home) -> None:
    place = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < FREE_BYTES:
        raise StackError(
            f"only {free // 1024**2} MB free at `{place}`: make at least 1 GB of room and run `make up` again"
        )


def _studio_mark(kit: parts.Kit) -> str:
    packages = kit.tools.studio_python.parent.parent / "lib"
    installed = next(
        (path.name for path in packages.glob("python3.*/site-packages/label_studio-*.dist-info")), "unknown"
    )
    inside = b"".join(path.read_bytes() for path in sorted(parts.INSIDE.glob("*.py")))
    facts = f"{installed} {kit.studio_database} {hashlib.sha256(inside).hexdigest()}"
    return hashlib.sha256(facts.encode()).hexdigest()


def _seed_mark(kit: parts.Kit) -> str:
    code = b"".join(path.read_bytes() for path in sorted((ROOT / "labelhub" / "demo").rglob("*.py")))
    today = datetime.now(UTC).date()  # once a day again: what the demo promises must not expire
    facts = f"{today} {version('labelhub')} {kit.service['LABELHUB_DATABASE_URL']} {hashlib.sha256(code).hexdigest()}"
    return hashlib.sha256(facts.encode()).hexdigest()


def _is_marked(home: Home, name: str, mark: str) -> bool:
    path = home.folder("marks") / name
    return path.exists() and path.read_text(encoding="ascii") == mark


def _studio_is_prepared(kit: parts.Kit) -> bool:
    return _is_marked(kit.home, "studio", _studio_mark(kit))


def _is_seeded(kit: parts.Kit) -> bool:
    return _is_marked(kit.home, "demo", _seed_mark(kit))


def _remember_studio(kit: parts.Kit) -> None:
    (kit.home.folder("marks") / "studio").write_text(_studio_mark(kit), encoding="ascii")


def _remember_seed(kit: parts.Kit, *, demo: bool) -> None:
    if demo:
        (kit.home.folder("marks") / "demo").write_text(_seed_mark(kit), encoding="ascii")


def _uses_valkey(kit: parts.Kit) -> bool:
    return any(
        str(kit.home.socket) in unquote(kit.service[name]) for name in ("LABELHUB_BROKER_URL", "LABELHUB_CACHE_URL")
    )


def _show_accounts(kit: parts.Kit, *, demo: bool) -> None:
    if not demo:
        return
    accounts = parts.chore(kit, "accounts", "demo", "accounts", "--json", after=())
    asked = subprocess.run(
        accounts.command, env=dict(accounts.environment), capture_output=True, text=True, check=False
    )
    if asked.returncode:
        raise StackError(f"the demo accounts cannot be read: {asked.stderr.strip()}")
    table = Table("who", "e-mail", "password", "TOTP secret", "start at", title="demo accounts", box=SIMPLE)
    for card in json.loads(asked.stdout):
        table.add_row(*(str(card[name]) for name in ("role", "email", "password", "totp_secret", "start_url")))
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
    print(line, flush=True)
