"""Policies that decide together: when each holds, since when, and that no order matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from residency import Layer, Policy, PolicySet, decide, parse_policy
from residency.conditions import OneOf
from residency.errors import FactError
from tests.residency.cast import AT, asks, policy_text, rule_text

MOMENT = timedelta(microseconds=1)
JANUARY, JUNE, YEAR_END = (datetime(*day, tzinfo=UTC) for day in ((2026, 1, 1), (2026, 6, 1), (2027, 1, 1)))


def policy(name: str, start: datetime, end: datetime | None = None, layer: Layer = Layer.PLATFORM) -> Policy:
    return Policy(name=name, layer=layer, title="T", effective_from=start, effective_to=end, rules=())


ALL_YEAR = policy("all-year", JANUARY, YEAR_END)
FROM_JUNE = policy("from-june", JUNE, layer=Layer.JOB)
BOTH = PolicySet.of(ALL_YEAR, FROM_JUNE)


@pytest.mark.parametrize(
    ("at", "in_force", "since", "stretch"),
    [
        (JANUARY - MOMENT, (), None, 0),
        (JANUARY, (ALL_YEAR,), JANUARY, 1),
        (JUNE - MOMENT, (ALL_YEAR,), JANUARY, 1),
        (JUNE, (ALL_YEAR, FROM_JUNE), JUNE, 2),
        (YEAR_END - MOMENT, (ALL_YEAR, FROM_JUNE), JUNE, 2),
        (YEAR_END, (FROM_JUNE,), YEAR_END, 3),
    ],
)
def test_what_is_in_force_changes_at_each_beginning_and_each_end(
    at: datetime, in_force: tuple[Policy, ...], since: datetime | None, stretch: int
) -> None:
    assert BOTH.in_force(at) == in_force
    assert BOTH.since(at) == since
    assert BOTH.stretch(at) == stretch


def test_policies_that_change_at_one_time_make_one_change() -> None:
    assert PolicySet.of(ALL_YEAR, policy("b", JANUARY, YEAR_END)).changes == (JANUARY, YEAR_END)
    assert PolicySet.of().changes == ()
    assert PolicySet.of().since(AT) is None


def test_a_decision_follows_the_end_of_a_policy() -> None:
    text = policy_text(rule_text("a")).replace("2026-01-01", "2026-01-01\neffective_to = 2026-06-01T12:00:00Z")
    policies = PolicySet.of(parse_policy(text, name="test"))
    assert decide(asks(at=AT - MOMENT), policies).allowed
    assert decide(asks(at=AT), policies).rule_ids == ()
    assert not decide(asks(at=AT), policies).permitted


def test_a_narrowing_policy_that_ends_narrows_no_longer() -> None:
    wide = parse_policy(policy_text(rule_text("all")), name="wide")
    text = policy_text(rule_text("x", when='footage.owner.one_of = ["x"]'), name="job", layer="job")
    narrow = replace(parse_policy(text, name="job"), effective_to=AT)
    both = PolicySet.of(wide, narrow)
    assert not decide(asks(at=AT - MOMENT), both).permitted
    assert decide(asks(at=AT), both).allowed


def test_the_layers_go_from_the_widest_to_the_narrowest() -> None:
    assert [layer.rank for layer in (Layer.PLATFORM, Layer.LAW, Layer.CONTRACT, Layer.JOB)] == [0, 1, 2, 3]
    given = [policy(layer.value, JANUARY, layer=layer) for layer in reversed(Layer)]
    assert [one.layer for one in PolicySet.of(*given).policies] == list(Layer)


def test_the_order_of_a_scope_never_matters() -> None:
    scope = (OneOf("footage.owner", ("a",)), OneOf("footage.zone", ("us",)))
    one, other = replace(ALL_YEAR, scope=scope), replace(ALL_YEAR, scope=scope[::-1])
    assert one == other
    assert one.hash == other.hash != ALL_YEAR.hash


def test_an_end_must_say_its_time_zone() -> None:
    with pytest.raises(FactError, match="`effective_to` must carry a time zone"):
        policy("p", JANUARY, datetime(2027, 1, 1))  # noqa: DTZ001 - the point of the test
