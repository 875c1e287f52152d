"""Random policies and requests over the whole language of the rules, the same for the same seed.

Words are few, so that facts and rules meet often; days lie on both sides of a change of a group's members, and times
near the edges of what is in force, valid or open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any, TypeVar

from residency import (
    Action,
    AssuranceLevel,
    Effect,
    Footage,
    Layer,
    MediaKind,
    Obligation,
    Place,
    Policy,
    PolicySet,
    Request,
    Sensitivity,
    Situation,
    Viewer,
)
from residency.conditions import Condition
from residency.conditions.held import PARTIES
from residency.conditions.measures import DAYS as WEEK
from residency.facts import BreakGlass, Counter, CountOf, Document, Grant
from residency.obligations import Duty
from residency.page import Page, Positions
from residency.parse_tests import TESTS
from residency.rules import Rule
from residency.vocabulary import DIRECTED, FACTS, Kind, is_of_footage

_Value = TypeVar("_Value")

WORDS = "xyz"
CODES = ("US", "US-CA", "US-TX", "DE", "DE-BE", "NO", "GB", "PH")
# The United Kingdom left the EU on the second, which only the group's dated members tell.
DAYS = (date(2020, 12, 31), date(2021, 1, 1), date(2026, 6, 1))
ACTIONS = (Action.VIEW, Action.VIEW, Action.LIST, Action.EXPORT)
QUOTAS = (Obligation(Duty.QUOTA, views=100, days=1), Obligation(Duty.QUOTA, views=5, days=7))
OBLIGATIONS = (*QUOTAS, *(Obligation(duty) for duty in Duty if duty is not Duty.QUOTA))
HOURS = (0, 1, 8, 20, 23)
ZONES = (UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=30)))


def some(rng: Random, values: Sequence[_Value], least: int = 0) -> list[_Value]:
    """A random choice of several, often many."""
    return rng.sample(list(values), rng.randint(least, len(values)))


def maybe(rng: Random, value: _Value, unknown: float = 0.1) -> _Value | None:
    return None if rng.random() < unknown else value


def moment(rng: Random, day: date | None = None) -> datetime:
    """A time on a day, or on one of the days and those around it, written down in some zone."""
    chosen = day or rng.choice(DAYS) + timedelta(days=rng.randint(-2, 2))
    at = datetime.combine(chosen, time(rng.choice(HOURS), rng.choice((0, 0, 30))), tzinfo=UTC)
    return (at + timedelta(microseconds=rng.choice((0, 0, 1)))).astimezone(rng.choice(ZONES))


def _hours(rng: Random, _: str) -> object:
    said = {"from": f"{rng.choice(HOURS):02}:00", "until": f"{rng.choice(HOURS):02}:30"}
    offset = {"utc_offset": rng.choice(("-08:00", "+05:30", "+14:00", "-12:00"))}
    days = {"days": some(rng, WEEK, 1)}
    return said | (offset if rng.random() < 0.5 else {}) | (days if rng.random() < 0.5 else {})


def _words(rng: Random, fact: str) -> object:
    return some(rng, [kind.value for kind in MediaKind] if fact == "footage.media_kind" else WORDS, 1)


def _codes(rng: Random, _: str) -> object:
    return some(rng, (*CODES, "EU", "EEA"), 1)[: rng.choice((1, 1, 2, 4))]


def _true(_: Random, __: str) -> object:
    return True


VALUES: Mapping[Kind, Callable[[Random, str], object]] = {
    Kind.JURISDICTION: _codes,
    Kind.JURISDICTIONS: _codes,
    Kind.CODE: _words,
    Kind.WORDS: _words,
    Kind.RISKS: _words,
    Kind.CONSENTS: _words,
    Kind.GRANTS: _words,
    Kind.LEVEL: lambda rng, _: rng.choice(list(AssuranceLevel)).name,
    Kind.SENSITIVITY: lambda rng, _: rng.choice(list(Sensitivity)).name.lower(),
    Kind.FLAG: lambda rng, _: rng.random() < 0.5,
    Kind.RISK: _true,
    Kind.TEXT: _true,
    Kind.MOMENT: lambda rng, _: rng.choice((moment(rng), rng.choice(DAYS))),
    Kind.AGE: lambda rng, _: rng.choice((0, 1, 2, 1000, 2000)),
    Kind.CLOCK: _hours,
    Kind.DOCUMENTS: lambda rng, _: {"type": rng.choice(WORDS), "party": rng.choice(PARTIES)},
    Kind.COUNTERS: lambda rng, _: {
        "of": rng.choice(list(CountOf)).value,
        "count": rng.randint(1, 4),
        "days": rng.choice((1, 30)),
    },
}


def condition(rng: Random, effect: Effect, about: Callable[[str], bool] = lambda _: True) -> Condition:
    """Any test of any fact, read as a document's would be; every kind of fact as often as any other."""
    facts = [fact for fact in FACTS.values() if about(fact.name)]
    kind = rng.choice(sorted({fact.kind for fact in facts}))
    fact = rng.choice([fact for fact in facts if fact.kind is kind])
    tests = TESTS[fact.kind]
    test = rng.choice([name for name, (_, only) in tests.items() if only in {None, effect}])
    page = Page({}, Positions.of(""), [])
    found = tests[test][0](page, "when", fact.name, VALUES[fact.kind](rng, fact.name))
    assert found is not None, page.problems
    assert not page.problems, page.problems
    return found


