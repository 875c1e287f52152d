"""A list of values that waits on disk, so that memory does not grow with the set."""

import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, overload

import orjson

IN_MEMORY = 1 << 16
TOGETHER = 256
"""Values that are written at once, and bytes read at once in thousands."""

Row = dict[str, Any]
Value = TypeVar("Value")


class Kept(Sequence[Value], Generic[Value]):
    """Grows by `append`; holds each value as a line of JSON in a file that goes when this does.

    `encode` and `decode` turn a value into a JSON object and back.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, encode: Callable[[Value], Row], decode: Callable[[Row], Value]) -> None:
        self._encode, self._decode = encode, decode
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 # closed by the finalizer
        self._waiting: list[bytes] = []
        self._count = 0
        weakref.finalize(self, self._file.close)

    def append(self, value: Value) -> None:
        """Add a value at the end."""
        self._waiting.append(orjson.dumps(self._encode(value), option=orjson.OPT_APPEND_NEWLINE))
        self._count += 1
        if len(self._waiting) >= TOGETHER:
            self._flush()

    def rows(self) -> Iterator[Row]:
        """The values as JSON objects."""
        self._flush()
        at = 0
        while True:
            # Somebody else may go through the same file meanwhile.
            self._file.seek(at)
            lines = self._file.readlines(TOGETHER << 10)
            at = self._file.tell()
            if not lines:
                return
            for line in lines:
                yield orjson.loads(line)

    def __iter__(self) -> Iterator[Value]:
        return map(self._decode, self.rows())

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | Sequence[Value]:
        if isinstance(index, slice):
            return tuple(self)[index]
        at = range(self._count)[index]
        return next(islice(self, at, None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def _flush(self) -> None:
        self._file.seek(0, 2)
        self._file.writelines(self._waiting)
        self._waiting.clear()
