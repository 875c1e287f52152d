"""A recorded decision is made again from what was kept, and says whether it comes out the same, or why it cannot."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry
from labelhub.footage.models import Footage
from labelhub.labeling.queue import reserve_next
from labelhub.policies.models import PolicyVersion
from labelhub.policies.replay import ReplayError, replay
from tests import factories

pytestmark = pytest.mark.django_db
NOTHING = """
name = "demo"
layer = "platform"
title = "Nothing"
effective_from = 2026-01-01
[[rule]]
id = "nothing"
effect = "forbid"
actions = ["view"]
words = "Nothing may be seen."
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
    """The entry of a look at footage."""
    answer = factories.signed_in(person, country).get(f"/media/{footage.pk}/original")
    assert answer.status_code in {200, 403}
    views = (LedgerAction.MEDIA_VIEW_ALLOWED, LedgerAction.MEDIA_VIEW_DENIED)
    return LedgerEntry.objects.filter(action__in=views).order_by("-at")[0]


def text_of(page: Client, entry: LedgerEntry) -> str:
    answer = page.get(f"/where-viewed/{entry.pk}/again/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("country", ["US", "PH", "nowhere"])
def test_a_decision_comes_out_the_same(page: Client, lead: Person, footage: Footage, country: str) -> None:
    entry = looked_at(lead, footage, country)
    assert replay(entry).is_same
    assert "It comes out the same." in text_of(page, entry)


def test_what_changed_meanwhile_does_not_matter(page: Client, lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    factories.put_in_force(NOTHING)
    footage.source.place_tags = ["school"]
    footage.source.save()
    lead.attestations.all().update(revoked_at=factories.now())
    assert looked_at(lead, footage).outcome == "deny"
    assert "It comes out the same." in text_of(page, entry)


def test_what_the_door_added_is_no_part_of_the_decision(page: Client, reviewer: Person, footage: Footage) -> None:
    entry = looked_at(reviewer, footage)
    text = text_of(page, entry)
    assert "It comes out the same." in text
    assert "<code>not-assigned</code>" in text


def test_facts_that_were_erased_are_said_to_be(page: Client, lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    DecisionInputs.objects.all().delete()
    assert "they were erased, or the entry is older" in text_of(page, entry)


def test_facts_that_were_altered_come_out_differently(page: Client, lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    kept = DecisionInputs.objects.get()
    DecisionInputs.objects.update(facts=kept.facts.replace('"attested_in":"US"', '"attested_in":"PH"'))
    made = replay(entry)
    assert [line.name for line in made.lines if not line.is_same] == ["Outcome", "Inputs’ hash"]
    assert "It comes out differently." in text_of(page, entry)


@pytest.mark.parametrize("facts", ["[]", '{"situation": {}}', "no json", '{"situation": {}, "mood": "fine"}'])
def test_facts_this_version_cannot_read_are_said_to_be(lead: Person, footage: Footage, facts: str) -> None:
    entry = looked_at(lead, footage)
    DecisionInputs.objects.update(facts=facts)
    with pytest.raises(ReplayError, match="cannot be read by this version"):
        replay(entry)


def test_without_a_policy_of_its_time_nothing_is_made_again(lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    PolicyVersion.objects.all().delete()
    with pytest.raises(ReplayError, match="no policy of its time"):
        replay(entry)


def test_an_entry_of_which_nothing_was_decided_says_so(page: Client, officer: Person) -> None:
    factories.make_person("somebody")
    entry = LedgerEntry.objects.filter(action=LedgerAction.PERSON_ACCESS_CHANGED).first()
    assert entry is not None
    assert "nothing was decided on facts here" in text_of(page, entry).lower()
    assert "Make this decision again" not in page.get(f"/where-viewed/{entry.pk}/").content.decode()


def test_the_entry_leads_there_and_looking_is_recorded(page: Client, lead: Person, footage: Footage) -> None:
    entry = looked_at(lead, footage)
    assert f"/where-viewed/{entry.pk}/again/" in page.get(f"/where-viewed/{entry.pk}/").content.decode()
    text_of(page, entry)
    last = LedgerEntry.objects.filter(action=LedgerAction.LEDGER_REPORT_READ).order_by("-at")[0]
    assert json.loads(last.body)["details"] == {"entry": str(entry.pk), "made_again": True}


@pytest.mark.parametrize("role", ["lead", "reviewer", "owner", "us_annotator", "outsider"])
def test_making_a_decision_again_is_for_officers(
    request: pytest.FixtureRequest, lead: Person, footage: Footage, role: str
) -> None:
    entry = looked_at(lead, footage)
    client = factories.signed_in(request.getfixturevalue(role))
    assert client.get(f"/where-viewed/{entry.pk}/again/").status_code == 403


def test_the_reason_names_where_each_fact_is_from_and_how_old_it_was(
    page: Client, lead: Person, footage: Footage
) -> None:
    text = text_of(page, looked_at(lead, footage))
    for said in (
        "viewer.attested_in: `US` (from the attestation recorded by tests, 20",
        "situation.place: `US` (from the two address databases and the list of networks, 20",
        "footage.jurisdiction: `US-CA` (from the register of cameras, `cam-ca-1`)",
        "0.0 days before",
    ):
        assert said in text.replace("&#x27;", "'")


def test_a_task_that_was_taken_comes_out_the_same(lead: Person, us_annotator: Person, footage: Footage) -> None:
    job = factories.make_job(lead, us_annotator)
    assert reserve_next(job.zones.get(), factories.standing_in(us_annotator)) is not None
    made = replay(LedgerEntry.objects.get(action=LedgerAction.LABELING_TASK_RESERVED))
    assert made.is_same
    assert [line.name for line in made.lines] == ["Deciding rules", "Policy hash", "Inputs’ hash"]
