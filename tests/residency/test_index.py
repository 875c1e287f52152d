"""The compiled matcher: scopes, layers, hard rules, groups by day, and what it remembers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from residency import Action, Footage, Layer, Policy, PolicySet, decide, index, parse_policy
from residency.conditions import FromTime, Inside
from residency.index import Index, index_of
from residency.rules import Effect, Rule
from tests.residency.cast import AT, CALIFORNIA_STILL, asks, knowing, placed, policy_text, rule_text

EVERYTHING = parse_policy(policy_text(rule_text("all"), name="wide"), name="wide")
BEFORE_BREXIT = datetime(2020, 12, 31, 23, 59, tzinfo=UTC)


def scoped(scope: str, *rules: str, name: str = "contract", layer: str = "contract") -> Policy:
    text = policy_text(f"scope.{scope}\n" + "".join(rules), name=name, layer=layer)
    return parse_policy(text, name=name)


ACME_ONLY = scoped('footage.owner.one_of = ["acme"]', rule_text("us", when='situation.place.inside = ["US"]'))


@pytest.mark.parametrize(
    ("owner", "where", "allowed"),
    [
        ("acme", "US", True),
        ("acme", "DE", False),
        ("other", "DE", True),
        (None, "US", True),
        (None, "DE", False),
    ],
)
def test_a_policy_says_nothing_of_footage_outside_its_scope(owner: str | None, where: str, *, allowed: bool) -> None:
    footage = replace(CALIFORNIA_STILL, owner=owner)
    assert decide(asks(footage, where=where), PolicySet.of(EVERYTHING, ACME_ONLY)).allowed is allowed


def test_a_forbid_reaches_no_further_than_its_scope() -> None:
    forbids = scoped('footage.owner.one_of = ["acme"]', rule_text("yes"), rule_text("no", "forbid"))
    both = PolicySet.of(EVERYTHING, forbids)
    assert decide(asks(), both).rule_ids == ("contract/no",)
    assert decide(asks(replace(CALIFORNIA_STILL, owner="other")), both).rule_ids == ("wide/all",)


def test_the_platform_must_grant_whatever_others_permit() -> None:
    law = parse_policy(policy_text(rule_text("law"), name="law", layer="law"), name="law")
    assert not decide(asks(), PolicySet.of(law)).permitted
    assert decide(asks(), PolicySet.of(law)).rule_ids == ()
    assert decide(asks(), PolicySet.of(law, EVERYTHING)).rule_ids == ("law/law", "wide/all")


def test_a_platform_policy_that_does_not_speak_of_the_footage_does_not_grant() -> None:
    platform = scoped('footage.owner.one_of = ["other"]', rule_text("all"), name="platform", layer="platform")
    assert not decide(asks(), PolicySet.of(platform)).permitted
    assert decide(asks(replace(CALIFORNIA_STILL, owner="other")), PolicySet.of(platform)).allowed


def test_every_layer_narrows_on_its_own() -> None:
    rules = {Layer.LAW: "US", Layer.CONTRACT: "US-CA", Layer.JOB: "US"}
    policies = [EVERYTHING] + [
        parse_policy(
            policy_text(rule_text("x", when=f'situation.place.inside = ["{code}"]'), name=layer, layer=layer),
            name=layer,
        )
        for layer, code in rules.items()
    ]
    assert decide(asks(where="US"), PolicySet.of(*policies)).rule_ids == ("contract/x",)
    assert decide(asks(where="US-CA"), PolicySet.of(*policies)).allowed


def test_group_membership_is_that_of_each_days_question_whatever_was_asked_before() -> None:
    rule = rule_text("eea", when='situation.place.inside = ["EEA"]')
    policies = PolicySet.of(parse_policy(policy_text(rule, effective_from="2000-01-01"), name="eea"))
    asked = [BEFORE_BREXIT, AT, BEFORE_BREXIT, AT, AT]
    assert [decide(asks(where="GB", at=at), policies).allowed for at in asked] == [True, False, True, False, False]


class Interrupted(str):
    """The code of a place that lets another question be asked while it is looked up."""

    __slots__ = ("meanwhile",)
    meanwhile: list[Callable[[], object]]

    def __hash__(self) -> int:
        if getattr(self, "meanwhile", []):
            self.meanwhile.pop()()
        return super().__hash__()


def test_a_question_about_another_day_in_the_middle_of_one_changes_neither() -> None:
    rule = rule_text("eea", when='situation.place.inside = ["EEA"]')
    policies = PolicySet.of(parse_policy(policy_text(rule, effective_from="2000-01-01"), name="eea"))
    now, code, answers = asks(where="GB"), Interrupted("GB"), []
    then = knowing(placed(code), at=BEFORE_BREXIT)
    code.meanwhile = [lambda: answers.append(decide(now, policies).allowed)]
    assert decide(then, policies).allowed
    assert answers == [False]
    assert not decide(now, policies).allowed


def test_a_stretch_is_compiled_once() -> None:
    policies = PolicySet.of(EVERYTHING)
    assert index_of(policies, AT) is index_of(policies, AT.replace(year=2027))
    assert index_of(policies, AT) is not index_of(policies, AT.replace(year=2025))


def test_remembered_values_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MOST_REMEMBERED", 3)
    rules = [rule_text(f"r{number}", when=f'footage.owner.one_of = ["o{number}"]') for number in range(8)]
    policies = PolicySet.of(parse_policy(policy_text("".join(rules)), name="test"))
    for _ in range(2):
        for number in range(8):
            footage = Footage(id="f", owner=f"o{number}")
            assert decide(asks(footage), policies).rule_ids == (f"test/r{number}",)
    compiled = index_of(policies, AT)
    assert len(compiled._found) <= 3
    assert all(len(table.standing) <= 3 for tables in compiled._tables_of(0) for *_, table in tables)


def test_what_changes_with_the_time_is_never_remembered() -> None:
    rule = rule_text("a", when="situation.at.before = 2026-06-02\nfootage.captured_at.from = 2026-01-01")
    policies = PolicySet.of(parse_policy(policy_text(rule), name="test"))
    facts = {"footage.captured_at": AT, **placed("US")}
    assert decide(knowing(facts), policies).allowed
    assert not decide(knowing(facts, at=AT.replace(day=2)), policies).allowed
    assert not decide(knowing({**facts, "footage.captured_at": AT.replace(year=2025)}), policies).allowed


def test_a_fleeting_condition_of_a_rule_that_is_stopped_already_is_not_asked() -> None:
    rule = 'footage.owner.one_of = ["x"]\nfootage.captured_at.from = 2026-01-01\nsituation.at.from = 2026-01-01'
    policies = PolicySet.of(parse_policy(policy_text(rule_text("a", when=rule)), name="test"))
    assert decide(knowing({**placed("US"), "footage.owner": "y"}), policies).rule_ids == ()


def test_an_index_answers_for_any_day_it_is_asked_about() -> None:
    at_new_year = FromTime("situation.at", datetime(2021, 1, 1, tzinfo=UTC))
    eea = Inside("situation.place", ("EEA",))
    rule = Rule(id="a", effect=Effect.PERMIT, actions=frozenset(Action), words="W.", conditions=(eea, at_new_year))
    compiled = Index([replace(EVERYTHING, rules=(rule,))])
    assert compiled.find(asks(where="DE")).permitted
    assert not compiled.find(asks(where="DE", at=BEFORE_BREXIT)).permitted
    assert not compiled.find(asks(where="GB")).permitted
