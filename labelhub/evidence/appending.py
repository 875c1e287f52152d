"""Appending to the ledger so that an entry is durable on its own when the call returns, one by one or many at once.

A commit is what an entry waits for, and one commit can carry many entries. So there is no queue and no thread beside:
whoever comes while nobody writes, writes at once; whoever comes meanwhile waits, and the first of those writes all that
have gathered by then, in one statement and one commit. Nobody returns before their own entry is committed.

An entry can be written under a condition: only while the facts that were read before are in the state they were read
in, its ledger is well, and no entry of the same view stands. The statement that writes it looks, so that nothing can
change in between.

An entry names the facts it was decided on by their hash, and they are kept beside it, once. They are sent along unless
this process knows them to be kept; whether they still are, the statement itself looks, and writes no entry otherwise.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, Error, connection, connections, models

from labelhub.evidence import health
from labelhub.evidence.marks import STATE
from labelhub.prepared import rows_of

if TYPE_CHECKING:
    from labelhub.evidence.models import DecisionInputs, LedgerEntry

MOST = 256  # entries of one commit
KNOWN = 20_000
STANDS = timedelta(seconds=60)  # how long an entry of a view may stand for more requests of the same view
SAME_VIEW = ("person", "footage", "rendition", "action", "session", "purpose", "policy_hash", "inputs_hash")
KEPT = "{hash} = '' OR EXISTS (SELECT 1 FROM {inputs} kept WHERE kept.hash = {hash})"


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody whose entry is to be written, by themselves or by another."""

    entry: LedgerEntry
    facts: DecisionInputs | None
    state: str
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    is_written: bool = False
    failure: Error | None = None


_gate = threading.Lock()
_waiting: list[_Waiting] = []
_known: set[str] = set()
_state = {"writing": False, "failing": False}


def append(entry: LedgerEntry, facts: DecisionInputs | None = None, *, state: str = "") -> bool:
    """Write an entry and commit; False, and nothing is written, where the facts it names are neither kept nor given.

    With a `state` (`marks.state`) also where facts are no longer in it, the entry's ledger is not well, or an entry of
    the same view stands.

    Raises:
        DatabaseError: it could not be committed.
    """
    mine = _Waiting(entry, facts, state)
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
        facts = [one.facts for one in batch if one.facts is not None]
        written = insert([one.entry for one in batch], facts, [one.state for one in batch])
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


def insert(
    entries: Sequence[LedgerEntry], facts: Sequence[DecisionInputs] = (), states: Sequence[str] = ()
) -> set[Any]:
    """Insert facts that are not kept yet and entries whose facts are, and commit; the ids of the entries written.

    `states` are the states that entries are written in only, one for each; empty for those that are written anyhow.

    Raises:
        DatabaseError: nothing was written.
    """
    ours: Any = connections[DEFAULT_DB_ALIAS]  # as `connection`, which would look it up at every word
    # In one order, since two processes that keep the same facts at the same time wait for each other.
    by_hash = dict(sorted((one.hash, one) for one in facts))
    states = states or [""] * len(entries)
    if ours.vendor == "postgresql" and len(entries) == 1 and not facts:
        values = [*_values(entries[0]), states[0]]
        return {identity for (identity,) in rows_of(_statement_for_one_returning(health.well()), values)}
    if ours.vendor == "postgresql":
        # However many there are, they are two values: the database takes them apart faster than we could name them.
        rows = [{**_named(entry), "state": state} for entry, state in zip(entries, states, strict=True)]
        kept = [_named(one) for one in by_hash.values()]
        return {identity for (identity,) in rows_of(_statement_for_many(health.well()), [_json(kept), _json(rows)])}
    return _insert_in_turn(entries, list(by_hash.values()), states)


def _insert_in_turn(entries: Sequence[LedgerEntry], facts: Sequence[DecisionInputs], states: Sequence[str]) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            for one in facts:
                cursor.execute(_statement_for_facts(), _values(one))
            written = set()
            for entry, state in zip(entries, states, strict=True):
                cursor.execute(_statement_for_one(health.well()), [*_values(entry), state])
                written |= {entry.pk} if cursor.rowcount == 1 else set()
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
    return written


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return json.dumps(rows, default=str)


