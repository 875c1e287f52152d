"""People who look at footage through the door without a pause, and remember every answer that named an entry."""

from __future__ import annotations

import http.client
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.journeys.door import Answer, Visitor
from tests.journeys.ledger_files import Read
from tests.journeys.people import Somebody, come_in
from tests.journeys.running import Stack

PEOPLE = (
    ("lead@demo.test", "us"),
    ("reviewer@demo.test", "us"),
    ("lead@demo.test", "ph"),
    ("annotator.ph@demo.test", "ph"),
)
PARTS = ("", "bytes=0-99", "bytes=100-4095")


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer: who asked for what, when, and which entry it names."""

    footage: str
    entry: str
    size: int
    at: datetime


@dataclass(slots=True)
class Load:
    """Several people at once."""

    footage: list[str]
    visitors: list[Visitor]
    answers: list[Shown] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        self._threads = [
            threading.Thread(target=self._look, args=(visitor, seed)) for seed, visitor in enumerate(self.visitors)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _look(self, visitor: Visitor, seed: int) -> None:
        chance = random.Random(seed)
        while not self._over.is_set():
            self._once(visitor, chance.choice(self.footage), chance.choice(PARTS))

    def _once(self, visitor: Visitor, footage: str, part: str) -> None:
        try:
            answer = visitor.get(f"/media/{footage}/original", **({"range": part} if part else {}))
        except (OSError, http.client.HTTPException):
            self.statuses[0] += 1  # whoever was asked has been killed
            self._over.wait(0.05)
            return
        self.statuses[answer.status] += 1
        if answer.status in {200, 206} or answer.header("X-LH-Entry"):
            size = len(answer.body) if answer.status in {200, 206} else 0
            self.answers.append(Shown(footage, answer.header("X-LH-Entry"), size, datetime.now(UTC)))
        else:
            self._over.wait(0.1)  # nothing is shown just now

    def verify(self, read: Read) -> tuple[int, int]:
        """No byte without its entry, and no entry lost; how many answers had bytes, and how many entries they name."""
        entries = {
            str(row[0]).replace("-", ""): row[1:]
            for row in read("SELECT id, action, footage, at FROM evidence_ledgerentry WHERE action LIKE 'media:view:%'")
        }
        for one in self.answers:
            assert one.entry, f"an answer of {one.size} bytes of {one.footage} names no entry"
            assert one.entry.replace("-", "") in entries, f"entry {one.entry} is lost"
            action, footage, _ = entries[one.entry.replace("-", "")]
            if one.size:
                assert (action, footage) == ("media:view:allowed", one.footage)
        with_bytes = sum(1 for one in self.answers if one.size)
        return with_bytes, len({one.entry for one in self.answers})


def people_at(stack: Stack) -> Load:
    """Sign everybody in, and find footage for them to ask for."""
    signed_in: dict[str, Somebody] = {}
    visitors = []
    for email, place in PEOPLE:
        somebody = signed_in.setdefault(email, come_in(stack, email, place))
        visitors.append(somebody.visitor.at(place))
    found: Answer = signed_in["lead@demo.test"].visitor.get("/api/v1/footage?limit=200")
    return Load([item["id"] for item in found.json()["items"]], visitors)
