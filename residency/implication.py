"""What one condition says about another on the same fact: that it follows, or that both can never hold.

Both answers are careful: `implies` and `excludes` are true only where that is certain, whatever the request. They serve
the static checks, which may miss something but must never complain without cause.
"""

from collections.abc import Callable
from typing import Any, Final

from residency.conditions import (
    AtLeast,
    AtMostDays,
    Before,
    Below,
    Condition,
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
from residency.places import contains, overlaps

_Pair = tuple[type, type]
_Check = Callable[[Any, Any], bool]


def implies(one: Condition, other: Condition) -> bool:
    """Whether `other` is certain to hold wherever `one` does."""
    if one.fact != other.fact:
        return False
    if one == other:
        return True
    check = _IMPLIES.get((type(one), type(other)))
    return check is not None and check(one, other)


def excludes(one: Condition, other: Condition) -> bool:
    """Whether both can never hold at once."""
    if one.fact != other.fact:
        return False
    check, back = _EXCLUDES.get((type(one), type(other))), _EXCLUDES.get((type(other), type(one)))
    return (check is not None and check(one, other)) or (back is not None and back(other, one))


def _within(one: Inside, other: Inside) -> bool:
    return all(any(contains(outer, code) for outer in other.codes) for code in one.codes)


def _apart(one: Inside, other: Inside | Outside) -> bool:
    return not any(overlaps(outer, code) for outer in other.codes for code in one.codes)


def _inside_what_is_out(one: Inside, other: Outside) -> bool:
    return all(any(contains(outer, code) for outer in other.codes) for code in one.codes)


def _subset(one: Any, other: Any) -> bool:  # noqa: ANN401  two conditions with values
    return set(one.values) <= set(other.values)


def _superset(one: Any, other: Any) -> bool:  # noqa: ANN401  two conditions with values
    return set(one.values) >= set(other.values)


def _disjoint(one: Any, other: Any) -> bool:  # noqa: ANN401  two conditions with values
    return set(one.values).isdisjoint(other.values)


def _meet(one: Any, other: Any) -> bool:  # noqa: ANN401  two conditions with values
    return not _disjoint(one, other)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401  two conditions about one document
    return (one.type, one.party) == (other.type, other.party)


_IMPLIES: Final[dict[_Pair, _Check]] = {
    (Inside, Inside): _within,
    (Outside, Outside): lambda one, other: _within(other, one),
    (Inside, Outside): _apart,
    (OneOf, OneOf): _subset,
    (OneOf, NoneOf): _disjoint,
    (NoneOf, NoneOf): _superset,
    (Has, Has): _subset,
    (HasAll, Has): _meet,
    (HasAll, HasAll): _superset,
    (Lacks, Lacks): _superset,
    (HoldsGrant, HoldsGrant): _subset,
    (LacksGrant, LacksGrant): _superset,
    (AtLeast, AtLeast): lambda one, other: one.level >= other.level,
    (Below, Below): lambda one, other: one.level <= other.level,
    (SensitivityAtMost, SensitivityAtMost): lambda one, other: one.level <= other.level,
    (SensitivityAtLeast, SensitivityAtLeast): lambda one, other: one.level >= other.level,
    (FromTime, FromTime): lambda one, other: one.moment >= other.moment,
    (Before, Before): lambda one, other: one.moment <= other.moment,
    (AtMostDays, AtMostDays): lambda one, other: one.days <= other.days,
    (OverDays, OverDays): lambda one, other: one.days >= other.days,
}
_EXCLUDES: Final[dict[_Pair, _Check]] = {
    (Inside, Inside): _apart,
    (Inside, Outside): _inside_what_is_out,
    (OneOf, OneOf): _disjoint,
    (OneOf, NoneOf): _subset,
    (Has, Lacks): _subset,
    (HasAll, Lacks): _meet,
    (HoldsGrant, LacksGrant): _subset,
    (RequiresDocument, LacksDocument): _same,
    (AtLeast, Below): lambda one, other: one.level >= other.level,
    (SensitivityAtLeast, SensitivityAtMost): lambda one, other: one.level > other.level,
    (FromTime, Before): lambda one, other: one.moment >= other.moment,
    (OverDays, AtMostDays): lambda one, other: one.days >= other.days,
    (Is, Is): lambda one, other: one.value is not other.value,
    (Given, Given): lambda one, other: one.value is not other.value,
}
