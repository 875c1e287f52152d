"""`python -m bench.view`: one whole media decision in process, beside the bare insert and commit of the same row.

The served WSGI application is called as granian calls it: session, facts, decision, durable entry, signed path. In one
candidate every request is a view of its own, of footage that this process mostly knows, in one it knows none of it yet,
and in another all share the entry of the first; *bare* inserts a row like those that were written into the same table,
by one prepared statement, and commits. Makes a database of its own: a file, or one on the PostgreSQL it is given, which
is dropped afterwards.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from bench.eligible import own_database, say, server_version

SESSIONS = 8
EACH = 200
SLICE = 10


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that comes through the door, and what it may name: pieces of footage, and sessions' cookies."""

    environ: dict[str, Any]
    paths: tuple[str, ...]
    cookies: tuple[str, ...]

    never_seen: tuple[str, ...]

    def each_once(self) -> Iterator[tuple[str, str]]:
        """Every piece in every session: no two requests are the same view."""
        return product(self.cookies, self.paths)


def main() -> None:
    """Fill, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.view", description=__doc__)
    parser.add_argument("database", nargs="?", default=os.environ.get("LABELHUB_TEST_DATABASE_URL"))
    parser.add_argument("--sqlite", action="store_true", help="a file, whatever PostgreSQL there is")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--each", type=int, default=EACH, help="requests of each candidate in each round")
    asked = parser.parse_args()
    with started(None if asked.sqlite else asked.database):
        compare(rounds=asked.rounds, each=asked.each)


@contextmanager
def started(server: str | None) -> Iterator[None]:
    """Start Django on an empty database of its own, which is gone afterwards."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if server is None:
        with tempfile.TemporaryDirectory(prefix="lhbench-") as folder:
            os.environ["LABELHUB_TEST_DATABASE_URL"] = f"sqlite:///{folder}/labelhub.sqlite3"
            _set_up()
            yield
        return
    with own_database(server) as address:
        os.environ["LABELHUB_TEST_DATABASE_URL"] = address
        _set_up()
        yield


def _set_up() -> None:
    import django  # noqa: PLC0415 - its settings need the address
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)


