"""Requests and decisions as plain values: what JSON Lines, decision cases and the service's records hold.

    {"action": "view",
     "viewer": {"id": "p-1", "attested_in": "US"},
     "footage": {"id": "f-1", "jurisdiction": "US-CA"},
     "situation": {"at": "2026-06-01T12:00:00Z", "place": "US", "assurance": "LA2", "purpose": "ml-training"}}

A fact left out, or `null`, is not known. A fact nobody knows the name of is an error: misspelt, it would be unknown
without anybody noticing. The place may also be written whole, with what disagreed: `{"jurisdiction": …, "level": …}`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any, Final, TypeVar

from residency.decision import Decision
from residency.errors import FactError, RequestError
from residency.facts import (
    Action,
    BreakGlass,
    Counter,
    CountOf,
    Document,
    FactSource,
    Footage,
    Grant,
    MediaKind,
    Request,
    Sensitivity,
    Situation,
    Viewer,
    instant,
    known_of,
)
from residency.ledger.entry import Json
from residency.outside import LARGEST, is_count, is_text, is_time, shown
from residency.places import AssuranceLevel, Place

_Value = TypeVar("_Value")
_Reader = Callable[[object], Any]


class _WrongError(ValueError):
    """A value that is not what it should be; the text says what it should be."""


def read_request(value: object, *, parts: dict[tuple[str, str], Any] | None = None) -> Request:
    """A request from plain values.

    `parts` remembers viewers and situations, for whoever reads many requests of the same few and wrote them: what is
    written the same is read once.

    Raises:
        RequestError: it cannot be read; everything wrong in it is named.

    """
    if not isinstance(value, Mapping):
        raise RequestError([f"a request must be a table of facts; got {shown(value)}"])
    problems: list[str] = []
    table: Mapping[str, object] = value
    _refuse_unknown(table, ("id", "action", "viewer", "footage", "situation", "sources"), "", problems)
    _one(_id, table.get("id"), "id", problems)
    action = _one(_word_of(Action), table.get("action"), "action", problems)
    names = ("viewer", "footage", "situation")
    read = {name: _remembered(table.get(name), name, problems, parts) for name in names}
    sources = _one(_each(_FACT_SOURCE), () if table.get("sources") is None else table["sources"], "sources", problems)
    if problems:
        raise RequestError(problems)
    return Request(action=action, sources=sources, **read)


def write_request(request: Request) -> dict[str, Json]:
    """A request as plain values, which `read_request` reads back the same."""
    said: dict[str, Json] = {
        "action": request.action.value,
        "viewer": request.viewer.canonical(),
        "footage": request.footage.canonical(),
        "situation": known_of(request.situation),
    }
    if request.sources:
        said["sources"] = [known_of(one) for one in request.sources]
    return said


def write_decision(decision: Decision) -> dict[str, Json]:
    """A decision as plain values, reasons included; the same request and policies always give the same."""
    since = decision.policies_since
    return {
        "outcome": decision.outcome.value,
        "rules": list(decision.rule_ids),
        "obligations": [str(one) for one in decision.obligations],
        "broke_glass": decision.broke_glass,
        "because": [
            {
                "rule": verdict.rule_id,
                "effect": verdict.effect.value,
                "words": verdict.words,
                "citation": verdict.citation,
                "why": verdict.why,
            }
            for verdict in decision.because
        ],
        "unknown": list(decision.unknown),
        "would_change": list(decision.would_change),
        "reason": decision.short_reason(),
        "policy_hash": decision.policy_hash,
        "policies_since": None if since is None else instant(since),
        "inputs_hash": decision.inputs_hash,
    }


def _remembered(value: object, name: str, problems: list[str], parts: dict[tuple[str, str], Any] | None) -> Any:  # noqa: ANN401  as `_part`
    """One part of a request; a viewer or a situation that is remembered is not read again."""
    if parts is None or name == "footage":
        return _part(value, name, problems)
    key = (name, repr(value))
    part = parts.get(key) or _part(value, name, problems)
    if part is not None:
        parts[key] = part
    return part


def _part(value: object, name: str, problems: list[str]) -> Any:  # noqa: ANN401  a viewer, footage or a situation
    """One part of a request; `None` only beside a problem."""
    make, readers = _PARTS[name]
    if not isinstance(value, Mapping):
        problems.append(f"`{name}` must be a table of facts; got {shown(value)}")
        return None
    table = dict(value)
    if name == "situation":
        _join_place(table, problems)
    before = len(problems)
    _refuse_unknown(table, readers, f"{name}.", problems)
    given = ((key, reader, table[key]) for key, reader in readers.items() if table.get(key) is not None)
    facts = {key: _one(reader, one, f"{name}.{key}", problems) for key, reader, one in given}
    problems += [f"`{name}.{key}` is missing" for key in _NEEDED[name] if key not in facts]
    if len(problems) > before:
        return None
    try:
        return make(**facts)
    except FactError as error:
        problems.append(str(error))
        return None


def _join_place(table: dict[str, object], problems: list[str]) -> None:
    """Make one place of a code and a level that are written apart."""
    level = table.pop("assurance", None)
    if isinstance(table.get("place"), str):
        table["place"] = {"jurisdiction": table["place"], "level": level}
    elif level is not None:
        problems.append("`situation.assurance` is the level of a `situation.place` that is a code beside it")


def _refuse_unknown(table: Mapping[str, object], known: Any, prefix: str, problems: list[str]) -> None:  # noqa: ANN401  any container of names
    unknown = (key for key in table if key not in known)
    problems += [f"unknown fact {shown(f'{prefix}{key}')}; known are {', '.join(known)}" for key in unknown]


def _one(reader: _Reader, value: object, path: str, problems: list[str]) -> Any:  # noqa: ANN401  whatever the reader reads
    try:
        return reader(value)
    except (_WrongError, FactError) as error:
        problems.append(f"`{path}`{'' if isinstance(error, _WrongError) else ':'} {error}")
        return None


def _text(value: object) -> str:
    if not is_text(value):
        raise _WrongError(f"must be text that is not empty; got {shown(value)}")
    return value


def _id(value: object) -> object:
    if value is not None and not is_text(value) and not is_count(value):
        raise _WrongError(f"must be text or a whole number up to {LARGEST}; got {shown(value)}")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongError(f"must be true or false; got {shown(value)}")
    return value


def _number(value: object) -> int:
    if not is_count(value):
        raise _WrongError(f"must be a whole number up to {LARGEST}; got {shown(value)}")
    return value


def _words(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple):
        raise _WrongError(f"must be a list of texts; got {shown(value)}")
    return frozenset(_text(one) for one in value)


def _time(value: object) -> datetime:
    found = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
    elif isinstance(value, date) and not isinstance(value, datetime):
        found = datetime.combine(value, time.min, tzinfo=UTC)
    if not is_time(found):
        raise _WrongError(f"must be a time with a time zone, as in `2026-06-01T12:00:00Z`; got {shown(value)}")
    return found


def _word_of(kind: type[Enum]) -> _Reader:
    """A member of a closed set of words."""
    known = {str(member.value): member for member in kind}

    def read(value: object) -> Enum:
        if not isinstance(value, str) or value not in known:
            raise _WrongError(f"must be one of {', '.join(known)}; got {shown(value)}")
        return known[value]

    return read


def _name_of(names: Mapping[str, _Value]) -> Callable[[object], _Value]:
    """A member of a closed set of names."""

    def read(value: object) -> _Value:
        if not isinstance(value, str) or value not in names:
            raise _WrongError(f"must be one of {', '.join(names)}; got {shown(value)}")
        return names[value]

    return read


def _each(reader: _Reader) -> _Reader:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _WrongError(f"must be a list; got {shown(value)}")
        return tuple(reader(one) for one in value)

    return read


def _made(make: Callable[..., _Value], readers: Mapping[str, _Reader], needed: tuple[str, ...]) -> _Reader:
    """A value made from a table, every key of which is known and the needed ones there."""

    def read(value: object) -> _Value:
        if not isinstance(value, Mapping):
            raise _WrongError(f"must be a table of {', '.join(readers)}; got {shown(value)}")
        wrong = [f"{shown(key)} is not among {', '.join(readers)}" for key in value if key not in readers]
        wrong += [f"`{key}` is missing" for key in needed if value.get(key) is None]
        if wrong:
            raise _WrongError(f"cannot be read: {'; '.join(wrong)}")
        return make(**{key: reader(value[key]) for key, reader in readers.items() if value.get(key) is not None})

    return read


def _strings(value: object) -> tuple[str, ...]:
    return tuple(_each(_text)(value))


def _place(*, jurisdiction: str | None = None, level: AssuranceLevel = AssuranceLevel.LA0, **said: Any) -> Place:  # noqa: ANN401  what disagreed
    return Place(jurisdiction=jurisdiction, level=level, **said)


_LEVEL: Final = _name_of({level.name: level for level in AssuranceLevel})
_FACT_SOURCE: Final = _made(FactSource, {"fact": _text, "source": _text, "as_of": _time}, ("fact", "source"))
_DOCUMENT: Final = _made(
    Document,
    {"type": _text, "party": _text, "valid_from": _time, "valid_until": _time},
    ("type", "party", "valid_from"),
)
_GRANT: Final = _made(
    Grant, {"name": _text, "valid_from": _time, "valid_until": _time}, ("name", "valid_from", "valid_until")
)
_COUNTER: Final = _made(Counter, {"of": _word_of(CountOf), "days": _number, "count": _number}, ("of", "days", "count"))
_BREAK_GLASS: Final = _made(
    BreakGlass,
    {"reason": _text, "case": _text, "opened_at": _time, "closes_at": _time},
    ("reason", "case", "opened_at", "closes_at"),
)
_PLACE: Final = _made(
    _place, {"jurisdiction": _text, "level": _LEVEL, "disagreements": _strings, "missing": _strings}, ()
)
_PARTS: Final[Mapping[str, tuple[Callable[..., Any], Mapping[str, _Reader]]]] = {
    "viewer": (
        Viewer,
        {
            **dict.fromkeys(("id", "entity", "entity_kind", "entity_in", "relation", "engagement"), _text),
            **dict.fromkeys(("residence", "attested_in"), _text),
            **dict.fromkeys(("entity_owners", "citizenships", "training", "clearances"), _words),
            "designated": _flag,
            "attested_at": _time,
        },
    ),
    "footage": (
        Footage,
        {
            **dict.fromkeys(("id", "jurisdiction", "owner", "source", "zone", "contract"), _text),
            "media_kind": _word_of(MediaKind),
            "sensitivity": _name_of({one.name.lower(): one for one in Sensitivity}),
            **dict.fromkeys(("place_tags", "shows", "consent_scope", "marks"), _words),
            "criminal_justice": _flag,
            **dict.fromkeys(("captured_at", "captured_until"), _time),
        },
    ),
    "situation": (
        Situation,
        {
            "at": _time,
            "place": _PLACE,
            **dict.fromkeys(("purpose", "case", "device"), _text),
            "documents": _each(_DOCUMENT),
            "grants": _each(_GRANT),
            "counters": _each(_COUNTER),
            "break_glass": _BREAK_GLASS,
        },
    ),
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {"viewer": ("id",), "footage": ("id",), "situation": ("at",)}
