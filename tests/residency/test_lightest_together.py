"""Of all ways to take one permit of each policy, what is lightest together is owed."""

from __future__ import annotations

from residency import Action, Duty, Effect, Layer, Obligation, Policy, PolicySet, decide
from residency.obligations import lightest_together
from residency.rules import Rule
from tests.residency.cast import AT, asks

REDACTED, NO_DOWNLOAD, STEP_UP = (Obligation(duty) for duty in (Duty.REDACTED, Duty.NO_DOWNLOAD, Duty.STEP_UP))


def owing(layer: Layer, **permits: Obligation) -> Policy:
    """A policy of permits that each owe one thing."""
    said = {"effect": Effect.PERMIT, "actions": frozenset(Action), "words": "Words."}
    return Policy(
        name=layer.value,
        layer=layer,
        title="Owing",
        effective_from=AT,
        rules=tuple(Rule(id=name, obligations=frozenset({one}), **said) for name, one in permits.items()),
    )


def test_a_lighter_permit_that_only_adds_to_what_another_policy_asks_is_not_taken() -> None:
    platform, law = owing(Layer.PLATFORM, blur=REDACTED, stay=NO_DOWNLOAD), owing(Layer.LAW, blur=REDACTED)
    assert decide(asks(), PolicySet.of(platform, law)).obligations == (REDACTED,)


def test_one_policy_owes_its_lightest_permit() -> None:
    heavy, light = frozenset({REDACTED}), frozenset({NO_DOWNLOAD, STEP_UP})
    assert lightest_together([[heavy, light]]) == light


def test_a_permit_that_asks_nothing_frees_a_policy_of_all() -> None:
    assert lightest_together([[frozenset({REDACTED}), frozenset()]]) == frozenset()


def test_every_policy_is_met() -> None:
    assert lightest_together([[frozenset({REDACTED})], [frozenset({STEP_UP})]]) == {REDACTED, STEP_UP}
