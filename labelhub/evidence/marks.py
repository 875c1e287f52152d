"""Whether anything that decisions about views depend on was committed since it was read.

Triggers on every table of such facts insert a mark, in the transaction of the change and whoever makes it, and marks
are only ever counted. So nobody has to tell of a change, no change waits for another, and a statement sees exactly the
marks of the changes that it sees. Where a trigger is missing, nothing read stands for anything later.

Marks are thinned out by whoever finds many: all but a new one are deleted while nobody can be setting any, so that the
oldest mark and how many there are never come back together.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any, Final

from django.db import OperationalError, connection, transaction

from labelhub.prepared import rows_of

MARKS: Final = "evidence_factmark"
STATE: Final = f"(SELECT COALESCE(MIN(id), 0) || '/' || COUNT(*) FROM {MARKS})"  # noqa: S608  our own name
MOST: Final = 64
THIN_EVERY: Final = 1.0  # seconds, of one process
VERBS: Final = ("INSERT", "UPDATE", "DELETE")
FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION labelhub_mark_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO {MARKS} DEFAULT VALUES; RETURN NULL; END $$"""
TRIGGER: Final = """
CREATE OR REPLACE TRIGGER {table}_marks AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION labelhub_mark_facts()"""
TRIGGER_IN_SQLITE: Final = """
CREATE TRIGGER IF NOT EXISTS {table}_marks_{verb} AFTER {verb} ON {table}
    BEGIN INSERT INTO {marks} (id) VALUES (NULL); END"""
_thinned = {"at": -THIN_EVERY}
_thinning = threading.Lock()


def state() -> str:
    """Say in which state the facts are: equal answers are the same facts."""
    if connection.vendor == "postgresql":
        return str(rows_of(f"SELECT {STATE}")[0][0])
    return str(_one(f"SELECT {STATE}"))


def watch(tables: Iterable[str]) -> None:
    """Have every change of these tables set a mark; of a table that was made anew, too.

    A table that is not there is left out, and so are all where marks have no table: migrations may stop half-way.
    """
    there = set(connection.introspection.table_names())
    if MARKS not in there:
        return
    tables = sorted(there.intersection(tables))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for statement in (one for table in tables for one in _triggers(table)):
            cursor.execute(statement)


def unwatched(tables: Iterable[str]) -> set[str]:
    """Name those of some tables whose changes would set no mark."""
    wanted = {table: set(_names(table)) for table in tables}
    if connection.vendor == "postgresql":
        found = rows_of("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        there = {str(name) for (name,) in found}
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            there = {str(name) for (name,) in cursor.fetchall()}
    return {table for table, names in wanted.items() if not names <= there}


def thin_out(seen: str) -> None:
    """Delete marks where a state shows that there are many; somebody who is setting one just now is left alone."""
    if int(seen.partition("/")[2]) < MOST or connection.in_atomic_block:
        return
    with _thinning:
        if time.monotonic() < _thinned["at"] + THIN_EVERY:
            return
        _thinned["at"] = time.monotonic()
    try:
        with transaction.atomic(durable=True):
            _keep_a_new_one()
    except OperationalError:
        return  # they are counted a little longer


def _keep_a_new_one() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {MARKS} IN EXCLUSIVE MODE NOWAIT")
        cursor.execute(f"INSERT INTO {MARKS} DEFAULT VALUES")
        cursor.execute(f"DELETE FROM {MARKS} WHERE id < (SELECT MAX(id) FROM {MARKS})")  # noqa: S608  our own name


def _names(table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [f"{table}_marks"]
    return [f"{table}_marks_{verb.lower()}" for verb in VERBS]


def _triggers(table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [TRIGGER.format(table=table)]
    return [TRIGGER_IN_SQLITE.format(table=table, verb=verb.lower(), marks=MARKS) for verb in VERBS]


def _one(statement: str) -> Any:  # noqa: ANN401  whatever the one value is
    connection.ensure_connection()
    return connection.connection.execute(statement).fetchone()[0]
