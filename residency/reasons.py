"""Reasons in words: short for the person asking, full for the compliance officer.

The short ones name nothing of the footage but where it is from and from where it may be seen: no mark, owner, source
or rule text ever reaches them.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from residency.assurance import ANONYMISED, TAKEN
from residency.conditions import AtLeast, Below, Condition, Inside, either, value_of
from residency.facts import Action, FactSource, Request, instant
from residency.places import contains, describe, is_jurisdiction
from residency.rules import Effect, Verdict
from residency.vocabulary import FACTS, is_of_footage

PLACE_RULE: Final = "residency/place-must-be-known"

_DOING: Final = {
    Action.LIST: ("see", "viewed"),
    Action.VIEW: ("see", "viewed"),
    Action.ANNOTATE: ("label", "labeled"),
    Action.REVIEW: ("review", "reviewed"),
    Action.EXPORT: ("export", "exported"),
    Action.ADMINISTER: ("manage", "managed"),
}
_NOT_OPEN: Final = "it is not open to the organization or role you work in"
# Facts that have a clause of their own below; every other fact that may be told shares one form.
_WORDED: Final = frozenset(
    {"situation.place", "situation.assurance", "situation.purpose", "viewer.attested_in"}
    | {"viewer.entity", "viewer.relation"}
)


def short(request: Request, because: tuple[Verdict, ...], *, permitted: bool) -> str:
    """One or two plain sentences for the person asking."""
    if permitted:
        return f"You may {_DOING[request.action][0]} this footage."
    return " ".join(filter(None, [_head(request, because), _sentence(_clauses(request, because))]))


def changes(request: Request, because: tuple[Verdict, ...]) -> tuple[str, ...]:
    """Which facts, being otherwise, could turn this denial into a permission."""
    recorded = FACTS["footage.jurisdiction"].told
    found = set() if is_jurisdiction(request.footage.jurisdiction) else {f"{recorded} being known"}
    for verdict in because:
        if verdict.effect is Effect.FORBID:
            found |= _lifting(verdict)
    if ANONYMISED in _disagreements(request):
        found.add("the connection coming through no anonymising network")
    for verdict in _nearest_of_each_policy(because):
        found |= {_being(condition) for condition in verdict.unmet}
    return tuple(sorted(found))


def heading(request: Request, outcome: str) -> str:
    """What was asked, by whom, when, and the answer."""
    at = moment(request.situation.at)
    return f"{outcome}: {request.action} of footage `{request.footage.id}` by `{request.viewer.id}` at {at}"


def moment(at: datetime) -> str:
    """A time as explanations write it: UTC, ISO 8601."""
    return at.astimezone(UTC).isoformat()


def emergency_lines(request: Request, *, broke_glass: bool) -> tuple[str, ...]:
    """Who answers for an emergency opening, where one made the difference."""
    opened = request.situation.break_glass
    if opened is None or not broke_glass:
        return ()
    return (f"glass was broken for case `{opened.case}` until {moment(opened.closes_at)}: {opened.reason}",)


def rule_lines(because: Iterable[Verdict]) -> tuple[str, ...]:
    """One line per verdict: effect, rule, its own words, its citation, and why it did not match."""
    lines = tuple(_rule_line(verdict) for verdict in because)
    return lines or ("no rule permits it",)


def input_lines(request: Request) -> tuple[str, ...]:
    """One line per fact that rules can ask about, its source and age where known, and what disagreed on the place."""
    sources = {one.fact: _from(one, request) for one in request.sources}
    facts = tuple(f"{fact}: {_shown(value_of(fact, request))}{sources.get(fact, '')}" for fact in sorted(FACTS))
    place = request.situation.place
    if place is None:
        return facts
    disagreements = tuple(f"disagreement: {said}" for said in place.disagreements)
    return (*facts, *disagreements, *(f"missing: {said}" for said in place.missing))


def _head(request: Request, because: tuple[Verdict, ...]) -> str:
    verb, done = _DOING[request.action]
    code = request.footage.jurisdiction
    if code is None or not is_jurisdiction(code):
        return f"You may not {verb} this footage: where it was recorded is not known."
    start = f"You may not {verb} this footage: it is from {describe(code)}"
    if _written_forbids(because):
        return f"{start}, and a rule forbids it."
    if not any(verdict.effect is Effect.ABSTAIN for verdict in because):
        return f"{start}, and no rule permits it."
    demands = [either(tuple(map(describe, places))) for places in _demanded(request, because)]
    if not demands:
        return f"{start}, and not everything its rules ask for is met."
    return f"{start} and may be {done} only from {' and, by another rule, only from '.join(demands)}."


def _sentence(clauses: list[str]) -> str:
    """Join clauses as in "You are here and you did that."."""
    if not clauses:
        return ""
    joined = " and ".join(filter(None, [", ".join(clauses[:-1]), clauses[-1]]))
    return f"{joined[0].upper()}{joined[1:]}."


def _demanded(request: Request, because: tuple[Verdict, ...]) -> list[tuple[str, ...]]:
    """From where each policy that does not permit would, widest policy first; what a stricter one says too is left out.

    Each of them must be met, so naming one alone would send somebody to a place that is refused as well.
    """
    on, by_policy = request.situation.at.astimezone(UTC).date(), dict[str, list[Verdict]]()
    for verdict in because:
        if verdict.effect is Effect.ABSTAIN:
            by_policy.setdefault(verdict.policy, []).append(verdict)
    told: list[tuple[str, ...]] = []
    for places in filter(None, map(_viewable_from, by_policy.values())):
        if not any(_is_within(other, places, on=on) for other in told):
            told = [other for other in told if not _is_within(places, other, on=on)] + [places]
    return told


def _is_within(strict: tuple[str, ...], wide: tuple[str, ...], *, on: date) -> bool:
    return all(any(contains(outer, inner, on=on) for outer in wide) for inner in strict)


def _viewable_from(near: list[Verdict]) -> tuple[str, ...]:
    """Every place some rule for this footage permits; none when one of them does not care about places."""
    by_rule = [_place_codes(verdict.conditions) for verdict in near]
    return tuple(sorted(frozenset().union(*by_rule))) if all(by_rule) else ()


def _place_codes(conditions: Iterable[Condition]) -> frozenset[str]:
    inside = (each for each in conditions if isinstance(each, Inside) and each.fact == "situation.place")
    return frozenset(code for condition in inside for code in condition.codes)


def _clauses(request: Request, because: tuple[Verdict, ...]) -> list[str]:
    """What about the person stands in the way, place first."""
    stopping = _stopping(because)
    clauses = _place_clauses(request, stopping)
    purpose = request.situation.purpose
    if "situation.purpose" in stopping:
        clauses.append("no purpose was given" if purpose is None else f"the purpose `{purpose}` is not permitted")
    if stopping.keys() & {"viewer.entity", "viewer.relation"}:
        clauses.append(_NOT_OPEN)
    must = "must not be" if _written_forbids(because) else "must be"
    return clauses + _other_clauses(request, stopping, must=must)


def _other_clauses(request: Request, stopping: Mapping[str, tuple[Condition, ...]], *, must: str) -> list[str]:
    """What the rules want of the facts that have no clause of their own, one each, those of the footage left out."""
    others = sorted(fact for fact in stopping if fact not in _WORDED and not is_of_footage(fact))
    return [
        f"{FACTS[fact].told} {must} {' and '.join(dict.fromkeys(each.wanted() for each in stopping[fact]))}"
        if value_of(fact, request) is not None
        else f"{FACTS[fact].told} is not known"
        for fact in others
    ]


def _place_clauses(request: Request, stopping: Mapping[str, tuple[Condition, ...]]) -> list[str]:
    """Where the person is, then what vouches for it; a wrong place needs no word on a matching attestation."""
    place, attested = value_of("situation.place", request), request.viewer.attested_in
    clauses = []
    if place is None:
        said = " and ".join(_disagreements(request))
        clauses.append(f"we could not establish where you are connecting from{said and f', since {said}'}")
    elif "situation.place" in stopping:
        clauses.append(f"you are connecting from {describe(place)}")
    if "viewer.attested_in" in stopping and (attested is None or not is_jurisdiction(attested)):
        clauses.append("your place of work is not attested")
    elif "viewer.attested_in" in stopping and attested is not None and not clauses:
        clauses.append(f"your place of work is attested in {describe(attested)}")
    if "situation.assurance" in stopping and not clauses:
        taken = max(each.level for each in stopping["situation.assurance"] if isinstance(each, AtLeast | Below))
        clauses.append(f"where you connect from is not vouched for well enough (that takes {TAKEN[taken]})")
    return clauses


def _disagreements(request: Request) -> tuple[str, ...]:
    """What keeps the place unknown although everything about it was looked up; of a known place, nothing."""
    place = request.situation.place
    return () if place is None or place.known else place.disagreements


def _stopping(because: tuple[Verdict, ...]) -> Mapping[str, tuple[Condition, ...]]:
    """What is in the way, by the fact it asks: all forbids, else the nearest permit of each policy."""
    forbids = _written_forbids(because)
    found: dict[str, tuple[Condition, ...]] = {}
    for verdict in forbids or _nearest_of_each_policy(because):
        for each in verdict.conditions if forbids else verdict.unmet:
            found[each.fact] = (*found.get(each.fact, ()), each)
    return found


def _written_forbids(because: tuple[Verdict, ...]) -> list[Verdict]:
    """The forbids that stand in a policy, leaving out the built-in one about unknown places."""
    return [verdict for verdict in because if verdict.effect is Effect.FORBID and verdict.rule_id != PLACE_RULE]


def _nearest_of_each_policy(because: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The first unmet permit of every policy that does not permit."""
    nearest: dict[str, Verdict] = {}
    for verdict in because:
        if verdict.effect is Effect.ABSTAIN:
            nearest.setdefault(verdict.policy, verdict)
    return tuple(nearest.values())


