"""Policies: read by officers and leads, activated by officers, explained to both."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerEntry
from labelhub.policies.models import PolicyVersion
from labelhub.policies.versions import in_force
from tests import factories

READ = ("/policies/", "/policies/explain/", "/policies/in-force/?at=2026-11-01T00:00:00Z", "/policies/{version}/")
REFUSED = ("reviewer", "owner", "us_annotator", "outsider")
NARROW = """
name = "demo"
layer = "platform"
title = "Nothing but public tests"
effective_from = 2026-01-01

[[rule]]
id = "public-test"
effect = "permit"
actions = ["view"]
words = "Footage marked as a public test may be seen."
citation = "Contract 12, section 3"
[rule.when]
footage.marks = { has = ["public-test"] }
"""


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


def hash_shown(client: Client, text: str) -> str:
    answer = client.post("/policies/activate/", {"text": text})
    assert answer.status_code == 200
    return str(answer.context["policy"].hash)


@pytest.mark.parametrize("role", REFUSED)
def test_policies_are_refused_to_every_other_role(
    request: pytest.FixtureRequest, demo_policy: PolicyVersion, role: str
) -> None:
    client = factories.signed_in(request.getfixturevalue(role))
    paths = [path.format(version=demo_policy.pk) for path in READ]
    assert [client.get(path).status_code for path in (*paths, "/policies/activate/")] == [403] * 5
    assert client.post("/policies/activate/", {"text": NARROW}).status_code == 403


@pytest.mark.parametrize("path", READ)
def test_policies_open_to_officers_and_leads(
    officer: Person, lead: Person, demo_policy: PolicyVersion, path: str
) -> None:
    for person in (officer, lead):
        assert factories.signed_in(person).get(path.format(version=demo_policy.pk)).status_code == 200


def test_only_an_officer_activates(lead: Person, demo_policy: PolicyVersion) -> None:
    client = factories.signed_in(lead)
    assert client.get("/policies/activate/").status_code == 403
    assert client.post("/policies/activate/", {"text": NARROW}).status_code == 403
    assert "Activate a version" not in client.get("/policies/").content.decode()
    assert PolicyVersion.objects.count() == 1


def test_rules_read_as_their_own_sentences_with_effect_and_source(page: Client, demo_policy: PolicyVersion) -> None:
    page.post("/policies/activate/", {"text": NARROW, "seen": hash_shown(page, NARROW)})
    text = page.get("/policies/").content.decode()
    assert "Footage marked as a public test may be seen." in text
    assert "permits" in text
    assert "Contract 12, section 3" in text
    assert demo_policy.title in text


def test_a_version_shows_its_hash_and_its_text(page: Client, demo_policy: PolicyVersion) -> None:
    text = page.get(f"/policies/{demo_policy.pk}/").content.decode()
    assert demo_policy.hash in text
    assert "california-in-the-united-states" in text


def test_a_document_is_shown_before_it_takes_effect(page: Client, demo_policy: PolicyVersion) -> None:
    text = page.post("/policies/activate/", {"text": NARROW}).content.decode()
    assert "This takes effect at once" in text
    assert demo_policy.title in text
    assert in_force(at=factories.now()).documents[0].version == demo_policy


def test_a_confirmed_document_takes_effect_and_is_recorded(
    page: Client, officer: Person, demo_policy: PolicyVersion
) -> None:
    answer = page.post("/policies/activate/", {"text": NARROW, "seen": hash_shown(page, NARROW)})
    assert answer.status_code == 302
    (document,) = in_force(at=factories.now()).documents
    assert document.version.title == "Nothing but public tests"
    assert document.version.activated_by == officer.pseudonym
    entry = LedgerEntry.objects.filter(action="policy:version:activated").latest("at")
    assert entry.policy_hash == document.version.hash
    assert officer.pseudonym in entry.body


def test_what_was_shown_must_be_what_is_activated(page: Client, demo_policy: PolicyVersion) -> None:
    seen = hash_shown(page, NARROW)
    answer = page.post("/policies/activate/", {"text": NARROW.replace("public-test", "anything"), "seen": seen})
    assert answer.status_code == 200
    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name = ,", "line 1"),
        (NARROW.replace('"permit"', '"allow"'), "line 9"),
        (NARROW.replace("footage.marks", "footage.colour"), "line 14"),
        ("", "required"),
    ],
)
def test_a_document_with_problems_is_refused_naming_lines(
    page: Client, demo_policy: PolicyVersion, text: str, problem: str
) -> None:
    answer = page.post("/policies/activate/", {"text": text})
    assert answer.status_code == 400
    assert problem in answer.content.decode()
    assert PolicyVersion.objects.count() == 1


def test_a_document_that_begins_later_does_not_take_the_place_of_the_one_in_force(
    page: Client, demo_policy: PolicyVersion
) -> None:
    answer = page.post("/policies/activate/", {"text": NARROW.replace("2026-01-01", "2099-01-01")})
    assert answer.status_code == 400
    assert "activate it from that day on" in answer.content.decode()
    assert PolicyVersion.objects.get().retired_at is None


def test_an_activation_that_cannot_be_recorded_does_not_happen(
    page: Client, demo_policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = hash_shown(page, NARROW)

    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", refuse)
    assert page.post("/policies/activate/", {"text": NARROW, "seen": seen}).status_code == 503
    assert PolicyVersion.objects.get().retired_at is None


def test_the_policy_an_entry_names_is_found_by_time_and_hash(page: Client, demo_policy: PolicyVersion) -> None:
    now = in_force(at=factories.now())
    at = now.at.isoformat().replace("+00:00", "Z")
    assert (
        "These are the policies the entry names"
        in page.get(f"/policies/in-force/?at={at}&hash={now.hash}").content.decode()
    )
    assert "The entry names other texts" in page.get(f"/policies/in-force/?at={at}&hash={'0' * 64}").content.decode()


@pytest.mark.parametrize("at", ["", "yesterday", "2026-99-99T00:00:00Z"])
def test_a_time_that_is_none_is_not_found(page: Client, at: str) -> None:
    assert page.get(f"/policies/in-force/?at={at}").status_code == 404


@pytest.mark.parametrize(
    ("place", "words"),
    [("", "would be let through"), ("US", "would be let through"), ("PH", "You are connecting from the Philippines")],
)
def test_a_decision_is_explained_for_the_attested_or_a_chosen_place(
    page: Client, us_annotator: Person, demo_policy: PolicyVersion, place: str, words: str
) -> None:
    footage = factories.make_footage(factories.make_source())
    asked = {"footage": footage.pk, "person": us_annotator.pseudonym, "purpose": "ml-training", "place": place}
    text = page.get("/policies/explain/", asked).content.decode()
    assert words in text
    assert "demo/california-in-the-united-states" in text


def test_without_an_attestation_the_place_is_unknown(
    page: Client, outsider: Person, demo_policy: PolicyVersion
) -> None:
    footage = factories.make_footage(factories.make_source())
    asked = {"footage": footage.pk, "person": outsider.pseudonym, "purpose": "ml-training"}
    assert "denied" in page.get("/policies/explain/", asked).content.decode()


@pytest.mark.parametrize("wrong", [{"footage": "nothing"}, {"person": "p-nobody"}, {"place": "XX"}, {"level": "9"}])
def test_an_explanation_of_what_does_not_exist_says_so(
    page: Client, us_annotator: Person, demo_policy: PolicyVersion, wrong: dict[str, str]
) -> None:
    footage = factories.make_footage(factories.make_source())
    asked = {"footage": footage.pk, "person": us_annotator.pseudonym, **wrong}
    assert page.get("/policies/explain/", asked).status_code == 400


def test_without_any_policy_the_pages_say_that_nothing_may_be_shown(page: Client, us_annotator: Person) -> None:
    footage = factories.make_footage(factories.make_source())
    asked = {"footage": footage.pk, "person": us_annotator.pseudonym}
    assert "nobody may see anything" in page.get("/policies/").content.decode()
    assert "No policy is in force" in page.get("/policies/explain/", asked).content.decode()
