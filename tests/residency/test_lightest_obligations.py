"""Obligations as values: their order, and which set is the lightest."""

from hypothesis import given
from hypothesis import strategies as st

from residency import Duty, Obligation, PolicySet, decide, parse_policy
from residency.obligations import in_order, lightest_together
from tests.residency.cast import asks, policy_text, rule_text

WATERMARK, STEP_UP, REDACTED = Obligation(Duty.WATERMARK), Obligation(Duty.STEP_UP), Obligation(Duty.REDACTED)
any_obligation = st.builds(Obligation, st.sampled_from([duty for duty in Duty if duty is not Duty.QUOTA])) | st.builds(
    Obligation, st.just(Duty.QUOTA), views=st.integers(1, 3), days=st.integers(1, 3)
)
any_set = st.frozensets(any_obligation, max_size=4)


def lightest(sets: list[frozenset[Obligation]]) -> frozenset[Obligation]:
    """What one policy with these permits asks for."""
    return lightest_together([sets])


def quota(views: int, days: int = 1) -> Obligation:
    return Obligation(Duty.QUOTA, views=views, days=days)


def owing(rule_id: str, *duties: str) -> str:
    named = ", ".join(f'"{duty}"' for duty in duties)
    return rule_text(rule_id).replace("[rule.when]", f"obligations = [{named}]\n[rule.when]")


def owed(*documents: str) -> list[str]:
    policies = [
        parse_policy(policy_text(text, name=f"p{number}", layer="law" if number else "platform"), name="test")
        for number, text in enumerate(documents)
    ]
    return [str(one) for one in decide(asks(), PolicySet.of(*policies)).obligations]


def test_an_obligation_is_written_by_its_duty_and_a_quota_with_its_numbers() -> None:
    assert [str(one) for one in (STEP_UP, quota(100, 7))] == ["step-up", "quota:100/7d"]


def test_the_order_is_by_duty_then_fewer_views_then_more_days() -> None:
    heaviest_first = (REDACTED, Obligation(Duty.NO_DOWNLOAD), STEP_UP, quota(5), quota(9, 7), quota(9), WATERMARK)
    assert in_order(reversed(heaviest_first)) == heaviest_first
    assert in_order([WATERMARK, WATERMARK]) == (WATERMARK,)


def test_the_lightest_set_is_the_one_whose_heaviest_is_lightest() -> None:
    assert lightest([frozenset({REDACTED}), frozenset({STEP_UP, WATERMARK})]) == {STEP_UP, WATERMARK}
    assert lightest([frozenset({STEP_UP, WATERMARK}), frozenset({STEP_UP})]) == {STEP_UP}
    assert lightest([frozenset({quota(5)}), frozenset({quota(9)})]) == {quota(9)}
    assert lightest([frozenset({REDACTED}), frozenset()]) == frozenset()


@given(st.lists(any_set, min_size=1, max_size=4), any_set)
def test_one_more_permit_never_makes_it_heavier(sets: list[frozenset[Obligation]], more: frozenset[Obligation]) -> None:
    def heaviness(one: frozenset[Obligation]) -> list[tuple[int, int, int]]:
        return sorted((each.weight for each in one), reverse=True)

    assert heaviness(lightest([*sets, more])) <= heaviness(lightest(sets))


@given(st.lists(any_set, min_size=1, max_size=4))
def test_the_lightest_is_the_same_in_every_order(sets: list[frozenset[Obligation]]) -> None:
    assert lightest(sets) == lightest(sets[::-1])


def test_of_several_permits_of_one_policy_the_lightest_count() -> None:
    assert owed(owing("a", "redacted") + owing("b", "watermark")) == ["watermark"]
    assert owed(owing("a", "redacted") + rule_text("b")) == []


def test_of_several_policies_all_count() -> None:
    assert owed(owing("a", "watermark"), owing("b", "step-up") + owing("c", "redacted")) == ["step-up", "watermark"]
