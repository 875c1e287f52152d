"""A platform document with a scope grants only what it certainly speaks of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from residency import PolicyError, PolicySet, decide, parse_policy
from tests.residency.cast import CALIFORNIA_STILL, asks, policy_text, rule_text


def scoped(scope: str, layer: str = "platform") -> PolicySet:
    text = policy_text(f"[scope]\n{scope}\n{rule_text('yes')}", layer=layer)
    return PolicySet.of(parse_policy(text, name="scoped.toml"))


ACME_ONLY = scoped('footage.owner = { one_of = ["acme"] }')


def test_footage_in_the_scope_is_granted() -> None:
    assert decide(asks(CALIFORNIA_STILL), ACME_ONLY).allowed


@pytest.mark.parametrize("owner", [None, "other"])
def test_footage_that_is_not_or_only_may_be_in_the_scope_is_not(owner: str | None) -> None:
    assert not decide(asks(replace(CALIFORNIA_STILL, owner=owner)), ACME_ONLY).permitted


@pytest.mark.parametrize(
    "scope",
    [
        'footage.shows = { has = ["people"] }',
        "footage.criminal_justice = { is = true }",
        'footage.sensitivity = { at_least = "personal" }',
        'footage.consent_scope = { lacks = ["x"] }',
    ],
)
def test_a_platform_scope_may_not_ask_for_more_of_what_is_never_harmless(scope: str) -> None:
    with pytest.raises(PolicyError, match="a platform's scope cannot ask"):
        scoped(scope)
    assert scoped(scope, "law").policies


def test_the_order_of_a_scope_makes_no_other_policy() -> None:
    one = scoped('footage.owner = { one_of = ["acme"] }\nfootage.zone = { one_of = ["us"] }')
    other = scoped('footage.zone = { one_of = ["us"] }\nfootage.owner = { one_of = ["acme"] }')
    assert one == other
