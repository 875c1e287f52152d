"""Access: who may come in, and taking that away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.test import Client

from labelhub.accounts.actions import attest
from labelhub.accounts.models import Person
from labelhub.accounts.queries import attested_in
from labelhub.accounts.sessions import sessions_of
from labelhub.evidence.models import LedgerEntry
from tests import factories

CHANGES = ("attest", "revoke", "deactivate", "activate")
REFUSED = ("lead", "reviewer", "owner", "us_annotator", "outsider")


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


@pytest.mark.parametrize("role", REFUSED)
def test_access_is_refused_to_every_other_role(
    request: pytest.FixtureRequest, manila_annotator: Person, role: str
) -> None:
    client = factories.signed_in(request.getfixturevalue(role))
    home = f"/access/{manila_annotator.pseudonym}/"
    assert [client.get(path).status_code for path in ("/access/", home)] == [403, 403]
    assert [client.post(f"{home}{change}/").status_code for change in CHANGES] == [403] * 4
    manila_annotator.refresh_from_db()
    assert manila_annotator.is_active
    assert attested_in(manila_annotator, at=factories.now()) == "PH"


def test_the_list_says_who_is_attested_where_and_until_when(page: Client, manila_annotator: Person) -> None:
    text = page.get("/access/").content.decode()
    assert manila_annotator.email in text
    assert "the Philippines" in text
    assert "not set up" in text


def test_an_attestation_that_is_over_does_not_show_as_holding(page: Client, outsider: Person) -> None:
    attest(outsider, jurisdiction="US", by="tests", at=factories.now() - timedelta(days=91), days=90)
    text = page.get(f"/access/{outsider.pseudonym}/").content.decode()
    assert "none holds" in text
    assert ">over<" in text


@pytest.mark.parametrize(
    ("query", "is_listed"), [("q=annotator_ph", True), ("role=annotator", True), ("role=lead", False)]
)
def test_people_are_found_by_address_and_role(
    page: Client,
    manila_annotator: Person,
    query: str,
    is_listed: bool,  # noqa: FBT001  a column of the table
) -> None:
    assert (manila_annotator.email in page.get(f"/access/?{query}").content.decode()) is is_listed


def test_a_renewed_attestation_holds_for_the_days_asked(page: Client, outsider: Person) -> None:
    answer = page.post(f"/access/{outsider.pseudonym}/attest/", {"jurisdiction": "us-ca", "days": 30})
    assert answer.status_code == 302
    (made,) = outsider.attestations.all()
    assert made.jurisdiction == "US-CA"
    assert made.expires_at - made.valid_from == timedelta(days=30)


@pytest.mark.parametrize(
    ("place", "days"), [("US", 0), ("US", 91), ("US", "many"), ("EEA", 10), ("Atlantis", 10), ("", 10)]
)
def test_an_attestation_that_cannot_be_is_refused(page: Client, outsider: Person, place: str, days: object) -> None:
    answer = page.post(f"/access/{outsider.pseudonym}/attest/", {"jurisdiction": place, "days": days})
    assert answer.status_code == 400
    assert not outsider.attestations.exists()


def test_revoking_asks_first_and_then_ends_the_attestation(page: Client, us_annotator: Person) -> None:
    address = f"/access/{us_annotator.pseudonym}/revoke/"
    assert "What this touches" in page.get(address).content.decode()
    assert attested_in(us_annotator, at=factories.now()) == "US"
    assert page.post(address).status_code == 302
    assert attested_in(us_annotator, at=factories.now()) is None


def test_deactivating_asks_first_and_says_how_many_sessions_end(page: Client, us_annotator: Person) -> None:
    factories.signed_in(us_annotator)
    factories.signed_in(us_annotator, "PH")
    text = page.get(f"/access/{us_annotator.pseudonym}/deactivate/").content.decode()
    assert "2 sessions end at once" in text
    us_annotator.refresh_from_db()
    assert us_annotator.is_active


def test_a_deactivated_person_is_signed_out_everywhere_and_refused_at_once(page: Client, us_annotator: Person) -> None:
    theirs = factories.signed_in(us_annotator)
    assert theirs.get("/api/v1/me").status_code == 200
    page.post(f"/access/{us_annotator.pseudonym}/deactivate/")
    assert theirs.get("/api/v1/me").status_code == 401
    assert sessions_of(us_annotator) == []
    assert Session.objects.exists()


def test_an_activated_person_must_sign_in_anew(page: Client, us_annotator: Person) -> None:
    theirs = factories.signed_in(us_annotator)
    page.post(f"/access/{us_annotator.pseudonym}/deactivate/")
    page.post(f"/access/{us_annotator.pseudonym}/activate/")
    assert theirs.get("/api/v1/me").status_code == 401
    assert factories.signed_in(us_annotator).get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_changes_their_own_access(page: Client, officer: Person, change: str) -> None:
    answer = page.post(f"/access/{officer.pseudonym}/{change}/", {"jurisdiction": "PH", "days": 9})
    assert answer.status_code == 403
    officer.refresh_from_db()
    assert officer.is_active
    assert attested_in(officer, at=factories.now()) == "US"


def test_each_change_is_recorded_with_who_made_it(page: Client, officer: Person, us_annotator: Person) -> None:
    for change in ("revoke", "deactivate", "activate"):
        page.post(f"/access/{us_annotator.pseudonym}/{change}/")
    made = LedgerEntry.objects.filter(action="person:access:changed", person=us_annotator.pseudonym).order_by("at")
    by_officer = [entry for entry in made if officer.pseudonym in entry.body]
    assert len(by_officer) == 3


def test_looking_at_a_persons_entries_is_recorded(page: Client, us_annotator: Person) -> None:
    page.get(f"/access/{us_annotator.pseudonym}/")
    read = LedgerEntry.objects.get(action="ledger:report:read")
    assert us_annotator.pseudonym in read.body


def test_a_person_nobody_knows_is_not_found(page: Client) -> None:
    assert page.get("/access/p-nobody/").status_code == 404
    assert page.post("/access/p-nobody/deactivate/").status_code == 404


def test_a_deactivation_that_cannot_be_recorded_does_not_happen(
    page: Client, us_annotator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = factories.signed_in(us_annotator)

    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(LedgerEntry.objects, "create", refuse)
        assert page.post(f"/access/{us_annotator.pseudonym}/deactivate/").status_code == 503
    us_annotator.refresh_from_db()
    assert us_annotator.is_active
    assert theirs.get("/api/v1/me").status_code == 200
