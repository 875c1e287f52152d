"""What a request says about a fact, as text for people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from residency.conditions.measures import DAYS
from residency.facts import Request, instant
from residency.vocabulary import FACTS, Kind


def value_of(fact: str, request: Request) -> str | None:
    """What a request says about a fact; `None` when it is not known."""
    value = FACTS[fact].read(request)
    return None if value is None else _SHOWN.get(FACTS[fact].kind, str)(value)


def _set(value: frozenset[str]) -> str:
    return ", ".join(sorted(value)) or "none"


def _held(value: tuple[Any, ...]) -> str:
    return "; ".join(sorted(_one_held(one) for one in value)) or "none"


def _one_held(one: Any) -> str:  # noqa: ANN401  a document, a grant or a counter
    if hasattr(one, "of"):
        return f"{one.count} {one.of.value} in {one.days} days"
    until = "" if one.valid_until is None else f" until {instant(one.valid_until)}"
    return f"{one.type} of {one.party}{until}" if hasattr(one, "type") else f"{one.name}{until}"


def _days(value: tuple[timedelta, timedelta]) -> str:
    return " to ".join(f"{days:.1f}" for days in sorted({age / timedelta(days=1) for age in value})) + " days"


def _moments(value: tuple[datetime, datetime]) -> str:
    return " to ".join(sorted({instant(moment) for moment in value}))


def _clock(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f"{DAYS[utc.weekday()]} {utc:%H:%M} UTC"


_SHOWN: Final[dict[Kind, Callable[[Any], str]]] = {
    Kind.JURISDICTIONS: _set,
    Kind.WORDS: _set,
    Kind.RISKS: _set,
    Kind.CONSENTS: _set,
    Kind.LEVEL: lambda level: level.name,
    Kind.SENSITIVITY: lambda value: value.name.lower(),
    Kind.FLAG: lambda value: "yes" if value else "no",
    Kind.RISK: lambda value: "yes" if value else "no",
    Kind.MOMENT: _moments,
    Kind.AGE: _days,
    Kind.CLOCK: _clock,
    Kind.DOCUMENTS: _held,
    Kind.GRANTS: _held,
    Kind.COUNTERS: _held,
}
