"""Documents written to break their reader: each is refused with a problem, and none with anything else."""

import tomllib
from datetime import UTC, datetime

import pytest

from residency import parse_policy
from residency.conditions import OneOf, WithinHours
from tests.residency.documents import DEFAULTS, HEADER, RULE, case_text, conditions_of, problems

WHEN = f"{HEADER}{RULE}[rule.when]\n"
DEEP = ".".join("a" * 900)
HUGE = "0x" + "f" * 5000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{WHEN}footage.age.over_days = {HUGE}", "line 11: `footage.age` must be a whole number of days up to 999999"),
        (f"{WHEN}footage.age.over_days = 1000000000", "line 11: `footage.age` must be a whole number of days up to 99"),
        (f"{WHEN}footage.age.over_days = -1", "line 11: `footage.age` must be a whole number of days up to 999999999;"),
        (f"{WHEN}footage.age.over_days = true", "line 11: `footage.age` must be a whole number of days up to 99999999"),
        (f"{WHEN}footage.age.over_days = nan", "line 11: `footage.age` must be a whole number of days up to 999999999"),
        (f"{WHEN}footage.criminal_justice.is_not = {HUGE}", "line 11: `footage.criminal_justice` must be `true` here;"),
        (f"{WHEN}viewer.designated.is = {HUGE}", "line 11: `viewer.designated` must be `true` or `false`; got a numbe"),
        (f"{WHEN}footage.captured_at.from = 2026-01-01T00:00:00", "line 11: `footage.captured_at` must be a date, or"),
        (f"{WHEN}footage.captured_at.from = 0001-01-01T00:00:00+14:00", "line 11: `footage.captured_at` must be a dat"),
        (f"{WHEN}footage.captured_at.from = 9999-12-31", "line 11: `footage.captured_at` must be a date, or a time wi"),
        (f"{WHEN}footage.captured_at.from = 08:00:00", "line 11: `footage.captured_at` must be a date, or a time with"),
        (f'{WHEN}footage.owner.one_of = [["a"], "b"]', "line 11: `when.footage.owner` must be a list of texts with at"),
        (f'{WHEN}footage.owner.one_of = ["a\\u0000"]', "line 11: `when.footage.owner` must be a list of texts with at"),
        (f"{WHEN}footage.captured_at.from.{DEEP} = 1", "it is nested too deep to be read"),
        (f"{WHEN}footage.owner.one_of = {'[' * 30}{']' * 30}", "it is nested too deep to be read"),
        (f"a = {'[' * 9000}", "it is nested too deep to be read"),
        (f"case_defaults.{DEEP} = 1\n[[case]]\nrequest.{DEEP} = 1", "it is nested too deep to be read"),
        (HEADER + RULE.replace("W.", "\ud800"), "it is not whole Unicode text: it has half of a surrogate pair in it"),
        (HEADER + RULE.replace("W.", "\\u0000"), "line 9: `words` must be text that is not empty"),
        (HEADER + RULE + 'id = "b"\n', "line 10: cannot overwrite a value"),
        (HEADER.replace("2026-01-01", "0001-01-01T00:00:00+14:00") + RULE, "line 4: `effective_from` must be a date"),
        (HEADER.replace('"test"', f'"{"x" * 10**6}!"') + RULE, "line 1: `name` must be lower-case words joined by hyp"),
        (f"{HEADER}{RULE}quota = {{ views = {HUGE}, days = 1 }}\n", "line 10: `quota` must be `{ views"),
        (f"{HEADER}{RULE}quota = {{ views = true, days = 1 }}\n", "line 10: `quota` must be `{ views"),
        (HEADER + RULE + '"a\\nline 1: forged" = 1\n', "line 5: unknown key `a line 1: forged`"),
    ],
    ids=lambda text: text[-40:].strip()[:30],
)  # fmt: skip
def test_a_hostile_document_is_refused_with_one_problem(text: str, expected: str) -> None:
    (found,) = problems(text)
    assert found.startswith(expected)
    assert "\n" not in found
    assert len(found) < 5000


@pytest.mark.parametrize(
    "obligation", ["quota:²/1d", "quota:1/1", "quota:0/1d", "quota:1/" + "9" * 5000 + "d", "quota"]
)
def test_a_quota_of_a_case_is_written_in_plain_digits(obligation: str) -> None:
    (found,) = problems(HEADER + RULE + DEFAULTS + case_text(obligations=f'["{obligation}"]'))
    assert "is no obligation, such as `step-up` or `quota:100/1d`" in found


@pytest.mark.parametrize("line", ["[" + " " * 200_000, " " * 200_000 + "x", "a " * 100_000 + "!"])
def test_a_line_that_is_almost_a_header_or_a_key_is_given_up_at_once(line: str) -> None:
    (found,) = problems(f"{HEADER}{RULE}{line}\n")
    assert found.startswith("line 10: ")


def test_a_text_of_a_megabyte_is_read() -> None:
    long = "x" * 10**6
    assert parse_policy(HEADER + RULE.replace("W.", long), name="test").rules[0].words == long


def test_a_value_is_filled_in_once_so_that_a_parameter_cannot_name_another() -> None:
    parameters = '[parameters]\np = { value = "$q", words = "W." }\nq = { value = "x", words = "W." }\n'
    (found,) = conditions_of('footage.owner = { one_of = ["$p"] }', parameters=parameters)
    assert found == OneOf("footage.owner", ("$q",))


def test_only_a_condition_is_filled_in() -> None:
    text = f'{HEADER}{RULE}[pack]\nchangelog = ["$5 more"]\n'
    policy = parse_policy(text, name="test")
    assert policy.about is not None
    assert policy.about.changelog == ("$5 more",)


def test_lines_are_counted_as_toml_counts_them() -> None:
    text = f"# a form feed's cousins \u2028 \u0085 end no line\n{HEADER}{RULE}".replace("Test", "")
    assert problems(text) == ["line 4: `title` must be text that is not empty"]


def test_hours_are_written_as_hours_and_minutes_only() -> None:
    for clock in ("08+01", "T0830", "24:00", "8:000", "08:60", "8:30", "٠٨:٠٠"):
        written = f'situation.hours = {{ within = {{ from = "{clock}", until = "18:00" }} }}'
        assert len(problems(f"{WHEN}{written}")) == 1, clock
    (found,) = conditions_of('situation.hours = { within = { from = "00:00", until = "23:59" } }')
    assert found == WithinHours("situation.hours", 0, 23 * 60 + 59, 0)


def test_the_first_and_the_last_day_that_can_be_asked_about() -> None:
    text = HEADER.replace("2026-01-01", "0002-01-01\neffective_to = 9998-12-31") + RULE
    policy = parse_policy(text, name="test")
    assert (policy.effective_from, policy.effective_to) == (
        datetime(2, 1, 1, tzinfo=UTC),
        datetime(9998, 12, 31, tzinfo=UTC),
    )
    assert tomllib.loads(text)["rule"]
