"""Static checks of a policy document: what can be said of its rules without any request.

They find what is certain: a rule that can never match, one that another makes useless, a permit that a forbid always
beats. They never prove that a document is good; its own decision cases and a dry run are for that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from residency.cases import failing_cases
from residency.conditions import Answer, Condition
from residency.errors import Problem
from residency.facts import Action, Footage, Request, Situation, Viewer
from residency.implication import excludes, implies
from residency.page import Positions
from residency.policy import Layer, Policy, PolicySet
from residency.rules import Effect, Rule


class Kind(StrEnum):
    """What a check finds."""

    CASE_FAILS = "case-fails"
    NEVER_MATCHES = "never-matches"
    SHADOWED = "shadowed"
    UNREACHABLE = "unreachable"
    CONTRADICTORY = "contradictory"
    TENANT_WITHOUT_PERMIT = "tenant-without-permit"
    REVIEW_OVERDUE = "review-overdue"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found: what kind, in which policy, and where."""

    kind: Kind
    policy: str
    problem: Problem

    def __str__(self) -> str:
        return f"{self.problem} [{self.kind}]"


def check(policy: Policy, *, on: date) -> tuple[Finding, ...]:
    """Everything found in one document, its failing cases among it, on the day given."""
    lines = _Lines.of(policy)
    found = [*(Finding(Kind.CASE_FAILS, policy.name, problem) for problem in failing_cases(policy))]
    found += [*_never(policy, lines), *_shadowed(policy, lines), *_beaten(policy, lines)]
    if policy.about is not None and policy.about.is_due(on):
        words = f"it should have been reviewed by {policy.about.review_by}: read its sources again and set a new day"
        found.append(Finding(Kind.REVIEW_OVERDUE, policy.name, Problem(words, lines.of_header("pack.review_by"))))
    return tuple(sorted(found, key=lambda one: (one.problem.line or 0, one.kind, one.problem.message)))


def tenants_without_permit(policies: PolicySet, owners: Iterable[str]) -> tuple[Finding, ...]:
    """Every footage owner for whose footage some policy has no permit at all, so that nobody may see any of it."""
    found = []
    for owner in sorted(set(owners)):
        stopping = [policy for policy in policies.policies if _shuts_out(policy, owner)]
        if not any(policy.layer is Layer.PLATFORM for policy in policies.policies):
            stopping = stopping or list(policies.policies[:1])
        for policy in stopping:
            words = f"nothing of owner `{owner}` is permitted to anybody: no permit of `{policy.name}` covers it"
            found.append(Finding(Kind.TENANT_WITHOUT_PERMIT, policy.name, Problem(words)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Where each rule of a document stands written."""

    positions: Positions
    blocks: dict[str, str]

    @classmethod
    def of(cls, policy: Policy) -> "_Lines":
        positions = Positions.of(policy.text)
        rows = policy.text.split("\n")
        blocks = {}
        for (block, path), line in positions.lines.items():
            if block.startswith("rule[") and path == "id":
                blocks[rows[line - 1].partition("=")[2].strip().strip("\"'")] = block
        return cls(positions, blocks)

    def of_rule(self, rule: str) -> int | None:
        return self.positions.line(self.blocks.get(rule, "?"))

    def of_header(self, path: str) -> int | None:
        return self.positions.line("", path)


def _finding(kind: Kind, policy: Policy, rule: Rule, words: str, lines: _Lines) -> Finding:
    return Finding(kind, policy.name, Problem(f"rule `{rule.id}` {words}", lines.of_rule(rule.id)))


def _never(policy: Policy, lines: _Lines) -> Iterator[Finding]:
    for rule in policy.rules:
        # Unknown makes a forbid match, so only a fact that is always known can keep one from ever matching.
        conditions = [*rule.conditions, *(policy.scope if rule.effect is Effect.PERMIT else ())]
        pair = _contradiction(conditions, rule.effect)
        if pair is not None:
            words = f"can never match: `{pair[0].fact}` cannot be {pair[0].wanted()} and {pair[1].wanted()} at once"
            yield _finding(Kind.NEVER_MATCHES, policy, rule, words, lines)


def _contradiction(conditions: list[Condition], effect: Effect) -> tuple[Condition, Condition] | None:
    certain = [one for one in conditions if effect is Effect.PERMIT or one.fact == "situation.at"]
    pairs = ((one, other) for number, one in enumerate(certain) for other in certain[number + 1 :])
    return next((pair for pair in pairs if excludes(*pair)), None)


def _shadowed(policy: Policy, lines: _Lines) -> Iterator[Finding]:
    for number, rule in enumerate(policy.rules):
        for place, other in enumerate(policy.rules):
            if number != place and _makes_useless(other, rule) and not (_makes_useless(rule, other) and number < place):
                words = f"adds nothing: `{other.id}` {other.effect.value}s all that it does, and more"
                yield _finding(Kind.SHADOWED, policy, rule, words, lines)
                break


def _makes_useless(other: Rule, rule: Rule) -> bool:
    """Whether `other` alone says everything that `rule` says; a hard rule also stands against breaking glass."""
    same = other.effect is rule.effect and rule.actions <= other.actions and other.hard >= rule.hard
    return same and other.obligations <= rule.obligations and _covers(other, rule)


def _covers(other: Rule, rule: Rule) -> bool:
    """Whether all that `other` asks follows from what `rule` asks."""
    return all(any(implies(mine, asked) for mine in rule.conditions) for asked in other.conditions)


def _beaten(policy: Policy, lines: _Lines) -> Iterator[Finding]:
    forbids = [rule for rule in policy.rules if rule.effect is Effect.FORBID]
    for rule in (one for one in policy.rules if one.effect is Effect.PERMIT):
        for forbid in forbids:
            shared = rule.actions & forbid.actions
            if shared and _covers(forbid, rule):
                yield _beaten_by(policy, rule, forbid, shared, lines)


def _beaten_by(policy: Policy, rule: Rule, forbid: Rule, shared: frozenset[Action], lines: _Lines) -> Finding:
    if shared == rule.actions and not _covers(rule, forbid):
        words = f"has no effect: `{forbid.id}` forbids wherever it permits"
        return _finding(Kind.UNREACHABLE, policy, rule, words, lines)
    actions = ", ".join(sorted(action.value for action in shared))
    words = f"contradicts `{forbid.id}`, which forbids what it permits ({actions})"
    return _finding(Kind.CONTRADICTORY, policy, rule, words, lines)


def _shuts_out(policy: Policy, owner: str) -> bool:
    """Whether a policy speaks of an owner's footage and has no permit that could be about it."""
    request = Request(
        action=Action.VIEW,
        viewer=Viewer(id="anybody"),
        footage=Footage(id="any", owner=owner),
        situation=Situation(at=policy.effective_from),
    )
    if any(_says_no(condition, request) for condition in policy.scope):
        return False
    permits = (rule for rule in policy.rules if rule.effect is Effect.PERMIT)
    return not any(all(not _says_no(one, request) for one in rule.conditions) for rule in permits)


def _says_no(condition: Condition, request: Request) -> bool:
    return condition.fact == "footage.owner" and condition.ask(request) is Answer.NO
