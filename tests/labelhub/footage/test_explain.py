"""A decision explained, now and as of a past moment, with where each fact comes from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.footage.facts import CameraFacts, set_camera_facts
from labelhub.footage.models import Footage
from labelhub.policies import emergencies
from labelhub.policies.models import PolicyVersion
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
[[rule]]
id = "names"
effect = "permit"
actions = ["list"]
words = "Names and facts may be listed."
"""
GRANTED = """
name = "demo"
layer = "platform"
title = "With a grant"
effective_from = 2026-01-01
[[rule]]
id = "granted"
effect = "permit"
actions = ["view"]
words = "Footage may be seen with a grant."
[rule.when]
situation.grants = { holds = ["night-shift"] }
[[rule]]
id = "names"
effect = "permit"
actions = ["list"]
words = "Names and facts may be listed."
"""


@pytest.fixture
def footage(demo_policy: PolicyVersion, lead: Person) -> Footage:
    footage = factories.make_footage(factories.make_source())
    factories.let_see(lead, footage.source)
    return footage


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


def explained(page: Client, person: Person, footage: Footage, at: datetime | None = None, **more: str) -> str:
    asked = {"footage": footage.pk, "person": person.pseudonym, "purpose": "quality-review", **more}
    if at is not None:
        asked["at"] = at.isoformat()
    answer = page.get(f"/policies/explain/?{urlencode(asked)}")
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def is_allowed(text: str) -> bool:
    return "The person would be let through." in text


def test_the_policies_of_then_count(page: Client, lead: Person, footage: Footage) -> None:
    before = factories.now()
    factories.put_in_force(NOTHING)
    assert not is_allowed(explained(page, lead, footage))
    assert is_allowed(explained(page, lead, footage, before))


def test_the_attestation_of_then_counts(page: Client, lead: Person, footage: Footage) -> None:
    before = factories.now()
    lead.attestations.all().update(revoked_at=factories.now())
    assert not is_allowed(explained(page, lead, footage, place="US"))
    assert is_allowed(explained(page, lead, footage, before, place="US"))


def test_what_was_held_then_counts(page: Client, lead: Person, footage: Footage) -> None:
    factories.put_in_force(GRANTED)
    before = factories.now()
    factories.make_grant(lead)
    assert is_allowed(explained(page, lead, footage))
    assert not is_allowed(explained(page, lead, footage, before))


def test_glass_that_was_broken_then_counts(page: Client, lead: Person, officer: Person, footage: Footage) -> None:
    factories.put_in_force(NOTHING)
    wish = emergencies.ask(lead, reason="a fire", case="INC-1", hours=1, at=factories.now())
    opened = emergencies.open_glass(wish, by=officer, at=factories.now())
    assert opened.opened_at is not None
    assert "for case `INC-1`" in explained(page, lead, footage)
    assert not is_allowed(explained(page, lead, footage, opened.opened_at - timedelta(microseconds=1)))


def test_before_the_first_policy_nothing_could_be_shown(page: Client, lead: Person, footage: Footage) -> None:
    text = explained(page, lead, footage, datetime(2020, 1, 1, tzinfo=UTC))
    assert "No policy was in force then" in text


def test_a_moment_ahead_is_refused(page: Client, lead: Person, footage: Footage) -> None:
    ahead = (factories.now() + timedelta(days=1)).isoformat()
    asked = urlencode({"footage": footage.pk, "person": lead.pseudonym, "at": ahead})
    answer = page.get(f"/policies/explain/?{asked}")
    assert answer.status_code == 400
    assert "This lies ahead" in answer.content.decode()


def test_what_changed_since_then_is_said(page: Client, lead: Person, footage: Footage) -> None:
    before = factories.now()
    assert "Changed since then" not in explained(page, lead, footage, before)
    set_camera_facts(footage.source, CameraFacts(shows=("people",)), by="tests", at=factories.now())
    text = explained(page, lead, footage, before)
    assert "Changed since then" in text
    assert "the facts of camera cam-ca-1" in text


def test_each_input_says_its_source_and_its_age(page: Client, lead: Person, footage: Footage) -> None:
    set_camera_facts(footage.source, CameraFacts(shows=("people",)), by="tests", at=factories.now() - timedelta(days=3))
    text = explained(page, lead, footage, place="US")
    assert "footage.shows: `people` (from the register of cameras, `cam-ca-1`, 20" in text
    assert "3.0 days before" in text
    assert "situation.place: `US` (from this question, 20" in text
    assert "viewer.attested_in: `US` (from the attestation recorded by tests, 20" in text
    assert "viewer.training: unknown\n" in text, "what is not known comes from nowhere"
    assert "viewer.entity: `northgate` (from the register of organizations)" in text


def test_the_footages_case_is_part_of_the_question(page: Client, lead: Person, footage: Footage) -> None:
    Footage.objects.update(case_reference="CASE-9")
    assert "situation.case: `CASE-9`" in explained(page, lead, footage)
