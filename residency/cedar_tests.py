"""One condition as a Cedar expression: as a permit asks it, and as a forbid or a scope does.

Cedar has no unknown, so each test is written twice: where it certainly holds, and where it may. A fact that is not
known is an attribute that is not there; every access is guarded by `has`, so that Cedar never errs: it would skip a
forbid that does.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from residency import conditions as of
from residency.conditions.measures import DAYS
from residency.errors import CedarError
from residency.facts import CountOf
from residency.places import GROUPS, country_of, is_jurisdiction

UNREADABLE: Final = "?"
DAY: Final = timedelta(days=1)
MINUTES_A_DAY: Final = 24 * 60
_LONGEST: Final = 2**63 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ENTITIES: Final = {"footage": "resource", "viewer": "principal", "situation": "context"}
_ATTRIBUTES: Final = {"footage.age": "captured_at", "viewer.attestation_age": "attested_at"}
_ASCII_ESCAPE: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Expression:
    """A test: the guards that say its facts are known, where it certainly holds, and where it may."""

    guards: tuple[str, ...]
    sure: str
    may: str

    def of_permit(self) -> str:
        """Holds only where the answer is yes."""
        return " && ".join([*self.guards, self.sure])

    def of_forbid(self) -> str:
        """Holds wherever the answer is not no; `if` is how Cedar's validator follows a guard."""
        return f"(if {' && '.join(self.guards)} then {self.may} else true)" if self.guards else self.may


def expression_of(condition: of.Condition, on: date) -> Expression:
    """A condition in Cedar, groups taken as they are on that day.

    Raises:
        CedarError: Cedar has no way to say it.

    """
    write = _WRITERS.get(type(condition))
    if write is None:
        raise CedarError(f"cedar cannot say `{type(condition).__name__}` of `{condition.fact}`")
    return write(condition, on)


