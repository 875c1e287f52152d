"""Mutants: a condition turned around is noticed by a case that is about it, and by no other."""

from residency import Policy, PolicySet, decide, parse_policy
from residency.conditions import Answer, Inside
from residency.mutate import Flipped, mutants, survivors
from tests.residency.cast import asks, knowing, placed, policy_text, rule_text
from tests.residency.documents import DEFAULTS, case_text

RULES = 'scope.footage.owner.one_of = ["acme"]\n' + rule_text(
    "us-only", when='situation.place.inside = ["US"]\nviewer.attested_in.inside = ["US"]'
)
ALLOWED = case_text("allowed")
ABROAD = case_text("abroad", expect='"deny"', request='{ situation = { place = "PE" } }')
OTHER = case_text("other", expect='"deny"', request='{ footage = { owner = "other" } }')


def policy(*cases: str) -> Policy:
    return parse_policy(policy_text(RULES + DEFAULTS + "".join(cases)), name="test")


def test_without_cases_every_condition_survives_by_name() -> None:
    assert survivors(policy()) == (
        "rule `us-only`: `situation.place` must be inside the United States",
        "rule `us-only`: `viewer.attested_in` must be inside the United States",
        "scope: `footage.owner` must be `acme`",
    )


def test_a_case_that_is_allowed_notices_every_condition_it_needs() -> None:
    assert survivors(policy(ALLOWED, OTHER)) == ()


def test_a_case_that_is_denied_anyway_notices_only_what_denies_it() -> None:
    assert survivors(policy(ABROAD)) == (
        "rule `us-only`: `viewer.attested_in` must be inside the United States",
        "scope: `footage.owner` must be `acme`",
    )


def test_each_condition_is_turned_around_once() -> None:
    whole = policy(ALLOWED)
    made = list(mutants(whole))
    assert len({mutant.policy.hash for mutant in made} | {whole.hash}) == len(made) + 1 == 4


def test_a_condition_turned_around_says_the_opposite_and_knows_no_more() -> None:
    inside = Inside("situation.place", ("US",))
    flipped = Flipped(inside)
    answers = [flipped.ask(knowing(placed(code))) for code in ("US", "DE", None)]
    assert answers == [Answer.NO, Answer.YES, Answer.UNKNOWN]
    assert (flipped.fact, flipped.wanted()) == ("situation.place", "not inside the United States")
    assert flipped.canonical() == ["not", inside.canonical()]


def test_a_mutant_decides_the_other_way() -> None:
    mutant = next(mutants(policy()))
    assert decide(asks(), PolicySet.of(policy())).permitted
    assert not decide(asks(), PolicySet.of(mutant.policy)).permitted