def _being(condition: Condition) -> str:
    """What would have to be, to somebody who knows no level of assurance by its name."""
    if isinstance(condition, AtLeast):
        return f"the place you connect from being vouched for by {TAKEN[condition.level]}"
    return f"{FACTS[condition.fact].told} being {condition.wanted()}"


def _not_being(condition: Condition) -> str:
    """What would have to end, so that a forbid says nothing."""
    if isinstance(condition, Below):
        return f"the place you connect from being vouched for by {TAKEN[condition.level]}"
    return f"{FACTS[condition.fact].told} not being {condition.wanted()}"


def _lifting(forbid: Verdict) -> set[str]:
    """What could keep this forbid from matching, as far as it may be told: never a fact of the footage."""
    unknown = {f"{FACTS[fact].told} being known" for fact in forbid.unknown if FACTS[fact].told}
    told = (each for each in forbid.conditions if not is_of_footage(each.fact))
    return unknown | set(map(_not_being, told))


def _rule_line(verdict: Verdict) -> str:
    cited = f" ({verdict.citation})" if verdict.citation else ""
    why = "" if verdict.why == verdict.words else f" [{verdict.why}]"
    said = "not met" if verdict.effect is Effect.ABSTAIN else verdict.effect.value
    return f"{said}: `{verdict.rule_id}`: {verdict.words}{cited}{why}"


def _from(source: FactSource, request: Request) -> str:
    if source.as_of is None:
        return f" (from {source.source})"
    days = (request.situation.at - source.as_of) / timedelta(days=1)
    return f" (from {source.source}, {instant(source.as_of)}, {days:.1f} days before)"


def _shown(value: str | None) -> str:
    return "unknown" if value is None else f"`{value}`"
