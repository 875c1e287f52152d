"""Assurance below what the rules want today: recorded decisions made again, and told from what was refused anyway."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

import labelhub.demo
from labelhub.accounts.models import Person
from labelhub.evidence import rejudging
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry
from labelhub.evidence.rejudging import _NothingKnown, rules, tell_rules
from labelhub.footage.models import Footage
from labelhub.policies.models import PolicyVersion
from labelhub.policies.rejudging import wants_more
from residency import Action, AssuranceLevel, Place, PolicySet, Request, Situation, Viewer, parse_policy
from residency import Footage as Facts
from tests import factories
from tests.labelhub.evidence import entries

pytestmark = pytest.mark.django_db
DEMO = (Path(labelhub.demo.__file__).parent / "policy.toml").read_text(encoding="utf-8")
STRICTER = DEMO.replace('at_least = "LA2"', 'at_least = "LA3"')
POLICY = """
name = "levels"
layer = "platform"
title = "Levels"
effective_from = 2026-01-01
[[rule]]
id = "us-at-la3"
effect = "permit"
actions = ["view"]
words = "Words."
[rule.when]
situation.place = { inside = ["US"] }
situation.assurance = { at_least = "LA3" }
"""


@pytest.fixture
def footage(demo_policy: PolicyVersion, lead: Person) -> Footage:
    footage = factories.make_footage(factories.make_source())
    factories.let_see(lead, footage.source)
    return footage


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


def looked_at(person: Person, footage: Footage, country: str = "US") -> LedgerEntry:
    factories.signed_in(person, country).get(f"/media/{footage.pk}/original")
    views = (LedgerAction.MEDIA_VIEW_ALLOWED, LedgerAction.MEDIA_VIEW_DENIED)
    return LedgerEntry.objects.filter(action__in=views).latest("at")


def found(page: Client, query: str = "") -> tuple[set[str], int]:
    answer = page.get(f"/where-viewed/?below_today=on{query}")
    assert answer.status_code == 200
    return {str(row.id) for row in answer.context["rows"]}, answer.context["not_judged"]


def test_nothing_is_below_while_the_rules_are_those_of_then(page: Client, lead: Person, footage: Footage) -> None:
    assert looked_at(lead, footage).outcome == "allow"
    assert found(page) == (set(), 0)


def test_a_view_is_below_once_the_rules_want_more(page: Client, lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    factories.put_in_force(STRICTER)
    assert found(page) == ({str(entry.pk)}, 0)


def test_what_no_assurance_would_permit_is_no_matter_of_assurance(page: Client, lead: Person, footage: Footage) -> None:
    abroad = looked_at(lead, footage, "PH")
    assert abroad.outcome == "deny"
    factories.put_in_force(STRICTER)
    assert found(page) == (set(), 0)


def test_what_cannot_be_judged_again_is_counted_and_never_left_unsaid(
    page: Client, lead: Person, footage: Footage
) -> None:
    looked_at(lead, footage)
    factories.put_in_force(STRICTER)
    factories.forget_inputs()
    assert found(page) == (set(), 1)
    assert "could not be judged again" in page.get("/where-viewed/?below_today=on").content.decode()


def test_the_question_goes_together_with_every_other(page: Client, lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    factories.put_in_force(STRICTER)
    assert found(page, "&outcome=allow&place=US") == ({str(entry.pk)}, 0)
    assert found(page, "&place=PH") == (set(), 0)


def test_too_many_decisions_are_refused_with_the_mend(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejudging, "MOST_DECISIONS", 2)
    for number in range(3):
        entries.view(inputs_hash=str(number) * 64)
    for address in ("/where-viewed/", "/where-viewed/export.csv", "/api/v1/where-viewed"):
        answer = page.get(f"{address}?below_today=true")
        assert answer.status_code == 422
        assert "narrow the question" in answer.content.decode()


def test_facts_this_version_cannot_read_are_not_judged(page: Client, demo_policy: PolicyVersion) -> None:
    DecisionInputs.objects.create(hash="c" * 64, facts='{"situation": {}, "action": "fly"}', kept_at=factories.now())
    entries.view(inputs_hash="c" * 64)
    assert found(page) == (set(), 1)


def test_without_a_policy_nothing_can_be_judged(page: Client) -> None:
    entries.view()
    assert found(page) == (set(), 1)


def test_before_the_rules_are_told_nothing_can_be_judged(page: Client, lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    known = rules()
    tell_rules(_NothingKnown())
    try:
        assert found(page) == (set(), 1)
        assert page.get(f"/where-viewed/{entry.pk}/").context["texts"] == ()
    finally:
        tell_rules(known)


def test_an_entry_shows_its_inputs_its_rules_in_their_words_and_a_place_for_its_proof(
    page: Client, lead: Person, footage: Footage
) -> None:
    entry = looked_at(lead, footage)
    shown = page.get(f"/where-viewed/{entry.pk}/").content.decode()
    for words in (
        "Footage from California may be seen only by people in the United States who work there.",
        "What it was decided from",
        "attested_in",
        "not yet covered by a signed checkpoint",
    ):
        assert words in shown


def test_the_text_of_other_policies_is_shown_for_no_entry(page: Client, lead: Person, footage: Footage) -> None:
    looked_at(lead, footage)
    entry = entries.view(at=factories.now(), policy_hash="e" * 64)
    answer = page.get(f"/where-viewed/{entry.pk}/")
    assert answer.context["texts"] == ()
    assert answer.context["without_text"] == ["demo/california-in-the-united-states"]


def test_an_owner_reads_rules_and_no_inputs(lead: Person, footage: Footage, owner: Person) -> None:
    footage.source.owner = owner.organization
    footage.source.save()
    entry = looked_at(lead, footage)
    shown = factories.signed_in(owner).get(f"/where-viewed/{entry.pk}/")
    assert shown.context["inputs"] == []
    assert lead.pseudonym not in shown.content.decode()
    assert "Footage from California" in shown.content.decode()


@pytest.mark.parametrize(
    ("jurisdiction", "level", "wants"),
    [("US", 2, True), ("US", 1, True), ("US", 3, False), ("PH", 2, False), (None, 0, False)],
)
def test_only_a_higher_level_alone_makes_the_difference(jurisdiction: str | None, level: int, *, wants: bool) -> None:
    policies = PolicySet.of(parse_policy(POLICY, name="levels.toml"))
    place = Place(jurisdiction=jurisdiction, level=AssuranceLevel(level)) if jurisdiction else None
    request = Request(
        action=Action.VIEW,
        viewer=Viewer(id="p-somebody"),
        footage=Facts(id="f1"),
        situation=Situation(at=factories.now(), place=place),
    )
    assert wants_more(request, policies) is wants
