"""Static checks: each kind of finding, with its line, and none on documents that make sense."""

from datetime import date

import pytest

from residency import Policy, PolicySet, parse_policy
from residency.checks import Kind, check, tenants_without_permit
from tests.residency.cast import DEMO, policy_text, rule_text
from tests.residency.documents import DEFAULTS, case_text

ON = date(2026, 11, 25)
OWNERS = ("acme", "other")


def found(*rules: str, scope: str = "") -> list[tuple[str, str]]:
    policy = parse_policy(policy_text(scope + "".join(rules)), name="test")
    return [(one.kind, str(one.problem)) for one in check(policy, on=ON)]


def owing(rule: str, duty: str) -> str:
    return rule.replace("[rule.when]", f'obligations = ["{duty}"]\n[rule.when]')


def hard(rule: str) -> str:
    return rule.replace("[rule.when]", "hard = true\n[rule.when]")


NEVER = "line 5: rule `a` can never match:"
JUNE = "2026-06-01 on"
OWNER, ZONE = 'footage.owner.one_of = ["x"]', 'footage.zone.one_of = ["x"]'
US, CALIFORNIA = 'situation.place.inside = ["US"]', 'situation.place.inside = ["US-CA"]'


@pytest.mark.parametrize(
    ("rules", "kind", "said"),
    [
        (
            [rule_text("a", when=f'{CALIFORNIA}\nsituation.place.outside = ["US-CA"]')],
            Kind.NEVER_MATCHES,
            f"{NEVER} `situation.place` cannot be inside California and outside California at once",
        ),
        (
            [rule_text("a", "forbid", "situation.at.from = 2026-06-01\nsituation.at.before = 2026-01-01")],
            Kind.NEVER_MATCHES,
            f"{NEVER} `situation.at` cannot be before 2026-01-01 and from {JUNE} at once",
        ),
        (
            [rule_text("wide", when=US), rule_text("narrow", when=CALIFORNIA)],
            Kind.SHADOWED,
            "line 12: rule `narrow` adds nothing: `wide` permits all that it does, and more",
        ),
        (
            [rule_text("a", "forbid", US), rule_text("b", "forbid", US)],
            Kind.SHADOWED,
            "line 12: rule `b` adds nothing: `a` forbids all that it does, and more",
        ),
        (
            [rule_text("no", "forbid", US), rule_text("yes", when=CALIFORNIA)],
            Kind.UNREACHABLE,
            "line 12: rule `yes` has no effect: `no` forbids wherever it permits",
        ),
        (
            [rule_text("no", "forbid", US), rule_text("yes", when=US)],
            Kind.CONTRADICTORY,
            "line 12: rule `yes` contradicts `no`, which forbids what it permits (view)",
        ),
        (
            [rule_text("no", "forbid", US), rule_text("yes", when=CALIFORNIA, actions='["list", "view"]')],
            Kind.CONTRADICTORY,
            "line 12: rule `yes` contradicts `no`, which forbids what it permits (view)",
        ),
    ],
)
def test_what_is_certain_is_found_with_its_line(rules: list[str], kind: Kind, said: str) -> None:
    assert found(*rules) == [(kind, said)]


def test_a_permit_outside_of_its_documents_scope_never_matches() -> None:
    scope = 'scope.footage.owner.one_of = ["acme"]\n'
    rule = rule_text("a", when='footage.owner.one_of = ["other"]')
    ((kind, said),) = found(rule, scope=scope)
    assert kind == Kind.NEVER_MATCHES
    assert said.startswith("line 6: rule `a` can never match: `footage.owner` cannot be")


@pytest.mark.parametrize(
    "rules",
    [
        [rule_text("a", when=US), rule_text("b", when='situation.place.inside = ["EEA"]')],
        [rule_text("a", when=US), rule_text("b", when=CALIFORNIA, actions='["view", "list"]')],
        [owing(rule_text("a", when=US), "redacted"), rule_text("b", when=CALIFORNIA)],
        [rule_text("a", "forbid", US), hard(rule_text("b", "forbid", CALIFORNIA))],
        [rule_text("a", when=US), rule_text("b", "forbid", CALIFORNIA)],
        [rule_text("a", when=US), rule_text("b", "forbid", US, actions='["export"]')],
        [rule_text("a", "forbid", f'{US}\nsituation.place.outside = ["US"]')],
        [rule_text("a", "forbid", OWNER), rule_text("b", when='footage.owner.none_of = ["x"]')],
        [rule_text("a", when="footage.age.at_most_days = 9"), rule_text("b", when="footage.age.over_days = 9")],
        [rule_text("a", "forbid", OWNER), rule_text("b", "forbid", ZONE)],
    ],
)  # fmt: skip
def test_nothing_is_said_of_rules_that_make_sense(rules: list[str]) -> None:
    assert found(*rules) == []


