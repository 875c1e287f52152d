"""Findings, as the officer meets them and nobody else does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError

from labelhub.accounts.models import Person
from labelhub.evidence.models import Finding, LedgerAction, LedgerEntry
from labelhub.evidence.reconciling import reconcile
from tests import factories
from tests.labelhub.evidence import door_log, entries

REFUSED = ("lead", "reviewer", "owner", "us_annotator", "outsider")


@pytest.mark.parametrize("role", REFUSED)
def test_findings_are_for_compliance_officers_only(request: pytest.FixtureRequest, role: str) -> None:
    client, number = factories.signed_in(request.getfixturevalue(role)), factories.make_finding().pk
    for page in ("/findings/", f"/findings/{number}/"):
        assert client.get(page).status_code == 403
    for change in (f"{number}/close", f"{number}/reopen", "close"):
        assert client.post(f"/findings/{change}/", {"reason": "mine", "finding": number}).status_code == 403
    assert Finding.objects.get().closed_at is None


def test_an_empty_list_says_whether_anything_was_checked(officer: Person, tmp_path: Path) -> None:
    client = factories.signed_in(officer)
    assert "Nothing has been checked yet" in client.get("/findings/").content.decode()
    reconcile(door_log.write(tmp_path / "gateway" / "streamed.log"), at=factories.now())
    page = client.get("/findings/").content.decode()
    assert "Nothing has been checked yet" not in page
    assert "Nothing is open" in page


def test_a_finding_names_what_happened_and_leads_to_its_entry(officer: Person, tmp_path: Path) -> None:
    at, client = factories.now(), factories.signed_in(officer)
    log = door_log.write(tmp_path / "gateway" / "streamed.log")
    reconcile(log, at=at)
    shown = entries.view(at)
    door_log.write(log, door_log.line(at, entry=str(shown.pk)))
    door_log.write(log, door_log.line(at, entry=str(shown.pk), path="/media/<b>f2</b>/original"))
    reconcile(log, at=at)
    (finding,) = Finding.objects.all()
    assert f'href="/findings/{finding.pk}/"' in client.get("/findings/").content.decode()
    page = client.get(f"/findings/{finding.pk}/").content.decode()
    assert f'href="/where-viewed/{shown.pk}/"' in page
    assert "its entry is about something else" in page
    assert "&lt;b&gt;f2" in page
    assert "<b>f2" not in page
    assert "1,000 bytes in 1 request," in client.get(f"/where-viewed/{shown.pk}/").content.decode()


def test_an_entry_the_ledger_does_not_have_is_said_to_be_missing(officer: Person, tmp_path: Path) -> None:
    at = factories.now()
    named = "00000000-0000-4000-8000-000000000000"
    log = door_log.write(tmp_path / "gateway" / "streamed.log", door_log.line(at, entry=named))
    reconcile(log, at=at)
    page = factories.signed_in(officer).get(f"/findings/{Finding.objects.get().pk}/").content.decode()
    assert "which the ledger does not have" in page
    assert f"/where-viewed/{named}/" not in page


def test_a_finding_is_closed_with_a_reason_and_opened_again(officer: Person) -> None:
    client, number = factories.signed_in(officer), factories.make_finding().pk
    assert client.post(f"/findings/{number}/close/", {"reason": " "}).status_code == 422
    assert client.post(f"/findings/{number}/close/", {"reason": "a test of the door"}).status_code == 302
    assert f"/findings/{number}/" not in client.get("/findings/").content.decode()
    assert f"/findings/{number}/" in client.get("/findings/?state=closed").content.decode()
    page = client.get(f"/findings/{number}/").content.decode()
    assert "a test of the door" in page
    assert officer.name in page
    closed = LedgerEntry.objects.get(action=LedgerAction.LEDGER_FINDING_CLOSED)
    assert closed.person == officer.pseudonym
    assert '"reason":"a test of the door"' in closed.body
    assert client.post(f"/findings/{number}/reopen/").status_code == 302
    assert f"/findings/{number}/" in client.get("/findings/").content.decode()
    raised = LedgerEntry.objects.filter(action=LedgerAction.LEDGER_FINDING_RAISED, person=officer.pseudonym)
    assert '"change":"opened again"' in raised.get().body


def test_what_is_closed_or_open_already_stays_so_and_says_it(officer: Person) -> None:
    client, number = factories.signed_in(officer), factories.make_finding().pk
    again = client.post(f"/findings/{number}/reopen/", follow=True).content.decode()
    assert "it is open already" in again
    client.post(f"/findings/{number}/close/", {"reason": "first"})
    assert (
        "it is closed already"
        in client.post(f"/findings/{number}/close/", {"reason": "second"}, follow=True).content.decode()
    )
    assert Finding.objects.get().reason == "first"


def test_one_finding_is_never_open_twice(officer: Person, tmp_path: Path) -> None:
    client, at = factories.signed_in(officer), factories.now()
    missing = tmp_path / "gateway" / "streamed.log"
    reconcile(missing, at=at)
    first = Finding.objects.get()
    client.post(f"/findings/{first.pk}/close/", {"reason": "put back"})
    reconcile(missing, at=at + timedelta(seconds=1))
    assert Finding.objects.filter(closed_at__isnull=True).count() == 1
    page = client.post(f"/findings/{first.pk}/reopen/", follow=True).content.decode()
    assert "the same was found again since" in page
    first.refresh_from_db()
    assert first.closed_at is not None


def test_findings_of_one_kind_are_listed_alone(officer: Person, tmp_path: Path) -> None:
    client, number = factories.signed_in(officer), factories.make_finding().pk
    reconcile(tmp_path / "nothing.log", at=factories.now())
    gap = Finding.objects.exclude(pk=number).get().pk
    page = client.get("/findings/?kind=log-gap").content.decode()
    assert f"/findings/{gap}/" in page
    assert f'href="/findings/{number}/"' not in page


def test_a_page_of_findings_is_closed_for_one_reason(officer: Person) -> None:
    client = factories.signed_in(officer)
    shown = [factories.make_finding().pk for _ in range(3)]
    assert "Close the 3 on this page" in client.get("/findings/?kind=bytes-without-entry").content.decode()
    later = factories.make_finding().pk
    sent = {"finding": [*shown, "99999", "x", "²", "9" * 5000], "reason": ""}
    assert client.post("/findings/close/?kind=bytes-without-entry", sent).status_code == 422
    assert client.post("/findings/close/", {**sent, "reason": "one cause"}).status_code == 302
    assert set(Finding.objects.filter(reason="one cause").values_list("pk", flat=True)) == set(shown)
    assert Finding.objects.get(pk=later).closed_at is None
    assert LedgerEntry.objects.filter(action=LedgerAction.LEDGER_FINDING_CLOSED).count() == 3


def test_every_look_at_findings_is_recorded_or_refused(officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    client, number = factories.signed_in(officer), factories.make_finding().pk
    for page in ("/findings/", f"/findings/{number}/"):
        client.get(page)
    looks = LedgerEntry.objects.filter(action=LedgerAction.LEDGER_REPORT_READ, person=officer.pseudonym)
    assert looks.count() == 2

    def full(**_: object) -> LedgerEntry:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", full)
    for page in ("/findings/", f"/findings/{number}/"):
        assert client.get(page).status_code == 503
    assert client.post(f"/findings/{number}/close/", {"reason": "no"}).status_code == 503
    assert Finding.objects.get().closed_at is None
