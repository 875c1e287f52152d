"""A clearance exists only for items that were all allowed."""

from dataclasses import FrozenInstanceError, replace

import pytest

from residency import Action, Clearance, Decision, Footage, NotClearedError, PolicySet, decide, parse_policy
from tests.residency.cast import CALIFORNIA_STILL, DEMO, asks, policy_text, rule_text


def exported(footage: Footage = CALIFORNIA_STILL, *, where: str = "US", action: Action = Action.EXPORT) -> Decision:
    return decide(asks(footage, where=where, action=action), DEMO)


def test_allowed_items_are_cleared_together() -> None:
    second = replace(CALIFORNIA_STILL, id="another")
    decisions = {"still-ca": exported(), "another": exported(second)}
    clearance = Clearance.for_items(decisions, destination="us", purpose="ml-training")
    assert clearance.footage_ids == ("another", "still-ca")
    assert (clearance.destination, clearance.purpose) == ("us", "ml-training")
    assert clearance.policy_hash == DEMO.hash


def test_one_refused_item_refuses_all_and_every_refused_item_is_named() -> None:
    decisions = {
        "still-ca": exported(),
        "berlin-1": exported(Footage(id="berlin-1", jurisdiction="DE-BE")),
        "berlin-2": exported(Footage(id="berlin-2", jurisdiction="DE-BE")),
    }
    with pytest.raises(NotClearedError, match="2 of 3 items may not be exported") as caught:
        Clearance.for_items(decisions, destination="us", purpose="ml-training")
    assert caught.value.refused == ("berlin-1", "berlin-2")
    assert "may be exported only from the EEA" in caught.value.reasons["berlin-1"]


def test_nothing_is_not_cleared() -> None:
    with pytest.raises(NotClearedError, match="no items were given"):
        Clearance.for_items({}, destination="us", purpose="ml-training")


def test_a_decision_to_view_does_not_clear_an_export() -> None:
    with pytest.raises(NotClearedError, match="is about `view`, not `export`"):
        Clearance.for_items({"still-ca": exported(action=Action.VIEW)}, destination="us", purpose="ml-training")


def test_a_decision_about_other_footage_does_not_clear() -> None:
    with pytest.raises(NotClearedError, match="is about `still-ca`"):
        Clearance.for_items({"other": exported()}, destination="us", purpose="ml-training")


def test_a_decision_for_another_purpose_does_not_clear() -> None:
    with pytest.raises(NotClearedError, match="for the purpose `ml-training`, not `quality-review`"):
        Clearance.for_items({"still-ca": exported()}, destination="us", purpose="quality-review")


def test_items_decided_under_several_sets_carry_one_joint_hash() -> None:
    contract = parse_policy(
        policy_text(rule_text("a", actions='["export"]'), name="contract", layer="contract"), name="contract"
    )
    both = PolicySet.of(*DEMO.policies, contract)
    second = replace(CALIFORNIA_STILL, id="another")
    decisions = {"still-ca": exported(), "another": decide(asks(second, action=Action.EXPORT), both)}
    first = Clearance.for_items(decisions, destination="us", purpose="ml-training")
    again = Clearance.for_items(dict(reversed(decisions.items())), destination="us", purpose="ml-training")
    assert first == again
    assert first.policy_hash not in {DEMO.hash, both.hash}


def test_a_clearance_can_be_neither_made_by_hand_nor_changed() -> None:
    with pytest.raises(TypeError, match=r"made by `Clearance\.for_items` only"):
        Clearance(footage_ids=("f",), destination="us", purpose="p", policy_hash="", seal=None)
    clearance = Clearance.for_items({"still-ca": exported()}, destination="us", purpose="ml-training")
    with pytest.raises(FrozenInstanceError):
        clearance.destination = "eu"  # type: ignore[misc]
    with pytest.raises((TypeError, ValueError)):
        replace(clearance, destination="eu")  # type: ignore[call-arg]
