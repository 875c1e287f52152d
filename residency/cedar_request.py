"""Requests as Cedar sees them, and the schema of what it sees.

Facts that change by the clock are worked out for the time asked about, since Cedar cannot search a list for what is
valid: documents and grants are those that hold, a counter is the highest of its window, hours are minutes of the week.
Times are microseconds since 1970. A jurisdiction is a set of codes, as it is and with the countries around it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from residency.cedar_tests import MINUTES_A_DAY, UNREADABLE, counter_name, long, microseconds, path_of, text
from residency.conditions import CounterAtMost, CounterOver
from residency.facts import Action, Counter, Document, Grant, Request
from residency.ledger.entry import Json
from residency.places import country_of, is_jurisdiction
from residency.policy import PolicySet
from residency.vocabulary import FACTS, Fact, Kind

_TYPES: Final[Mapping[Kind, str]] = {
    Kind.JURISDICTION: "Where",
    Kind.JURISDICTIONS: "Where",
    Kind.CODE: "String",
    Kind.TEXT: "String",
    Kind.WORDS: "Set<String>",
    Kind.RISKS: "Set<String>",
    Kind.CONSENTS: "Set<String>",
    Kind.GRANTS: "Set<String>",
    Kind.DOCUMENTS: "Set<Document>",
    Kind.LEVEL: "Long",
    Kind.SENSITIVITY: "Long",
    Kind.CLOCK: "Long",
    Kind.FLAG: "Bool",
    Kind.RISK: "Bool",
    Kind.MOMENT: "Span",
    Kind.AGE: "Span",
}
# The time of the request is the one fact that is never unknown.
_ALWAYS: Final = frozenset({"situation.at", "situation.hours"})


def cedar_schema(policies: PolicySet) -> str:
    """The schema that the Cedar form of these policies is valid under; counters are those they ask about."""
    counters = ", ".join(f"{text(name)}?: Long" for name in sorted(_counters(policies)))
    context = [*_attributes("context"), "glass_broken: Bool", f"counters: {{{counters}}}"]
    return "\n".join(
        [
            "type Where = {exact: Set<String>, within: Set<String>};",
            "type Span = {first: Long, last: Long};",
            'type Document = {"type": String, party: String};',
            _entity("Viewer", _attributes("principal")),
            _entity("Footage", _attributes("resource")),
            f"action {', '.join(text(action.value) for action in Action)} appliesTo {{",
            "  principal: Viewer,\n  resource: Footage,\n  context: {",
            *(f"    {line}," for line in context),
            "  }\n};\n",
        ]
    )


def cedar_request(request: Request) -> dict[str, Json]:
    """A request as Cedar's `principal`, `action`, `resource`, `context` and the `entities` they name.

    Raises:
        CedarError: a number in it is too large for Cedar.

    """
    known: dict[str, dict[str, Json]] = {"principal": {}, "resource": {}, "context": {}}
    for fact in FACTS.values():
        entity, attribute = path_of(fact.name)
        seen = _seen(fact, request)
        if seen is not None:
            known[entity][attribute] = seen
    attested, glass = request.viewer.attested_at, request.situation.break_glass
    if attested is not None:
        known["principal"]["attested_at"] = _span((attested, attested), request)
    known["context"]["glass_broken"] = glass is not None and glass.holds(request.situation.at)
    known["context"]["counters"] = _counted(request.situation.counters or ())
    viewer: dict[str, Json] = {"type": "Viewer", "id": request.viewer.id}
    footage: dict[str, Json] = {"type": "Footage", "id": request.footage.id}
    return {
        "principal": viewer,
        "action": {"type": "Action", "id": request.action.value},
        "resource": footage,
        "context": known["context"],
        "entities": [
            {"uid": viewer, "attrs": known["principal"], "parents": []},
            {"uid": footage, "attrs": known["resource"], "parents": []},
        ],
    }


def _seen(fact: Fact, request: Request) -> Json:
    value = fact.read(request)
    return _SEEN[fact.kind](value, request) if value is not None and fact.kind in _SEEN else None


def _attributes(entity: str) -> list[str]:
    facts = [fact for fact in FACTS.values() if fact.kind in _TYPES and path_of(fact.name)[0] == entity]
    named = {path_of(fact.name)[1]: f"{'' if fact.name in _ALWAYS else '?'}: {_TYPES[fact.kind]}" for fact in facts}
    return [f"{attribute}{said}" for attribute, said in sorted(named.items())]


def _entity(name: str, attributes: list[str]) -> str:
    return f"entity {name} = {{\n" + "".join(f"  {line},\n" for line in attributes) + "};"


def _counters(policies: PolicySet) -> set[str]:
    asked = (one for policy in policies.policies for rule in policy.rules for one in rule.conditions)
    return {counter_name(one.of, one.days) for one in asked if isinstance(one, CounterAtMost | CounterOver)}


def _counted(counters: Iterable[Counter]) -> dict[str, Json]:
    highest: dict[str, int] = {}
    for one in counters:
        name = counter_name(one.of, one.days)
        highest[name] = max(one.count, highest.get(name, one.count))
    return {name: long(count) for name, count in highest.items()}


def _where(code: str, _: Request) -> Json:
    return _wheres(frozenset({code}), _) if is_jurisdiction(code) else None


def _wheres(codes: frozenset[str], _: Request) -> Json:
    known = {code for code in codes if is_jurisdiction(code)}
    exact = known | ({UNREADABLE} if known != codes else set())
    return {"exact": sorted(exact), "within": sorted(known | {country_of(code) for code in known})}


def _span(span: tuple[datetime, datetime], _: Request) -> Json:
    return {"first": microseconds(span[0]), "last": microseconds(span[1])}


def _week_minute(at: datetime, _: Request) -> Json:
    utc = at.astimezone(UTC)
    return utc.weekday() * MINUTES_A_DAY + utc.hour * 60 + utc.minute


def _documents(held: tuple[Document, ...], request: Request) -> Json:
    return [{"type": one.type, "party": one.party} for one in held if one.holds(request.situation.at)]


def _grants(held: tuple[Grant, ...], request: Request) -> Json:
    return sorted({one.name for one in held if one.holds(request.situation.at)})


def _level(level: int, _: Request) -> Json:
    return int(level)


_SEEN: Final[Mapping[Kind, Callable[[Any, Request], Json]]] = {
    Kind.JURISDICTION: _where,
    Kind.JURISDICTIONS: _wheres,
    Kind.CODE: lambda value, _: str(value),
    Kind.TEXT: lambda value, _: str(value) or None,
    **dict.fromkeys((Kind.WORDS, Kind.RISKS, Kind.CONSENTS), lambda value, _: sorted(value)),
    **dict.fromkeys((Kind.LEVEL, Kind.SENSITIVITY), _level),
    **dict.fromkeys((Kind.FLAG, Kind.RISK), lambda value, _: value),
    Kind.MOMENT: _span,
    Kind.CLOCK: _week_minute,
    Kind.DOCUMENTS: _documents,
    Kind.GRANTS: _grants,
}
