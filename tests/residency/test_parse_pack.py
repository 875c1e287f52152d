"""Reading what a document says of itself: sources, dates, parameters, and its own cases."""

from datetime import date

import pytest

from residency import Duty, Obligation, PolicyError, parse_policy
from residency.pack import CaseKind, Clause, Confidence, Parameter
from tests.residency.documents import DEFAULTS, HEADER, RULE, case_text, problems

PACK = """
[pack]
explanation = "What it does."
disclaimer = "Not legal advice."
as_of = 2026-11-22
review_by = 2027-05-22
changelog = ["first version"]
[[pack.clause]]
citation = "28 CFR 202.201"
text = "access includes to view"
confidence = "primary"
[parameters.owners]
value = ["acme"]
words = "Whose footage it is about."
"""
CLAUSE = "[[pack.clause]]\n"
BASE = HEADER + RULE
AFTER = BASE.count("\n")


def test_a_pack_says_where_it_comes_from() -> None:
    about = parse_policy(BASE + PACK, name="test").about
    assert about is not None
    assert (about.explanation, about.disclaimer) == ("What it does.", "Not legal advice.")
    assert (about.as_of, about.review_by) == (date(2026, 11, 22), date(2027, 5, 22))
    assert about.changelog == ("first version",)
    assert about.clauses == (
        Clause(citation="28 CFR 202.201", text="access includes to view", confidence=Confidence.PRIMARY),
    )
    assert about.parameters == (Parameter(name="owners", value=["acme"], words="Whose footage it is about."),)


def test_what_a_document_says_of_itself_is_no_part_of_its_hash() -> None:
    assert parse_policy(BASE + PACK, name="test").hash == parse_policy(BASE, name="test").hash


@pytest.mark.parametrize(("day", "due"), [(date(2027, 5, 22), False), (date(2027, 5, 23), True)])
def test_a_review_is_due_from_the_day_after(day: date, *, due: bool) -> None:
    about = parse_policy(BASE + PACK, name="test").about
    assert about is not None
    assert about.is_due(day) is due
    undated = parse_policy(BASE, name="test").about
    assert undated is not None
    assert not undated.is_due(day)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pack = 3\n", ["line 5: `pack` must be a table"]),
        ("[pack]\nauthor = 1\n", ["line 11: unknown key `author`; known are `explanation`, `disclaimer`, `as_of`"]),
        ("[pack]\nexplanation = 3\n", ["line 11: `explanation` must be text that is not empty"]),
        ("[pack]\nas_of = 2026-01-01T00:00:00Z\n", ["line 11: `as_of` must be a date, as in `2026-01-31`"]),
        ('[pack]\nreview_by = "soon"\n', ["line 11: `review_by` must be a date, as in `2026-01-31`"]),
        ("[pack]\nchangelog = [3]\n", ["line 11: `changelog` must be a list of texts with at least one in it"]),
        ("[pack]\nclause = 3\n", ["line 11: `clause` must be written as `[[pack.clause]]`"]),
        (
            f'{CLAUSE}citation = "x"\ntext = ""\nconfidence = "sure"\n{CLAUSE}citation = 1\nyear = 1\n',
            [
                "line 12: `text` must be text that is not empty",
                "line 13: `confidence` must be one of `primary`, `secondary`, `unverified`; got `sure`",
                "line 14: `confidence` is missing",
                "line 14: `text` is missing",
                "line 15: `citation` must be text that is not empty",
                "line 16: unknown key `year`; known are `citation`, `text`, `confidence`",
            ],
        ),
        ("parameters = 3\n", ["line 5: `parameters` must be a table"]),
        ("[parameters]\na = 3\n", ["line 11: `parameters.a` must have a `value` and its `words`"]),
        ("[parameters.a]\nvalue = 3\n", ["line 10: `parameters.a` must have a `value` and its `words`"]),
        ("[parameters.a]\nvalue = 3\nwords = 3\n", ["line 10: `parameters.a` must have a `value` and its `words`"]),
        (
            '[parameters.a]\nvalue = 3\nwords = "W."\nunit = "days"\n',
            ["line 10: `parameters.a` must have a `value` and its `words`"],
        ),
    ],
)
def test_problems_of_a_pack(text: str, said: list[str]) -> None:
    inline = text.startswith(("pack = ", "parameters = "))
    found = problems(HEADER + text + RULE if inline else BASE + text)
    assert len(found) == len(said), found
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True)), found


