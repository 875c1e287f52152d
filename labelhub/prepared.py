"""Statements that PostgreSQL keeps prepared for a connection, for the few that run with every view.

Django writes values into the text of a statement, so that the database parses and plans it anew each time; for a
statement of many parts that takes longer than answering it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

_cursors: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def rows_of(statement: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
    """Run a statement on Django's own connection to PostgreSQL; its values are `%s` or `%(name)s`, and it returns rows.

    Raises:
        DatabaseError: as Django's own cursors do.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = _cursors.get(connection.connection) or _open(connection.connection)
        cursor.execute(statement, values, prepare=True)
        return cursor.fetchall()  # type: ignore[no-any-return]


def _open(raw: Any) -> Any:  # noqa: ANN401  psycopg's types, which an installation on SQLite need not have
    import psycopg  # noqa: PLC0415 - likewise

    raw.prepare_threshold = 0  # Django's own cursors prepare nothing whatever it is
    cursor = psycopg.Cursor(raw)
    cursor.execute("SET plan_cache_mode = force_generic_plan")  # it is for prepared statements only
    _cursors[raw] = cursor
    return cursor
