"""Appending to the ledger so that an entry is durable on its own when the call returns, one by one or many at once.

A commit is what an entry waits for, and one commit can carry many entries. So there is no queue and no thread beside:
whoever comes while nobody writes, writes at once; whoever comes meanwhile waits, and the first of those writes all that
have gathered by then, in one statement and one commit. Nobody returns before their own entry is committed.

An entry names the facts it was decided on by their hash, and they are kept beside it, once. They are sent along unless
this process knows them to be kept; whether they still are, the statement itself looks, and writes no entry otherwise.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, Error, connection, models

from labelhub.prepared import rows_of

if TYPE_CHECKING:
    from labelhub.evidence.models import DecisionInputs, LedgerEntry

MOST = 256  # entries of one commit
KNOWN = 20_000
KEPT = "{hash} = '' OR EXISTS (SELECT 1 FROM {inputs} kept WHERE kept.hash = {hash})"


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody whose entry is to be written, by themselves or by another."""

    entry: LedgerEntry
    facts: DecisionInputs | None
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    is_written: bool = False
    failure: Error | None = None


_gate = threading.Lock()
_waiting: list[_Waiting] = []
_known: set[str] = set()
_state = {"writing": False, "failing": False}


def append(entry: LedgerEntry, facts: DecisionInputs | None = None) -> bool:
    """Write an entry and commit; False, and nothing is written, where the facts it names are neither kept nor given.

    Raises:
        DatabaseError: it could not be committed.
    """
    mine = _Waiting(entry, facts)
    with _gate:
        _waiting.append(mine)
        mine.leads, _state["writing"] = not _state["writing"], True
    if not mine.leads:
        mine.woken.wait()
    if mine.leads:
        _lead()
    if mine.failure is not None:
        raise mine.failure
    if mine.is_written and entry.inputs_hash:
        if len(_known) >= KNOWN:
            _known.clear()
        _known.add(entry.inputs_hash)
    elif not mine.is_written:
        _known.discard(entry.inputs_hash)
    return mine.is_written


def is_known(digest: str) -> bool:
    """Whether this process has seen the facts of this hash kept; they may have been erased since."""
    return digest in _known


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
        written = insert([one.entry for one in batch], [one.facts for one in batch if one.facts is not None])
    except Error as error:
        for one in batch:
            one.failure = error
    except BaseException:
        for one in batch:
            one.failure = DatabaseError("who was writing the entries was interrupted")
        raise
    else:
        for one in batch:
            one.is_written = one.entry.pk in written


def insert(entries: Sequence[LedgerEntry], facts: Sequence[DecisionInputs] = ()) -> set[Any]:
    """Insert facts that are not kept yet and entries whose facts are, and commit; the ids of the entries written.

    Raises:
        DatabaseError: nothing was written.
    """
    # In one order, since two processes that keep the same facts at the same time wait for each other.
    by_hash = dict(sorted((one.hash, one) for one in facts))
    if connection.vendor == "postgresql" and len(entries) == 1 and not facts:
        return {identity for (identity,) in rows_of(_statement_for_one_returning(), _values(entries[0]))}
    if connection.vendor == "postgresql":
        # However many there are, they are two values: the database takes them apart faster than we could name them.
        written = rows_of(_statement_for_many(), [_json(list(by_hash.values())), _json(entries)])
        return {identity for (identity,) in written}
    return _insert_in_turn(entries, list(by_hash.values()))


def _insert_in_turn(entries: Sequence[LedgerEntry], facts: Sequence[DecisionInputs]) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            for one in facts:
                cursor.execute(_statement_for_facts(), _values(one))
            written = set()
            for entry in entries:
                cursor.execute(_statement_for_one(), _values(entry))
                written |= {entry.pk} if cursor.rowcount == 1 else set()
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
    return written


def _json(rows: Sequence[models.Model]) -> str:
    return json.dumps([dict(zip(_columns(type(row)), _values(row), strict=True)) for row in rows], default=str)


@cache
def _models() -> tuple[type[models.Model], type[models.Model]]:
    from labelhub.evidence.models import DecisionInputs, LedgerEntry  # noqa: PLC0415 - they need Django started

    return LedgerEntry, DecisionInputs


@cache
def _fields(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    return tuple(model._meta.concrete_fields)  # noqa: SLF001  public in all but name, by Django's documentation


@cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(str(each.column) for each in _fields(model))


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001  likewise


def _values(row: models.Model) -> list[Any]:
    return [each.get_db_prep_save(getattr(row, each.attname), connection) for each in _fields(type(row))]


@cache
def _statement_for_facts() -> str:
    names = _columns(_models()[1])
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_table(_models()[1])} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  our own names


@cache
def _statement_for_one() -> str:
    entries, inputs = _models()
    names = ", ".join(_columns(entries))
    marks = ", ".join(f"%s AS {column}" for column in _columns(entries))
    kept = KEPT.format(hash="new.inputs_hash", inputs=_table(inputs))
    return f"INSERT INTO {_table(entries)} ({names}) SELECT {names} FROM (SELECT {marks}) AS new WHERE {kept}"  # noqa: S608  our own names


@cache
def _statement_for_one_returning() -> str:
    entries, inputs = _models()
    names = ", ".join(_columns(entries))
    marks = ", ".join(f"%s::{each.db_type(connection)} AS {each.column}" for each in _fields(entries))
    kept = KEPT.format(hash="new.inputs_hash", inputs=_table(inputs))
    return f"""
        INSERT INTO {_table(entries)} ({names}) SELECT {names} FROM (SELECT {marks}) AS new WHERE {kept}
            RETURNING id"""  # noqa: S608  our own names


@cache
def _statement_for_many() -> str:
    entries, inputs = _models()
    typed = [", ".join(f"{each.column} {each.db_type(connection)}" for each in _fields(model)) for model in _models()]
    names = [", ".join(_columns(model)) for model in _models()]
    kept = KEPT.format(hash="new.inputs_hash", inputs=_table(inputs))
    return f"""
        WITH given AS (INSERT INTO {_table(inputs)} ({names[1]}) SELECT {names[1]}
            FROM json_to_recordset(%s::json) AS one ({typed[1]}) ON CONFLICT DO NOTHING RETURNING hash)
        INSERT INTO {_table(entries)} ({names[0]})
            SELECT {names[0]} FROM json_to_recordset(%s::json) AS new ({typed[0]})
            WHERE {kept} OR new.inputs_hash IN (SELECT hash FROM given) RETURNING id"""  # noqa: S608  our own names