def test_a_parameter_given_for_one_the_document_does_not_have_is_named() -> None:
    with pytest.raises(PolicyError, match=r"line 22: this document has no parameter `owner`"):
        parse_policy(BASE + PACK, name="test", parameters={"owner": "acme"})


def test_a_broken_parameter_is_one_problem_even_when_a_value_is_given_for_it() -> None:
    with pytest.raises(PolicyError, match="has 1 problem"):
        parse_policy(f"{BASE}[parameters]\na = 3\n", name="test", parameters={"a": 1})


def test_a_case_starts_from_the_defaults_and_changes_facts() -> None:
    text = (
        BASE
        + DEFAULTS
        + case_text(
            kind='"boundary"',
            expect='"deny"',
            rules='["a"]',
            obligations='["step-up", "quota:100/1d"]',
            unknown='["viewer.attested_in", "situation.assurance", "situation.place"]',
            request='{ action = "list", footage = { owner = "other" } }',
        )
    )
    about = parse_policy(text, name="test").about
    assert about is not None
    (case,) = about.cases
    assert (case.name, case.kind, case.allow, case.rules) == ("c", CaseKind.BOUNDARY, False, ("a",))
    assert case.obligations == (Obligation(Duty.QUOTA, views=100, days=1), Obligation(Duty.STEP_UP))
    assert case.line == AFTER + DEFAULTS.count("\n") + 1
    assert case.request["action"] == "list"
    assert case.request["viewer"] == {"id": "v"}
    assert case.request["footage"] == {"id": "f", "jurisdiction": "US-CA", "owner": "other"}
    assert case.request["situation"] == {"at": case.request["situation"]["at"]}  # type: ignore[index]


def test_a_case_says_nothing_of_rules_or_that_there_are_none() -> None:
    text = BASE + DEFAULTS + case_text() + case_text("d", rules="[]")
    about = parse_policy(text, name="test").about
    assert about is not None
    assert [case.rules for case in about.cases] == [None, ()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (case_text(kind='"perhaps"'), "line 17: `kind` must be one of `allow`, `deny`, `boundary`, `missing`, `before"),
        (case_text(expect='"maybe"'), "line 18: `expect` must be one of `allow`, `deny`; got `maybe`"),
        (case_text(rules='"a"'), "line 19: `rules` must be a list of texts with at least one in it"),
        (case_text(why='"x"'), "line 19: unknown key `why`; known are `name`, `kind`, `expect`, `rules`, `obligations"),
        (case_text(unknown='["viewer.entity"]'), "line 19: `viewer.entity` is not among the facts this case starts fr"),
        (case_text(unknown='["action"]'), "line 19: `action` is not among the facts this case starts from"),
        (case_text(request="3"), "line 19: `request` must be a table"),
        (case_text(request='{ viewer = "x" }'), "line 19: case `c`: `viewer` must be a table of facts"),
        (case_text(request="{ viewer = { entity = 3 } }"), "line 19: case `c`: `viewer.entity` must be text that is n"),
        (case_text().replace('kind = "allow"', "request.viewer.age = 3\nkind = 'allow'"), "line 17: case `c`: unknown"),
        (case_text(obligations='["wink"]'), "line 19: `wink` is no obligation, such as `step-up` or `quota:100/1d`"),
        (case_text() + case_text(), "line 16: two cases are called `c`"),
        ("case = 3\n", "line 1: `case` must be written as `[[case]]`"),
    ],
)  # fmt: skip
def test_problems_of_a_case(text: str, said: str) -> None:
    inline = text.startswith("case =")
    found = problems(text + BASE + DEFAULTS if inline else BASE + DEFAULTS + text)
    assert found[0].startswith(said), found


def test_the_lines_of_every_rule_case_and_clause_are_their_own() -> None:
    clause = '[[pack.clause]]\ncitation = ""\ntext = "t"\nconfidence = "primary"\n'
    rule = RULE.replace('"W."', '""')
    text = HEADER + rule + rule.replace('"a"', '"b"') + clause * 2 + DEFAULTS + case_text(kind="1") * 2
    lines = [found.split(":")[0] for found in problems(text)]
    assert lines == [f"line {number}" for number in (9, 14, 16, 20, 29, 30, 33, 34)]
