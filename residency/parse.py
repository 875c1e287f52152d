"""Reading a policy document: TOML text in, a policy out, or every problem at once.

    name = "demo"                        # header: name, layer, title, effective_from
    [[rule]]
    id = "california"
    effect = "permit"                    # or "forbid"
    actions = ["list", "view"]
    words = "Footage from California may be seen only in the United States."
    [rule.when]                          # all of these; none means always
    footage.jurisdiction = { inside = ["US-CA"] }
    situation.place = { inside = ["US"] }

Nothing is guessed and nothing is skipped: an unknown key, fact or code is a problem, and a policy with a problem is
never partly used.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from residency.conditions import (
    FACTS,
    JURISDICTIONS,
    LEVELS,
    SETS,
    AtLeast,
    Below,
    Condition,
    Has,
    Inside,
    OneOf,
    Outside,
)
from residency.errors import PolicyError, Problem
from residency.facts import Action, MediaKind
from residency.page import Choice, Page, Positions, Table, listed
from residency.places import GROUPS, AssuranceLevel, is_jurisdiction
from residency.policy import Layer, Policy
from residency.rules import Effect, Rule

_HEADER_KEYS: Final = ("name", "layer", "title", "effective_from", "rule")
_RULE_KEYS: Final = ("id", "effect", "actions", "words", "citation", "when")
_EFFECTS: Final = (Effect.PERMIT, Effect.FORBID)
_AT_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)")


def parse_policy(text: str, *, name: str) -> Policy:
    """Read a policy document; `name` is what messages call it.

    Raises:
        PolicyError: the document has problems; all of them are listed.

    """
    page = Page(_toml(text, name), Positions.of(text), [])
    page.refuse_unknown(_HEADER_KEYS)
    policy_name, layer, title = page.slug("name"), page.choice("layer", Layer), page.text("title")
    effective_from, rules = _effective_from(page), _rules(page)
    if page.problems or layer is None or effective_from is None:
        raise PolicyError(name, sorted(page.problems, key=lambda problem: (problem.line or 0, problem.message)))
    return Policy(name=policy_name, layer=layer, title=title, effective_from=effective_from, rules=rules, text=text)


def _toml(text: str, name: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        found = _AT_LINE.search(str(err))
        message = _AT_LINE.sub("", str(err))
        problem = Problem(f"{message[0].lower()}{message[1:]}", int(found[1]) if found else None)
        raise PolicyError(name, [problem]) from err


def _effective_from(page: Page) -> datetime | None:
    value = page.table.get("effective_from")
    if isinstance(value, datetime):
        if value.utcoffset() is not None:
            return value
        page.complain("effective_from", "`effective_from` must be a date, or a time with a time zone")
        return None
    if isinstance(value, date):
        return datetime.combine(value, time.min, tzinfo=UTC)
    page.complain("effective_from", "`effective_from` must be a date, as in `2026-01-31`")
    return None


def _rules(page: Page) -> tuple[Rule, ...]:
    tables = page.table.get("rule")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        page.complain("rule", "a policy needs at least one `[[rule]]`")
        return ()
    read = [_rule(Page(table, page.positions, page.problems, rule=number)) for number, table in enumerate(tables)]
    first: dict[str, int] = {}
    for number, rule in enumerate(read):
        if rule.id and first.setdefault(rule.id, number) != number:
            page.problems.append(Problem(f"a rule `{rule.id}` exists already", page.positions.line(number, "id")))
    return tuple(read)


def _rule(page: Page) -> Rule:
    page.refuse_unknown(_RULE_KEYS)
    effect = page.choice("effect", _EFFECTS)
    page.effect = effect
    return Rule(
        id=page.slug("id"),
        effect=effect or Effect.FORBID,
        actions=_actions(page),
        words=page.text("words"),
        citation=page.text("citation") if "citation" in page.table else None,
        conditions=_conditions(page),
    )


def _actions(page: Page) -> frozenset[Action]:
    if "actions" not in page.table:
        page.complain("actions", "`actions` is missing")
        return frozenset()
    words = page.texts("actions", page.table["actions"])
    return frozenset(_members(page, "actions", words, Action))


def _members(page: Page, path: str, words: Iterable[str], choices: type[Choice]) -> tuple[Choice, ...]:
    """The words as members of a closed set, complaining about every one that is none."""
    known = {choice.value: choice for choice in choices}
    for word in words:
        if word not in known:
            page.complain(path, f"`{path}` must be among {listed(choices)}; got `{word}`")
    return tuple(known[word] for word in words if word in known)


def _conditions(page: Page) -> tuple[Condition, ...]:
    asked = page.table.get("when", {})
    if not isinstance(asked, dict):
        page.complain("when", "`when` must be a table of facts")
        return ()
    found: list[Condition] = []
    for about, facts in asked.items():
        if not isinstance(facts, dict):
            page.complain(f"when.{about}", f"`{about}` must name a fact, as in `footage.jurisdiction`")
            continue
        for fact, tests in facts.items():
            found += _fact_conditions(page, f"{about}.{fact}", tests)
    return tuple(found)


def _fact_conditions(page: Page, fact: str, tests: object) -> list[Condition]:
    path = f"when.{fact}"
    if fact not in FACTS:
        page.complain(path, f"unknown fact `{fact}`; known are {listed(FACTS)}")
        return []
    readers = _readers(fact)
    if not isinstance(tests, dict) or not tests:
        page.complain(path, f"`{fact}` must be tested, as in `{fact} = {{ {next(iter(readers))} = … }}`")
        return []
    found = []
    for test, value in tests.items():
        if test not in readers:
            page.complain(path, f"`{fact}` has no test `{test}`; it has {listed(readers)}")
        elif (condition := readers[test](page, fact, value)) is not None:
            found.append(condition)
    return found


_Reader = Callable[[Page, str, object], Condition | None]


def _readers(fact: str) -> Mapping[str, _Reader]:
    """The tests a fact has, by the kind of fact it is."""
    if fact in JURISDICTIONS:
        return {"inside": _inside, "outside": _outside}
    if fact in SETS:
        return {"has": _has}
    return {"at_least": _at_least, "below": _below} if fact in LEVELS else {"one_of": _one_of}


def _inside(page: Page, fact: str, value: object) -> Condition:
    return Inside(fact, _codes(page, fact, value))


def _outside(page: Page, fact: str, value: object) -> Condition:
    return Outside(fact, _codes(page, fact, value))


def _codes(page: Page, fact: str, value: object) -> tuple[str, ...]:
    path = f"when.{fact}"
    codes = page.texts(path, value)
    for code in codes:
        if code not in GROUPS and not is_jurisdiction(code):
            page.complain(path, f"`{code}` is no jurisdiction (ISO 3166) and no group; groups are {listed(GROUPS)}")
    return codes


def _has(page: Page, fact: str, value: object) -> Condition:
    return Has(fact, page.texts(f"when.{fact}", value))


def _one_of(page: Page, fact: str, value: object) -> Condition:
    path = f"when.{fact}"
    values = page.texts(path, value)
    return OneOf(fact, _members(page, path, values, MediaKind) if fact == "footage.media_kind" else values)


def _at_least(page: Page, fact: str, value: object) -> Condition | None:
    if page.effect is Effect.FORBID:
        page.complain(f"when.{fact}", "a forbid asks for an assurance `below` a level, since a level is a lower bound")
    level = _level(page, fact, value)
    return None if level is None else AtLeast(fact, level)


def _below(page: Page, fact: str, value: object) -> Condition | None:
    if page.effect is Effect.PERMIT:
        page.complain(
            f"when.{fact}", "a permit asks for an assurance `at_least` a level, since a level is a lower bound"
        )
    level = _level(page, fact, value)
    return None if level is None else Below(fact, level)


def _level(page: Page, fact: str, value: object) -> AssuranceLevel | None:
    found = next((level for level in AssuranceLevel if level.name == value), None)
    if found is None:
        names = [level.name for level in AssuranceLevel]
        page.complain(f"when.{fact}", f"`{fact}` must be one of {listed(names)}; got `{value}`")
    return found