def _named(row: models.Model) -> dict[str, Any]:
    return dict(zip(_columns(type(row)), _values(row), strict=True))


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
    read, prepare = _reading(type(row))
    values, ours = list(read(row)), connections[DEFAULT_DB_ALIAS]
    for place, each in prepare:
        values[place] = each.get_db_prep_save(values[place], ours)
    return values


@cache
def _reading(model: type[models.Model]) -> tuple[Callable[[Any], tuple[Any, ...]], list[tuple[int, Any]]]:
    """How a row's values are read, and which of them a database takes in a form of its own."""
    fields = _fields(model)
    plain = (models.CharField, models.TextField, models.SmallIntegerField)
    prepare = [(place, field) for place, field in enumerate(fields) if not isinstance(field, plain)]
    return attrgetter(*(field.attname for field in fields)), prepare


@cache
def _statement_for_facts() -> str:
    names = _columns(_models()[1])
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_table(_models()[1])} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  our own names


@cache
def _statement_for_one(is_well: str) -> str:
    entries, _ = _models()
    names = ", ".join(_columns(entries))
    marked = ", ".join(f"%s AS {column}" for column in (*_columns(entries), "state"))
    return (
        f"INSERT INTO {_table(entries)} ({names}) SELECT {names} FROM (SELECT {marked}) AS new WHERE {_given(is_well)}"  # noqa: S608  our own names
    )


@cache
def _statement_for_one_returning(is_well: str) -> str:
    entries, _ = _models()
    names = ", ".join(_columns(entries))
    marked = ", ".join(f"%s::{each.db_type(connection)} AS {each.column}" for each in _fields(entries))
    return f"""
        INSERT INTO {_table(entries)} ({names}) SELECT {names} FROM (SELECT {marked}, %s::varchar AS state) AS new
            WHERE {_given(is_well)} RETURNING id"""  # noqa: S608  our own names


@cache
def _statement_for_many(is_well: str) -> str:
    entries, inputs = _models()
    typed = [", ".join(f"{each.column} {each.db_type(connection)}" for each in _fields(model)) for model in _models()]
    names = [", ".join(_columns(model)) for model in _models()]
    given = _given(is_well, " OR new.inputs_hash IN (SELECT hash FROM given)")
    return f"""
        WITH given AS (INSERT INTO {_table(inputs)} ({names[1]}) SELECT {names[1]}
            FROM json_to_recordset(%s::json) AS one ({typed[1]}) ON CONFLICT DO NOTHING RETURNING hash)
        INSERT INTO {_table(entries)} ({names[0]})
            SELECT {names[0]} FROM json_to_recordset(%s::json) AS new ({typed[0]}, state varchar)
            WHERE {given} RETURNING id"""  # noqa: S608  our own names


def _given(is_well: str, besides: str = "") -> str:
    """What has to hold for an entry to be written: its facts are kept, and it is written anyhow or all is as it was."""
    entries, inputs = map(_table, _models())
    kept = KEPT.format(hash="new.inputs_hash", inputs=inputs)
    same = " AND ".join(f"older.{name} = new.{name}" for name in SAME_VIEW)
    none = f"NOT EXISTS (SELECT 1 FROM {entries} older WHERE {same} AND {_stands()})"  # noqa: S608  our own names
    return f"({kept}{besides}) AND (new.state = '' OR (new.state = {STATE} AND {is_well} AND {none}))"


def _stands() -> str:
    if connection.vendor == "postgresql":
        # Not the bare column: its own index would be looked through for all that anybody saw in that minute.
        at = "older.at + interval '0 seconds'"
        return f"{at} <= new.at AND {at} > new.at - interval '{STANDS.total_seconds()} seconds'"
    return f"older.at <= new.at AND julianday(older.at) > julianday(new.at) - {STANDS / timedelta(days=1)}"
