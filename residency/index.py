"""The compiled matcher behind `decide`: the same answers as judging every rule, hundreds of times faster.

Every rule in force has one bit. For each fact, and each value of it met so far, one number says which rules that value
does not stand in the way of; what matches a request is those numbers, one a fact, combined by "and". A permit is
stopped by no and by unknown, a forbid by no alone. Conditions whose answer changes with the time or with a list that is
held are asked one by one, and only of rules that nothing else has stopped.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

from residency.conditions import Answer, Condition
from residency.facts import Action, Request
from residency.obligations import Obligation, in_order, lightest_together
from residency.places import GROUPS, group_stretch
from residency.policy import Layer, Policy, PolicySet
from residency.rules import Effect, Rule
from residency.vocabulary import FACTS, FLEETING, is_of_footage

MOST_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules come to for one pattern of matches, before anything about the place or an emergency."""

    permitted: bool
    rule_ids: tuple[str, ...]
    obligations: tuple[Obligation, ...]
    forbidden: bool
    hard: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """One condition, and the rules that ask it: those that unknown stops too, and those that only no stops."""

    condition: Condition
    strict: int
    lenient: int

    def stopped(self, request: Request) -> int:
        """Which rules the answer to this request stops."""
        answer = self.condition.ask(request)
        if answer is Answer.YES:
            return 0
        return self.strict | self.lenient if answer is Answer.NO else self.strict


@dataclass(slots=True)
class _Table:
    """One fact: its reader, every condition on it, and what each value met so far leaves standing."""

    read: Callable[[Request], Any]
    asked: tuple[_Asked, ...]
    standing: dict[Any, int] = field(default_factory=dict)

    def learn(self, value: object, request: Request) -> int:
        """Work out what a value leaves standing, and remember it."""
        stopped = 0
        for one in self.asked:
            stopped |= one.stopped(request)
        if len(self.standing) >= MOST_REMEMBERED:
            self.standing.clear()
        self.standing[value] = ~stopped
        return ~stopped


_Ready: TypeAlias = tuple[Callable[[Request], Any], Callable[[Any], int | None], _Table]
_Tables: TypeAlias = tuple[tuple[_Ready, ...], tuple[_Ready, ...]]  # of the facts of the footage, and of all others


@dataclass(frozen=True, slots=True)
class _Part:
    """One policy's share: the bits of its scope and of its permits, and whether it is the platform's.

    `scope` stands where the policy may speak, `sure` where it certainly does: only then can the platform grant.
    """

    scope: int
    permits: int
    grants: bool
    sure: int = 0


