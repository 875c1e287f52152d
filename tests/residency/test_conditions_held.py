"""Questions about what is held: documents, grants and counters, within their time."""

from datetime import datetime, timedelta

import pytest

from residency.conditions import (
    Answer,
    Condition,
    CounterAtMost,
    CounterOver,
    HoldsGrant,
    LacksDocument,
    LacksGrant,
    RequiresDocument,
)
from residency.facts import Counter, CountOf, Document, Grant
from tests.residency.cast import AT, knowing

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
OPPOSITE = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)


def declaration(
    *, party: str = "acme", kind: str = "declaration", since: datetime = AT, until: datetime | None = None
) -> Document:
    return Document(type=kind, party=party, valid_from=since, valid_until=until)


@pytest.mark.parametrize(
    ("documents", "answer"),
    [
        ((declaration(),), YES),
        ((declaration(until=AT + MOMENT),), YES),
        ((declaration(since=AT - HOUR, until=AT),), NO),
        ((declaration(since=AT + MOMENT),), NO),
        ((declaration(party="other"),), NO),
        ((declaration(kind="other"),), NO),
        ((declaration(kind="other"), declaration()), YES),
        ((), NO),
        (None, UNKNOWN),
    ],
)
def test_a_document_counts_for_its_party_within_its_time(
    documents: tuple[Document, ...] | None, answer: Answer
) -> None:
    request = knowing({"situation.documents": documents, "viewer.entity": "acme"})
    requires = RequiresDocument("situation.documents", "declaration", "viewer.entity")
    lacks = LacksDocument("situation.documents", "declaration", "viewer.entity")
    assert requires.ask(request) is answer
    assert lacks.ask(request) is OPPOSITE[answer]


def test_a_document_of_a_party_nobody_knows_is_unknown() -> None:
    request = knowing({"situation.documents": (declaration(),), "viewer.entity": "acme"})
    assert RequiresDocument("situation.documents", "declaration", "footage.owner").ask(request) is UNKNOWN
    assert LacksDocument("situation.documents", "declaration", "footage.owner").ask(request) is UNKNOWN


def grant(name: str, *, since: datetime = AT, until: datetime = AT + HOUR) -> Grant:
    return Grant(name=name, valid_from=since, valid_until=until)


@pytest.mark.parametrize(
    ("grants", "answer"),
    [
        ((grant("night-shift"),), YES),
        ((grant("other"), grant("on-call")), YES),
        ((grant("other"),), NO),
        ((grant("on-call", since=AT + MOMENT),), NO),
        ((grant("on-call", since=AT - HOUR, until=AT),), NO),
        ((grant("on-call", since=AT - HOUR, until=AT + MOMENT),), YES),
        ((), NO),
        (None, UNKNOWN),
    ],
)
def test_a_grant_counts_within_its_time(grants: tuple[Grant, ...] | None, answer: Answer) -> None:
    request = knowing({"situation.grants": grants})
    assert HoldsGrant("situation.grants", ("night-shift", "on-call")).ask(request) is answer
    assert LacksGrant("situation.grants", ("night-shift", "on-call")).ask(request) is OPPOSITE[answer]


def devices(count: int, days: int = 365) -> Counter:
    return Counter(of=CountOf.DEVICES, days=days, count=count)


@pytest.mark.parametrize(
    ("counters", "answer"),
    [
        ((devices(999),), YES),
        ((devices(1000),), YES),
        ((devices(1001),), NO),
        ((devices(1), devices(1001)), NO),
        ((devices(5, days=30),), UNKNOWN),
        ((Counter(of=CountOf.SUBJECTS, days=365, count=5),), UNKNOWN),
        ((), UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_counter_counts_over_its_own_window(counters: tuple[Counter, ...] | None, answer: Answer) -> None:
    request = knowing({"situation.counters": counters})
    assert CounterAtMost("situation.counters", CountOf.DEVICES, 365, 1000).ask(request) is answer
    assert CounterOver("situation.counters", CountOf.DEVICES, 365, 1000).ask(request) is OPPOSITE[answer]


@pytest.mark.parametrize(
    ("condition", "wanted", "canonical"),
    [
        (
            RequiresDocument("situation.documents", "nda", "viewer.entity"),
            "with a `nda` of the viewer's organization",
            ["requires_document", "nda", "viewer.entity"],
        ),
        (
            LacksDocument("situation.documents", "nda", "footage.owner"),
            "without a `nda` of the footage's owner",
            ["lacks_document", "nda", "footage.owner"],
        ),
        (HoldsGrant("situation.grants", ("b", "a", "b")), "including `b`, `a` or `b`", ["holds", "a", "b"]),
        (LacksGrant("situation.grants", ("b", "a")), "without `b` or `a`", ["lacks", "a", "b"]),
        (
            CounterAtMost("situation.counters", CountOf.DEVICES, 365, 1000),
            "at most 1000 devices in 365 days",
            ["at_most", "devices", 365, 1000],
        ),
        (
            CounterOver("situation.counters", CountOf.SUBJECTS, 30, 5),
            "over 5 subjects in 30 days",
            ["over", "subjects", 30, 5],
        ),
    ],
    ids=repr,
)
def test_words_and_canonical_form(condition: Condition, wanted: str, canonical: list[object]) -> None:
    assert condition.wanted() == wanted
    assert condition.canonical() == [condition.fact, *canonical]