def text(value: str) -> str:
    """A text as Cedar writes it."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _ASCII_ESCAPE.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", quoted) + '"'


def texts(values: Iterable[str]) -> str:
    """A set of texts as Cedar writes it."""
    return f"[{', '.join(text(value) for value in sorted(set(values)))}]"


def long(value: int) -> int:
    """A whole number as Cedar holds it.

    Raises:
        CedarError: it is too large for Cedar.

    """
    if not -_LONGEST <= value <= _LONGEST:
        raise CedarError(f"`{value}` is beyond Cedar's whole numbers")
    return value


def microseconds(span: datetime | timedelta) -> int:
    """A time as microseconds since 1970, or a span of time in microseconds."""
    since = span - _EPOCH if isinstance(span, datetime) else span
    return since // timedelta(microseconds=1)


def counter_name(counted: CountOf, days: int) -> str:
    """The attribute that holds one counter."""
    return f"{counted.value}/{days}"


def path_of(fact: str) -> tuple[str, str]:
    """Where Cedar keeps a fact: the entity, or the context, and its attribute."""
    about, _, name = fact.partition(".")
    return _ENTITIES[about], _ATTRIBUTES.get(fact, name)


def _known(fact: str) -> tuple[str, str]:
    entity, attribute = path_of(fact)
    return f"{entity} has {attribute}", f"{entity}.{attribute}"


def _plain(test: Callable[[Any, str], str]) -> "_Writer":
    """A test of a condition's values and the fact's, certain wherever the fact is known."""

    def write(condition: Any, _: date) -> Expression:  # noqa: ANN401  each class has its own test
        guard, value = _known(condition.fact)
        held = test(condition, value)
        return Expression((guard,), held, held)

    return write


def _within(condition: Any, on: date) -> Expression:  # noqa: ANN401  one jurisdiction or several
    """A fact wider than a code, such as `US` beside `US-CA`, may be inside it, and so may one that is unreadable."""
    guard, value = _known(condition.fact)
    expanded = (GROUPS[code].countries(on) if code in GROUPS else {code} for code in condition.codes)
    codes = {code for each in expanded for code in each} or {UNREADABLE}
    inside = f"{value}.within.containsAny({texts(codes)})"
    wider = {country_of(code) for code in condition.codes if is_jurisdiction(code) and country_of(code) != code}
    return Expression((guard,), inside, f"({inside} || {value}.exact.containsAny({texts(wider | {UNREADABLE})}))")


def _beyond(condition: Any, on: date) -> Expression:  # noqa: ANN401  one jurisdiction or several
    inside = _within(condition, on)
    return Expression(inside.guards, f"!({inside.may})", f"!({inside.sure})")


def _from(condition: of.FromTime, _: date) -> Expression:
    guard, value = _known(condition.fact)
    moment = microseconds(condition.moment)
    return Expression((guard,), f"{value}.first >= {moment}", f"{value}.last >= {moment}")


def _before(condition: of.Before, _: date) -> Expression:
    guard, value = _known(condition.fact)
    moment = microseconds(condition.moment)
    return Expression((guard,), f"{value}.last < {moment}", f"{value}.first < {moment}")


def _age(test: str, *, sure: str, may: str) -> "_Writer":
    """An age from two times; a time still to come has none."""

    def write(condition: Any, _: date) -> Expression:  # noqa: ANN401  two classes
        guard, value = _known(condition.fact)
        limit = long(condition.days * microseconds(DAY))
        guards = (guard, f"{value}.last <= context.at.last")
        return Expression(
            guards,
            f"context.at.last - {value}.{sure} {test} {limit}",
            f"context.at.last - {value}.{may} {test} {limit}",
        )

    return write


def _hours(condition: of.WithinHours, _: date) -> Expression:
    """Windows of the week by minutes since Monday, UTC; one that leaves the week at either end returns at the other."""
    week = 7 * MINUTES_A_DAY
    length = (condition.end - condition.start - 1) % MINUTES_A_DAY + 1
    starts = [DAYS.index(day) * MINUTES_A_DAY + condition.start - condition.offset for day in set(condition.days)]
    windows = sorted((start + turn, start + turn + length) for start in starts for turn in (-week, 0, week))
    inside = [f"(context.hours >= {one} && context.hours < {end})" for one, end in windows if end > 0 and one < week]
    return Expression((), f"({' || '.join(inside)})", f"({' || '.join(inside)})")


def _document(found: str) -> "_Writer":
    def write(condition: Any, _: date) -> Expression:  # noqa: ANN401  two classes
        (guard, value), (known, party) = _known(condition.fact), _known(condition.party)
        held = found.format(f'{value}.contains({{"type": {text(condition.type)}, "party": {party}}})')
        return Expression((guard, known), held, held)

    return write


def _counter(test: str) -> "_Writer":
    def write(condition: Any, _: date) -> Expression:  # noqa: ANN401  two classes
        name = text(counter_name(condition.of, condition.days))
        held = f"context.counters[{name}] {test} {long(condition.count)}"
        return Expression((f"context.counters has {name}",), held, held)

    return write


def _given(condition: of.Given, _: date) -> Expression:
    guard, _value = _known(condition.fact)
    held = f"({guard})" if condition.value else f"!({guard})"
    return Expression((), held, held)


_Writer = Callable[[Any, date], Expression]
_ANY: Final = _plain(lambda one, value: f"{value}.containsAny({texts(one.values)})")
_NONE: Final = _plain(lambda one, value: f"!{value}.containsAny({texts(one.values)})")
_WRITERS: Final[dict[type, _Writer]] = {
    of.OneOf: _plain(lambda one, value: f"{texts(one.values)}.contains({value})"),
    of.NoneOf: _plain(lambda one, value: f"!{texts(one.values)}.contains({value})"),
    of.Has: _ANY,
    of.HasAll: _plain(lambda one, value: f"{value}.containsAll({texts(one.values)})"),
    of.Lacks: _NONE,
    of.HoldsGrant: _ANY,
    of.LacksGrant: _NONE,
    of.AtLeast: _plain(lambda one, value: f"{value} >= {one.level.value}"),
    of.Below: _plain(lambda one, value: f"{value} < {one.level.value}"),
    of.SensitivityAtMost: _plain(lambda one, value: f"{value} <= {one.level.value}"),
    of.SensitivityAtLeast: _plain(lambda one, value: f"{value} >= {one.level.value}"),
    of.Is: _plain(lambda one, value: f"{value} == {json.dumps(one.value)}"),
    of.Given: _given,
    of.Inside: _within,
    of.AnyInside: _within,
    of.Outside: _beyond,
    of.NoneInside: _beyond,
    of.FromTime: _from,
    of.Before: _before,
    of.AtMostDays: _age("<=", sure="first", may="last"),
    of.OverDays: _age(">", sure="last", may="first"),
    of.WithinHours: _hours,
    of.RequiresDocument: _document("{}"),
    of.LacksDocument: _document("!{}"),
    of.CounterAtMost: _counter("<="),
    of.CounterOver: _counter(">"),
}
