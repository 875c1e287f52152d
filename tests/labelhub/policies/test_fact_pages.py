"""Officers state what rules may ask about people and their organizations; never about themselves."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError
from django.test import Client

from labelhub.accounts.models import Organization, Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.labeling.queue import reserve_next
from labelhub.policies.actions import activate_policy
from labelhub.policies.asked import asked_in_force
from tests import factories

pytestmark = pytest.mark.django_db
REFUSED = ("lead", "reviewer", "owner", "us_annotator", "outsider")
FACTS = {"engagement": "employment", "residence": "us-ca", "training": "privacy-basics, night", "clearances": "none"}
POLICY = """
name = "facts"
layer = "platform"
title = "Facts of people"
effective_from = 2026-01-01
[[rule]]
id = "known"
effect = "permit"
actions = ["list", "view", "annotate"]
words = "Only those with training may see footage."
[rule.when]
{condition}
"""


def put_in_force(condition: str) -> None:
    activate_policy(POLICY.format(condition=condition), by="tests", at=factories.now())


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


@pytest.mark.parametrize("role", REFUSED)
@pytest.mark.parametrize("name", ["facts", "organization"])
def test_stating_facts_is_refused_to_every_other_role(
    request: pytest.FixtureRequest, manila_annotator: Person, role: str, name: str
) -> None:
    client = factories.signed_in(request.getfixturevalue(role))
    address = f"/access/{manila_annotator.pseudonym}/{name}/"
    assert [client.get(address).status_code, client.post(address, {**FACTS, "kind": "x"}).status_code] == [403, 403]
    manila_annotator.refresh_from_db()
    assert not manila_annotator.engagement


def test_what_is_typed_is_kept_in_three_states(page: Client, us_annotator: Person) -> None:
    answer = page.post(f"/access/{us_annotator.pseudonym}/facts/", FACTS)
    assert answer.status_code == 302
    us_annotator.refresh_from_db()
    assert (us_annotator.residence, us_annotator.is_designated) == ("US-CA", None)
    assert us_annotator.training == ["night", "privacy-basics"]
    assert us_annotator.clearances == []
    assert us_annotator.citizenships is None


def test_the_form_shows_what_is_stored_and_an_empty_field_makes_it_unknown(page: Client, us_annotator: Person) -> None:
    address = f"/access/{us_annotator.pseudonym}/facts/"
    page.post(address, {**FACTS, "is_designated": "no"})
    text = page.get(address).content.decode()
    assert 'value="none"' in text
    assert 'value="night, privacy-basics"' in text
    assert '<option value="no" selected>' in text
    page.post(address, {"training": "none"})
    us_annotator.refresh_from_db()
    assert (us_annotator.engagement, us_annotator.clearances, us_annotator.training) == ("", None, [])
    assert us_annotator.is_designated is None


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("residence", "Atlantis", "is no ISO 3166 code"),
        ("training", "none, night", "stands alone"),
        ("engagement", "two words", "is no word of rules"),
        ("clearances", "Ünder", "is no word of rules"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_kept(
    page: Client, us_annotator: Person, field: str, typed: str, words: str
) -> None:
    answer = page.post(f"/access/{us_annotator.pseudonym}/facts/", {**FACTS, field: typed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert f'value="{typed}"' in text
    us_annotator.refresh_from_db()
    assert not us_annotator.engagement


def test_nobody_states_facts_about_themselves(page: Client, officer: Person) -> None:
    address = f"/access/{officer.pseudonym}/facts/"
    assert page.get(address).status_code == 403
    assert page.post(address, FACTS).status_code == 403
    officer.refresh_from_db()
    assert not officer.engagement
    assert "ask another compliance officer" in page.get(f"/access/{officer.pseudonym}/").content.decode()


def test_nobody_states_facts_about_the_organization_they_work_for(page: Client, lead: Person) -> None:
    answer = page.post(f"/access/{lead.pseudonym}/organization/", {"kind": "private"})
    assert answer.status_code == 403
    assert "labelhub organization set northgate" in answer.content.decode()
    assert not Organization.objects.get(code="northgate").kind


def test_the_facts_of_another_organization_are_stated_and_recorded_with_what_was_before(
    page: Client, us_annotator: Person, officer: Person
) -> None:
    address = f"/access/{us_annotator.pseudonym}/organization/"
    assert "1 person" in page.get(address).content.decode()
    page.post(address, {"kind": "private", "established_in": "us", "owned_from": "de, us"})
    page.post(address, {"kind": "private", "established_in": "us", "owned_from": "none"})
    last = LedgerEntry.objects.filter(action=LedgerAction.ORGANIZATION_FACTS_CHANGED).order_by("-at")[0]
    assert json.loads(last.body)["details"] == {
        "before": {"owned_from": "DE, US"},
        "after": {"owned_from": "none"},
        "by": officer.pseudonym,
    }
    assert last.entity == "employer-us"


def test_an_entry_names_the_changed_facts_of_a_person_but_none_of_their_values(
    page: Client, us_annotator: Person, officer: Person
) -> None:
    page.post(f"/access/{us_annotator.pseudonym}/facts/", FACTS)
    entry = LedgerEntry.objects.get(action=LedgerAction.PERSON_FACTS_CHANGED)
    told = json.loads(entry.body)
    assert entry.person == us_annotator.pseudonym
    assert told["details"] == {
        "facts": ["clearances", "engagement", "residence", "training"],
        "by": officer.pseudonym,
    }
    assert "US-CA" not in entry.body


def test_what_was_said_already_is_no_change_and_no_entry(page: Client, us_annotator: Person) -> None:
    page.post(f"/access/{us_annotator.pseudonym}/facts/", FACTS)
    page.post(f"/access/{us_annotator.pseudonym}/facts/", FACTS)
    assert LedgerEntry.objects.filter(action=LedgerAction.PERSON_FACTS_CHANGED).count() == 1


def test_citizenships_are_neither_asked_for_nor_kept_while_no_rule_is_about_them(
    page: Client, us_annotator: Person
) -> None:
    address = f"/access/{us_annotator.pseudonym}/facts/"
    assert 'name="citizenships"' not in page.get(address).content.decode()
    page.post(address, {"citizenships": "US"})
    us_annotator.refresh_from_db()
    assert us_annotator.citizenships is None


def test_citizenships_are_asked_for_once_a_rule_is_about_them_and_can_be_emptied_after(
    page: Client, us_annotator: Person
) -> None:
    put_in_force('viewer.citizenships = { none_inside = ["PH"] }')
    address = f"/access/{us_annotator.pseudonym}/facts/"
    page.post(address, {"citizenships": "US DE"})
    us_annotator.refresh_from_db()
    assert us_annotator.citizenships == ["DE", "US"]
    put_in_force('viewer.training = { has = ["night"] }')
    assert "No rule in force asks for them any more" in page.get(address).content.decode()
    assert page.post(address, {"citizenships": "FR"}).status_code == 422
    page.post(address, {"citizenships": ""})
    us_annotator.refresh_from_db()
    assert us_annotator.citizenships is None


def test_the_form_says_which_words_the_rules_in_force_look_for(page: Client, us_annotator: Person) -> None:
    put_in_force('viewer.training = { has = ["night", "privacy-basics"] }')
    text = page.get(f"/access/{us_annotator.pseudonym}/facts/").content.decode()
    assert "Rules in force ask for it, for: night, privacy-basics." in text
    assert asked_in_force(at=factories.now())["viewer.training"] == ("night", "privacy-basics")


def test_a_stated_fact_decides_from_the_next_request_on(
    page: Client, lead: Person, us_annotator: Person, demo_policy: object
) -> None:
    footage = factories.make_footage(factories.make_source())
    factories.let_see(lead, footage.source)
    job = factories.make_job(lead, us_annotator)
    assert reserve_next(job.zones.get(), factories.standing_in(us_annotator)) is not None
    put_in_force('viewer.training = { has = ["privacy-basics"] }')
    theirs, media = factories.signed_in(us_annotator), f"/media/{footage.pk}/original"
    assert theirs.get(media).status_code == 403
    page.post(f"/access/{us_annotator.pseudonym}/facts/", FACTS)
    assert theirs.get(media).status_code == 200
    page.post(f"/access/{us_annotator.pseudonym}/facts/", {"training": "none"})
    assert theirs.get(media).status_code == 403


def test_facts_that_cannot_be_recorded_are_not_stated(
    page: Client, us_annotator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(LedgerEntry.objects, "create", broken)
    assert page.post(f"/access/{us_annotator.pseudonym}/facts/", FACTS).status_code == 503
    us_annotator.refresh_from_db()
    assert not us_annotator.engagement


def test_the_access_page_says_what_is_known_and_what_unknown_means(page: Client, us_annotator: Person) -> None:
    page.post(f"/access/{us_annotator.pseudonym}/facts/", FACTS)
    text = page.get(f"/access/{us_annotator.pseudonym}/").content.decode()
    assert "<dt>Training</dt><dd>night, privacy-basics</dd>" in text
    assert "<dt>Clearances</dt><dd>none</dd>" in text
    assert "unknown is no" in text


def test_a_person_without_an_organization_has_no_page_for_it(page: Client) -> None:
    alone = Person.objects.create_user("alone@test.test", factories.PASSWORD, name="Alone", organization=None)
    assert page.get(f"/access/{alone.pseudonym}/organization/").status_code == 404
    assert page.get(f"/access/{alone.pseudonym}/").status_code == 200
