"""Appending to the ledger so that an entry is durable on its own when the call returns, one by one or many at once.

A commit is what an entry waits for, and one commit can carry many entries. So there is no queue and no thread beside:
whoever comes while nobody writes, writes at once; whoever comes meanwhile waits, and the first of those writes all that
have gathered by then, in one statement and one commit. Nobody returns before their own entry is committed.

An entry names the facts it was decided on by their hash, and they are kept beside it. The statement writes an entry
only where they are there already, which they nearly always are; the caller keeps them otherwise.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, models

from labelhub.prepared import rows_of

if TYPE_CHECKING:
    from labelhub.evidence.models import LedgerEntry

MOST = 256  # entries of one commit
KEPT = "{hash} = '' OR EXISTS (SELECT 1 FROM {inputs} kept WHERE kept.hash = {hash})"


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody whose entry is to be written, by themselves or by another."""

    entry: LedgerEntry
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    is_written: bool = False
    failure: DatabaseError | None = None


_gate = threading.Lock()
_waiting: list[_Waiting] = []
_state = {"writing": False, "failing": False}


def append(entry: LedgerEntry) -> bool:
    """Write an entry and commit; False, and nothing is written, where the facts it names are not kept yet.

    Raises:
        DatabaseError: it could not be committed.
    """
    mine = _Waiting(entry)
    with _gate:
        _waiting.append(mine)
        mine.leads, _state["writing"] = not _state["writing"], True
    if not mine.leads:
        mine.woken.wait()
    if mine.leads:
        _lead()
    if mine.failure is not None:
        raise mine.failure
    return mine.is_written


def is_failing() -> bool:
    """Whether the last entry that this process wanted to write could not be: until one is, no older one stands."""
    return _state["failing"]


def note(*, failing: bool) -> None:
    """Remember whether an entry could be written."""
    _state["failing"] = failing


def _lead() -> None:
    """Write what has gathered, wake those who waited for it, and leave the lead to the next."""
    with _gate:
        batch = _waiting[:MOST]  # whoever leads is the first of them
        del _waiting[:MOST]
    try:
        _write(batch)
    finally:
        with _gate:
            following = _waiting[0] if _waiting else None
            _state["writing"] = following is not None
        for one in batch:
            one.woken.set()
        if following is not None:
            following.leads = True
            following.woken.set()


def _write(batch: list[_Waiting]) -> None:
    try:
        written = insert([one.entry for one in batch])
    except DatabaseError as error:
        for one in batch:
            one.failure = error
    except BaseException:
        for one in batch:
            one.failure = DatabaseError("who was writing the entries was interrupted")
        raise
    else:
        for one in batch:
            one.is_written = one.entry.pk in written


def insert(entries: Sequence[LedgerEntry]) -> set[Any]:
    """Insert entries whose facts are kept, by one statement that commits by itself; the ids of those written.

    Raises:
        DatabaseError: nothing was written.
    """
    rows = [_values(entry) for entry in entries]
    if connection.vendor == "postgresql":
        return _insert_on_postgresql(rows)
    if len(rows) == 1:
        with connection.cursor() as cursor:
            cursor.execute(_statement_for_one(), rows[0])
            return {entries[0].pk} if cursor.rowcount == 1 else set()
    written = set()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            for entry, row in zip(entries, rows, strict=True):
                cursor.execute(_statement_for_one(), row)
                written |= {entry.pk} if cursor.rowcount == 1 else set()
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
    return written


def _insert_on_postgresql(rows: list[list[Any]]) -> set[Any]:
    """However many there are, they are one value: the database takes them apart faster than we could name them."""
    records = [dict(zip(_columns(), row, strict=True)) for row in rows]
    return {identity for (identity,) in rows_of(_statement_for_many(), [json.dumps(records, default=str)])}


@cache
def _fields() -> tuple[models.Field[Any, Any], ...]:
    from labelhub.evidence.models import LedgerEntry  # noqa: PLC0415 - its manager comes from here

    return tuple(LedgerEntry._meta.concrete_fields)  # noqa: SLF001  public in all but name, by Django's documentation


def _columns() -> list[str]:
    return [str(each.column) for each in _fields()]


@cache
def _tables() -> tuple[str, str]:
    from labelhub.evidence.models import DecisionInputs, LedgerEntry  # noqa: PLC0415 - its manager comes from here

    return LedgerEntry._meta.db_table, DecisionInputs._meta.db_table  # noqa: SLF001  likewise


def _values(entry: LedgerEntry) -> list[Any]:
    return [each.get_db_prep_save(getattr(entry, each.attname), connection) for each in _fields()]


@cache
def _statement_for_one() -> str:
    entries, inputs = _tables()
    names = ", ".join(_columns())
    marks = ", ".join(f"%s AS {column}" for column in _columns())
    kept = KEPT.format(hash="new.inputs_hash", inputs=inputs)
    return f"INSERT INTO {entries} ({names}) SELECT {names} FROM (SELECT {marks}) AS new WHERE {kept}"  # noqa: S608  our own names


@cache
def _statement_for_many() -> str:
    entries, inputs = _tables()
    names = ", ".join(_columns())
    typed = ", ".join(f"{each.column} {each.db_type(connection)}" for each in _fields())
    kept = KEPT.format(hash="new.inputs_hash", inputs=inputs)
    return (
        f"INSERT INTO {entries} ({names}) SELECT {names} "  # noqa: S608  our own names
        f"FROM json_to_recordset(%s::json) AS new ({typed}) WHERE {kept} RETURNING id"
    )