def test_a_permit_that_owes_more_than_a_wider_one_adds_nothing() -> None:
    ((kind, said),) = found(rule_text("a", when=US), owing(rule_text("b", when=US), "redacted"))
    assert (kind, said) == (
        Kind.SHADOWED,
        "line 12: rule `b` adds nothing: `a` permits all that it does, and more",
    )


def test_nothing_is_said_of_the_demo_policy() -> None:
    assert check(DEMO.policies[0], on=ON) == ()


def test_a_failing_case_is_a_finding() -> None:
    text = policy_text(rule_text("a") + DEFAULTS + case_text(expect='"deny"'))
    (finding,) = check(parse_policy(text, name="test"), on=ON)
    assert (finding.kind, finding.policy) == (Kind.CASE_FAILS, "test")
    assert str(finding) == "line 17: case `c` should be denied, but is allowed by `a` [case-fails]"


def test_a_review_is_overdue_from_the_day_after() -> None:
    text = policy_text(f"{rule_text('a')}[pack]\nreview_by = 2026-11-25\n")
    policy = parse_policy(text, name="test")
    assert check(policy, on=date(2026, 11, 25)) == ()
    (finding,) = check(policy, on=date(2026, 11, 26))
    assert str(finding) == (
        "line 13: it should have been reviewed by 2026-11-25: read its sources again and set a new day [review-overdue]"
    )


def test_findings_are_in_the_order_of_the_document() -> None:
    one, other = (f'situation.place = {{ inside = ["{code}"], outside = ["{code}"] }}' for code in ("US", "DE"))
    lines = [said.split(":")[0] for _, said in found(rule_text("b", when=one), rule_text("a", when=other))]
    assert lines == ["line 5", "line 12"]


def test_a_policy_made_by_hand_has_findings_without_lines() -> None:
    text = policy_text(rule_text("a", when=f'{US}\nsituation.place.outside = ["US"]'))
    read = parse_policy(text, name="test")
    by_hand = Policy(name="p", layer=read.layer, title="T", effective_from=read.effective_from, rules=read.rules)
    (finding,) = check(by_hand, on=ON)
    assert finding.problem.line is None


def policy_of(name: str, rules: str, layer: str = "platform") -> Policy:
    return parse_policy(policy_text(rules, name=name, layer=layer), name=name)


ACME = 'footage.owner.one_of = ["acme"]'


@pytest.mark.parametrize(
    ("documents", "shut_out"),
    [
        ([policy_of("p", rule_text("a"))], []),
        ([policy_of("p", rule_text("a", when=ACME))], [("other", "p")]),
        ([policy_of("p", rule_text("a", "forbid"))], [("acme", "p"), ("other", "p")]),
        ([policy_of("p", rule_text("a", when=f"{ACME}\n{US}") + rule_text("b", "forbid"))], [("other", "p")]),
        (
            [policy_of("p", rule_text("a")), policy_of("c", f"scope.{ACME}\n{rule_text('no', 'forbid')}", "contract")],
            [("acme", "c")],
        ),
        ([policy_of("c", rule_text("a"), "contract")], [("acme", "c"), ("other", "c")]),
        ([policy_of("c", rule_text("a", when=ACME), "contract")], [("acme", "c"), ("other", "c")]),
        ([], []),
    ],
)
def test_an_owner_whose_footage_nobody_may_see_is_named(
    documents: list[Policy], shut_out: list[tuple[str, str]]
) -> None:
    findings = tenants_without_permit(PolicySet.of(*documents), OWNERS)
    assert [(one.kind, one.policy) for one in findings] == [
        (Kind.TENANT_WITHOUT_PERMIT, policy) for _, policy in shut_out
    ]
    assert [one.problem.message for one in findings] == [
        f"nothing of owner `{owner}` is permitted to anybody: no permit of `{policy}` covers it"
        for owner, policy in shut_out
    ]
