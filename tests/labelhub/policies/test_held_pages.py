"""Documents and grants: recorded by officers, counting from then on, withdrawn with the next request."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from labelhub.accounts.actions import add_organization
from labelhub.accounts.models import Organization, Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.models import Footage
from labelhub.policies.actions import activate_policy
from labelhub.policies.held_actions import HeldError, withdraw_grant
from labelhub.policies.models import HeldDocument, HeldGrant
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESSES = ("/policies/held/", "/policies/held/documents/add/", "/policies/held/grants/add/")
POLICY = """
name = "held"
layer = "platform"
title = "What is held"
effective_from = 2026-01-01
[[rule]]
id = "held"
effect = "permit"
actions = ["list", "view"]
words = "Footage may be seen by those who hold what is asked."
[rule.when]
{condition}
"""


def put_in_force(condition: str) -> None:
    activate_policy(POLICY.format(condition=condition), by="tests", at=factories.now())


def day(days: int) -> str:
    return str((factories.now() + timedelta(days=days)).date())


def a_document(**changed: str) -> dict[str, str]:
    return {"word": "Written-Declaration", "party": "northgate", "reference": "archive 7", **changed}


def a_grant(person: Person, **changed: str) -> dict[str, str]:
    told = {"word": "night-shift", "person": person.pseudonym, "reason": "covers nights", "valid_until": day(30)}
    return {**told, **changed}


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


@pytest.fixture
def northgate(officer: Person) -> Organization:
    return add_organization(code="northgate", name="Northgate", relation="controller")


@pytest.fixture
def footage(lead: Person) -> Footage:
    footage = factories.make_footage(factories.make_source())
    factories.let_see(lead, footage.source)
    return footage


@pytest.mark.parametrize("role", ["lead", "reviewer", "owner", "us_annotator", "outsider"])
def test_what_is_held_is_refused_to_every_other_role(
    request: pytest.FixtureRequest, northgate: Organization, manila_annotator: Person, role: str
) -> None:
    document, grant = factories.make_document(northgate), factories.make_grant(manila_annotator)
    client = factories.signed_in(request.getfixturevalue(role))
    assert [client.get(address).status_code for address in ADDRESSES] == [403] * 3
    assert client.post(ADDRESSES[2], a_grant(manila_annotator)).status_code == 403
    assert client.post(f"/policies/held/documents/{document.pk}/withdraw/").status_code == 403
    assert client.post(f"/policies/held/grants/{grant.pk}/withdraw/").status_code == 403
    assert HeldGrant.objects.count() == 1
    assert not HeldDocument.objects.filter(withdrawn_at__isnull=False).exists()


def test_an_empty_list_says_what_to_do(page: Client) -> None:
    text = page.get("/policies/held/").content.decode()
    assert "No document is recorded" in text
    assert "No grant is given" in text


def test_a_document_is_recorded_and_listed(page: Client, officer: Person, northgate: Organization) -> None:
    assert page.post(ADDRESSES[1], a_document()).status_code == 302
    row = HeldDocument.objects.get()
    assert (row.type, row.valid_until, row.recorded_by) == ("written-declaration", None, officer.pseudonym)
    entry = LedgerEntry.objects.get(action=LedgerAction.HELD_DOCUMENT_ADDED)
    told = json.loads(entry.body)["details"]
    assert (told["document"], told["type"], told["by"]) == (row.pk, "written-declaration", officer.pseudonym)
    text = page.get("/policies/held/").content.decode()
    assert "written-declaration" in text
    assert "no end" in text


def test_the_last_day_is_included(page: Client, northgate: Organization) -> None:
    page.post(ADDRESSES[1], a_document(valid_from=day(1), valid_until=day(1)))
    row = HeldDocument.objects.get()
    assert row.valid_until is not None
    assert row.valid_until - row.valid_from == timedelta(days=1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"word": ""}, "write what rules call it"),
        ({"word": "two words"}, "is no word of rules"),
        ({"party": "nothing"}, "Select a valid choice"),
        ({"valid_from": "yesterday"}, "Enter a valid date"),
        ({"valid_from": "2020-01-01"}, "it counts from its recording on"),
        ({"valid_until": "2020-01-01"}, "it would end before it begins"),
        ({"valid_until": "9999-12-31"}, "choose an earlier day"),
    ],
)
def test_a_document_that_cannot_be_is_refused_with_the_mend(
    page: Client, northgate: Organization, changed: dict[str, str], words: str
) -> None:
    answer = page.post(ADDRESSES[1], a_document(**changed))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "archive 7" in answer.content.decode()
    assert not HeldDocument.objects.exists()


def test_a_grant_holds_for_a_year_at_most(page: Client, lead: Person) -> None:
    answer = page.post(ADDRESSES[2], a_grant(lead, valid_until=day(367)))
    assert answer.status_code == 422
    assert "a year at most" in answer.content.decode()
    assert page.post(ADDRESSES[2], a_grant(lead, valid_until="")).status_code == 422
    assert page.post(ADDRESSES[2], a_grant(lead, valid_until=day(364))).status_code == 302


def test_nobody_gives_themselves_a_grant(page: Client, officer: Person) -> None:
    answer = page.post(ADDRESSES[2], a_grant(officer))
    assert answer.status_code == 422
    assert "nobody gives themselves a grant" in answer.content.decode()
    assert not HeldGrant.objects.exists()


def test_the_forms_say_which_words_rules_look_for(page: Client) -> None:
    assert "No rule in force looks for any." in page.get(ADDRESSES[1]).content.decode()
    put_in_force('situation.grants = { holds = ["night-shift"] }')
    assert "Rules in force look for: night-shift." in page.get(ADDRESSES[2]).content.decode()


def test_a_grant_counts_until_it_is_withdrawn(page: Client, lead: Person, officer: Person, footage: Footage) -> None:
    put_in_force('situation.grants = { holds = ["night-shift"] }')
    theirs, media = factories.signed_in(lead), f"/media/{footage.pk}/original"
    assert theirs.get(media).status_code == 403
    page.post(ADDRESSES[2], a_grant(lead))
    assert theirs.get(media).status_code == 200
    address = f"/policies/held/grants/{HeldGrant.objects.get().pk}/withdraw/"
    text = page.get(address).content.decode()
    assert "What this touches" in text
    assert "To undo it, give it again" in text
    assert theirs.get(media).status_code == 200, "asking withdraws nothing"
    page.post(address)
    assert theirs.get(media).status_code == 403
    given, taken = LedgerEntry.objects.filter(action__startswith="held:grant:").order_by("at")
    assert (given.person, taken.person) == (lead.pseudonym, lead.pseudonym)
    assert (given.action, taken.action) == (LedgerAction.HELD_GRANT_ADDED, LedgerAction.HELD_GRANT_WITHDRAWN)
    assert officer.pseudonym in taken.body


def test_a_document_counts_until_it_is_withdrawn(
    page: Client, lead: Person, northgate: Organization, footage: Footage
) -> None:
    put_in_force(
        'situation.documents = { requires_document = { type = "written-declaration", party = "viewer.entity" } }'
    )
    theirs, media = factories.signed_in(lead), f"/media/{footage.pk}/original"
    assert theirs.get(media).status_code == 403
    page.post(ADDRESSES[1], a_document())
    assert theirs.get(media).status_code == 200
    page.post(f"/policies/held/documents/{HeldDocument.objects.get().pk}/withdraw/")
    assert theirs.get(media).status_code == 403
    assert LedgerEntry.objects.filter(action=LedgerAction.HELD_DOCUMENT_WITHDRAWN).count() == 1


def test_withdrawing_twice_is_said_and_recorded_once(page: Client, lead: Person) -> None:
    address = f"/policies/held/grants/{factories.make_grant(lead).pk}/withdraw/"
    page.post(address)
    assert "it was withdrawn already" in page.post(address, follow=True).content.decode()
    assert LedgerEntry.objects.filter(action=LedgerAction.HELD_GRANT_WITHDRAWN).count() == 1


def test_what_is_over_cannot_be_withdrawn(lead: Person) -> None:
    grant = factories.make_grant(lead, days=1)
    with pytest.raises(HeldError, match="over already"):
        withdraw_grant(grant, by="tests", at=factories.now() + timedelta(days=2))
    grant.refresh_from_db()
    assert grant.withdrawn_at is None


def test_what_is_withdrawn_stays_listed(page: Client, lead: Person) -> None:
    grant = factories.make_grant(lead)
    page.post(f"/policies/held/grants/{grant.pk}/withdraw/")
    text = page.get("/policies/held/").content.decode()
    assert "withdrawn 20" in text
    assert f"/policies/held/grants/{grant.pk}/withdraw/" not in text
