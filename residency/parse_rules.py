"""Reading the rules of a policy document: their effect, actions, words, obligations and conditions."""

from typing import Final

from residency.errors import Problem
from residency.facts import Action
from residency.obligations import Duty, Obligation
from residency.outside import is_count
from residency.page import Choice, Page, listed
from residency.parse_tests import read_conditions
from residency.rules import Effect, Rule

_KEYS: Final = (
    "id", "effect", "actions", "words", "citation", "hard", "obligations", "quota", "only_if", "unless", "when",
)  # fmt: skip
_EFFECTS: Final = (Effect.PERMIT, Effect.FORBID)


def read_rules(page: Page) -> tuple[Rule, ...]:
    """Every rule of a document that its parameters do not switch off."""
    tables = page.table.get("rule")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        page.complain("rule", "a policy needs at least one `[[rule]]`")
        return ()
    pages = [page.inner(table, f"rule[{number}]") for number, table in enumerate(tables)]
    read = [(_rule(each), _is_on(each)) for each in pages]
    first: dict[str, int] = {}
    for number, (rule, _) in enumerate(read):
        if rule.id and first.setdefault(rule.id, number) != number:
            line = page.positions.line(f"rule[{number}]", "id")
            page.problems.append(Problem(f"a rule `{rule.id}` exists already", line))
    return tuple(rule for rule, is_on in read if is_on)


def members(page: Page, path: str, words: tuple[str, ...], choices: type[Choice]) -> tuple[Choice, ...]:
    """The words as members of a closed set, complaining about every one that is none."""
    known = {choice.value: choice for choice in choices}
    for word in words:
        if word not in known:
            page.complain(path, f"`{path}` must be among {listed(choices)}; got `{word}`")
    return tuple(known[word] for word in words if word in known)


def _rule(page: Page) -> Rule:
    page.refuse_unknown(_KEYS)
    effect = page.choice("effect", _EFFECTS) or Effect.FORBID
    return Rule(
        id=page.slug("id"),
        effect=effect,
        actions=_actions(page),
        words=page.text("words"),
        citation=page.optional_text("citation"),
        conditions=read_conditions(page, "when", effect),
        hard=page.flag("hard"),
        obligations=_obligations(page, effect),
    )


def _is_on(page: Page) -> bool:
    """Whether the document's parameters leave this rule in it."""
    only_if, unless = _switches(page, "only_if"), _switches(page, "unless")
    return all(only_if) and not any(unless)


def _switches(page: Page, key: str) -> list[bool]:
    """The truth values of the parameters that `key` names, one or several."""
    if key not in page.table:
        return []
    value = page.table[key]
    names = page.texts(key, value) if isinstance(value, list) else (page.text(key),)
    return [_switch(page, key, name) for name in names]


def _switch(page: Page, key: str, name: str) -> bool:
    value = page.parameters.get(name)
    if name and not isinstance(value, bool):
        page.complain(key, f"`{key}` must name a parameter that is `true` or `false`; got `{name}`")
    return value is True


def _actions(page: Page) -> frozenset[Action]:
    if "actions" not in page.table:
        page.complain("actions", "`actions` is missing")
        return frozenset()
    words = page.texts("actions", page.table["actions"])
    return frozenset(members(page, "actions", words, Action))


def _obligations(page: Page, effect: Effect) -> frozenset[Obligation]:
    named = page.texts("obligations", page.table["obligations"]) if "obligations" in page.table else ()
    if Duty.QUOTA.value in named:
        page.complain("obligations", "a quota has numbers: write `quota = { views = 100, days = 1 }`")
    plain = tuple(name for name in named if name != Duty.QUOTA.value)
    duties = members(page, "obligations", plain, Duty)
    owed = {Obligation(duty) for duty in duties} | _quota(page)
    if owed and effect is Effect.FORBID:
        page.complain("obligations", "only a permit has obligations")
    return frozenset(owed)


def _quota(page: Page) -> set[Obligation]:
    quota = page.inner_table("quota")
    if not quota:
        return set()
    views, days = quota.get("views"), quota.get("days")
    if set(quota) != {"views", "days"} or not (is_count(views, least=1) and is_count(days, least=1)):
        page.complain("quota", "`quota` must be `{ views = …, days = … }`, both whole numbers above 0")
        return set()
    return {Obligation(Duty.QUOTA, views=views, days=days)}
