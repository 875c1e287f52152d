"""May this footage be seen from there? Pure decisions about data residency.

No clock, no network, no database, no environment: facts, policies and the time are arguments, so any decision can be
made again years later. This package only decides; finding the facts and obeying the answer is its caller's work.
"""

from residency.assurance import Device, MfaKind, Signals, assure
from residency.decide import decide
from residency.decision import Clearance, Decision, Outcome
from residency.errors import NotClearedError, PolicyError, RequestError, ResidencyError
from residency.facts import Action, FactSource, Footage, MediaKind, Request, Sensitivity, Situation, Viewer
from residency.obligations import Duty, Obligation
from residency.parse import parse_policy
from residency.places import AssuranceLevel, Place, contains, describe
from residency.policy import Layer, Policy, PolicySet
from residency.rules import Effect, Verdict

__all__ = [
    "Action",
    "AssuranceLevel",
    "Clearance",
    "Decision",
    "Device",
    "Duty",
    "Effect",
    "FactSource",
    "Footage",
    "Layer",
    "MediaKind",
    "MfaKind",
    "NotClearedError",
    "Obligation",
    "Outcome",
    "Place",
    "Policy",
    "PolicyError",
    "PolicySet",
    "Request",
    "RequestError",
    "ResidencyError",
    "Sensitivity",
    "Signals",
    "Situation",
    "Verdict",
    "Viewer",
    "assure",
    "contains",
    "decide",
    "describe",
    "parse_policy",
]
