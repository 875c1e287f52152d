"""What one condition says of another on the same fact: what follows, what excludes, and what does neither."""

from datetime import UTC, datetime

import pytest

from residency import AssuranceLevel, Sensitivity
from residency.conditions import (
    AnyInside,
    AtLeast,
    AtMostDays,
    Before,
    Below,
    Condition,
    CounterAtMost,
    FromTime,
    Given,
    Has,
    HasAll,
    HoldsGrant,
    Inside,
    Is,
    Lacks,
    LacksDocument,
    LacksGrant,
    NoneOf,
    OneOf,
    Outside,
    OverDays,
    RequiresDocument,
    SensitivityAtLeast,
    SensitivityAtMost,
)
from residency.facts import CountOf
from residency.implication import excludes, implies

PLACE, OWNER, MARKS, GRANTS = "situation.place", "footage.owner", "footage.marks", "situation.grants"
DOCUMENTS, LEVEL, CLASS = "situation.documents", "situation.assurance", "footage.sensitivity"
LA2, LA3 = AssuranceLevel.LA2, AssuranceLevel.LA3
JANUARY, JUNE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)

FOLLOWS = [
    (Inside(PLACE, ("US-CA",)), Inside(PLACE, ("US",))),
    (Inside(PLACE, ("DE", "FR")), Inside(PLACE, ("EEA",))),
    (Outside(PLACE, ("US",)), Outside(PLACE, ("US-CA",))),
    (Inside(PLACE, ("US-CA",)), Outside(PLACE, ("EEA",))),
    (OneOf(OWNER, ("a",)), OneOf(OWNER, ("a", "b"))),
    (OneOf(OWNER, ("a",)), NoneOf(OWNER, ("b",))),
    (NoneOf(OWNER, ("a", "b")), NoneOf(OWNER, ("a",))),
    (Has(MARKS, ("a",)), Has(MARKS, ("a", "b"))),
    (HasAll(MARKS, ("a", "b")), Has(MARKS, ("b", "c"))),
    (HasAll(MARKS, ("a", "b")), HasAll(MARKS, ("a",))),
    (Lacks(MARKS, ("a", "b")), Lacks(MARKS, ("a",))),
    (HoldsGrant(GRANTS, ("a",)), HoldsGrant(GRANTS, ("a", "b"))),
    (LacksGrant(GRANTS, ("a", "b")), LacksGrant(GRANTS, ("a",))),
    (AtLeast(LEVEL, LA3), AtLeast(LEVEL, LA2)),
    (Below(LEVEL, LA2), Below(LEVEL, LA3)),
    (SensitivityAtMost(CLASS, Sensitivity.PUBLIC), SensitivityAtMost(CLASS, Sensitivity.ORDINARY)),
    (SensitivityAtLeast(CLASS, Sensitivity.ORDINARY), SensitivityAtLeast(CLASS, Sensitivity.PUBLIC)),
    (FromTime("situation.at", JUNE), FromTime("situation.at", JANUARY)),
    (Before("situation.at", JANUARY), Before("situation.at", JUNE)),
    (AtMostDays("footage.age", 1), AtMostDays("footage.age", 2)),
    (OverDays("footage.age", 2), OverDays("footage.age", 1)),
]
SAME = [
    AnyInside("viewer.citizenships", ("CN",)),
    CounterAtMost("situation.counters", CountOf.DEVICES, 365, 9),
    Is("viewer.designated", value=True),
]
EXCLUDED = [
    (Inside(PLACE, ("US",)), Inside(PLACE, ("EEA",))),
    (Inside(PLACE, ("DE",)), Outside(PLACE, ("EEA",))),
    (OneOf(OWNER, ("a",)), OneOf(OWNER, ("b",))),
    (OneOf(OWNER, ("a",)), NoneOf(OWNER, ("a", "b"))),
    (Has(MARKS, ("a",)), Lacks(MARKS, ("a", "b"))),
    (HasAll(MARKS, ("a", "b")), Lacks(MARKS, ("b",))),
    (HoldsGrant(GRANTS, ("a",)), LacksGrant(GRANTS, ("a",))),
    (RequiresDocument(DOCUMENTS, "nda", "viewer.entity"), LacksDocument(DOCUMENTS, "nda", "viewer.entity")),
    (AtLeast(LEVEL, LA2), Below(LEVEL, LA2)),
    (
        SensitivityAtLeast(CLASS, Sensitivity.ORDINARY),
        SensitivityAtMost(CLASS, Sensitivity.PUBLIC),
    ),
    (FromTime("situation.at", JUNE), Before("situation.at", JUNE)),
    (OverDays("footage.age", 2), AtMostDays("footage.age", 2)),
    (Is("viewer.designated", value=True), Is("viewer.designated", value=False)),
    (Given("situation.case", value=True), Given("situation.case", value=False)),
]
NEITHER = [
    (Inside(PLACE, ("US",)), Inside(PLACE, ("US-CA",))),
    (Inside(PLACE, ("US",)), Outside(PLACE, ("US-CA",))),
    (Outside(PLACE, ("US-CA",)), Outside(PLACE, ("US",))),
    (OneOf(OWNER, ("a", "b")), OneOf(OWNER, ("b", "c"))),
    (OneOf(OWNER, ("a", "b")), NoneOf(OWNER, ("b",))),
    (Has(MARKS, ("a", "b")), Has(MARKS, ("b", "c"))),
    (Has(MARKS, ("a", "b")), Lacks(MARKS, ("a",))),
    (Has(MARKS, ("a",)), HasAll(MARKS, ("a", "b"))),
    (RequiresDocument(DOCUMENTS, "nda", "viewer.entity"), LacksDocument(DOCUMENTS, "nda", "footage.owner")),
    (SensitivityAtLeast(CLASS, Sensitivity.PUBLIC), SensitivityAtMost(CLASS, Sensitivity.PUBLIC)),
    (FromTime("situation.at", JANUARY), Before("situation.at", JUNE)),
    (OverDays("footage.age", 1), AtMostDays("footage.age", 2)),
    (AtLeast(LEVEL, LA2), Below(LEVEL, LA3)),
    (Inside(PLACE, ("US",)), Inside("viewer.attested_in", ("US",))),
    (OneOf(OWNER, ("a",)), OneOf("footage.source", ("b",))),
    (AnyInside("viewer.citizenships", ("CN",)), AnyInside("viewer.citizenships", ("CN", "IR"))),
]


@pytest.mark.parametrize(("one", "other"), FOLLOWS, ids=repr)
def test_what_is_narrower_implies_what_is_wider_and_not_the_other_way(one: Condition, other: Condition) -> None:
    assert implies(one, other)
    assert not implies(other, one)
    assert not excludes(one, other)


@pytest.mark.parametrize("condition", SAME, ids=repr)
def test_a_condition_implies_itself(condition: Condition) -> None:
    assert implies(condition, condition)
    assert not excludes(condition, condition)


@pytest.mark.parametrize(("one", "other"), EXCLUDED, ids=repr)
def test_what_excludes_does_so_both_ways_and_implies_nothing(one: Condition, other: Condition) -> None:
    assert excludes(one, other)
    assert excludes(other, one)
    assert not implies(one, other)


@pytest.mark.parametrize(("one", "other"), NEITHER, ids=repr)
def test_what_is_not_certain_is_not_said(one: Condition, other: Condition) -> None:
    assert not implies(one, other)
    assert not excludes(one, other)
    assert not excludes(other, one)
