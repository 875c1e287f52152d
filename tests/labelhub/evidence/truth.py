"""Ten thousand views known one by one, beside the ledger that holds them: what every answer is held against."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from labelhub.evidence.questions import Question
from tests.labelhub.evidence import entries

VIEWS = 10_000
NUMBERED, WAITING = "numbered", "waiting"
EEA_HERE = {"DE", "FR", "NL"}
# Moments at which clocks change, in UTC: of the United States (east), and of the European Union, both ways.
CLOCKS = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
)
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
PLACES = (
    *(("US", 2), ("US", 1), ("US-CA", 3), ("US-NY", 4), ("US-TX", 2), ("PH", 1), ("PH", 2), ("DE", 2), ("DE-BE", 3)),
    *(("FR", 1), ("NL", 2), ("SG", 1), ("IN", 1), ("BR", 2), ("HK", 1), ("", 0), ("", 0), ("US", 0)),
)
CAMERAS = {
    "cam-ca-1": ("US-CA", "golden-coast"),
    "cam-ca-2": ("US-CA", "golden-coast"),
    "cam-tx-1": ("US-TX", "lone-star"),
    "cam-de-1": ("DE-BE", "stadtverkehr"),
    "cam-fr-1": ("FR", "stadtverkehr"),
    "cam-nowhere": ("", ""),
}
PEOPLE = {f"p-{number:02d}": ("employer-us", "employer-ph", "employer-de")[number % 3] for number in range(12)}
PURPOSES, RENDITIONS = ("ml-training", "quality-review", ""), ("original", "thumb")
POLICIES = ("a" * 64, "ab" + "c" * 62, "d" * 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One view, as it is known without the ledger; `entry` is the id of the entry that tells of it."""

    at: datetime
    allowed: bool
    place: str
    level: int
    footage: str
    camera: str
    jurisdiction: str
    owner: str
    person: str
    entity: str
    purpose: str
    rendition: str
    policy: str
    state: str
    entry: str = ""

    @property
    def is_placed(self) -> bool:
        return bool(self.place) and self.level > 0


def seed(number: int = VIEWS, *, seed: int = 11) -> list[Seen]:
    """Record that many views, and remember each."""
    chance = random.Random(seed)
    return [_recorded(_one(chance)) for _ in range(number)]


def _one(chance: random.Random) -> Seen:
    camera = chance.choice(list(CAMERAS))
    jurisdiction, owner = CAMERAS[camera]
    place, level = chance.choice(PLACES)
    person = chance.choice(list(PEOPLE))
    return Seen(
        at=_moment(chance),
        allowed=chance.random() < (0.7 if place.startswith("US") else 0.3),
        place=place,
        level=level,
        footage=f"{camera}-{chance.randint(1, 40)}",
        camera=camera,
        jurisdiction=jurisdiction,
        owner=owner,
        person=person,
        entity=PEOPLE[person],
        purpose=chance.choice(PURPOSES),
        rendition=chance.choice(RENDITIONS),
        policy=chance.choice(POLICIES),
        state=NUMBERED if chance.random() < 0.8 else WAITING,
    )


def _moment(chance: random.Random) -> datetime:
    kind = chance.random()
    if kind < 0.1:  # on, just before and just after a change of clocks, and the hours around it
        near = timedelta(hours=chance.randint(-3, 3), microseconds=chance.choice((-1, 0, 1)))
        return chance.choice(CLOCKS) + near
    seconds = chance.randint(0, int((END - START).total_seconds()))
    at = START + timedelta(seconds=seconds)
    if kind < 0.3:  # on, just before and just after a whole hour or day
        at = at.replace(minute=0, second=0, hour=at.hour if kind < 0.2 else 0)
        return at + timedelta(microseconds=chance.choice((-1, 0, 1)))
    return at + timedelta(microseconds=chance.randint(0, 999_999))


