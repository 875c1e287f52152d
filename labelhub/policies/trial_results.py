"""What a dry run found, as it is stored and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from residency.changes import Change, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class NewlyAllowed:
    """Somebody who would be allowed what they were not: who, of which jurisdiction's footage, doing what, how often."""

    person: str
    jurisdiction: str
    action: str
    count: int

    @property
    def key(self) -> str:
        """What is ticked to acknowledge it."""
        return f"{self.person}|{self.jurisdiction}|{self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnnotator:
    """Tasks of a job that would have nobody left who may label them."""

    job: str
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """The counts of a dry run: past views and the work of now, by turn, rule, person and job."""

    views: int = 0
    not_replayable: int = 0
    work: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    work_turns: dict[str, int] = field(default_factory=dict)
    rules: list[tuple[str, str, int]] = field(default_factory=list)
    people: list[tuple[str, str, int]] = field(default_factory=list)
    jobs: list[tuple[str, str, int]] = field(default_factory=list)
    to_acknowledge: list[NewlyAllowed] = field(default_factory=list)
    last_annotators: list[LastAnnotator] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The result as it is stored."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> TrialResult:
        """Read a stored result."""
        told = dict(stored)
        told["to_acknowledge"] = [NewlyAllowed(**one) for one in told["to_acknowledge"]]
        told["last_annotators"] = [LastAnnotator(**one) for one in told["last_annotators"]]
        for name in ("rules", "people", "jobs"):
            told[name] = [(who, turn, count) for who, turn, count in told[name]]
        return cls(**told)

    @property
    def newly_allowed(self) -> int:
        """How many answers of the past and of now would turn from no to yes, or become lighter."""
        return sum(self.turns.get(one, 0) + self.work_turns.get(one, 0) for one in OPENING)

    @property
    def newly_denied(self) -> int:
        """How many answers of the past and of now would turn from yes to no."""
        return self.turns.get(Turn.NEWLY_DENIED.value, 0) + self.work_turns.get(Turn.NEWLY_DENIED.value, 0)


OPENING = (Turn.NEWLY_ALLOWED.value, Turn.LIGHTER.value)


@dataclass(slots=True)
class Tally:
    """Counts while a dry run goes on."""

    views: int = 0
    not_replayable: int = 0
    work: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    work_turns: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    jobs: Counter[tuple[str, str]] = field(default_factory=Counter)
    opened: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    def add(self, change: Change, *, job: str, turns: Counter[str], count: int = 1) -> None:
        """Count a change that so many answers have, of the past or of the work of now."""
        turn, request = change.turn.value, change.after.request
        turns[turn] += count
        for rule in change.rules:
            self.rules[rule, turn] += count
        self.people[request.viewer.id, turn] += count
        if job:
            self.jobs[job, turn] += count
        if turn in OPENING:
            self.opened[request.viewer.id, request.footage.jurisdiction or "", request.action.value] += count

    def result(self) -> TrialResult:
        """What was found."""
        opened = (
            NewlyAllowed(person=person, jurisdiction=code, action=action, count=count)
            for (person, code, action), count in sorted(self.opened.items())
        )
        return TrialResult(
            views=self.views,
            not_replayable=self.not_replayable,
            work=self.work,
            turns=dict(self.turns),
            work_turns=dict(self.work_turns),
            rules=[(name, turn, count) for (name, turn), count in self.rules.most_common()],
            people=[(name, turn, count) for (name, turn), count in self.people.most_common()],
            jobs=[(name, turn, count) for (name, turn), count in self.jobs.most_common()],
            to_acknowledge=list(opened),
            last_annotators=[LastAnnotator(job=job, tasks=count) for job, count in self.lost.most_common()],
        )
