"""A running stack's ledger, read from outside the service: rows of its database, its tiles, and what it published."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from labelhub.evidence.tile_files import TileFiles
from labelhub.signer.client import Signer
from residency.ledger import leaf_hash
from residency.ledger.checkpoint import SignedCheckpoint, parse_checkpoint
from residency.ledger.keylog import read_key_log
from residency.ledger.leaf import leaf_bytes, time_text
from residency.ledger.tree import prove_consistency, root, verify_consistency
from tests.journeys.running import Stack

NAME = "labelhub.localhost"
LEDGERS = ("control", "us", "eu")
Read = Callable[[str], list[tuple[Any, ...]]]


@dataclass(slots=True)
class Reader:
    """Reads the published checkpoint of a ledger again and again, and keeps every one it has ever seen, in order."""

    file: Path
    seen: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._over.wait(0.05):  # between two looks
            self.look()

    def look(self) -> None:
        if self.file.exists() and (text := self.file.read_text()) not in self.seen[-1:]:
            self.seen.append(text)

    def end(self) -> None:
        self._over.set()
        self.look()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was found of one ledger, all of it verified."""

    name: str
    entries: int
    checkpoints: int
    read: int


def reading(stack: Stack, address: str = "") -> Read:
    """How rows of the stack's database are read: on PostgreSQL at an address, else in the state folder's SQLite."""

    def from_postgresql(statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(address) as connection:
            return connection.execute(statement.encode()).fetchall()

    def from_sqlite(statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(stack.home / "data" / "labelhub.sqlite3", timeout=30)) as connection:
            return connection.execute(statement).fetchall()

    return from_postgresql if address else from_sqlite


def verify(stack: Stack, read: Read, ledger: str, seen: Sequence[str]) -> Ledger:
    """Verify one ledger whole: numbers, times, hashes, root, every checkpoint kept and every one ever read."""
    rows = read(
        "SELECT number, sequenced, leaf_hash, leaf_text FROM evidence_position p "  # noqa: S608  our own names
        f"JOIN evidence_ledgerentry e ON e.id = p.entry_id WHERE p.ledger = '{ledger}' ORDER BY number"
    )
    assert [row[0] for row in rows] == list(range(len(rows)))
    times = [_time(row[1]) for row in rows]
    assert times == sorted(times)
    hashes = [leaf_hash(leaf_bytes(row[3], row[0], time_text(at))) for row, at in zip(rows, times, strict=True)]
    assert [row[2] for row in rows] == [one.hex() for one in hashes]
    kept = [
        parse_checkpoint(row[0])
        for row in read(f"SELECT text FROM evidence_checkpoint WHERE ledger = '{ledger}' ORDER BY size")  # noqa: S608
    ]
    published = [parse_checkpoint(text) for text in seen]
    sizes = [one.checkpoint.size for one in published]
    assert sizes == sorted(set(sizes)), "a smaller checkpoint was published after a larger one"
    _verify_signed(stack, ledger, [*kept, *published], hashes)
    return Ledger(ledger, len(rows), len(kept), len(published))


def _verify_signed(stack: Stack, ledger: str, found: Sequence[SignedCheckpoint], hashes: list[bytes]) -> None:
    """Every checkpoint is signed by the key in force, is the tree of the rows, and begins the last one by its tiles."""
    if not found:
        return
    log = read_key_log(Signer(stack.home / "run" / "signer.sock").key_log(f"{NAME}/{ledger}").splitlines())
    last = max((one.checkpoint for one in found), key=lambda one: one.size)
    tiles = TileFiles(stack.home / "ledger" / ledger).reader(last.size)
    for signed in found:
        one = signed.checkpoint
        assert signed.signed_by(log.key_for(one.size)), one
        assert root(hashes[: one.size]) == one.root, one
        proof = prove_consistency(tiles, one.size, last.size)
        verify_consistency(old=one.size, old_root=one.root, new=last.size, new_root=last.root, proof=proof)


def _time(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(f"{value}+00:00")
