"""Policies: read by officers and leads, activated by officers, explained to both."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import DatabaseError
from django.test import Client

from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerEntry
from labelhub.policies.actions import activate_policy
from labelhub.policies.jobs import try_draft
from labelhub.policies.models import PolicyDraft, PolicyVersion
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


@pytest.fixture
def second(db: None) -> Person:
    return factories.make_person("second_officer", Role.OFFICER, attested="US")


def keep(client: Client, text: str = NARROW) -> PolicyDraft:
    """Keep a draft on the page."""
    answer = client.post("/policies/drafts/new/", {"text": text})
    assert answer.status_code == 302
    return PolicyDraft.objects.get(pk=int(answer["Location"].split("/")[-2]))


def try_it(client: Client, draft: PolicyDraft) -> None:
    """Ask for a dry run on the page, and do what a worker does."""
    with patch("labelhub.policies.jobs.try_draft.apply_async") as sent:
        assert client.post(f"/policies/drafts/{draft.pk}/try/", {"days": "30"}).status_code == 302
    try_draft(*sent.call_args.kwargs["args"])


@pytest.mark.parametrize("role", REFUSED)
def test_policies_are_refused_to_every_other_role(
    request: pytest.FixtureRequest, demo_policy: PolicyVersion, role: str
) -> None:
    client = factories.signed_in(request.getfixturevalue(role))
    paths = [path.format(version=demo_policy.pk) for path in READ]
    assert [client.get(path).status_code for path in (*paths, "/policies/drafts/")] == [403] * 5
    assert client.post("/policies/drafts/new/", {"text": NARROW}).status_code == 403


@pytest.mark.parametrize("path", READ)
def test_policies_open_to_officers_and_leads(
    officer: Person, lead: Person, demo_policy: PolicyVersion, path: str
) -> None:
    for person in (officer, lead):
        assert factories.signed_in(person).get(path.format(version=demo_policy.pk)).status_code == 200


def test_a_lead_reads_packs_and_writes_no_draft(lead: Person, demo_policy: PolicyVersion) -> None:
    client = factories.signed_in(lead)
    assert client.get("/policies/packs/").status_code == 200
    assert client.get("/policies/packs/us-doj-202/").status_code == 200
    assert client.get("/policies/drafts/new/").status_code == 403
    assert client.post("/policies/drafts/new/", {"text": NARROW}).status_code == 403
    assert "Drafts" not in client.get("/policies/").content.decode()
    assert not PolicyDraft.objects.exists()


def test_rules_read_as_their_own_sentences_with_effect_and_source(page: Client, demo_policy: PolicyVersion) -> None:
    draft = keep(page)
    text = page.get(f"/policies/drafts/{draft.pk}/").content.decode()
    assert "Footage marked as a public test may be seen." in text
    assert "permits" in text
    assert "Contract 12, section 3" in text
    assert demo_policy.title in text


def test_a_version_shows_its_hash_and_its_text(page: Client, demo_policy: PolicyVersion) -> None:
    text = page.get(f"/policies/{demo_policy.pk}/").content.decode()
    assert demo_policy.hash in text
    assert "california-in-the-united-states" in text


def test_a_draft_says_rule_by_rule_what_it_changes(page: Client, demo_policy: PolicyVersion) -> None:
    text = page.get(f"/policies/drafts/{keep(page).pk}/").content.decode()
    assert "added" in text
    assert "removed" in text
    assert "Footage from California may be seen only by people in the United States who work there." in text


def test_keeping_a_draft_changes_nothing_that_is_decided(page: Client, demo_policy: PolicyVersion) -> None:
    keep(page)
    assert [document.version for document in in_force(at=factories.now()).documents] == [demo_policy]


def test_a_pack_can_be_begun_from_and_unknown_ones_are_not_there(page: Client, demo_policy: PolicyVersion) -> None:
    text = page.get("/policies/drafts/new/?pack=us-doj-202").content.decode()
    assert "us-doj-202" in text
    assert page.get("/policies/drafts/new/?pack=no-such").status_code == 404
    assert page.get("/policies/packs/no-such/").status_code == 404


def test_a_tried_draft_is_approved_by_a_second_officer_and_recorded(
    page: Client, second: Person, demo_policy: PolicyVersion
) -> None:
    draft = keep(page)
    try_it(page, draft)
    assert "Another compliance officer approves it" in page.get(f"/policies/drafts/{draft.pk}/").content.decode()
    answer = factories.signed_in(second).post(f"/policies/drafts/{draft.pk}/approve/", {})
    assert answer.status_code == 302
    (document,) = in_force(at=factories.now()).documents
    assert document.version.title == "Nothing but public tests"
    assert document.version.activated_by == second.pseudonym
    entry = LedgerEntry.objects.filter(action="policy:version:activated").latest("at")
    assert entry.policy_hash == document.version.hash
    assert second.pseudonym in entry.body


def test_an_untried_draft_is_not_approved(page: Client, second: Person, demo_policy: PolicyVersion) -> None:
    draft = keep(page)
    answer = factories.signed_in(second).post(f"/policies/drafts/{draft.pk}/approve/", {})
    assert answer.status_code == 409
    assert "run one first" in answer.content.decode()
    assert PolicyVersion.objects.count() == 1


def test_a_changed_draft_must_be_tried_again(page: Client, second: Person, demo_policy: PolicyVersion) -> None:
    draft = keep(page)
    try_it(page, draft)
    changed = page.post(f"/policies/drafts/{draft.pk}/edit/", {"text": NARROW.replace("public-test", "other")})
    assert changed.status_code == 302
    assert factories.signed_in(second).post(f"/policies/drafts/{draft.pk}/approve/", {}).status_code == 409


def test_an_approval_can_be_set_for_later(page: Client, second: Person, demo_policy: PolicyVersion) -> None:
    draft = keep(page)
    try_it(page, draft)
    other = factories.signed_in(second)
    other.post(f"/policies/drafts/{draft.pk}/approve/", {"takes_effect": "2099-01-01T00:00"})
    text = other.get("/policies/").content.decode()
    assert "To come" in text
    assert "2099-01-01" in text
    assert [document.version for document in in_force(at=factories.now()).documents] == [demo_policy]


def test_a_withdrawn_draft_stays_readable(page: Client, demo_policy: PolicyVersion) -> None:
    draft = keep(page)
    assert page.post(f"/policies/drafts/{draft.pk}/withdraw/").status_code == 302
    assert "withdrawn" in page.get(f"/policies/drafts/{draft.pk}/").content.decode()
    assert page.post(f"/policies/drafts/{draft.pk}/edit/", {"text": NARROW}).status_code == 404


def test_a_dry_run_says_how_far_it_is(page: Client, demo_policy: PolicyVersion) -> None:
    draft = keep(page)
    with patch("labelhub.policies.jobs.try_draft.apply_async"):
        page.post(f"/policies/drafts/{draft.pk}/try/", {"days": "30"})
    assert "Waiting" in page.get(f"/policies/drafts/{draft.pk}/trial/").content.decode()
    assert page.post(f"/policies/drafts/{draft.pk}/try/", {"days": "0"}).status_code == 422


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
    answer = page.post("/policies/drafts/new/", {"text": text})
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert not PolicyDraft.objects.exists()


def test_an_approval_that_cannot_be_recorded_does_not_happen(
    page: Client, second: Person, demo_policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = keep(page)
    try_it(page, draft)
    other = factories.signed_in(second)

    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", refuse)
    assert other.post(f"/policies/drafts/{draft.pk}/approve/", {}).status_code == 503
    assert PolicyVersion.objects.get().retired_at is None
    assert PolicyDraft.objects.get().state == PolicyDraft.State.OPEN


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


def test_a_document_whose_review_is_overdue_is_pointed_out(page: Client, demo_policy: PolicyVersion) -> None:
    overdue = NARROW + "\n[pack]\nas_of = 2020-01-01\nreview_by = 2020-06-01\n"
    activate_policy(overdue, by="tests", at=factories.now())
    assert "Its review is overdue" in page.get("/policies/").content.decode()
