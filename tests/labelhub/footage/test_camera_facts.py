"""Leads state what rules may ask about a camera; a change later is allowed, and recorded."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.actions import FootageError
from labelhub.footage.facts import CameraFacts
from labelhub.footage.models import Source
from labelhub.policies.actions import activate_policy
from labelhub.policies.models import PolicyVersion
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/footage/cameras/cam-ca-1/facts"
FACTS = {"sensitivity": "2", "shows": "plates people", "place_tags": "none", "criminal_justice": "no"}
NO_SCHOOLS = """
name = "schools"
layer = "law"
title = "Schools"
effective_from = 2026-01-01
[[rule]]
id = "anything"
effect = "permit"
actions = ["view"]
words = "Else it may be seen."
[[rule]]
id = "no-schools"
effect = "forbid"
actions = ["view"]
words = "Footage of schools may not be seen."
[rule.when]
footage.place_tags = { has = ["school"] }
"""


@pytest.fixture
def camera(lead: Person) -> Source:
    camera = factories.make_source()
    factories.let_see(lead, camera)
    return camera


@pytest.fixture
def page(lead: Person, camera: Source) -> Client:
    return factories.signed_in(lead)


@pytest.mark.parametrize("role", ["reviewer", "owner", "officer", "us_annotator", "outsider"])
def test_stating_facts_of_a_camera_is_refused_to_every_other_role(
    request: pytest.FixtureRequest, camera: Source, role: str
) -> None:
    client = factories.signed_in(request.getfixturevalue(role))
    assert [client.get(ADDRESS).status_code, client.post(ADDRESS, FACTS).status_code] == [403, 403]
    camera.refresh_from_db()
    assert camera.sensitivity is None


def test_a_cameras_facts_are_stated_and_shown_on_its_page(
    demo_policy: PolicyVersion, page: Client, camera: Source
) -> None:
    assert page.post(ADDRESS, FACTS).status_code == 302
    camera.refresh_from_db()
    assert (camera.sensitivity, camera.shows, camera.place_tags) == (2, ["people", "plates"], [])
    assert (camera.criminal_justice, camera.consent_scope) == (False, None)
    text = page.get("/footage/cameras/cam-ca-1/").content.decode()
    for fact in ("<dd>personal</dd>", "<dd>people, plates</dd>", "<dt>Kind of place</dt><dd>none</dd>"):
        assert fact in text


def test_a_later_change_is_recorded_with_what_was_said_before(page: Client, lead: Person, camera: Source) -> None:
    page.post(ADDRESS, FACTS)
    page.post(ADDRESS, {**FACTS, "sensitivity": "", "shows": "none"})
    entry = LedgerEntry.objects.filter(action=LedgerAction.FOOTAGE_SOURCE_CHANGED).order_by("-at")[0]
    assert json.loads(entry.body)["details"] == {
        "change": "facts",
        "before": {"sensitivity": "personal", "shows": "people, plates"},
        "after": {"sensitivity": "unknown", "shows": "none"},
        "by": lead.pseudonym,
    }
    assert entry.source == camera.code


def test_a_misspelt_word_of_what_is_shown_cannot_slip_past_a_rule(page: Client, camera: Source) -> None:
    answer = page.post(ADDRESS, {**FACTS, "shows": "plate"})
    assert answer.status_code == 422
    assert "<code>plate</code> is not among people, plates, audio" in answer.content.decode()
    with pytest.raises(FootageError, match="is nothing a camera shows"):
        CameraFacts(shows=("plate",))


def test_the_form_says_what_unknown_means_and_which_words_rules_look_for(page: Client, demo_policy: object) -> None:
    activate_policy(NO_SCHOOLS, by="tests", at=factories.now())
    text = page.get(ADDRESS).content.decode()
    assert "Unknown is no" in text
    assert "Rules in force ask for it, for: school." in text


def test_a_stated_fact_decides_from_the_next_look_on(page: Client, camera: Source, demo_policy: object) -> None:
    media = f"/media/{factories.make_footage(camera).pk}/original"
    activate_policy(NO_SCHOOLS, by="tests", at=factories.now())
    assert page.get(media).status_code == 403, "what is unknown may be a school"
    page.post(ADDRESS, {"place_tags": "none"})
    assert page.get(media).status_code == 200
    page.post(ADDRESS, {"place_tags": "school"})
    assert page.get(media).status_code == 403


def test_a_camera_nobody_knows_is_not_found(page: Client) -> None:
    assert page.get("/footage/cameras/nothing/facts").status_code == 404
