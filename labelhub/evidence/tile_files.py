"""The tree's tiles as files, in the layout of C2SP tlog-tiles: other people's tools can read them as they are.

Everything here can be made again from the database. A file appears whole or not at all.
"""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from residency.ledger.tiles import TileReader


@dataclass(frozen=True, slots=True)
class TileFiles:
    """One ledger's folder of tiles."""

    folder: Path

    def read(self, path: str) -> bytes | None:
        """Read a tile, or nothing where there is none."""
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, tiles: Iterable[tuple[str, bytes]]) -> None:
        """Write tiles by their paths."""
        for path, data in tiles:
            self.put(path, data)

    def put(self, path: str, data: bytes) -> None:
        """Write one file whole."""
        target = self.folder / path
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            draft.write_bytes(data)
            draft.replace(target)
        except OSError:
            draft.unlink(missing_ok=True)  # a full disk must not be filled up with halves
            raise

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other process away that would write here too; it waits."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def reader(self, size: int) -> TileReader:
        """Nodes of the tree of `size` leaves, for proofs."""
        return TileReader(self.read, size)
