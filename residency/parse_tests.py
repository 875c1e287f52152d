"""Reading conditions: which tests each kind of fact has, in which rules, and how each is written.

A fact with a direction has one test for permits and another for forbids (`residency/vocabulary.py` says why).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias

from residency.conditions import (
    AnyInside,
    AtLeast,
    AtMostDays,
    Before,
    Below,
    Condition,
    CounterAtMost,
    CounterOver,
    FromTime,
    Given,
    Has,
    HasAll,
    HoldsGrant,
    Inside,
    Is,
    Lacks,
    LacksDocument,
    LacksGrant,
    NoneInside,
    NoneOf,
    OneOf,
    Outside,
    OverDays,
    RequiresDocument,
    SensitivityAtLeast,
    SensitivityAtMost,
    WithinHours,
)
from residency.conditions.held import PARTIES
from residency.conditions.measures import DAYS
from residency.facts import CountOf, MediaKind, Sensitivity
from residency.outside import is_count, is_text, is_time, shown
from residency.page import Page, listed
from residency.places import GROUPS, AssuranceLevel, is_jurisdiction
from residency.rules import Effect
from residency.vocabulary import FACTS, Kind

Reader: TypeAlias = Callable[[Page, str, str, object], Condition | None]
# Kinds whose test is one question written as a table: a list of tables asks each of them.
ASKED_EACH: Final = frozenset({Kind.DOCUMENTS, Kind.COUNTERS})
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def read_conditions(page: Page, key: str, effect: Effect) -> tuple[Condition, ...]:
    """Every condition of the table `key` of a page, for a rule of this effect."""
    asked = page.table.get(key, {})
    if not isinstance(asked, dict):
        page.complain(key, f"`{key}` must be a table of facts")
        return ()
    found: list[Condition] = []
    for about, facts in asked.items():
        if not isinstance(facts, dict):
            page.complain(f"{key}.{about}", f"`{about}` must name a fact, as in `footage.jurisdiction`")
            continue
        for fact, tests in facts.items():
            found += _fact_conditions(page, key, f"{about}.{fact}", tests, effect)
    return tuple(found)


def _fact_conditions(page: Page, key: str, fact: str, tests: object, effect: Effect) -> list[Condition]:
    path = f"{key}.{fact}"
    if fact not in FACTS:
        page.complain(path, f"unknown fact `{fact}`; known are {listed(sorted(FACTS))}")
        return []
    known = TESTS[FACTS[fact].kind]
    if not isinstance(tests, dict) or not tests:
        page.complain(path, f"`{fact}` must be tested, as in `{fact} = {{ {next(iter(known))} = … }}`")
        return []
    found: list[Condition] = []
    for test, value in tests.items():
        if test not in known:
            page.complain(path, f"`{fact}` has no test `{test}`; it has {listed(known)}")
            continue
        each = value if isinstance(value, list) and value and FACTS[fact].kind in ASKED_EACH else [value]
        read = (_read(page, path, fact, test, one, effect) for one in each)
        found += [condition for condition in read if condition is not None]
    return found


def _read(page: Page, path: str, fact: str, test: str, value: object, effect: Effect) -> Condition | None:  # noqa: PLR0917  what a test is read from
    reader, only = TESTS[FACTS[fact].kind][test]
    if only is not None and only is not effect:
        other = next(name for name, (_, its) in TESTS[FACTS[fact].kind].items() if its is effect)
        said = f"a {effect.value} asks `{fact}` with `{other}`, never with `{test}`: {_WHY[FACTS[fact].kind]}"
        page.complain(path, said)
    filled = page.filled_in(path, value)
    # A list that only its parameter leaves empty is passed on as a tuple, which a document cannot write.
    return reader(page, path, fact, () if filled == [] and value != [] else filled)


def start_of(value: object) -> datetime | None:
    """The time that is written: one with a time zone, or a day, which begins at midnight UTC."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min, tzinfo=UTC)
    return value if is_time(value) else None


_WHY: Final = {
    Kind.LEVEL: "a level is a lower bound",
    Kind.SENSITIVITY: "what footage is made into is as sensitive as its most sensitive part",
    Kind.RISKS: "what footage is made into shows all that its parts show",
    Kind.CONSENTS: "what footage is made into has only the consents that all its parts have",
    Kind.RISK: "one part is enough",
    Kind.TEXT: "leaving it out must not open anything",
    Kind.DOCUMENTS: "having fewer documents must not open anything",
    Kind.GRANTS: "having fewer grants must not open anything",
    Kind.COUNTERS: "a count is a lower bound",
}


