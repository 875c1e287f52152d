"""What labelhub needs of an object store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Protocol


class StoreError(Exception):
    """The store did not do what was asked; the message names the zone and the key, never an address or a secret."""


class ObjectStore(Protocol):
    """One zone's store."""

    def ensure_bucket(self) -> None:
        """Make the zone's bucket if it is not there."""

    def put(self, key: str, body: BinaryIO, *, mime: str) -> None:
        """Store an object whole, or raise `StoreError` and leave nothing."""

    def has(self, key: str, *, size: int) -> bool:
        """Tell whether an object of this size is there."""

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading from its start."""

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """List objects as (key, bytes)."""

    def presigned_path(self, key: str, *, method: str, at: datetime, seconds: int) -> str:
        """Sign a path and query that the gateway, and nobody else, sends to the store."""
