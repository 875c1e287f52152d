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
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from residency.conditions import Condition
from residency.errors import PolicyError, Problem
from residency.outside import is_unicode, nests_too_deep
from residency.page import Page, Positions, Table
from residency.parse_pack import read_about, read_parameters
from residency.parse_rules import read_rules
from residency.parse_tests import read_conditions, start_of
from residency.policy import Layer, Policy
from residency.rules import Effect
from residency.vocabulary import DIRECTED, FACTS, is_of_footage

_HEADER_KEYS: Final = (
    "name", "layer", "title", "effective_from", "effective_to", "scope", "pack", "parameters", "rule",
    "case_defaults", "case",
)  # fmt: skip
_AT_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)")


def parse_policy(text: str, *, name: str, parameters: Mapping[str, object] | None = None) -> Policy:
    """Read a policy document; `name` is what messages call it, `parameters` replace values the document gives its own.

    Raises:
        PolicyError: the document has problems; all of them are listed.

    """
    page = Page(_toml(text, name), Positions.of(text), [])
    page.refuse_unknown(_HEADER_KEYS)
    declared = read_parameters(page, parameters or {})
    page.parameters = {one.name: one.value for one in declared}
    policy_name, layer, title = page.slug("name"), page.choice("layer", Layer), page.text("title")
    effective_from, effective_to = _moment(page, "effective_from"), _moment(page, "effective_to", needed=False)
    if effective_from is not None and effective_to is not None and effective_to <= effective_from:
        page.complain("effective_to", "`effective_to` must be later than `effective_from`")
    rules, scope, about = read_rules(page), _scope(page, layer), read_about(page, declared)
    if page.problems or layer is None or effective_from is None:
        raise PolicyError(name, sorted(page.problems, key=lambda problem: (problem.line or 0, problem.message)))
    return Policy(
        name=policy_name,
        layer=layer,
        title=title,
        effective_from=effective_from,
        effective_to=effective_to,
        scope=scope,
        rules=rules,
        about=about,
        text=text,
    )


def _toml(text: str, name: str) -> Table:
    if not is_unicode(text):
        raise PolicyError(name, [Problem("it is not whole Unicode text: it has half of a surrogate pair in it")])
    too_deep = PolicyError(name, [Problem("it is nested too deep to be read")])
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        line = _AT_LINE.search(str(err))
        message = _AT_LINE.sub("", str(err))
        problem = Problem(f"{message[0].lower()}{message[1:]}", int(line[1]) if line else None)
        raise PolicyError(name, [problem]) from err
    except RecursionError as err:
        raise too_deep from err
    if nests_too_deep(found):
        raise too_deep
    return found


def _moment(page: Page, key: str, *, needed: bool = True) -> datetime | None:
    value = page.table.get(key)
    if value is None and not needed:
        return None
    found = start_of(value)
    if found is None:
        page.complain(key, f"`{key}` must be a date, as in `2026-01-31`, or a time with a time zone")
    return found


def _scope(page: Page, layer: Layer | None) -> tuple[Condition, ...]:
    """Which footage the document speaks of; only the footage can be outside a scope.

    Where the platform does not speak it grants nothing, so its scope may not ask for what footage has more of.
    """
    conditions = read_conditions(page, "scope", Effect.FORBID)
    for condition in conditions:
        if not is_of_footage(condition.fact):
            page.complain(f"scope.{condition.fact}", f"a scope asks about footage only; got `{condition.fact}`")
        elif layer is Layer.PLATFORM and FACTS[condition.fact].kind in DIRECTED:
            said = f"a platform's scope cannot ask `{condition.fact}`, since more of it must never open anything"
            page.complain(f"scope.{condition.fact}", f"{said}; ask it in the rules")
    return conditions