def _texts(page: Page, path: str, value: object) -> tuple[str, ...]:
    """A list of texts; none only where a parameter says so, as with a list of places that nobody is on yet."""
    return () if value == () else page.texts(path, value)


def _codes(page: Page, path: str, value: object) -> tuple[str, ...]:
    codes = _texts(page, path, value)
    for code in codes:
        if code not in GROUPS and not is_jurisdiction(code):
            page.complain(path, f"`{code}` is no jurisdiction (ISO 3166) and no group; groups are {listed(GROUPS)}")
    return codes


def _of_codes(make: Callable[[str, tuple[str, ...]], Condition]) -> Reader:
    return lambda page, path, fact, value: make(fact, _codes(page, path, value))


def _of_words(make: Callable[[str, tuple[str, ...]], Condition]) -> Reader:
    def read(page: Page, path: str, fact: str, value: object) -> Condition:
        values = _texts(page, path, value)
        kinds = [kind.value for kind in MediaKind]
        for word in values if fact == "footage.media_kind" else ():
            if word not in kinds:
                page.complain(path, f"`{path}` must be among {listed(kinds)}; got `{word}`")
        return make(fact, values)

    return read


def _of_level(make: Callable[[str, AssuranceLevel], Condition]) -> Reader:
    def read(page: Page, path: str, fact: str, value: object) -> Condition | None:
        found = next((level for level in AssuranceLevel if level.name == value), None)
        if found is None:
            names = [level.name for level in AssuranceLevel]
            page.complain(path, f"`{fact}` must be one of {listed(names)}; got {shown(value)}")
        return None if found is None else make(fact, found)

    return read


def _of_sensitivity(make: Callable[[str, Sensitivity], Condition]) -> Reader:
    def read(page: Page, path: str, fact: str, value: object) -> Condition | None:
        found = next((level for level in Sensitivity if level.name.lower() == value), None)
        if found is None:
            names = [level.name.lower() for level in Sensitivity]
            page.complain(path, f"`{fact}` must be one of {listed(names)}; got {shown(value)}")
        return None if found is None else make(fact, found)

    return read


def _flag(page: Page, path: str, fact: str, value: object) -> Condition | None:
    if not isinstance(value, bool):
        page.complain(path, f"`{fact}` must be `true` or `false`; got {shown(value)}")
        return None
    return Is(fact, value)


def _when_true(make: Callable[[str], Condition]) -> Reader:
    """A test that is only ever written `true`, because its opposite would be a different question."""

    def read(page: Page, path: str, fact: str, value: object) -> Condition | None:
        if value is not True:
            page.complain(path, f"`{fact}` must be `true` here; got {shown(value)}")
            return None
        return make(fact)

    return read


def _of_time(make: Callable[[str, datetime], Condition]) -> Reader:
    def read(page: Page, path: str, fact: str, value: object) -> Condition | None:
        moment = start_of(value)
        if moment is None:
            page.complain(path, f"`{fact}` must be a date, or a time with a time zone; got {shown(value)}")
        return None if moment is None else make(fact, moment)

    return read


def _of_days(make: Callable[[str, int], Condition]) -> Reader:
    def read(page: Page, path: str, fact: str, value: object) -> Condition | None:
        if not is_count(value) or value > timedelta.max.days:
            most = timedelta.max.days
            page.complain(path, f"`{fact}` must be a whole number of days up to {most}; got {shown(value)}")
            return None
        return make(fact, value)

    return read


def _of_document(make: Callable[[str, str, str], Condition]) -> Reader:
    def read(page: Page, path: str, fact: str, value: object) -> Condition | None:
        known = value if isinstance(value, dict) and set(value) == {"type", "party"} else {}
        kind, party = known.get("type"), known.get("party")
        if not is_text(kind) or party not in PARTIES:
            page.complain(path, f"`{fact}` must be `{{ type = …, party = … }}`, the party one of {listed(PARTIES)}")
            return None
        return make(fact, kind, str(party))

    return read


