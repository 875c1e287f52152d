"""Many cameras at once, by their numbers, without a parameter for each: read as one text, and asked as one list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, BigAutoField, ForeignKey, Lookup, TextField
from django.db.models.sql.compiler import SQLCompiler

SEPARATOR: Final = ","


@BigAutoField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """Like `in`, as `source_id__among`, for whole numbers of our own; these need no quoting, so many are soon sent."""

    lookup_name = "among"
    prepare_rhs = False
    rhs: Iterable[int]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Write the numbers into the condition itself; none at all finds nothing.

        Raises:
            EmptyResultSet: there are none, which is how Django is told so.
        """
        numbers = SEPARATOR.join([str(int(number)) for number in self.rhs])
        if not numbers:
            raise EmptyResultSet
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN ({numbers})", parameters


class Together(Aggregate):
    """A group's numbers in one text, such as `1,2,3`, in no order; `numbers_in` reads it."""

    output_field = TextField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:  # noqa: ANN401  Django's own
        """SQLite joins with a comma where it is told nothing else."""
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:  # noqa: ANN401  Django's own
        """PostgreSQL joins texts, and wants to be told with what."""
        template = f"STRING_AGG((%(expressions)s)::text, '{SEPARATOR}')"
        return super().as_sql(compiler, connection, template=template, **context)


def numbers_in(together: str) -> list[int]:
    """Read what `Together` found, the smallest first."""
    return sorted(map(int, together.split(SEPARATOR)))
