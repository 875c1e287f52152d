"""The answer: a decision with its reasons, and the clearance that only allowed decisions can make."""

import hashlib
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NoReturn

from residency import judging, reasons
from residency.errors import NotClearedError
from residency.facts import Action, Request
from residency.ledger.entry import canonical_json
from residency.obligations import Duty, Obligation, in_words
from residency.outside import one_line
from residency.policy import PolicySet
from residency.rules import Verdict

_SEAL: Final = object()


class Outcome(StrEnum):
    """What was decided."""

    ALLOW = "allow"
    ALLOW_WITH_OBLIGATIONS = "allow-with-obligations"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a request may go ahead, and everything needed to explain and replay that.

    `rule_ids` are the deciding rules as `policy/rule`: the permits of what is allowed, the forbids of what is denied,
    else the permits for this footage that were not met. The reasons are judged anew when they are asked for.
    """

    request: Request
    outcome: Outcome
    rule_ids: tuple[str, ...]
    policies: PolicySet = field(repr=False)
    obligations: tuple[Obligation, ...] = ()
    broke_glass: bool = False

    def __bool__(self) -> NoReturn:
        raise TypeError("a Decision has no truth value; read `.allowed`")

    @property
    def allowed(self) -> bool:
        """Whether it may go ahead with nothing owed; an answer with obligations is not this."""
        return self.outcome is Outcome.ALLOW

    @property
    def permitted(self) -> bool:
        """Whether it may go ahead by whoever meets every obligation."""
        return self.outcome is not Outcome.DENY

    def allowed_meeting(self, *duties: Duty) -> bool:
        """Whether it may go ahead by somebody who meets these duties and no others."""
        return self.permitted and all(one.duty in duties for one in self.obligations)

    @property
    def policy_hash(self) -> str:
        """The hash of all the policies it was decided under."""
        return self.policies.hash

    @property
    def inputs_hash(self) -> str:
        """The sha256 of every fact of the request but the time, so that equal questions are seen to be equal.

        It is taken over the action's name, a zero byte, and the sha256 of the viewer's, the footage's and the
        situation's known facts, each in canonical JSON.
        """
        asked = self.request
        digests = (asked.viewer.digest, asked.footage.digest, asked.situation.digest)
        return hashlib.sha256(b"%b\0%b%b%b" % (asked.action.encode(), *digests)).hexdigest()

    @property
    def policies_since(self) -> datetime | None:
        """Since when the policies in force at its time have been; `None` before the first."""
        return self.policies.since(self.request.situation.at)

    @property
    def because(self) -> tuple[Verdict, ...]:
        """The deciding verdicts: the permits; else the forbids, then the permits that were not met, nearest first."""
        return judging.deciding(self.request, self.policies.in_force(self.request.situation.at))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The facts that rules asked for in vain."""
        return judging.unknown_facts(self.request, self.policies.in_force(self.request.situation.at))

    @property
    def would_change(self) -> tuple[str, ...]:
        """What could turn a denial into a permission."""
        return () if self.permitted else reasons.changes(self.request, self.because)

    def short_reason(self) -> str:
        """Say why, for the person asking: nothing about the footage beyond where it is from and may be seen."""
        if self.broke_glass:
            return "You may see this footage because glass was broken for it: everything you open is reported."
        if self.obligations:
            return f"This footage may be used only {' and '.join(map(in_words, self.obligations))}."
        return reasons.short(self.request, self.because, permitted=self.permitted)

    def full_reason(self) -> str:
        """Say why, for the compliance officer: rules in their own words, inputs, what was unknown.

        Every line stays one, so that no text of a request can pass itself off as a line of ours.
        """
        since = self.policies_since
        lines = [
            reasons.heading(self.request, self.outcome.value),
            *reasons.emergency_lines(self.request, broke_glass=self.broke_glass),
            *reasons.rule_lines(self.because),
            *(f"obligation: {one}" for one in self.obligations),
            *reasons.input_lines(self.request),
            f"unknown: {', '.join(self.unknown) or 'nothing that mattered'}",
            *(f"would change it: {change}" for change in self.would_change),
            f"policy {self.policy_hash}{'' if since is None else f', in force since {reasons.moment(since)}'}",
            f"inputs {self.inputs_hash}",
        ]
        return "\n".join(map(one_line, lines))


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
    if decision.permitted and not decision.allowed:
        return f"it is allowed only with {', '.join(map(str, decision.obligations))}, which an export cannot meet"
    return None if decision.allowed else decision.short_reason()


def _joint_hash(hashes: set[str]) -> str:
    """One hash for items decided under one policy set, or under several."""
    return hashes.pop() if len(hashes) == 1 else hashlib.sha256(canonical_json(sorted(hashes))).hexdigest()
