"""Conditions: one question about one fact of a request each.

A condition answers yes, no or unknown. Unknown keeps a permit from matching and makes a forbid match, and so does a
fact that is too coarse: `US` is neither inside nor outside `US-CA`.
"""

from residency.conditions.answer import Answer, Condition, either, in_one_order
from residency.conditions.held import (
    CounterAtMost,
    CounterOver,
    HoldsGrant,
    LacksDocument,
    LacksGrant,
    RequiresDocument,
)
from residency.conditions.jurisdictions import AnyInside, Inside, NoneInside, Outside
from residency.conditions.measures import (
    AtLeast,
    AtMostDays,
    Before,
    Below,
    FromTime,
    Given,
    Is,
    OverDays,
    SensitivityAtLeast,
    SensitivityAtMost,
    WithinHours,
)
from residency.conditions.shown import value_of
from residency.conditions.words import Has, HasAll, Lacks, NoneOf, OneOf

__all__ = [
    "Answer",
    "AnyInside",
    "AtLeast",
    "AtMostDays",
    "Before",
    "Below",
    "Condition",
    "CounterAtMost",
    "CounterOver",
    "FromTime",
    "Given",
    "Has",
    "HasAll",
    "HoldsGrant",
    "Inside",
    "Is",
    "Lacks",
    "LacksDocument",
    "LacksGrant",
    "NoneInside",
    "NoneOf",
    "OneOf",
    "Outside",
    "OverDays",
    "RequiresDocument",
    "SensitivityAtLeast",
    "SensitivityAtMost",
    "WithinHours",
    "either",
    "in_one_order",
    "value_of",
]
