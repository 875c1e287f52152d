"""A question's answer as a Parquet file: streamed a row group at a time, typed, with the question in its metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from labelhub.evidence.csv_export import COLUMNS, OF_PEOPLE, values_of
from labelhub.evidence.queries import Row

ROWS_A_GROUP: Final = 10_000
TYPES: Final[Mapping[str, Any]] = {"time": pa.timestamp("us", tz="UTC"), "assured_at": pa.int8()}


class _Sink:
    """What the writer writes to: it keeps what was written until it is taken."""

    def __init__(self) -> None:
        self.closed = False
        self._written: list[bytes] = []
        self._at = 0

    def write(self, data: bytes) -> int:
        """Keep a piece."""
        self._written.append(bytes(data))
        self._at += len(self._written[-1])
        return len(self._written[-1])

    def tell(self) -> int:
        """Say how much was written since the start, which the file's own index is made of."""
        return self._at

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """Take note of the end."""
        self.closed = True

    def take(self) -> bytes:
        """Hand over what was written since the last time."""
        taken, self._written = b"".join(self._written), []
        return taken


def parquet_pieces(rows: Iterable[Row], *, with_people: bool, asked: Mapping[str, object]) -> Iterator[bytes]:
    """Write rows as Parquet, piece by piece; no more than one row group is ever held."""
    columns = COLUMNS + (OF_PEOPLE if with_people else ())
    told = {"labelhub.question": json.dumps(asked, ensure_ascii=False, sort_keys=True)}
    schema = pa.schema([(name, TYPES.get(name, pa.string())) for name in columns], metadata=told)
    sink, waiting = _Sink(), iter(rows)
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:  # type: ignore[no-untyped-call]
        while some := list(islice(waiting, ROWS_A_GROUP)):
            writer.write_table(_table(some, schema))
            yield sink.take()
    yield sink.take()


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    laid = [values_of(row) | {"time": row.at, "assured_at": row.level} for row in rows]
    return pa.table({name: [one[name] for one in laid] for name in schema.names}, schema=schema)
