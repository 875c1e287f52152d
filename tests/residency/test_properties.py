"""What holds for every policy and every request, tried on random ones."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from residency import (
    Action,
    AssuranceLevel,
    Effect,
    Footage,
    Layer,
    MediaKind,
    Place,
    Policy,
    PolicySet,
    Request,
    Situation,
    Viewer,
    decide,
)
from residency.conditions import AtLeast, Below, Condition, Has, Inside, OneOf, Outside
from residency.lattice import join
from residency.rules import Rule
from tests.residency.cast import AT

CODES = ["US", "US-CA", "US-TX", "DE", "DE-BE", "NO", "PH"]
OUTERS = st.lists(st.sampled_from([*CODES, "EEA", "EU"]), min_size=1, max_size=3, unique=True).map(tuple)
WORDS = st.lists(st.sampled_from("xyz"), min_size=1, max_size=2, unique=True).map(tuple)
PLACED = st.sampled_from(["footage.jurisdiction", "viewer.attested_in", "situation.place"])
WORDED = st.sampled_from(["footage.owner", "footage.source", "footage.zone", "viewer.entity", "situation.purpose"])
LEVELS = st.sampled_from(AssuranceLevel)

anywhere: st.SearchStrategy[Condition] = st.builds(Inside, PLACED, OUTERS) | st.builds(Outside, PLACED, OUTERS)
other: st.SearchStrategy[Condition] = st.builds(OneOf, WORDED, WORDS) | st.builds(Has, st.just("footage.marks"), WORDS)
levels: Mapping[Effect, st.SearchStrategy[Condition]] = {
    Effect.PERMIT: st.builds(AtLeast, st.just("situation.assurance"), LEVELS),
    Effect.FORBID: st.builds(Below, st.just("situation.assurance"), LEVELS),
}


def rules(effect: Effect) -> st.SearchStrategy[Rule]:
    conditions = anywhere | other | levels[effect]
    return st.builds(
        Rule,
        id=st.text("abc", min_size=1, max_size=3),
        effect=st.just(effect),
        actions=st.frozensets(st.sampled_from([Action.VIEW, Action.EXPORT]), min_size=1),
        words=st.just("Words."),
        conditions=st.lists(conditions, max_size=3).map(tuple),
    )


any_rule = rules(Effect.PERMIT) | rules(Effect.FORBID)


def policy(name: str, said: tuple[Rule, ...]) -> Policy:
    return Policy(name=name, layer=Layer.PLATFORM, title="Random", effective_from=AT, rules=said)


policy_rules = st.lists(any_rule, max_size=6).map(tuple)
words_or_not = st.none() | st.sampled_from("xyz")
codes_or_not = st.none() | st.sampled_from([*CODES, "??"])
footages = st.builds(
    Footage,
    id=st.just("f"),
    jurisdiction=codes_or_not,
    owner=words_or_not,
    source=words_or_not,
    zone=words_or_not,
    media_kind=st.none() | st.sampled_from(MediaKind),
    marks=st.none() | st.frozensets(st.sampled_from("xyz")),
)
places = st.none() | st.builds(Place, jurisdiction=codes_or_not, level=LEVELS)
requests = st.builds(
    Request,
    action=st.sampled_from([Action.VIEW, Action.EXPORT]),
    viewer=st.builds(Viewer, id=st.just("v"), entity=words_or_not, attested_in=codes_or_not),
    footage=footages,
    situation=st.builds(Situation, at=st.just(AT), place=places, purpose=words_or_not),
)


@given(requests, policy_rules, rules(Effect.FORBID))
def test_adding_a_forbid_never_widens(request: Request, said: tuple[Rule, ...], forbid: Rule) -> None:
    before, after = PolicySet.of(policy("p", said)), PolicySet.of(policy("p", (*said, forbid)))
    assert decide(request, before).allowed or not decide(request, after).allowed


@given(requests, policy_rules, rules(Effect.PERMIT))
def test_adding_a_permit_never_narrows(request: Request, said: tuple[Rule, ...], permit: Rule) -> None:
    before, after = PolicySet.of(policy("p", said)), PolicySet.of(policy("p", (*said, permit)))
    assert decide(request, after).allowed or not decide(request, before).allowed


@given(requests, policy_rules, policy_rules)
def test_adding_a_policy_never_widens(request: Request, said: tuple[Rule, ...], more: tuple[Rule, ...]) -> None:
    before = PolicySet.of(policy("p", said))
    after = PolicySet.of(policy("p", said), policy("q", more))
    assert decide(request, before).allowed or not decide(request, after).allowed


FACTS: Mapping[str, tuple[str, ...]] = {
    "footage": ("jurisdiction", "owner", "source", "zone", "media_kind", "marks"),
    "viewer": ("entity", "attested_in"),
    "situation": ("place", "purpose"),
}
PATHS = [(about, fact) for about, facts in FACTS.items() for fact in facts]


def forget(request: Request, about: str, fact: str) -> Request:
    """The same request with one fact not known."""
    return replace(request, **{about: replace(getattr(request, about), **{fact: None})})


@given(requests, policy_rules, st.sampled_from(PATHS))
def test_removing_a_fact_never_widens(request: Request, said: tuple[Rule, ...], path: tuple[str, str]) -> None:
    policies = PolicySet.of(policy("p", said))
    assert decide(request, policies).allowed or not decide(forget(request, *path), policies).allowed


@given(requests, policy_rules)
def test_knowing_a_place_less_well_never_widens(request: Request, said: tuple[Rule, ...]) -> None:
    place = request.situation.place
    if place is None or place.level is AssuranceLevel.LA0:
        return
    lower = replace(place, level=AssuranceLevel(place.level - 1))
    poorer = replace(request, situation=replace(request.situation, place=lower))
    policies = PolicySet.of(policy("p", said))
    assert decide(request, policies).allowed or not decide(poorer, policies).allowed


@given(requests, policy_rules)
def test_knowing_only_the_country_never_widens(request: Request, said: tuple[Rule, ...]) -> None:
    code = request.footage.jurisdiction
    coarse = replace(request, footage=replace(request.footage, jurisdiction=None if code is None else code[:2]))
    policies = PolicySet.of(policy("p", said))
    assert decide(request, policies).allowed or not decide(coarse, policies).allowed


@given(requests, policy_rules, policy_rules)
def test_order_never_matters(request: Request, said: tuple[Rule, ...], more: tuple[Rule, ...]) -> None:
    shuffled = tuple(replace(rule, conditions=rule.conditions[::-1]) for rule in reversed(said))
    one = decide(request, PolicySet.of(policy("p", said), policy("q", more)))
    two = decide(request, PolicySet.of(policy("q", more[::-1]), policy("p", shuffled)))
    assert one == two
    assert one.full_reason() == two.full_reason()
    assert one.short_reason() == two.short_reason()


def test_order_never_matters_even_between_two_ways_to_write_one_condition() -> None:
    ways = (Has(fact="footage.marks", values=("x", "y")), Has(fact="footage.marks", values=("y", "x")))
    one = Rule(id="a", effect=Effect.FORBID, actions=frozenset(Action), words="Words.", conditions=ways)
    assert one == replace(one, conditions=ways[::-1])


@given(requests, policy_rules)
def test_an_unknown_place_is_never_allowed(request: Request, said: tuple[Rule, ...]) -> None:
    decision = decide(forget(request, "situation", "place"), PolicySet.of(policy("p", said)))
    assert not decision.allowed


@given(requests, policy_rules)
def test_every_denial_can_be_explained(request: Request, said: tuple[Rule, ...]) -> None:
    decision = decide(request, PolicySet.of(policy("p", said)))
    assert decision.short_reason().startswith("You may see" if decision.allowed else "You may not") or (
        decision.allowed and request.action is Action.EXPORT
    )
    assert decision.policy_hash in decision.full_reason()


@given(requests, st.lists(footages, min_size=1, max_size=3), policy_rules)
def test_what_is_allowed_for_joined_footage_is_allowed_for_each(
    request: Request, items: list[Footage], said: tuple[Rule, ...]
) -> None:
    policies = PolicySet.of(policy("p", said))
    joined = join(items, footage_id="set")
    if decide(replace(request, footage=joined), policies).allowed:
        assert all(decide(replace(request, footage=item), policies).allowed for item in items)
