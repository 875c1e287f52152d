"""The answer: a decision with its reasons, and the clearance that only allowed decisions can make."""

import hashlib
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from enum import StrEnum
from typing import Final, NoReturn

from residency import reasons
from residency.errors import NotClearedError
from residency.facts import Action, Request
from residency.ledger.entry import canonical_json
from residency.rules import Effect, Verdict

_SEAL: Final = object()


class Outcome(StrEnum):
    """What was decided."""

    ALLOW = "allow"
    ALLOW_REDACTED = "allow-redacted"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a request may go ahead, and everything needed to explain and replay that.

    `because` holds the permits of an allowed request; of a denied one the forbids, then the permits that cover this
    footage and were not met, nearest first. `unknown` names facts that rules asked for in vain.
    """

    request: Request
    outcome: Outcome
    because: tuple[Verdict, ...]
    unknown: tuple[str, ...]
    would_change: tuple[str, ...]
    policy_hash: str
    inputs_hash: str

    def __bool__(self) -> NoReturn:
        raise TypeError("a Decision has no truth value; read `.allowed`")

    @property
    def allowed(self) -> bool:
        """Whether the original may be used; a redacted-only answer is not this."""
        return self.outcome is Outcome.ALLOW

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The deciding rules as `policy/rule`: the permits or forbids, else the permits that were not met."""
        spoke = [verdict for verdict in self.because if verdict.effect is not Effect.ABSTAIN]
        return tuple(sorted({verdict.rule_id for verdict in spoke or self.because}))

    def short_reason(self) -> str:
        """Say why, for the person asking: nothing about the footage beyond where it is from and may be seen."""
        return reasons.short(self.request, self.because)

    def full_reason(self) -> str:
        """Say why, for the compliance officer: rules in their own words, inputs, what was unknown."""
        lines = [
            reasons.heading(self.request, self.outcome.value),
            *reasons.rule_lines(self.because),
            *reasons.input_lines(self.request),
            f"unknown: {', '.join(self.unknown) or 'nothing that mattered'}",
            *(f"would change it: {change}" for change in self.would_change),
            f"policy {self.policy_hash}",
            f"inputs {self.inputs_hash}",
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Proof that every item was allowed to be exported there for that purpose; nothing is written without one."""

    footage_ids: tuple[str, ...]
    destination: str
    purpose: str
    policy_hash: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a Clearance is made by `Clearance.for_items` only")

    @classmethod
    def for_items(cls, decisions: Mapping[str, Decision], *, destination: str, purpose: str) -> "Clearance":
        """Clear these items, by footage id, for one destination and purpose.

        Raises:
            NotClearedError: there are no items, or any of them is not allowed; every refused item is named.

        """
        if not decisions:
            raise NotClearedError("nothing to clear: no items were given")
        objections = ((footage_id, _objection(footage_id, decisions[footage_id], purpose)) for footage_id in decisions)
        refused = sorted((footage_id, reason) for footage_id, reason in objections if reason is not None)
        if refused:
            raise NotClearedError(f"{len(refused)} of {len(decisions)} items may not be exported", refused=refused)
        return cls(
            footage_ids=tuple(sorted(decisions)),
            destination=destination,
            purpose=purpose,
            policy_hash=_joint_hash({decision.policy_hash for decision in decisions.values()}),
            seal=_SEAL,
        )


def _objection(footage_id: str, decision: Decision, purpose: str) -> str | None:
    """Why this decision does not clear this item for export, if it does not."""
    request = decision.request
    if request.footage.id != footage_id:
        return f"the decision is about `{request.footage.id}`"
    if request.action is not Action.EXPORT:
        return f"the decision is about `{request.action}`, not `{Action.EXPORT}`"
    if request.situation.purpose != purpose:
        return f"the decision is for the purpose `{request.situation.purpose}`, not `{purpose}`"
    return None if decision.allowed else decision.short_reason()


def _joint_hash(hashes: set[str]) -> str:
    """One hash for items decided under one policy set, or under several."""
    return hashes.pop() if len(hashes) == 1 else hashlib.sha256(canonical_json(sorted(hashes))).hexdigest()
