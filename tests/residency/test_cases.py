"""A document's own cases: they come out as written, or are named with what came out instead."""

import pytest

from residency import Layer, PolicySet, parse_policy
from residency.cases import OPEN_PLATFORM, failing_cases, setting_of
from tests.residency.cast import policy_text, rule_text
from tests.residency.documents import DEFAULTS, case_text

US_ONLY = rule_text("us-only", when='situation.place.inside = ["US"]')
OWING = rule_text("owing").replace("[rule.when]", 'obligations = ["step-up"]\n[rule.when]')
FROM_PERU = '{ situation = { place = "PE" } }'


def failing(rules: str, case: str, *, layer: str = "platform") -> list[str]:
    policy = parse_policy(policy_text(rules + DEFAULTS + case, layer=layer), name="test")
    return [problem.message for problem in failing_cases(policy)]


@pytest.mark.parametrize(
    ("rules", "case"),
    [
        (US_ONLY, case_text()),
        (US_ONLY, case_text(rules='["us-only"]')),
        (US_ONLY, case_text(expect='"deny"', request=FROM_PERU)),
        (US_ONLY, case_text(expect='"deny"', rules='["us-only"]', request=FROM_PERU)),
        (US_ONLY, case_text(expect='"deny"', rules="[]", unknown='["situation.place", "situation.assurance"]')),
        (OWING, case_text(obligations='["step-up"]')),
    ],
)
def test_a_case_comes_out(rules: str, case: str) -> None:
    assert failing(rules, case) == []


@pytest.mark.parametrize(
    ("rules", "case", "said"),
    [
        (US_ONLY, case_text(expect='"deny"'), "case `c` should be denied, but is allowed by `us-only`"),
        (US_ONLY, case_text(request=FROM_PERU), "case `c` should be allowed, but is denied by `us-only`"),
        (
            US_ONLY,
            case_text(rules='["other"]'),
            "case `c` should be allowed by `other`, but is allowed by `us-only`",
        ),
        (
            US_ONLY,
            case_text(rules="[]"),
            "case `c` should be allowed by no rule of its own, but is allowed by `us-only`",
        ),
        (
            US_ONLY,
            case_text(unknown='["situation.place", "situation.assurance"]', rules='["us-only"]'),
            "case `c` should be allowed by `us-only`, but is denied by no rule of its own",
        ),
        (OWING, case_text(), "case `c` should be allowed, but is allowed by `owing` with `step-up`"),
        (
            US_ONLY,
            case_text(obligations='["step-up"]'),
            "case `c` should be allowed with `step-up`, but is allowed by `us-only`",
        ),
    ],
)
def test_a_case_that_does_not_come_out_says_what_did(rules: str, case: str, said: str) -> None:
    assert failing(rules, case) == [said]


@pytest.mark.parametrize("layer", ["law", "contract", "job"])
def test_a_document_that_narrows_is_judged_beneath_a_platform_that_permits(layer: str) -> None:
    assert failing(US_ONLY, case_text(rules='["us-only"]'), layer=layer) == []
    policy = parse_policy(policy_text(US_ONLY, layer=layer), name="test")
    assert setting_of(policy) == PolicySet.of(OPEN_PLATFORM, policy)
    assert OPEN_PLATFORM.layer is Layer.PLATFORM


def test_a_document_of_the_platform_is_judged_alone() -> None:
    policy = parse_policy(policy_text(US_ONLY), name="test")
    assert setting_of(policy) == PolicySet.of(policy)


def test_a_failing_case_is_named_with_its_line() -> None:
    policy = parse_policy(policy_text(US_ONLY + DEFAULTS + case_text(expect='"deny"')), name="test")
    (problem,) = failing_cases(policy)
    assert problem.line is not None
    assert policy.text.split("\n")[problem.line - 1] == "[[case]]"
