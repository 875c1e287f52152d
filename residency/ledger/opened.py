"""Opened entries of a pack: held against their leaves, counted, and looked for where they are missing.

A leaf that is not opened must show by itself that its entry is no answer. So nothing that answers can be left out
without being found, and nothing about other people's footage has to be shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from residency.errors import EncodingError
from residency.ledger.entry import read_canonical, read_json
from residency.ledger.errors import LedgerError
from residency.ledger.findings import Findings, Kind
from residency.ledger.leaf import about_tag, seal
from residency.ledger.leaves import ABOUT, ACTION, AT, NUMBER, Batch, Row
from residency.ledger.report import ANCHORED, Facts, Judge, MayAnswer, Totals

_ANCHORED: Final = ANCHORED.encode()
_DECIDED: Final = ("allow", "deny")


@dataclass(frozen=True, slots=True)
class Opened:
    """One opened entry: its number, its body and salt, and, where they are shown, its personal facts and theirs."""

    number: int
    body: str
    salt: str
    personal: str | None = None
    personal_salt: str | None = None


@dataclass(slots=True)
class Named:
    """What opened entries name that has to be in the pack: policies, location databases, anchors."""

    policies: dict[str, int] = field(default_factory=dict)
    locations: dict[str, int] = field(default_factory=dict)
    anchorings: list[tuple[int, Mapping[str, object]]] = field(default_factory=list)


def parse_opened(line: bytes) -> Opened:
    """Read one line of opened entries.

    Raises:
        LedgerError: it is none.
    """
    try:
        said = read_json(line)
    except EncodingError as err:
        raise LedgerError(str(err)) from err
    if not isinstance(said, dict) or type(said.get("n")) is not int or not said.keys() <= _MEMBERS:
        raise LedgerError("an opened entry has `n`, `body`, `salt`, and may have `personal` and `personal_salt`")
    number, body, salt = said["n"], said.get("body"), said.get("salt")
    personal, personal_salt = said.get("personal"), said.get("personal_salt")
    texts = [body, salt, *([] if personal is None and personal_salt is None else [personal, personal_salt])]
    if not all(isinstance(one, str) for one in texts):
        raise LedgerError("what an opened entry holds is text, and a personal text has a salt")
    return Opened(number, body, salt, personal, personal_salt)  # type: ignore[arg-type]


class OpenedCheck:
    """Walks opened entries beside the leaves, batch by batch."""

    def __init__(
        self,
        lines: Iterator[bytes],
        *,
        where: str,
        judge: Judge,
        may_answer: MayAnswer,
        actions: frozenset[bytes] | None,
        owner_key: bytes | None,
        totals: Totals,
        findings: Findings,
    ) -> None:
        self._entries = self._read(lines)
        self._where = where
        self._judge = judge
        self._may_answer = may_answer
        self._actions = None if actions is None else actions | {_ANCHORED}
        self._owner_key = owner_key
        self._totals = totals
        self._findings = findings
        self._next: Opened | None = next(self._entries, None)
        self.named = Named()
        self.count = 0

    def check(self, batch: Batch) -> None:
        """Check the opened entries of these leaves, and that none is missing."""
        candidates = self._candidates(batch)
        if not batch.rows or (not candidates and self._next is None):
            return
        places = {int(row[NUMBER]): place for place, row in enumerate(batch.rows)}
        last = int(batch.rows[-1][NUMBER])
        seen: set[int] = set()
        while self._next is not None and self._next.number <= last:
            place = places.get(self._next.number)
            if place is None or self._next.number in seen:
                self._not_there(self._next)
            else:
                seen.add(self._next.number)
                self._check_one(self._next, batch.lines[place])
            self._next = next(self._entries, None)
        for row in candidates:
            if int(row[NUMBER]) not in seen and self._has_to_be_opened(row):
                named = f"entry {row[NUMBER].decode()}, `{row[ACTION].decode()}`,"
                words = f"{named} is not opened, and may answer the question"
                self._findings.add(Kind.ENTRY_HIDDEN, self._where, words)

    def finish(self) -> None:
        """Name what is opened and stands behind the last leaf."""
        while self._next is not None:
            self._not_there(self._next)
            self._next = next(self._entries, None)

    def _candidates(self, batch: Batch) -> list[Row]:
        if self._actions is None:
            return list(batch.rows)
        asked = self._actions & {row[ACTION] for row in batch.rows}
        return [row for row in batch.rows if row[ACTION] in asked] if asked else []

    def _has_to_be_opened(self, row: Row) -> bool:
        about, action, at = row[ABOUT], row[ACTION], row[AT]
        return action == _ANCHORED or self._may_answer(action.decode(), at.decode(), about.decode() or None)

    def _check_one(self, entry: Opened, leaf: bytes) -> None:
        try:
            body = _table(entry.body)
            personal = None if entry.personal is None else _table(entry.personal)
        except EncodingError as err:
            self._findings.add(Kind.ENTRY_CHANGED, self._where, f"entry {entry.number} cannot be read: {err}")
            return
        leaf_facts: Facts = json.loads(leaf)["entry"]  # its form was checked with all leaves
        self._check_seals(entry, leaf_facts)
        self._check_about(entry, leaf_facts, body)
        self._note_what_it_names(entry.number, leaf_facts, body)
        self.count += 1
        self._totals.add(self._judge(leaf_facts, body, personal), leaf_facts, body, personal)

    def _check_seals(self, entry: Opened, leaf: Facts) -> None:
        if _sealed(entry.salt, entry.body) != leaf["private"]:
            words = f"what entry {entry.number} is shown to say is not what it was written with"
            self._findings.add(Kind.ENTRY_CHANGED, self._where, words)
        if entry.personal is not None and _sealed(str(entry.personal_salt), entry.personal) != leaf.get("personal"):
            words = f"the person shown in entry {entry.number} is not the one it was written with"
            self._findings.add(Kind.PERSON_CHANGED, self._where, words)

    def _check_about(self, entry: Opened, leaf: Facts, body: Facts) -> None:
        footage = body.get("footage")
        if self._owner_key is None or not isinstance(footage, str):
            return
        if about_tag(self._owner_key, footage) != leaf.get("about"):
            words = f"entry {entry.number} is about `{footage[:80]}`, and the owner's key does not recognize it"
            self._findings.add(Kind.OWNER_KEY_WRONG, self._where, words)

    def _note_what_it_names(self, number: int, leaf: Facts, body: Facts) -> None:
        # Others name the rules that were in force when they were written, and nothing was decided under those.
        if body.get("outcome") in _DECIDED and isinstance(policy := body.get("policy_hash"), str):
            self.named.policies.setdefault(policy, number)
        databases = body.get("geoip")
        for one in databases if isinstance(databases, list) else ():
            self.named.locations.setdefault(str(one), number)
        if leaf["action"] == ANCHORED:
            details = body.get("details")
            self.named.anchorings.append((number, details if isinstance(details, dict) else {}))

    def _not_there(self, entry: Opened) -> None:
        words = f"entry {entry.number} is opened twice, out of order, or is no leaf of this pack"
        self._findings.add(Kind.ENTRY_NOT_THERE, self._where, words)

    def _read(self, lines: Iterator[bytes]) -> Iterator[Opened]:
        for place, line in enumerate(lines, 1):
            try:
                yield parse_opened(line)
            except LedgerError as err:
                self._findings.add(Kind.ENTRY_CHANGED, self._where, f"line {place} of the opened entries: {err}")


def _table(text: str) -> Mapping[str, object]:
    said = read_canonical(text)
    if not isinstance(said, dict):
        raise EncodingError("it is no table of facts")
    return said


def _sealed(salt: str, text: str) -> str:
    """The commitment, or nothing where the salt is none: nothing was ever committed to with that."""
    try:
        return seal(bytes.fromhex(salt), text)
    except ValueError:
        return ""


_MEMBERS: Final = frozenset({"n", "body", "salt", "personal", "personal_salt"})
