"""Statements that PostgreSQL keeps prepared for a connection, for the few that run with every view.

Django writes values into the text of a statement, so that the database parses and plans it anew each time; for a
statement of many parts that takes longer than answering it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

_cursors: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
_PLACE: Final = re.compile(r"%(?:\((\w+)\))?s|%%")


def rows_of(statement: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
    """Run a statement on Django's own connection to PostgreSQL; its values are `%s` or `%(name)s`, and it returns rows.

    Raises:
        DatabaseError: as Django's own cursors do.
    """
    ours: Any = connections[DEFAULT_DB_ALIAS]  # as `connection`, which would look it up at every word
    ours.ensure_connection()
    text, names = _numbered(statement)
    given = [values[name] for name in names] if isinstance(values, Mapping) else values
    with ours.wrap_database_errors:
        cursor = _cursors.get(ours.connection) or _open(ours.connection)
        cursor.execute(text, given, prepare=True)
        return cursor.fetchall()  # type: ignore[no-any-return]


@lru_cache(maxsize=32)
def _numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    """A statement with its values as PostgreSQL numbers them, and their names; the driver would do it each time."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1] or str(len(names))
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PLACE.sub(place, statement), tuple(names)


def _open(raw: Any) -> Any:  # noqa: ANN401  psycopg's types, which an installation on SQLite need not have
    import psycopg  # noqa: PLC0415 - likewise

    raw.prepare_threshold = 0  # Django's own cursors prepare nothing whatever it is
    cursor = psycopg.RawCursor(raw)
    cursor.execute("SET plan_cache_mode = force_generic_plan")  # it is for prepared statements only
    _cursors[raw] = cursor
    return cursor
