"""Policy documents: what is read, and every problem at once with its line."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from residency import Layer, Policy, PolicyError, parse_policy
from residency.errors import FactError, Problem
from tests.residency.cast import DEMO_TEXT, policy_text, rule_text
from tests.residency.documents import HEADER, RULE, problems

KNOWN = (
    "known are `name`, `layer`, `title`, `effective_from`, `effective_to`, `scope`, `pack`, `parameters`, `rule`, "
    "`case_defaults`, `case`"
)


def test_the_demo_policy_is_read() -> None:
    policy = parse_policy(DEMO_TEXT, name="policy.toml")
    assert (policy.name, policy.layer, len(policy.rules)) == ("demo", Layer.PLATFORM, 4)
    assert policy.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert policy.text == DEMO_TEXT


def test_a_rule_without_conditions_always_applies() -> None:
    assert parse_policy(HEADER + RULE, name="test").rules[0].conditions == ()


def test_a_time_with_a_zone_is_a_time_to_take_effect() -> None:
    text = policy_text(RULE, effective_from="2026-01-01T00:00:00+02:00")
    assert parse_policy(text, name="test").effective_from == datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEADER, ["a policy needs at least one `[[rule]]`"]),
        (HEADER + "rule = []\n", ["line 5: a policy needs at least one `[[rule]]`"]),
        (HEADER + "rule = [1]\n", ["line 5: a policy needs at least one `[[rule]]`"]),
        ("# no name\n" + (HEADER + RULE).replace('name = "test"\n', ""), ["`name` is missing"]),
        (
            (HEADER + RULE).replace('"test"', '"Test it"'),
            ["line 1: `name` must be lower-case words joined by hyphens; got `Test it`"],
        ),
        (
            (HEADER + RULE).replace('"platform"', '"wish"'),
            ["line 2: `layer` must be one of `platform`, `law`, `contract`, `job`; got `wish`"],
        ),
        ((HEADER + RULE).replace('"Test"', "3"), ["line 3: `title` must be text that is not empty"]),
        ((HEADER + RULE).replace('"Test"', '" "'), ["line 3: `title` must be text that is not empty"]),
        (
            (HEADER + RULE).replace("2026-01-01", '"soon"'),
            ["line 4: `effective_from` must be a date, as in `2026-01-31`, or a time with a time zone"],
        ),
        (
            (HEADER + RULE).replace("2026-01-01", "2026-01-01T00:00:00"),
            ["line 4: `effective_from` must be a date, as in `2026-01-31`, or a time with a time zone"],
        ),
        (
            HEADER + 'version = "1"\n' + RULE,
            [f"line 5: unknown key `version`; {KNOWN}"],
        ),
        (
            HEADER + RULE + "[packs]\n",
            [f"line 10: unknown key `packs`; {KNOWN}"],
        ),
    ],
)
def test_problems_of_the_header(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (RULE + 'note = "x"\n', ["line 10: unknown key `note`; known are `id`, `effect`, `actions`, `words`"]),
        (RULE.replace('"permit"', '"abstain"'), ["line 7: `effect` must be one of `permit`, `forbid`; got `abstain`"]),
        (RULE.replace('"a"', '"A b"'), ["line 6: `id` must be lower-case words joined by hyphens; got `A b`"]),
        (RULE.replace('actions = ["view"]\n', ""), ["line 5: `actions` is missing"]),
        (RULE.replace('["view"]', "[]"), ["line 8: `actions` must be a list of texts with at least one in it"]),
        (RULE.replace('["view"]', '"view"'), ["line 8: `actions` must be a list of texts with at least one in it"]),
        (RULE.replace('["view"]', "[1]"), ["line 8: `actions` must be a list of texts with at least one in it"]),
        (RULE.replace('["view"]', '["view", "view"]'), ["line 8: `actions` names something twice"]),
        (RULE.replace('["view"]', '["look"]'), ["line 8: `actions` must be among `list`, `view`, `annotate`"]),
        (RULE + 'citation = ""\n', ["line 10: `citation` must be text that is not empty"]),
        (RULE + "when = 3\n", ["line 10: `when` must be a table of facts"]),
        (RULE + RULE, ["line 11: a rule `a` exists already"]),
    ],
)
def test_problems_of_a_rule(rule: str, expected: list[str]) -> None:
    found = problems(HEADER + rule)
    assert len(found) == len(expected)
    assert all(problem.startswith(start) for problem, start in zip(found, expected, strict=True)), found


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("footage = 3", "line 11: `footage` must name a fact, as in `footage.jurisdiction`"),
        ('footage.colour = { one_of = ["x"] }', "line 11: unknown fact `footage.colour`; known are `footage.age`,"),
        ('footage.owner = "acme"', "line 11: `footage.owner` must be tested, as in `footage.owner = { one_of = … }`"),
        ("footage.owner = {}", "line 11: `footage.owner` must be tested"),
        ('footage.owner = { is = ["x"] }', "line 11: `footage.owner` has no test `is`; it has `one_of`"),
        ('situation.place = { one_of = ["US"] }', "line 11: `situation.place` has no test `one_of`; it has `inside`"),
        ('footage.owner = { one_of = "x" }', "line 11: `when.footage.owner` must be a list of texts"),
        ('footage.marks = { has = [""] }', "line 11: `when.footage.marks` must be a list of texts"),
        ('situation.place = { inside = ["usa"] }', "line 11: `usa` is no jurisdiction (ISO 3166) and no group"),
        ('situation.place = { outside = ["usa"] }', "line 11: `usa` is no jurisdiction (ISO 3166) and no group"),
        ('footage.media_kind = { one_of = ["gif"] }', "line 11: `when.footage.media_kind` must be among `image`, `vid"),
        ('situation.assurance = { at_least = "LA9" }', "line 11: `situation.assurance` must be one of `LA0`"),
        ("situation.assurance = { at_least = 2 }", "line 11: `situation.assurance` must be one of `LA0`"),
        (
            'situation.assurance = { below = "LA2" }',
            "line 11: a permit asks `situation.assurance` with `at_least`, never with `below`: a level is",
        ),
        ('[rule.when.footage]\nowner = { is = ["x"] }', "line 12: `footage.owner` has no test `is`"),
        ('[rule.when."footage"]\n"owner" = { is = ["x"] }', "line 12: `footage.owner` has no test `is`"),
    ],
)
def test_problems_of_a_condition(when: str, expected: str) -> None:
    (found,) = problems(f"{HEADER}{RULE}[rule.when]\n{when}\n")
    assert found.startswith(expected)


def test_a_forbid_may_not_ask_for_a_level_at_least() -> None:
    text = policy_text(rule_text("a", "forbid", 'situation.assurance = { at_least = "LA2" }'))
    assert problems(text) == [
        "line 11: a forbid asks `situation.assurance` with `below`, never with `at_least`: a level is a lower bound"
    ]
    (unknown_level,) = problems(policy_text(rule_text("a", "forbid", 'situation.assurance = { below = "x" }')))
    assert "must be one of `LA0`" in unknown_level


def test_every_problem_is_told_at_once_in_the_order_of_the_document() -> None:
    text = (HEADER + RULE + RULE.replace('"a"', '"b"')).replace('"platform"', '"wish"').replace('["view"]', "[]")
    assert [problem.split(":")[0] for problem in problems(text)] == ["line 2", "line 8", "line 13"]


def test_the_error_names_the_document_and_counts() -> None:
    with pytest.raises(PolicyError, match=r"policy `p\.toml` has 1 problem:\n  a policy needs"):
        parse_policy(HEADER, name="p.toml")
    with pytest.raises(PolicyError, match=r"policy `p\.toml` has 2 problems:"):
        parse_policy(HEADER.replace("platform", "x"), name="p.toml")


def test_what_is_no_toml_is_told_with_its_line() -> None:
    assert problems('name = "test"\nlayer = \n') == ["line 2: invalid value"]
    assert problems("a = 'never closed")[0].startswith("expected")


def test_a_policy_made_by_hand_must_say_its_time_zone() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(FactError, match="`effective_from` must carry a time zone"):
        Policy(name="p", layer=Layer.JOB, title="t", effective_from=naive, rules=())


def test_a_problem_without_a_line_is_its_message() -> None:
    assert str(Problem("a thing")) == "a thing"