class Index:
    """The policies of one stretch of time, compiled."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.rules: list[tuple[Policy, Rule]] = []
        self._parts: list[_Part] = []
        self._asked: dict[Condition, list[int]] = {}
        self._actions = dict.fromkeys(Action, 0)
        self._forbids = self._hard = 0
        scopes = self._scopes = 0
        for policy in policies:
            scopes |= self._add(policy)
        self._scopes = scopes
        self._found: dict[tuple[int, int, Action], Found] = {}
        self._compile()

    def matches(self, request: Request) -> tuple[int, int]:
        """Which rules match, and which of them nothing about the footage stands in the way of."""
        footage, others = self._tables_at(request.situation.at) if self._dated else self._tables_of(0)
        standing = self._actions[request.action] | self._scopes
        for read, remembered, table in footage:
            value = read(request)
            kept = remembered(value)
            standing &= table.learn(value, request) if kept is None else kept
        for one in self._footage_fleeting:
            if standing & (one.strict | one.lenient):
                standing &= ~one.stopped(request)
        near = standing
        for read, remembered, table in others:
            value = read(request)
            kept = remembered(value)
            standing &= table.learn(value, request) if kept is None else kept
        for one in self._other_fleeting:
            if standing & (one.strict | one.lenient):
                standing &= ~one.stopped(request)
        return standing, near

    def find(self, request: Request) -> Found:
        """Say what the rules come to for this request."""
        standing, near = self.matches(request)
        key = (standing, near, request.action)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            found = self._found[key] = self._conclude(standing, near, request.action)
        return found

    def _conclude(self, standing: int, near: int, action: Action) -> Found:
        speaking = [part for part in self._parts if not part.scope or standing & part.scope]
        silent = [part for part in speaking if not standing & part.permits]
        forbids = standing & self._forbids
        if forbids or silent or not any(part.grants and standing & part.sure == part.sure for part in speaking):
            missed = sum(part.permits for part in silent)
            hard = (forbids & self._hard) | (missed & self._hard & self._actions[action])
            ids = self._ids(forbids or (near & missed & self._actions[action]))
            return Found(permitted=False, rule_ids=ids, obligations=(), forbidden=bool(forbids), hard=bool(hard))
        permits = standing & sum(part.permits for part in speaking)
        owed = in_order(lightest_together(self._duties(standing & part.permits) for part in speaking))
        return Found(permitted=True, rule_ids=self._ids(permits), obligations=owed, forbidden=False, hard=False)

    def _duties(self, permits: int) -> set[frozenset[Obligation]]:
        return {self.rules[bit][1].obligations for bit in _bits(permits)}

    def _ids(self, bits: int) -> tuple[str, ...]:
        return tuple(sorted({f"{policy.name}/{rule.id}" for policy, rule in (self.rules[bit] for bit in _bits(bits))}))

    def _add(self, policy: Policy) -> int:
        """Give every rule of a policy its bit, and its scope one of its own; return that bit."""
        permits = 0
        for rule in policy.rules:
            bit = len(self.rules)
            self.rules.append((policy, rule))
            lenient = rule.effect is Effect.FORBID
            for condition in rule.conditions:
                self._ask(condition, bit, lenient=lenient)
            for condition in policy.scope:
                self._ask(condition, bit, lenient=True)
            for action in rule.actions:
                self._actions[action] |= 1 << bit
            permits |= 0 if lenient else 1 << bit
            self._forbids |= 1 << bit if lenient else 0
            self._hard |= 1 << bit if rule.hard else 0
        scope, sure = self._scope(policy, lenient=True), self._scope(policy, lenient=False)
        self._parts.append(_Part(scope, permits, policy.layer is Layer.PLATFORM, sure))
        return scope | sure

    def _scope(self, policy: Policy, *, lenient: bool) -> int:
        if not policy.scope:
            return 0
        bit = len(self.rules)
        self.rules.append((policy, Rule(id="scope", effect=Effect.ABSTAIN, actions=frozenset(), words="")))
        for condition in policy.scope:
            self._ask(condition, bit, lenient=lenient)
        return 1 << bit

    def _ask(self, condition: Condition, bit: int, *, lenient: bool) -> None:
        masks = self._asked.setdefault(condition, [0, 0])
        masks[lenient] |= 1 << bit

    def _compile(self) -> None:
        """Sort the conditions by fact: those of the footage first, those that change with time apart."""
        tables: dict[str, list[_Asked]] = {}
        fleeting: list[_Asked] = []
        for condition, (strict, lenient) in self._asked.items():
            one = _Asked(condition, strict, lenient)
            (fleeting if FACTS[condition.fact].kind in FLEETING else tables.setdefault(condition.fact, [])).append(one)
        self._by_fact = {fact: tuple(asked) for fact, asked in tables.items()}
        self._tables: dict[int, _Tables] = {}
        self._footage_fleeting = tuple(one for one in fleeting if is_of_footage(one.condition.fact))
        self._other_fleeting = tuple(one for one in fleeting if not is_of_footage(one.condition.fact))
        self._dated = any(code in GROUPS for one in self._asked for code in getattr(one, "codes", ()))
        self._turned: tuple[date, _Tables] | None = None

    def _tables_at(self, at: datetime) -> _Tables:
        """The tables of the stretch of group membership that this time lies in.

        Each stretch has tables of its own, since several threads may ask about several times at once.
        """
        day = at.astimezone(UTC).date()
        turned = self._turned
        if turned is None or turned[0] != day:
            turned = self._turned = (day, self._tables_of(group_stretch(day)))
        return turned[1]

    def _tables_of(self, epoch: int) -> _Tables:
        tables = self._tables.get(epoch)
        if tables is None:
            made = {fact: _Table(FACTS[fact].read, asked) for fact, asked in self._by_fact.items()}
            # What is called for every request is looked up once, here.
            ready = {fact: (table.read, table.standing.get, table) for fact, table in made.items()}
            footage = tuple(each for fact, each in ready.items() if is_of_footage(fact))
            others = tuple(each for fact, each in ready.items() if not is_of_footage(fact))
            tables = self._tables.setdefault(epoch, (footage, others))
        return tables


def index_of(policies: PolicySet, at: datetime) -> Index:
    """The index of what is in force at that time, compiled once for each stretch between two changes."""
    number = policies.stretch(at)
    index: Index | None = policies.compiled.get(number)
    if index is None:
        index = policies.compiled[number] = Index(policies.in_force(at))
    return index


def _bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, from the lowest."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
