"""Making a recorded decision again: from the facts kept beside its entry, and the policies of its time.

What the door itself added to a refusal (that footage was not the person's, or that something asked in return was not
met) is no part of the decision, and is told apart from it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from labelhub.evidence.models import DecisionInputs, LedgerEntry, Outcome
from labelhub.evidence.queries import body_of, utc_text
from labelhub.evidence.questions import VIEWS
from labelhub.policies.queries import NoPolicyError, active_policies
from residency import Decision, PolicyError, decide
from residency.errors import RequestError
from residency.wire import read_request


class ReplayError(Exception):
    """A decision cannot be made again; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing compared: what the entry says, and what came out now."""

    name: str
    recorded: str
    again: str

    @property
    def is_same(self) -> bool:
        """Whether they are the same, byte for byte."""
        return self.recorded == self.again


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A decision made again, beside what was recorded of it."""

    decision: Decision
    lines: tuple[Line, ...]
    added_by_the_door: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether everything compared is the same."""
        return all(line.is_same for line in self.lines)


def replay(entry: LedgerEntry) -> Replay:
    """Make the decision of an entry again.

    Raises:
        ReplayError: nothing was decided, its facts are not kept, or they or the policies cannot be read.
    """
    decision = _again(entry)
    rules = [str(rule) for rule in body_of(entry).get("rules", ())]
    added = tuple(rule for rule in rules if _is_of_the_door(rule))
    decided = [rule for rule in rules if not _is_of_the_door(rule)]
    lines: tuple[Line, ...] = (
        Line("Deciding rules", "\n".join(decided), "\n".join(decision.rule_ids)),
        Line("Policy hash", entry.policy_hash, decision.policy_hash),
        Line("Inputs’ hash", entry.inputs_hash, decision.inputs_hash),
    )
    if entry.action in VIEWS:  # of other entries the outcome is what became of the task, not of the decision
        outcome = Outcome.ALLOW if decision.permitted and not added else Outcome.DENY
        lines = (Line("Outcome", entry.outcome, outcome.value), *lines)
    return Replay(decision=decision, added_by_the_door=added, lines=lines)


def _again(entry: LedgerEntry) -> Decision:
    if not entry.inputs_hash:
        raise ReplayError("nothing was decided on facts here, so there is nothing to make again")
    kept = DecisionInputs.objects.filter(pk=entry.inputs_hash).first()
    if kept is None:
        raise ReplayError("its facts are not kept: they were erased, or the entry is older than the keeping of facts")
    try:
        facts = json.loads(kept.facts)
        facts["situation"]["at"] = utc_text(entry.at)
        return decide(read_request(facts), active_policies(at=entry.at))
    except NoPolicyError as error:
        raise ReplayError("no policy of its time is stored") from error
    except PolicyError as error:
        raise ReplayError(f"a policy of its time cannot be read by this version: {error}") from error
    except (RequestError, ValueError, KeyError, TypeError) as error:
        raise ReplayError(f"its facts cannot be read by this version: {error}") from error


def _is_of_the_door(rule: str) -> bool:
    """Whether a word among the rules is the door's own: rules of policies are named `policy/rule`."""
    return rule.startswith("unmet:") or "/" not in rule