def compare(*, rounds: int, each: int) -> None:
    """Run every candidate in each round, in order, and print medians and ratios of the same round."""
    from django.db import connection  # noqa: PLC0415 - needs Django started

    visit = prepare(-(-(rounds + 1) * each // SESSIONS), never_seen=(rounds + 1) * each)
    views, never_seen = visit.each_once(), iter(visit.never_seen)
    ways: dict[str, Callable[[], object]] = {
        "bare insert and commit": bare(),
        "door, each its own view": lambda: ask(visit, *next(views)),
        "door, footage never seen": lambda: ask(visit, visit.cookies[0], next(never_seen)),
        "door, under a lease": lambda: ask(visit, visit.cookies[0], visit.paths[0]),
    }
    before, taken = os.getloadavg(), measure(ways, rounds, each)
    after = os.getloadavg()
    server = server_version() if connection.vendor == "postgresql" else "SQLite, synchronous FULL"
    say(f"{rounds} rounds of {each} each, alternating; {server}")
    say(f"load average {before[0]:.1f} before, {after[0]:.1f} after; {os.cpu_count()} processors")
    say(f"  {'':26}{'p50 ms':>9}{'p99 ms':>9}{'×bare p50':>11}")
    first = next(iter(ways))
    for name in ways:
        p50 = [statistics.median(times) for times in taken[name]]
        p99 = statistics.median(sorted(times)[int(len(times) * 0.99)] for times in taken[name])
        ratio = statistics.median(one / statistics.median(other) for one, other in zip(p50, taken[first], strict=True))
        say(f"  {name:26}{statistics.median(p50):9.3f}{p99:9.2f}{ratio:11.2f}")


def measure(ways: dict[str, Callable[[], object]], rounds: int, each: int) -> dict[str, list[list[float]]]:
    """Milliseconds of every single call, by candidate and round."""
    taken: defaultdict[str, list[list[float]]] = defaultdict(list)
    from django.db import connection  # noqa: PLC0415 - needs Django started

    report_well()
    for way in ways.values():
        for _ in range(each // 4):
            way()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as every database that has run for a while
    for _ in range(rounds):
        found: defaultdict[str, list[float]] = defaultdict(list)
        for _ in range(each // SLICE):  # in turns of a few, so that a disk that is busy is busy for all
            report_well()
            for name, way in ways.items():
                found[name] += [timed(way) for _ in range(SLICE)]
        for name in ways:
            taken[name].append(found[name])
    return taken


def report_well() -> None:
    """Say, as the sequencer does every few seconds, that the ledger is well."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django started

    from labelhub.evidence.models import LedgerHead  # noqa: PLC0415

    LedgerHead.objects.update_or_create(ledger="us", defaults={"reported": timezone.now()})


def timed(way: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    begun = time.perf_counter()
    way()
    return (time.perf_counter() - begun) * 1000


def prepare(pieces: int, never_seen: int = 0) -> Visit:
    """A person who may see some stills, signed in several times, and address databases."""
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - needs Django started
    from django.test import RequestFactory  # noqa: PLC0415

    from labelhub.accounts.models import Role  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    write_address_databases(factories.now())
    factories.activate_demo_policy()
    camera = factories.make_source()
    stills = [factories.make_footage(camera) for _ in range(pieces)]
    others = [factories.make_footage(camera) for _ in range(never_seen)]
    lead = factories.make_person("lead", Role.LEAD, attested="US")
    factories.let_see(lead, camera)
    given = Session.objects.get(session_key=factories.signed_in(lead).session.session_key)
    rows = [
        Session(session_key=secrets.token_hex(16), session_data=given.session_data, expire_date=given.expire_date)
        for _ in range(SESSIONS)
    ]
    Session.objects.bulk_create(rows, batch_size=500)
    from django.conf import settings  # noqa: PLC0415

    environ = (
        RequestFactory(
            HTTP_X_LH_GATEWAY=settings.GATEWAY_SECRET, HTTP_X_LH_PEER=factories.PEERS["US"], HTTP_ACCEPT="image/*"
        )
        .get("/")
        .environ
    )
    paths, never = (tuple(f"/media/{one.pk}/original" for one in some) for some in (stills, others))
    return Visit(environ, paths, tuple(f"{settings.SESSION_COOKIE_NAME}={row.session_key}" for row in rows), never)


def write_address_databases(at: Any) -> None:  # noqa: ANN401  a time
    """Both address databases and the list of networks, as the demo writes them."""
    import shutil  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415

    from labelhub.demo.geoip import write_databases  # noqa: PLC0415
    from labelhub.demo.networks import write_networks  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        files = write_databases(Path(folder), built_at=at)
        shutil.copy(files.primary, settings.GEOIP_PRIMARY)
        shutil.copy(files.secondary, settings.GEOIP_SECONDARY)
        shutil.copy(write_networks(Path(folder)), settings.NETWORKS)


def ask(visit: Visit, cookie: str, path: str) -> None:
    """Send the request, and hold the answer to be one that has footage streamed."""
    from labelhub.wsgi import application  # noqa: PLC0415 - needs Django started

    said: list[Any] = []
    environ = {**visit.environ, "PATH_INFO": path, "HTTP_COOKIE": cookie}
    list(application(environ, lambda status, headers, *_: said.extend([status, dict(headers)])))
    assert said[0].startswith("200"), said
    assert said[1]["X-Accel-Redirect"], said


def bare() -> Callable[[], object]:
    """Insert a row like one the door writes, by the database's own driver, and commit."""
    from django.db import connection  # noqa: PLC0415 - needs Django started

    from labelhub.evidence.models import LedgerEntry  # noqa: PLC0415

    own = connection.copy()
    own.connect()
    columns = [field.column for field in LedgerEntry._meta.concrete_fields]  # noqa: SLF001
    marks = ", ".join("?" if connection.vendor == "sqlite" else "%s" for _ in columns)
    statement = f"INSERT INTO {LedgerEntry._meta.db_table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608, SLF001
    values = _row_like(columns)
    raw = own.connection
    if connection.vendor == "postgresql":
        import psycopg  # noqa: PLC0415

        raw = psycopg.connect(**own.get_connection_params() | {"cursor_factory": psycopg.Cursor})
        raw.prepare_threshold = 1

    def once() -> None:
        values[0] = secrets.token_hex(16)
        if connection.vendor == "sqlite":
            raw.execute("BEGIN IMMEDIATE")
        raw.execute(statement, values)
        raw.commit()

    return once


def _row_like(columns: list[str]) -> list[Any]:
    from django.db import connection  # noqa: PLC0415 - needs Django started
    from django.utils import timezone  # noqa: PLC0415

    body = "{" + "x" * 700 + "}"
    row: dict[str, Any] = dict.fromkeys(columns, "x" * 16) | {
        "at": connection.ops.adapt_datetimefield_value(timezone.now()), "level": 2, "body": body, "ledger": "us",
        "action": "media:view:denied", "outcome": "deny", "place": "US", "jurisdiction": "US-CA",
        "leaf_text": "{" + "x" * 420 + "}", "policy_hash": "0" * 64, "inputs_hash": "0" * 64, "session": "0" * 32,
        "personal_text": "{" + "x" * 160 + "}", "salt": "0" * 32, "personal_salt": "0" * 32,
    }  # fmt: skip
    return [row[column] for column in columns]


if __name__ == "__main__":
    main()
