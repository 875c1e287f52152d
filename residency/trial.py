"""A dry run: many requests of the past under two sets of policies, as if each had been in force at the time.

The same facts are asked about again and again, and only some rules care when. So unless a rule of either set asks about
the time, or about something that runs out, an answer for the same facts is worked out once for each stretch of time in
which the groups of jurisdictions stay the same.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from residency.changes import Change, change_between
from residency.decide import decide
from residency.facts import Request
from residency.places import group_stretch
from residency.policy import Policy, PolicySet
from residency.vocabulary import FACTS, FLEETING

MOST_REMEMBERED: Final = 200_000
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


def timeless(policy: Policy) -> Policy:
    """The same rules, in force at every time."""
    return replace(policy, effective_from=_ALWAYS, effective_to=None)


@dataclass(frozen=True, slots=True)
class Tried:
    """One request under both: whether it was permitted, whether it would be, and what changes if anything does."""

    was: bool
    will: bool
    change: Change | None


@dataclass(slots=True)
class Trial:
    """Two sets of policies to be tried on requests; `minds_time` is whether an answer depends on when it is given."""

    old: PolicySet
    new: PolicySet
    minds_time: bool = field(init=False)
    _known: dict[tuple[str, int], Tried] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.old = PolicySet.of(*map(timeless, self.old.policies))
        self.new = PolicySet.of(*map(timeless, self.new.policies))
        asked = self.old.facts | self.new.facts
        self.minds_time = any(FACTS[fact].kind in FLEETING for fact in asked)

    def minds_time_between(self, since: datetime, until: datetime) -> bool:
        """Whether the same facts may have had different answers within this time; broken glass aside."""
        return self.minds_time or _stretch(since) != _stretch(until)

    def try_on(self, facts: str, request: Request, at: datetime) -> Tried:
        """The answers to a request of that time; `facts` names its facts, such as their hash."""
        minds = self.minds_time or request.situation.break_glass is not None
        key = (facts, _stretch(at))
        if not minds and key in self._known:
            return self._known[key]
        tried = self._tried(replace(request, situation=replace(request.situation, at=at)))
        if not minds:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = tried
        return tried

    def _tried(self, request: Request) -> Tried:
        before, after = decide(request, self.old), decide(request, self.new)
        return Tried(before.permitted, after.permitted, change_between(before, after))


def _stretch(at: datetime) -> int:
    return group_stretch(at.astimezone(UTC).date())
