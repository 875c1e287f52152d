"""Reading the tests of each fact: every good one, every wrong value, and every direction."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from residency import AssuranceLevel, Sensitivity, parse_policy
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
from residency.facts import CountOf
from tests.residency.cast import policy_text, rule_text
from tests.residency.documents import HEADER, RULE, conditions_of, problems

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
P, F = "permit", "forbid"


@pytest.mark.parametrize(
    ("effect", "when", "read"),
    [
        (P, 'footage.jurisdiction.inside = ["US", "EEA"]', Inside("footage.jurisdiction", ("EEA", "US"))),
        (F, 'situation.place.outside = ["US-CA"]', Outside("situation.place", ("US-CA",))),
        (F, 'viewer.citizenships.any_inside = ["CN"]', AnyInside("viewer.citizenships", ("CN",))),
        (P, 'viewer.entity_owners.none_inside = ["CN"]', NoneInside("viewer.entity_owners", ("CN",))),
        (P, 'viewer.entity.one_of = ["b", "a"]', OneOf("viewer.entity", ("a", "b"))),
        (P, 'footage.media_kind.none_of = ["video"]', NoneOf("footage.media_kind", ("video",))),
        (P, 'viewer.training.has = ["a"]', Has("viewer.training", ("a",))),
        (F, 'footage.marks.has_all = ["a"]', HasAll("footage.marks", ("a",))),
        (P, 'footage.shows.lacks = ["people"]', Lacks("footage.shows", ("people",))),
        (F, 'footage.place_tags.has = ["school"]', Has("footage.place_tags", ("school",))),
        (P, 'footage.consent_scope.has_all = ["x"]', HasAll("footage.consent_scope", ("x",))),
        (F, 'footage.consent_scope.lacks = ["x"]', Lacks("footage.consent_scope", ("x",))),
        (P, 'situation.assurance.at_least = "LA3"', AtLeast("situation.assurance", AssuranceLevel.LA3)),
        (F, 'situation.assurance.below = "LA3"', Below("situation.assurance", AssuranceLevel.LA3)),
        (P, 'footage.sensitivity.at_most = "public"', SensitivityAtMost("footage.sensitivity", Sensitivity.PUBLIC)),
        (F, 'footage.sensitivity.at_least = "public"', SensitivityAtLeast("footage.sensitivity", Sensitivity.PUBLIC)),
        (P, "viewer.designated.is = false", Is("viewer.designated", value=False)),
        (P, "footage.criminal_justice.is_not = true", Is("footage.criminal_justice", value=False)),
        (F, "footage.criminal_justice.is = true", Is("footage.criminal_justice", value=True)),
        (P, "situation.case.given = true", Given("situation.case", value=True)),
        (F, "situation.case.missing = true", Given("situation.case", value=False)),
        (P, "situation.at.from = 2026-01-01", FromTime("situation.at", NEW_YEAR)),
        (
            P,
            "footage.captured_at.before = 2026-01-01T00:00:00+02:00",
            Before("footage.captured_at", datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))),
        ),
        (P, "footage.age.at_most_days = 0", AtMostDays("footage.age", 0)),
        (F, "viewer.attestation_age.over_days = 365", OverDays("viewer.attestation_age", 365)),
        (
            P,
            'situation.hours.within = { from = "22:00", until = "06:30", utc_offset = "-08:30", days = ["tue"] }',
            WithinHours("situation.hours", 1320, 390, -510, ("tue",)),
        ),
        (
            P,
            'situation.documents.requires_document = { type = "nda", party = "viewer.entity" }',
            RequiresDocument("situation.documents", "nda", "viewer.entity"),
        ),
        (
            F,
            'situation.documents.lacks_document = { type = "nda", party = "footage.owner" }',
            LacksDocument("situation.documents", "nda", "footage.owner"),
        ),
        (P, 'situation.grants.holds = ["on-call"]', HoldsGrant("situation.grants", ("on-call",))),
        (F, 'situation.grants.lacks = ["on-call"]', LacksGrant("situation.grants", ("on-call",))),
        (
            P,
            'situation.counters.at_most = { of = "devices", count = 1000, days = 365 }',
            CounterAtMost("situation.counters", CountOf.DEVICES, 365, 1000),
        ),
        (
            F,
            'situation.counters.over = { of = "subjects", count = 1, days = 1 }',
            CounterOver("situation.counters", CountOf.SUBJECTS, 1, 1),
        ),
    ],
    ids=str,
)
def test_a_test_is_read(effect: str, when: str, read: Condition) -> None:
    assert conditions_of(when, effect) == (read,)


DOCUMENT = "`situation.documents` must be `{ type = …, party = … }`, the party one of `viewer.entity`, `footage.owner`"
COUNTER = "`situation.counters` must be `{ of = …, count = …, days = … }`, counting `subjects`, `devices`"
HOURS = '`situation.hours` must be `{ from = "08:00", until = "18:00", utc_offset = "-08:00", days = ["mon", …] }`'


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ('footage.sensitivity.at_most = "secret"', "`footage.sensitivity` must be one of `public`, `ordinary`"),
        ("footage.sensitivity.at_most = 2", "`footage.sensitivity` must be one of `public`, `ordinary`"),
        ('viewer.designated.is = "true"', "`viewer.designated` must be `true` or `false`; got `true`"),
        ("viewer.designated.is = 1", "`viewer.designated` must be `true` or `false`; got `1`"),
        ("footage.criminal_justice.is_not = false", "`footage.criminal_justice` must be `true` here; got `false`"),
        ('situation.case.given = "INC-1"', "`situation.case` must be `true` here; got `INC-1`"),
        ("situation.at.from = 2026", "`situation.at` must be a date, or a time with a time zone; got `2026`"),
        ('footage.age.at_most_days = "1"', "`footage.age` must be a whole number of days up to 999999999; got `1`"),
        ("footage.age.at_most_days = 1.5", "`footage.age` must be a whole number of days up to 999999999; got `1.5`"),
        ("footage.age.at_most_days = [1]", "`footage.age` must be a whole number of days up to 999999999; got a list"),
        ('viewer.citizenships.any_inside = ["us"]', "`us` is no jurisdiction (ISO 3166) and no group; groups are `EU`"),
        ("situation.grants.holds = [1]", "`when.situation.grants` must be a list of texts with at least one in it"),
        ('situation.documents.requires_document = "nda"', DOCUMENT),
        ('situation.documents.requires_document = { type = "nda" }', DOCUMENT),
        ('situation.documents.requires_document = { type = "", party = "viewer.entity" }', DOCUMENT),
        ('situation.documents.requires_document = { type = "nda", party = "viewer.id" }', DOCUMENT),
        ('situation.documents.requires_document = { type = "nda", party = ["viewer.entity"] }', DOCUMENT),
        ('situation.documents.requires_document = { type = "n", party = "viewer.entity", on = 1 }', DOCUMENT),
        ("situation.counters.at_most = 3", COUNTER),
        ('situation.counters.at_most = { of = "cars", count = 1, days = 1 }', COUNTER),
        ('situation.counters.at_most = { of = "devices", count = 0, days = 1 }', COUNTER),
        ('situation.counters.at_most = { of = "devices", count = 1, days = true }', COUNTER),
        ('situation.counters.at_most = { of = "devices", count = 1 }', COUNTER),
        ("situation.hours.within = 8", HOURS),
        ('situation.hours.within = { from = "08:00" }', HOURS),
        ('situation.hours.within = { from = 8, until = "18:00" }', HOURS),
        ('situation.hours.within = { from = "08:00", until = "18:00", utc_offset = "08:00" }', HOURS),
        ('situation.hours.within = { from = "08:00", until = "18:00", utc_offset = "+8" }', HOURS),
        ('situation.hours.within = { from = "08:00", until = "18:00", utc_offset = 8 }', HOURS),
        ('situation.hours.within = { from = "08:00", until = "18:00", days = [] }', HOURS),
        ('situation.hours.within = { from = "08:00", until = "18:00", days = ["monday"] }', HOURS),
        ('situation.hours.within = { from = "08:00", until = "18:00", days = "mon" }', HOURS),
        ('situation.hours.within = { from = "08:00", until = "18:00", zone = "PST" }', HOURS),
    ],
)
def test_a_wrong_value_is_named_with_its_line(when: str, said: str) -> None:
    (found,) = problems(policy_text(rule_text("a", when=when)))
    assert found.startswith(f"line 11: {said}")


@pytest.mark.parametrize(
    ("effect", "when", "said"),
    [
        (
            F,
            'footage.sensitivity.at_most = "public"',
            "asks `footage.sensitivity` with `at_least`, never with `at_most`",
        ),
        (
            P,
            'footage.sensitivity.at_least = "public"',
            "asks `footage.sensitivity` with `at_most`, never with `at_least`",
        ),
        (F, 'footage.shows.lacks = ["people"]', "asks `footage.shows` with `has`, never with `lacks`"),
        (P, 'footage.shows.has = ["people"]', "asks `footage.shows` with `lacks`, never with `has`"),
        (P, 'footage.place_tags.has_all = ["a"]', "asks `footage.place_tags` with `lacks`, never with `has_all`"),
        (F, 'footage.consent_scope.has = ["a"]', "asks `footage.consent_scope` with `lacks`, never with `has`"),
        (P, 'footage.consent_scope.lacks = ["a"]', "asks `footage.consent_scope` with `has`, never with `lacks`"),
        (F, "footage.criminal_justice.is_not = true", "asks `footage.criminal_justice` with `is`, never with `is_not`"),
        (P, "footage.criminal_justice.is = true", "asks `footage.criminal_justice` with `is_not`, never with `is`"),
        (F, 'situation.assurance.at_least = "LA2"', "asks `situation.assurance` with `below`, never with `at_least`"),
        (F, "situation.case.given = true", "asks `situation.case` with `missing`, never with `given`"),
        (P, "situation.case.missing = true", "asks `situation.case` with `given`, never with `missing`"),
        (F, 'situation.grants.holds = ["a"]', "asks `situation.grants` with `lacks`, never with `holds`"),
        (
            F,
            'situation.documents.requires_document = { type = "n", party = "viewer.entity" }',
            "asks `situation.documents` with `lacks_document`, never with `requires_document`",
        ),
        (
            P,
            'situation.counters.over = { of = "devices", count = 1, days = 1 }',
            "asks `situation.counters` with `at_most`, never with `over`",
        ),
    ],
)
def test_a_fact_with_a_direction_is_asked_from_its_harmless_side(effect: str, when: str, said: str) -> None:
    (found,) = problems(policy_text(rule_text("a", effect, when)))
    assert found.startswith(f"line 11: a {effect} {said}: ")


PARAMETERS = (
    "[parameters]\n"
    'places = { value = ["US", "CA"], words = "W." }\n'
    'owner = { value = "acme", words = "W." }\n'
    'days = { value = 21, words = "W." }\n'
    'level = { value = "LA3", words = "W." }\n'
)


@pytest.mark.parametrize(
    ("when", "read"),
    [
        ('situation.place.inside = "$places"', Inside("situation.place", ("CA", "US"))),
        ('situation.place.inside = ["$places", "DE"]', Inside("situation.place", ("CA", "DE", "US"))),
        ('footage.owner.one_of = ["$owner", "other"]', OneOf("footage.owner", ("acme", "other"))),
        ('footage.age.at_most_days = "$days"', AtMostDays("footage.age", 21)),
        ('situation.assurance.at_least = "$level"', AtLeast("situation.assurance", AssuranceLevel.LA3)),
        (
            'situation.counters.at_most = { of = "devices", count = 5, days = "$days" }',
            CounterAtMost("situation.counters", CountOf.DEVICES, 21, 5),
        ),
        (
            'situation.documents.requires_document = { type = "$owner", party = "viewer.entity" }',
            RequiresDocument("situation.documents", "acme", "viewer.entity"),
        ),
    ],
)
def test_a_parameter_stands_for_its_value(when: str, read: Condition) -> None:
    assert conditions_of(when, parameters=PARAMETERS) == (read,)


def test_a_parameter_given_from_outside_replaces_the_documents_own() -> None:
    text = policy_text(rule_text("a", when='footage.owner.one_of = ["$owner"]') + PARAMETERS)
    policy = parse_policy(text, name="test", parameters={"owner": "other"})
    assert policy.rules[0].conditions == (OneOf("footage.owner", ("other",)),)


def test_a_parameter_that_is_not_there_is_named_once_and_so_are_those_that_are() -> None:
    rule = rule_text("a", when='footage.age.at_most_days = "$none"')
    assert problems(policy_text(rule)) == [
        "line 11: `footage.age` must be a whole number of days up to 999999999; got `$none`",
        "line 11: there is no parameter `none`; there are none",
    ]
    assert problems(policy_text(rule + PARAMETERS))[1] == (
        "line 11: there is no parameter `none`; there are `places`, `owner`, `days`, `level`"
    )


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("scope = 3", "line 5: `scope` must be a table of facts"),
        ('scope.viewer.entity.one_of = ["x"]', "line 5: a scope asks about footage only; got `viewer.entity`"),
        ('[scope]\nsituation.place.inside = ["US"]', "line 6: a scope asks about footage only; got `situation.place`"),
        ('scope.footage.shows.lacks = ["x"]', "line 5: a forbid asks `footage.shows` with `has`, never with `lacks`: "),
    ],
)
def test_a_scope_is_about_footage_and_written_as_in_a_forbid(scope: str, said: str) -> None:
    assert any(found.startswith(said) for found in problems(f"{HEADER}{scope}\n{RULE}"))


def test_a_scope_is_read() -> None:
    text = f'{HEADER}[scope]\nfootage.owner = {{ one_of = ["acme"] }}\n{RULE}'
    assert parse_policy(text, name="test").scope == (OneOf("footage.owner", ("acme",)),)
