"""The index, the plain judging of every rule, and Cedar agree, on random policies over the whole language."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO
from random import Random

import cedarpy
import pytest

from residency import Effect, Layer, Policy, PolicySet, decide
from residency.__main__ import main
from residency.cedar import cedar_policies
from residency.cedar_request import cedar_schema
from residency.cedar_tests import _WRITERS, expression_of
from residency.conditions import AtMostDays, Condition, CounterAtMost, OneOf
from residency.errors import CedarError
from residency.facts import CountOf
from residency.mutate import Flipped
from residency.parse_tests import TESTS
from residency.rules import Rule
from residency.vocabulary import FACTS
from tests.residency import random_rules
from tests.residency.cast import DEMO, DEMO_FILE, asks, policies, rule_text
from tests.residency.oracles import cedar_answers, disagreements
from tests.residency.repeat import seed_given

SEED = seed_given(20261125)
DAY = date(2026, 6, 1)
BATCHES, SETS_A_BATCH = 10, 20


@pytest.mark.parametrize("batch", range(BATCHES))
def test_index_judging_and_cedar_agree(batch: int) -> None:
    """20 sets of policies, 30 requests each: 600 comparisons a batch, 6,000 in all."""
    seed = SEED + batch
    for number in range(SETS_A_BATCH):
        for request, decision, wrong in disagreements(Random(f"{seed}/{number}")):
            assert not wrong, f"LABELHUB_SEED={seed}, set {number}: {wrong}\n{request}\n{decision.policies.policies}"


def test_the_comparison_meets_every_outcome() -> None:
    """A comparison of denials alone would say nothing."""
    rng = Random(SEED)
    outcomes = Counter[str]()
    for _ in range(60):
        for _request, decision, _wrong in disagreements(rng):
            outcomes["broke glass" if decision.broke_glass else decision.outcome.value] += 1
    assert min(outcomes.values()) >= 30, outcomes
    assert len(outcomes) == 4


def _every_test() -> list[Condition]:
    rng = Random(SEED)
    return [random_rules.condition(rng, effect) for effect in (Effect.PERMIT, Effect.FORBID) for _ in range(2000)]


def test_every_test_of_every_fact_has_random_values() -> None:
    assert set(random_rules.VALUES) == set(TESTS)
    assert {one.fact for one in _every_test()} == set(FACTS)
    assert {type(one) for one in _every_test()} == set(_WRITERS)


@pytest.mark.parametrize("number", range(20))
def test_cedar_policies_are_valid_under_their_schema(number: int) -> None:
    """What Cedar's validator accepts can never err on a fact that is not known."""
    some = random_rules.policy_set(Random(f"{SEED}/{number}"))
    result = cedarpy.validate_policies(cedar_policies(some, on=DAY), cedar_schema(some))
    assert result.validation_passed, (SEED, number, [str(error) for error in result.errors])


def test_the_demo_policy_gives_the_same_in_cedar() -> None:
    requests = [asks(), asks(where="PH")]
    assert cedar_answers(requests[:1], DEMO) == [True]
    assert cedar_answers(requests[1:], DEMO) == [decide(requests[1], DEMO).permitted]


def test_words_of_any_kind_stay_words() -> None:
    odd = 'a"b\\c\nd{}\x00é'
    rule = Rule(
        id="odd",
        effect=Effect.PERMIT,
        actions=frozenset({asks().action}),
        words=odd,
        conditions=(OneOf("situation.purpose", (odd,)),),
    )
    one = PolicySet.of(
        Policy(
            name="odd",
            layer=Layer.PLATFORM,
            title="Odd",
            effective_from=datetime(2026, 1, 1, tzinfo=UTC),
            rules=(rule,),
        )
    )
    assert cedar_answers([asks(purpose=odd)], one) == [True]
    assert cedar_answers([asks(purpose="a")], one) == [False]


def test_the_command_writes_policies_and_their_schema() -> None:
    said, schema = StringIO(), StringIO()
    assert main(["cedar", str(DEMO_FILE), "--on", "2026-06-01"], out=said) == 0
    assert main(["cedar", str(DEMO_FILE), "--schema"], out=schema) == 0
    assert cedarpy.validate_policies(said.getvalue(), schema.getvalue()).validation_passed


def test_a_group_is_written_with_the_members_of_its_day() -> None:
    rule = rule_text("eu", when='situation.place = { inside = ["EU"] }')
    before, after = (cedar_policies(policies(rule), on=day) for day in (date(2020, 12, 31), date(2021, 1, 1)))
    assert '"GB"' in before
    assert '"GB"' not in after


def test_what_cedar_cannot_say_is_named() -> None:
    with pytest.raises(CedarError, match=r"cedar cannot say `Flipped` of `situation\.purpose`"):
        expression_of(Flipped(OneOf("situation.purpose", ("x",))), DAY)


def test_a_number_too_large_for_cedar_is_named() -> None:
    with pytest.raises(CedarError, match="beyond Cedar's whole numbers"):
        expression_of(CounterAtMost("situation.counters", CountOf.DEVICES, 1, 2**63), DAY)
    with pytest.raises(CedarError, match="beyond Cedar's whole numbers"):
        expression_of(AtMostDays("footage.age", 200_000_000), DAY)