def rule(rng: Random, effect: Effect | None = None, name: str | None = None) -> Rule:
    said = effect or rng.choices((Effect.PERMIT, Effect.FORBID), (5, 1))[0]
    permits = said is Effect.PERMIT
    count = rng.choices((0, 1, 2, 3), (3, 4, 2, 1) if permits else (0, 1, 3, 4))[0]
    owed = some(rng, OBLIGATIONS)[:2] if permits and rng.random() < 0.5 else []
    return Rule(
        id=name or "".join(rng.choices("abc", k=3)),
        effect=said,
        actions=frozenset({Action.VIEW, *some(rng, list(Action))}) if rng.random() < 0.9 else frozenset({Action.LIST}),
        words="Words.",
        conditions=tuple(condition(rng, said) for _ in range(count)),
        hard=rng.random() < 0.15,
        obligations=frozenset(owed),
    )


# By whether it is the platform's.
scoped: Mapping[bool, Callable[[str], bool]] = {
    False: is_of_footage,
    True: lambda fact: is_of_footage(fact) and FACTS[fact].kind not in DIRECTED,
}


def policy(rng: Random, name: str, layer: Layer | None = None) -> Policy:
    begins = datetime(2020, 1, 1, tzinfo=UTC) if rng.random() < 0.8 else moment(rng)
    ends = moment(rng, rng.choice(DAYS))
    speaks = layer or rng.choice(list(Layer))
    scope = tuple(
        condition(rng, Effect.FORBID, scoped[speaks is Layer.PLATFORM])
        for _ in range(rng.choices((0, 1, 2), (4, 2, 1))[0])
    )
    return Policy(
        name=name,
        layer=speaks,
        title="Random",
        effective_from=begins,
        effective_to=ends if ends > begins and rng.random() < 0.4 else None,
        scope=scope,
        rules=tuple(rule(rng, name=f"r{number}") for number in range(rng.randint(1, 6))),
    )


def policy_set(rng: Random) -> PolicySet:
    """One to three policies, the platform's mostly among them."""
    first = policy(rng, "p0", Layer.PLATFORM if rng.random() < 0.9 else None)
    return PolicySet.of(
        first, *(policy(rng, f"p{number + 1}") for number in range(rng.choices((0, 1, 2), (3, 2, 1))[0]))
    )


def footage(rng: Random, name: str = "f") -> Footage:
    known = {one: maybe(rng, rng.choice(WORDS)) for one in ("owner", "source", "zone", "contract")}
    sets = {one: maybe(rng, frozenset(some(rng, WORDS))) for one in ("place_tags", "shows", "consent_scope", "marks")}
    captured = maybe(rng, moment(rng) - timedelta(days=rng.choice((0, 1, 2, 1000, 2000))))
    until = captured is not None and rng.random() < 0.3
    return Footage(
        id=name,
        jurisdiction=maybe(rng, rng.choice((*CODES, "??"))),
        media_kind=maybe(rng, rng.choice(list(MediaKind))),
        sensitivity=maybe(rng, rng.choice(list(Sensitivity))),
        criminal_justice=maybe(rng, rng.random() < 0.3),
        captured_at=captured,
        captured_until=captured + timedelta(days=rng.choice((0, 1, 900))) if until and captured else None,
        **known,
        **sets,
    )