def _of_counter(make: Callable[[str, CountOf, int, int], Condition]) -> Reader:
    def read(page: Page, path: str, fact: str, value: object) -> Condition | None:
        known = value if isinstance(value, dict) and set(value) == {"of", "count", "days"} else {}
        of = next((one for one in CountOf if one.value == known.get("of")), None)
        days, count = known.get("days"), known.get("count")
        if of is None or not (is_count(days, least=1) and is_count(count, least=1)):
            kinds = listed(one.value for one in CountOf)
            page.complain(path, f"`{fact}` must be `{{ of = …, count = …, days = … }}`, counting {kinds}")
            return None
        return make(fact, of, days, count)

    return read


def _hours(page: Page, path: str, fact: str, value: object) -> Condition | None:
    known = value if isinstance(value, dict) else {}
    start, end = _minutes(known.get("from")), _minutes(known.get("until"))
    offset, days = _offset(known.get("utc_offset", "+00:00")), known.get("days", list(DAYS))
    named = isinstance(days, list) and bool(days) and all(day in DAYS for day in days)
    unknown = set(known) - {"from", "until", "utc_offset", "days"}
    if start is None or end is None or offset is None or unknown or not named:
        form = '{ from = "08:00", until = "18:00", utc_offset = "-08:00", days = ["mon", …] }'
        page.complain(path, f"`{fact}` must be `{form}`")
        return None
    return WithinHours(fact, start, end, offset, tuple(day for day in DAYS if day in days))


def _minutes(value: object) -> int | None:
    """Minutes since midnight, of a text such as `08:30`."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else int(found[1]) * 60 + int(found[2])


def _offset(value: object) -> int | None:
    """Minutes from UTC, of a text such as `-08:00`."""
    if not isinstance(value, str) or value[:1] not in {"+", "-"}:
        return None
    minutes = _minutes(value[1:])
    return None if minutes is None else minutes * (-1 if value[0] == "-" else 1)


_P, _F = Effect.PERMIT, Effect.FORBID
TESTS: Final[Mapping[Kind, Mapping[str, tuple[Reader, Effect | None]]]] = {
    Kind.JURISDICTION: {"inside": (_of_codes(Inside), None), "outside": (_of_codes(Outside), None)},
    Kind.JURISDICTIONS: {"any_inside": (_of_codes(AnyInside), None), "none_inside": (_of_codes(NoneInside), None)},
    Kind.CODE: {"one_of": (_of_words(OneOf), None), "none_of": (_of_words(NoneOf), None)},
    Kind.WORDS: {
        "has": (_of_words(Has), None),
        "has_all": (_of_words(HasAll), None),
        "lacks": (_of_words(Lacks), None),
    },
    Kind.RISKS: {"lacks": (_of_words(Lacks), _P), "has": (_of_words(Has), _F), "has_all": (_of_words(HasAll), _F)},
    Kind.CONSENTS: {"has": (_of_words(Has), _P), "has_all": (_of_words(HasAll), _P), "lacks": (_of_words(Lacks), _F)},
    Kind.LEVEL: {"at_least": (_of_level(AtLeast), _P), "below": (_of_level(Below), _F)},
    Kind.SENSITIVITY: {
        "at_most": (_of_sensitivity(SensitivityAtMost), _P),
        "at_least": (_of_sensitivity(SensitivityAtLeast), _F),
    },
    Kind.FLAG: {"is": (_flag, None)},
    Kind.RISK: {
        "is_not": (_when_true(lambda fact: Is(fact, value=False)), _P),
        "is": (_when_true(lambda fact: Is(fact, value=True)), _F),
    },
    Kind.TEXT: {
        "given": (_when_true(lambda fact: Given(fact, value=True)), _P),
        "missing": (_when_true(lambda fact: Given(fact, value=False)), _F),
    },
    Kind.MOMENT: {"from": (_of_time(FromTime), None), "before": (_of_time(Before), None)},
    Kind.AGE: {"at_most_days": (_of_days(AtMostDays), None), "over_days": (_of_days(OverDays), None)},
    Kind.CLOCK: {"within": (_hours, None)},
    Kind.DOCUMENTS: {
        "requires_document": (_of_document(RequiresDocument), _P),
        "lacks_document": (_of_document(LacksDocument), _F),
    },
    Kind.GRANTS: {"holds": (_of_words(HoldsGrant), _P), "lacks": (_of_words(LacksGrant), _F)},
    Kind.COUNTERS: {"at_most": (_of_counter(CounterAtMost), _P), "over": (_of_counter(CounterOver), _F)},
}
