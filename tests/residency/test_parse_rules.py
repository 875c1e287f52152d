"""Reading a rule besides its conditions: switches, obligations, hardness, and when a document holds."""

from datetime import UTC, datetime

import pytest

from residency import Duty, Obligation, parse_policy
from tests.residency.documents import HEADER, RULE, problems

SWITCH = '[parameters]\non = { value = true, words = "W." }\noff = { value = false, words = "W." }\n'
NAMES = "must name a parameter that is `true` or `false`"
DUTIES = "`watermark`, `quota`, `step-up`, `no-download`, `redacted`"
TEXT = '[parameters]\nowner = { value = "acme", words = "W." }\n'


@pytest.mark.parametrize(
    ("switch", "there"),
    [
        ('only_if = "on"', True),
        ('only_if = "off"', False),
        ('unless = "on"', False),
        ('unless = "off"', True),
        ('only_if = "on"\nunless = "off"', True),
        ('only_if = "on"\nunless = "on"', False),
        ('only_if = "off"\nunless = "off"', False),
    ],
)
def test_a_parameter_switches_a_rule(switch: str, *, there: bool) -> None:
    policy = parse_policy(f"{HEADER}{RULE}{switch}\n{SWITCH}", name="test")
    assert bool(policy.rules) is there


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{RULE}only_if = "none"\n', [f"line 10: `only_if` {NAMES}; got `none`"]),
        (f'{RULE}unless = "owner"\n{TEXT}', [f"line 10: `unless` {NAMES}; got `owner`"]),
        (f"{RULE}unless = true\n", ["line 10: `unless` must be text that is not empty"]),
        (
            f'{RULE}only_if = "off"\nunless = "none"\n{SWITCH}',
            [f"line 11: `unless` {NAMES}; got `none`"],
        ),
        (f'{RULE}hard = "yes"\n', ["line 10: `hard` must be `true` or `false`"]),
        (f"{RULE}hard = 1\n", ["line 10: `hard` must be `true` or `false`"]),
        (f"{RULE}obligations = []\n", ["line 10: `obligations` must be a list of texts with at least one in it"]),
        (
            f'{RULE}obligations = ["wink"]\n',
            [f"line 10: `obligations` must be among {DUTIES}; got `wink`"],
        ),
        (
            f'{RULE}obligations = ["quota"]\n',
            ["line 10: a quota has numbers: write `quota = { views = 100, days = 1 }`"],
        ),
        (f"{RULE}quota = 100\n", ["line 10: `quota` must be a table"]),
        (
            f"{RULE}quota = {{ views = 0, days = 1 }}\n",
            ["line 10: `quota` must be `{ views = …, days = … }`, both whole numbers above 0"],
        ),
        (
            f"{RULE}quota = {{ views = 1, days = 1, per = 1 }}\n",
            ["line 10: `quota` must be `{ views = …, days = … }`, both whole numbers above 0"],
        ),
        (
            f'{RULE.replace("permit", "forbid")}obligations = ["redacted"]\n',
            ["line 10: only a permit has obligations"],
        ),
    ],
)  # fmt: skip
def test_problems_of_a_rule_besides_its_conditions(text: str, said: list[str]) -> None:
    assert problems(HEADER + text) == said


def test_a_rule_says_that_it_is_hard_and_what_it_asks_in_return() -> None:
    text = f'{HEADER}{RULE}hard = true\nobligations = ["redacted", "watermark"]\nquota = {{ views = 100, days = 7 }}\n'
    (rule,) = parse_policy(text, name="test").rules
    assert rule.hard
    assert rule.obligations == {
        Obligation(Duty.REDACTED),
        Obligation(Duty.WATERMARK),
        Obligation(Duty.QUOTA, views=100, days=7),
    }


def test_what_a_rule_says_besides_is_part_of_the_hash() -> None:
    texts = [RULE, f"{RULE}hard = true\n", f'{RULE}obligations = ["redacted"]\n', f'{RULE}citation = "Art. 44"\n']
    assert len({parse_policy(HEADER + text, name="test").hash for text in texts}) == len(texts)
    assert parse_policy(f"{HEADER}{RULE}hard = false\n", name="t").hash == parse_policy(HEADER + RULE, name="t").hash


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("2026-01-01", "line 5: `effective_to` must be later than `effective_from`"),
        ("2025-12-31", "line 5: `effective_to` must be later than `effective_from`"),
        ('"never"', "line 5: `effective_to` must be a date, as in `2026-01-31`, or a time with a time zone"),
        (
            "2027-01-01T00:00:00",
            "line 5: `effective_to` must be a date, as in `2026-01-31`, or a time with a time zone",
        ),
    ],
)
def test_a_document_ends_after_it_begins(end: str, said: str) -> None:
    assert problems(f"{HEADER}effective_to = {end}\n{RULE}") == [said]


def test_the_end_of_a_document_is_read_and_part_of_its_hash() -> None:
    text = f"{HEADER}effective_to = 2027-01-01\n{RULE}"
    policy = parse_policy(text, name="test")
    assert policy.effective_to == datetime(2027, 1, 1, tzinfo=UTC)
    assert policy.hash != parse_policy(HEADER + RULE, name="test").hash
