"""What holds for every policy and every request, tried on random ones over the whole language."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from residency import (
    Action,
    AssuranceLevel,
    Decision,
    Effect,
    Footage,
    Layer,
    Policy,
    PolicySet,
    Request,
    Viewer,
    decide,
)
from residency.conditions import Condition, Has
from residency.decide import OPENED_BY_BREAK_GLASS
from residency.facts import _encode
from residency.judging import judge, place_is_known
from residency.lattice import join
from residency.ledger.entry import canonical_json
from residency.rules import Rule
from residency.wire import read_request, write_decision, write_request
from tests.residency import random_rules

# A seed makes a whole policy and request at once: hundreds of draws each would leave hypothesis no time for examples.
dice = st.randoms(use_true_random=True)
often = settings(max_examples=200)
COUNTRY = 2


def plainly(asked: Request) -> Request:
    """The same request in no emergency."""
    return replace(asked, situation=replace(asked.situation, break_glass=None))


def no_wider(after: Decision, before: Decision) -> bool:
    """Whether an answer permits only what another does, and asks no less in return."""
    if not after.permitted or after.broke_glass:
        return before.permitted or not after.permitted
    return before.permitted and (before.broke_glass or weights(before) <= weights(after))


def weights(decision: Decision) -> list[tuple[int, int, int]]:
    """How heavy what is owed is, in the order that `residency/obligations.py` gives."""
    return sorted((one.weight for one in decision.obligations), reverse=True)


def with_rules(policies: PolicySet, number: int, rules: tuple[Rule, ...]) -> PolicySet:
    """The same policies, one of which has other rules."""
    changed = replace(policies.policies[number], rules=rules)
    return PolicySet.of(*policies.policies[:number], changed, *policies.policies[number + 1 :])


def any_policy(rng: Random, policies: PolicySet) -> tuple[int, Policy]:
    number = rng.randrange(len(policies.policies))
    return number, policies.policies[number]


@often
@given(dice)
def test_adding_a_forbid_never_widens(rng: Random) -> None:
    before, asked = random_rules.policy_set(rng), random_rules.request(rng)
    number, policy = any_policy(rng, before)
    after = with_rules(before, number, (*policy.rules, random_rules.rule(rng, Effect.FORBID, "more")))
    assert no_wider(decide(asked, after), decide(asked, before))


@often
@given(dice)
def test_adding_a_permit_never_narrows_nor_asks_more(rng: Random) -> None:
    before, asked = random_rules.policy_set(rng), plainly(random_rules.request(rng))
    number, policy = any_policy(rng, before)
    after = with_rules(before, number, (*policy.rules, random_rules.rule(rng, Effect.PERMIT, "more")))
    assert no_wider(decide(asked, before), decide(asked, after))


@often
@given(dice)
def test_adding_a_permit_that_is_not_hard_never_closes_what_breaking_glass_opens(rng: Random) -> None:
    before, asked = random_rules.policy_set(rng), random_rules.request(rng)
    number, policy = any_policy(rng, before)
    permit = replace(random_rules.rule(rng, Effect.PERMIT, "more"), hard=False)
    after = with_rules(before, number, (*policy.rules, permit))
    assert decide(asked, after).permitted or not decide(asked, before).permitted


@often
@given(dice)
def test_adding_a_policy_of_any_layer_but_the_platform_never_widens(rng: Random) -> None:
    before, asked = random_rules.policy_set(rng), random_rules.request(rng)
    layer = rng.choice([layer for layer in Layer if layer is not Layer.PLATFORM])
    after = PolicySet.of(*before.policies, random_rules.policy(rng, "more", layer))
    assert no_wider(decide(asked, after), decide(asked, before))


@often
@given(dice)
def test_adding_a_platform_policy_to_one_that_speaks_of_all_footage_never_widens(rng: Random) -> None:
    first = replace(random_rules.policy(rng, "first", Layer.PLATFORM), scope=(), effective_to=None)
    before, asked = PolicySet.of(first), random_rules.request(rng)
    after = PolicySet.of(first, random_rules.policy(rng, "more", Layer.PLATFORM))
    if first.holds(asked.situation.at):
        assert no_wider(decide(asked, after), decide(asked, before))


@given(dice)
def test_nothing_is_permitted_without_the_platform(rng: Random) -> None:
    policies = PolicySet.of(*(random_rules.policy(rng, f"p{n}", rng.choice(list(Layer)[1:])) for n in range(2)))
    assert not decide(plainly(random_rules.request(rng)), policies).permitted


@often
@given(dice)
def test_tightening_a_rule_never_widens(rng: Random) -> None:
    """One more condition on a permit, one fewer on a forbid."""
    before, asked = random_rules.policy_set(rng), random_rules.request(rng)
    number, policy = any_policy(rng, before)
    place = rng.randrange(len(policy.rules))
    rules = (*policy.rules[:place], _tighter(rng, policy.rules[place]), *policy.rules[place + 1 :])
    assert no_wider(decide(asked, with_rules(before, number, rules)), decide(asked, before))


def _tighter(rng: Random, rule: Rule) -> Rule:
    if rule.effect is Effect.PERMIT:
        return replace(rule, conditions=(*rule.conditions, random_rules.condition(rng, Effect.PERMIT)))
    return replace(rule, conditions=tuple(random_rules.some(rng, rule.conditions)))


@often
@given(dice)
def test_taking_a_permit_away_never_widens(rng: Random) -> None:
    before, asked = random_rules.policy_set(rng), plainly(random_rules.request(rng))
    number, policy = any_policy(rng, before)
    kept = tuple(rule for rule in policy.rules if rule.effect is Effect.FORBID or rng.random() < 0.5)
    assert no_wider(decide(asked, with_rules(before, number, kept)), decide(asked, before))


@settings(max_examples=500)
@given(dice)
def test_removing_a_fact_never_widens(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    assert no_wider(decide(random_rules.forget(rng, asked), policies), decide(asked, policies))


@often
@given(dice)
def test_holding_fewer_documents_and_grants_never_widens(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    held = asked.situation
    fewer = replace(held, documents=(held.documents or ())[1:], grants=(held.grants or ())[1:])
    if held.documents is not None and held.grants is not None:
        assert no_wider(decide(replace(asked, situation=fewer), policies), decide(asked, policies))


@often
@given(dice)
def test_knowing_a_place_less_well_never_widens(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    place = asked.situation.place
    if place is None or place.level is AssuranceLevel.LA0:
        return
    lower = replace(place, level=AssuranceLevel(place.level - 1))
    poorer = replace(asked, situation=replace(asked.situation, place=lower))
    assert no_wider(decide(poorer, policies), decide(asked, policies))


@often
@given(dice)
def test_knowing_only_the_country_never_widens(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    footage, viewer = asked.footage, asked.viewer
    coarse = replace(
        asked,
        footage=replace(footage, jurisdiction=footage.jurisdiction and footage.jurisdiction[:COUNTRY]),
        viewer=replace(viewer, attested_in=viewer.attested_in and viewer.attested_in[:COUNTRY]),
    )
    assert no_wider(decide(coarse, policies), decide(asked, policies))


@often
@given(dice)
def test_order_never_matters(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    shuffled = PolicySet.of(
        *(_shuffled(rng, policy) for policy in rng.sample(policies.policies, len(policies.policies)))
    )
    one, two = decide(asked, policies), decide(asked, shuffled)
    assert one == two
    assert write_decision(one) == write_decision(two)
    assert one.full_reason() == two.full_reason()


def _shuffled(rng: Random, policy: Policy) -> Policy:
    def anew(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return tuple(rng.sample(conditions, len(conditions)))

    rules = [replace(rule, conditions=anew(rule.conditions)) for rule in policy.rules]
    return replace(policy, rules=tuple(rng.sample(rules, len(rules))), scope=anew(policy.scope))


def test_order_never_matters_even_between_two_ways_to_write_one_condition() -> None:
    ways = (Has(fact="footage.marks", values=("x", "y")), Has(fact="footage.marks", values=("y", "x")))
    one = Rule(id="a", effect=Effect.FORBID, actions=frozenset(Action), words="Words.", conditions=ways)
    assert one == replace(one, conditions=ways[::-1])


@often
@given(dice)
def test_what_is_permitted_for_joined_footage_is_permitted_for_each(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    items = [random_rules.footage(rng, f"f{number}") for number in range(rng.randint(1, 3))]
    # Alike but for one fact or two, since what differs in everything is unknown in everything.
    alike = [items[0], *(_like(rng, items[0], item) for item in items[1:])]
    joined = decide(replace(asked, footage=join(alike, footage_id="set")), policies)
    for item in alike:
        assert no_wider(joined, decide(replace(asked, footage=item), policies))


def _like(rng: Random, one: Footage, other: Footage) -> Footage:
    names = [each.name for each in fields(other) if each.init and not each.name.startswith("captured")]
    return replace(one, **{name: getattr(other, name) for name in rng.sample(names, 3)})


@often
@given(dice)
def test_breaking_glass_never_opens_a_hard_rule_nor_an_unknown_place(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    decision = decide(asked, policies)
    if decision.broke_glass:
        in_force = policies.in_force(asked.situation.at)
        forbidding = {one.rule_id for each in judge(asked, in_force) for one in each if one.effect is Effect.FORBID}
        hard = {f"{policy.name}/{rule.id}" for policy in in_force for rule in policy.rules if rule.hard}
        assert forbidding.isdisjoint(hard)
        assert place_is_known(asked)
        assert asked.action in OPENED_BY_BREAK_GLASS
        assert not decide(plainly(asked), policies).permitted


@given(dice)
def test_an_unknown_place_is_never_permitted(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    nowhere = replace(asked, situation=replace(asked.situation, place=None))
    assert not decide(nowhere, policies).permitted


@given(dice)
def test_every_answer_can_be_explained(rng: Random) -> None:
    decision = decide(random_rules.request(rng), random_rules.policy_set(rng))
    assert decision.short_reason()
    assert decision.policy_hash in decision.full_reason()
    assert decision.permitted or not decision.short_reason().startswith("You may see")


@often
@given(dice)
def test_a_request_written_and_read_again_gives_the_same_bytes(rng: Random) -> None:
    policies, asked = random_rules.policy_set(rng), random_rules.request(rng)
    again = read_request(json.loads(json.dumps(write_request(asked))))
    one, two = (json.dumps(write_decision(decide(each, policies))).encode() for each in (asked, again))
    assert one == two


@often
@given(dice, st.text(min_size=1))
def test_facts_are_hashed_in_canonical_form(rng: Random, odd: str) -> None:
    asked = random_rules.request(rng)
    odd_footage = replace(asked.footage, id=odd, owner=odd, marks=frozenset({odd, "x"}))
    for facts in (asked.viewer, asked.footage, asked.situation, odd_footage, Viewer(id=odd)):
        assert _encode(facts.canonical()).encode() == canonical_json(facts.canonical())
