"""What is left of the rules for a list is decided exactly as `decide` decides each piece."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random

import pytest

from residency import Action, Duty, Footage, PolicySet, Request, decide
from residency.conditions import Answer
from residency.partial import (
    EVERY_DUTY,
    FOOTAGE_FACTS,
    AllOf,
    AnyOf,
    Asks,
    all_of,
    any_of,
    asked_facts,
    narrow,
    opposite,
    remaining,
)
from residency.vocabulary import FACTS
from tests.residency import random_rules
from tests.residency.cast import CALIFORNIA_STILL, DEMO, asks, policies, rule_text, without_place

SEED = os.environ.get("LABELHUB_SEED", "partial")
PIECE_FACTS = frozenset({"footage.media_kind", "footage.marks", "footage.captured_at", "footage.age"})
NOTHING_OPEN: frozenset[str] = frozenset()
POLICIES, PIECES = 120, 8
DUTIES = (EVERY_DUTY, frozenset[Duty](), EVERY_DUTY - {Duty.STEP_UP}, frozenset({Duty.WATERMARK, Duty.REDACTED}))


def piece_of(camera: Footage, rng: Random, number: int) -> Footage:
    """A piece of a camera's footage: what is the camera's stays."""
    other = random_rules.footage(rng, f"piece-{number}")
    own = {name: getattr(other, name) for name in ("media_kind", "marks", "captured_at", "captured_until")}
    return replace(camera, id=other.id, **own)


def a_list(rng: Random) -> tuple[PolicySet, Request, list[Footage]]:
    asked = random_rules.request(rng)
    return random_rules.policy_set(rng), asked, [piece_of(asked.footage, rng, number) for number in range(PIECES)]


@pytest.mark.parametrize("duties", DUTIES, ids=["every-duty", "no-duty", "all-but-a-step-up", "two-duties"])
def test_a_piece_is_listed_exactly_where_it_is_permitted(duties: frozenset[Duty]) -> None:
    rng, outcomes = Random(SEED), set()
    for _ in range(POLICIES):
        policies, asked, pieces = a_list(rng)
        person_left = remaining(asked, policies, open_facts=FOOTAGE_FACTS | {"situation.counters"}, duties=duties)
        left = narrow(person_left, asked, open_facts=PIECE_FACTS)
        at_once = remaining(asked, policies, open_facts=PIECE_FACTS, duties=duties)
        for piece in pieces:
            one = replace(asked, footage=piece)
            said = narrow(left, one, open_facts=NOTHING_OPEN)
            assert narrow(at_once, one, open_facts=NOTHING_OPEN) is said, (SEED, policies, one)
            decision = decide(one, policies)
            assert said is decision.allowed_meeting(*duties), (SEED, policies, one)
            outcomes.add((isinstance(left, bool), said))
    assert len(outcomes) == 4, "some of each: settled and left open, allowed and refused"


def test_what_is_left_asks_only_what_was_left_open() -> None:
    rng = Random(SEED)
    for _ in range(POLICIES):
        policies, asked, _ = a_list(rng)
        assert asked_facts(remaining(asked, policies, open_facts=PIECE_FACTS)) <= PIECE_FACTS


def test_a_fact_left_open_is_never_read() -> None:
    rng = Random(SEED)
    for _ in range(POLICIES):
        policies, asked, pieces = a_list(rng)
        lefts = {remaining(replace(asked, footage=piece), policies, open_facts=PIECE_FACTS) for piece in pieces}
        assert len(lefts) == 1


def test_from_a_place_that_is_not_known_nothing_is_left_to_ask() -> None:
    assert remaining(without_place(asks()), policies(rule_text("yes")), open_facts=FOOTAGE_FACTS) is False


def test_without_a_policy_nothing_is_listed() -> None:
    assert remaining(asks(), PolicySet.of(), open_facts=FOOTAGE_FACTS) is False


def test_of_the_demo_only_the_marks_are_left() -> None:
    seen_from_manila = remaining(asks(where="PH", action=Action.LIST), DEMO, open_facts=PIECE_FACTS)
    assert asked_facts(seen_from_manila) == {"footage.marks"}
    assert remaining(asks(CALIFORNIA_STILL, action=Action.LIST), DEMO, open_facts=PIECE_FACTS) is True


def test_a_condition_on_a_document_of_the_owner_waits_for_the_owner() -> None:
    document = 'situation.documents = { requires_document = { type = "declaration", party = "footage.owner" } }'
    left = remaining(asks(), policies(rule_text("yes", when=document)), open_facts=FOOTAGE_FACTS)
    assert isinstance(left, Asks)
    assert narrow(left, asks(), open_facts=NOTHING_OPEN) is False


def test_joining_is_as_short_as_it_gets() -> None:
    one, two, three = (Asks(_condition(number), frozenset({Answer.YES})) for number in range(3))
    assert (all_of(()), any_of(())) == (True, False)
    assert all_of((True, one, one)) is one
    assert any_of((False, one, one)) is one
    assert all_of((one, False, two)) is False
    assert any_of((one, True, two)) is True
    assert all_of((one, AllOf((two, three)))) == AllOf((one, two, three))
    assert any_of((one, AnyOf((two, three)))) == AnyOf((one, two, three))


def test_the_opposite_of_the_opposite_is_the_same() -> None:
    one, two = (Asks(_condition(number), frozenset({Answer.YES})) for number in range(2))
    assert opposite(one) == Asks(one.condition, frozenset({Answer.NO, Answer.UNKNOWN}))
    for each in (True, False, one, AllOf((one, two)), AnyOf((one, two))):
        assert opposite(opposite(each)) == each


def _condition(number: int) -> random_rules.Condition:
    found = policies(rule_text("one", when=f'footage.owner = {{ one_of = ["{number}"] }}')).policies[0]
    return found.rules[0].conditions[0]


def test_every_fact_of_footage_can_be_left_open() -> None:
    assert {name for name in FACTS if name.startswith("footage.")} == FOOTAGE_FACTS