def viewer(rng: Random, name: str = "v") -> Viewer:
    words: dict[str, Any] = {
        one: maybe(rng, rng.choice(WORDS)) for one in ("entity", "entity_kind", "relation", "engagement")
    }
    codes = {one: maybe(rng, rng.choice((*CODES, "??"))) for one in ("entity_in", "residence", "attested_in")}
    wheres = {one: maybe(rng, frozenset(some(rng, (*CODES, "??"))[:2])) for one in ("entity_owners", "citizenships")}
    held = {one: maybe(rng, frozenset(some(rng, WORDS))) for one in ("training", "clearances")}
    return Viewer(
        id=name,
        designated=maybe(rng, rng.random() < 0.5),
        attested_at=maybe(rng, moment(rng)),
        **words,
        **codes,
        **wheres,
        **held,
    )


def situation(rng: Random, day: date | None = None) -> Situation:
    at = moment(rng, day or rng.choice(DAYS))
    place = Place(jurisdiction=maybe(rng, rng.choice(CODES), 0.05), level=rng.choice((*AssuranceLevel, *LEVELS)))
    return Situation(
        at=at,
        place=maybe(rng, place, 0.03),
        purpose=maybe(rng, rng.choice(WORDS)),
        case=maybe(rng, "case", 0.5),
        device=maybe(rng, rng.choice(WORDS)),
        documents=maybe(rng, tuple(_document(rng, at) for _ in range(rng.randrange(4)))),
        grants=maybe(rng, tuple(_grant(rng, at) for _ in range(rng.randrange(3)))),
        counters=maybe(rng, tuple(_counter(rng) for _ in range(rng.randrange(8)))),
        break_glass=maybe(rng, _break_glass(rng, at), 0.8),
    )


LEVELS = (AssuranceLevel.LA2, AssuranceLevel.LA3, AssuranceLevel.LA4) * 2


def request(rng: Random, day: date | None = None, *, number: int = 0) -> Request:
    return Request(
        action=rng.choice(ACTIONS),
        viewer=viewer(rng, f"v{number}"),
        footage=footage(rng, f"f{number}"),
        situation=situation(rng, day),
    )


# What has no `captured_until` is one recording: that is known, not unknown.
NEVER_UNKNOWN = {"id", "at", "captured_until"}


def forget(rng: Random, asked: Request) -> Request:
    """The same request with one fact that it has not known any more, the time aside."""
    known = [
        (about, each.name)
        for about in ("viewer", "footage", "situation")
        for each in fields(getattr(asked, about))
        if each.init and each.name not in NEVER_UNKNOWN and getattr(getattr(asked, about), each.name) is not None
    ]
    about, fact = rng.choice([*known, ("situation", "case")])
    lost = {fact: None} | ({"captured_until": None} if fact == "captured_at" else {})
    return replace(asked, **{about: replace(getattr(asked, about), **lost)})


def _span(rng: Random, at: datetime) -> tuple[datetime, datetime]:
    begins = at + timedelta(hours=rng.choice((-48, -1, -1, 0, 1)))
    return begins, begins + timedelta(hours=rng.choice((1, 2, 100)))


def _document(rng: Random, at: datetime) -> Document:
    begins, ends = _span(rng, at)
    return Document(type=rng.choice(WORDS), party=rng.choice(WORDS), valid_from=begins, valid_until=maybe(rng, ends))


def _grant(rng: Random, at: datetime) -> Grant:
    begins, ends = _span(rng, at)
    return Grant(name=rng.choice(WORDS), valid_from=begins, valid_until=ends)


def _counter(rng: Random) -> Counter:
    return Counter(of=rng.choice(list(CountOf)), days=rng.choice((1, 30)), count=rng.randrange(6))


def _break_glass(rng: Random, at: datetime) -> BreakGlass:
    opened = at + timedelta(hours=rng.choice((-4, -3, -1, 0, 1)))
    return BreakGlass(reason="fire", case="case-1", opened_at=opened, closes_at=opened + timedelta(hours=4))
