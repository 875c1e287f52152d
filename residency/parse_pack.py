"""Reading what a policy document says of itself: `[pack]`, `[parameters]`, and its decision cases.

[pack]
explanation = "…"                    # plain language, for people who are no lawyers
disclaimer = "Not legal advice…"
as_of = 2026-11-22
review_by = 2027-05-22
changelog = ["2026-11-22: first version"]
[[pack.clause]]
citation = "28 CFR 202.201"
text = "…"
confidence = "primary"               # or "secondary", "unverified"
[parameters.zones]
value = ["us"]
words = "Where footage of this owner may rest."
[case_defaults]                      # facts that every case starts from
[[case]]
name = "an annotator in Manila"
kind = "deny"                        # allow, deny, boundary, missing, before, after
expect = "deny"                      # or "allow"
rules = ["us-only"]                  # the deciding rules, where the case is about them
unknown = ["footage.jurisdiction"]   # facts of the defaults that this case does without
request.situation.place = "PH"
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from residency.errors import RequestError
from residency.obligations import Duty, Obligation
from residency.outside import is_text, shown
from residency.pack import About, Case, CaseKind, Clause, Confidence, Parameter
from residency.page import Page, Table
from residency.wire import read_request

_PACK_KEYS: Final = ("explanation", "disclaimer", "as_of", "review_by", "changelog", "clause")
_CASE_KEYS: Final = ("name", "kind", "expect", "rules", "obligations", "unknown", "request")
_QUOTA: Final = re.compile(r"quota:([1-9][0-9]{0,8})/([1-9][0-9]{0,8})d")


class _Expected(StrEnum):
    ALLOW = "allow"
    DENY = "deny"


def read_parameters(page: Page, given: Mapping[str, object]) -> tuple[Parameter, ...]:
    """The parameters a document declares, each with its own value or the one given for it."""
    found, declared = [], page.inner_table("parameters")
    for name, table in declared.items():
        if not isinstance(table, dict) or set(table) != {"value", "words"} or not is_text(table["words"]):
            page.complain(f"parameters.{name}", f"`parameters.{name}` must have a `value` and its `words`")
            continue
        found.append(Parameter(name=name, value=given.get(name, table["value"]), words=table["words"]))
    for name in sorted(given.keys() - declared.keys()):
        page.complain("parameters", f"this document has no parameter `{name}`")
    return tuple(found)


def read_about(page: Page, parameters: tuple[Parameter, ...]) -> About:
    """Everything a document says of itself, and its cases."""
    pack = page.inner_table("pack")
    inner = page.inner(pack, page.block, "pack.")
    inner.refuse_unknown(_PACK_KEYS)
    return About(
        explanation=_of_pack(inner, "explanation"),
        disclaimer=_of_pack(inner, "disclaimer"),
        as_of=inner.day("as_of"),
        review_by=inner.day("review_by"),
        clauses=tuple(_clause(page.inner(one, f"pack.clause[{n}]")) for n, one in enumerate(inner.tables("clause"))),
        changelog=inner.texts("changelog", pack["changelog"]) if "changelog" in pack else (),
        parameters=parameters,
        cases=_cases(page),
    )


def _of_pack(inner: Page, key: str) -> str:
    return inner.optional_text(key) or ""


def _clause(page: Page) -> Clause:
    page.refuse_unknown(("citation", "text", "confidence"))
    return Clause(
        citation=page.text("citation"),
        text=page.text("text"),
        confidence=page.choice("confidence", Confidence) or Confidence.UNVERIFIED,
    )


def _cases(page: Page) -> tuple[Case, ...]:
    defaults = page.inner_table("case_defaults")
    pages = [page.inner(table, f"case[{number}]") for number, table in enumerate(page.tables("case"))]
    cases = tuple(_case(each, defaults) for each in pages)
    names = [case.name for case in cases]
    for each, name in zip(pages, names, strict=True):
        if name and names.count(name) > 1:
            each.complain("name", f"two cases are called `{name}`")
    return cases


def _case(page: Page, defaults: Table) -> Case:
    page.refuse_unknown(_CASE_KEYS)
    request = _merged(defaults, page.inner_table("request"))
    for path in page.texts("unknown", page.table["unknown"]) if "unknown" in page.table else ():
        _forget(page, request, path)
    try:
        read_request(request)
    except RequestError as error:
        for problem in error.problems:
            page.complain("request", f"case `{page.table.get('name')}`: {problem}")
    expected = page.choice("expect", _Expected)
    return Case(
        name=page.text("name"),
        kind=page.choice("kind", CaseKind) or CaseKind.DENY,
        request=request,
        allow=expected is _Expected.ALLOW,
        rules=_rules(page),
        obligations=_obligations(page),
        line=page.positions.line(page.block),
    )


def _rules(page: Page) -> tuple[str, ...] | None:
    if "rules" not in page.table:
        return None
    return () if page.table["rules"] == [] else page.texts("rules", page.table["rules"])


def _obligations(page: Page) -> tuple[Obligation, ...]:
    """The duties a case expects; of a quota only that there is one is compared, by its text."""
    said = page.texts("obligations", page.table["obligations"]) if "obligations" in page.table else ()
    return tuple(_obligation(page, text) for text in said)


def _obligation(page: Page, text: str) -> Obligation:
    if quota := _QUOTA.fullmatch(text):
        return Obligation(Duty.QUOTA, views=int(quota[1]), days=int(quota[2]))
    duty = next((one for one in Duty if one.value == text and one is not Duty.QUOTA), None)
    if duty is None:
        page.complain("obligations", f"{shown(text)} is no obligation, such as `step-up` or `quota:100/1d`")
    return Obligation(duty or Duty.REDACTED)


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """Two tables as one, the second on top, down to the facts."""
    whole = dict(below)
    for key, value in above.items():
        under = whole.get(key)
        whole[key] = _merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return whole


def _forget(page: Page, request: dict[str, object], path: str) -> None:
    about, _, fact = path.partition(".")
    part = request.get(about)
    if not isinstance(part, dict) or fact not in part:
        page.complain("unknown", f"`{path}` is not among the facts this case starts from")
        return
    request[about] = {name: value for name, value in part.items() if name != fact}