def _recorded(seen: Seen) -> Seen:
    entry = entries.view(
        seen.at,
        allowed=seen.allowed,
        place=seen.place,
        level=seen.level,
        footage=seen.footage,
        source=seen.camera,
        jurisdiction=seen.jurisdiction,
        owner=seen.owner,
        person=seen.person,
        entity=seen.entity,
        purpose=seen.purpose,
        rendition=seen.rendition,
        policy_hash=seen.policy,
        session=seen.state,
    )
    values = {name: getattr(seen, name) for name in Seen.__slots__ if name != "entry"}
    return Seen(**values, entry=str(entry.pk))


def answers(question: Question, seen: Seen) -> bool:
    """Say in plain Python whether a view answers a question."""
    return _of_what(question, seen) and _from_where(question, seen) and _when(question, seen)


def _of_what(question: Question, seen: Seen) -> bool:
    action = "media:view:allowed" if seen.allowed else "media:view:denied"
    return all(
        (
            question.action in ("views", "anything", action),
            question.outcome in ("", "allow" if seen.allowed else "deny"),
            not question.footage or seen.footage in question.footage.split(),
            question.camera in ("", seen.camera),
            question.owner in ("", seen.owner),
            question.entity in ("", seen.entity),
            question.purpose in ("", seen.purpose),
            question.rendition in ("", seen.rendition),
            seen.policy.startswith(question.policy),
            question.people is None or seen.person in question.people,
        )
    )


def _from_where(question: Question, seen: Seen) -> bool:
    if question.place == "unknown" and seen.is_placed:
        return False
    if question.place not in ("", "unknown") and not (seen.is_placed and _lies(seen.place, question.place)):
        return False
    if question.jurisdiction and not _lies(seen.jurisdiction, question.jurisdiction):
        return False
    if question.levels and seen.level not in question.levels:
        return False
    return not question.outside or (
        seen.is_placed and seen.jurisdiction != "" and seen.place[:2] != seen.jurisdiction[:2]
    )


def _lies(code: str, where: str) -> bool:
    return code[:2] in EEA_HERE if where == "EEA" else code == where or code.startswith(f"{where}-")


def _when(question: Question, seen: Seen) -> bool:
    return (question.since is None or seen.at >= question.since) and (
        question.until is None or seen.at < question.until
    )


def random_question(chance: random.Random, *, only_counted: bool = False) -> Question:
    """Ask something at random; with `only_counted`, only what the counts by the hour know."""

    def perhaps(values: tuple[str, ...]) -> str:
        return chance.choice(values) if chance.random() < 0.3 else ""

    since, until = sorted((_bound(chance), _bound(chance)))
    asked = {
        "action": chance.choice(("views", "views", "media:view:allowed", "media:view:denied")),
        "owner": perhaps(("golden-coast", "lone-star", "stadtverkehr", "nobody")),
        "place": perhaps(("US", "US-CA", "PH", "EEA", "DE", "unknown", "JP")),
        "jurisdiction": perhaps(("US", "US-CA", "EEA", "FR")),
        "levels": chance.choice(((), (), (1,), (2, 3), (0,))),
        "outcome": perhaps(("allow", "deny")),
        "outside": chance.random() < 0.2,
        "since": since if chance.random() < 0.7 else None,
        "until": until if chance.random() < 0.7 and since != until else None,
    }
    if not only_counted:
        asked |= {
            "camera": perhaps(tuple(CAMERAS)),
            "footage": perhaps(("cam-ca-1-3", "cam-ca-1-3 cam-de-1-7 none")),
            "entity": perhaps(("employer-us", "employer-ph")),
            "purpose": perhaps(("ml-training", "quality-review")),
            "rendition": perhaps(RENDITIONS),
            "policy": perhaps(("a" * 8, "ab" + "c" * 8, "d" * 64)),
            "people": chance.choice((None, None, None, ("p-01", "p-02"), ())),
        }
    return Question(**asked)  # type: ignore[arg-type]


def _bound(chance: random.Random) -> datetime:
    at = _moment(chance)
    kind = chance.random()
    if kind < 0.4:
        return at
    if kind < 0.7:
        return at.replace(minute=0, second=0, microsecond=0)
    if kind < 0.85:  # an hour of zones that are half an hour off
        return at.replace(minute=30, second=0, microsecond=0)
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
