"""Obligations as a document writes them: what a permitted request owes."""

import pytest

from residency import PolicyError, PolicySet, decide, parse_policy
from tests.residency.cast import asks, policy_text

RULE = '[[rule]]\nid = "a"\neffect = "permit"\nactions = ["view"]\nwords = "W."\n'


def owed(written: str) -> list[str]:
    policies = PolicySet.of(parse_policy(policy_text(RULE + written), name="test"))
    return [str(one) for one in decide(asks(), policies).obligations]


def test_a_permit_owes_what_is_written() -> None:
    assert owed('obligations = ["watermark", "step-up"]\n') == ["step-up", "watermark"]


def test_a_quota_is_owed_beside_the_others() -> None:
    assert owed('obligations = ["watermark"]\nquota = { views = 100, days = 1 }\n') == ["quota:100/1d", "watermark"]


def test_an_obligation_nobody_knows_is_a_problem() -> None:
    with pytest.raises(PolicyError, match="`obligations` must be among"):
        owed('obligations = ["whisper"]\n')
