"""A view is decided and recorded before a signed path leaves."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import DatabaseError
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labelhub.accounts.actions import revoke_attestations, set_active
from labelhub.accounts.models import Person
from labelhub.demo.networks import ANONYMISED_ADDRESS
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.models import Footage
from labelhub.gateway import media
from labelhub.labeling.models import Job, LabelingTask, Reservation
from labelhub.labeling.queue import reserve_next
from labelhub.policies.models import PolicyVersion
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def californian(demo_policy: PolicyVersion) -> Footage:
    return factories.make_footage(factories.make_source())


@pytest.fixture
def job(lead: Person, californian: Footage, us_annotator: Person, manila_annotator: Person) -> Job:
    factories.let_see(lead, californian.source)
    return factories.make_job(lead, us_annotator, manila_annotator)


def held(job: Job, person: Person) -> LabelingTask:
    task = reserve_next(job.zones.get(), factories.standing_in(person))
    assert task is not None
    return task


def address(footage: Footage) -> str:
    return f"/media/{footage.pk}/original"


def views() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(action__startswith="media:view").order_by("at"))


def test_the_holder_of_a_task_is_handed_to_the_store_after_an_entry(
    job: Job, us_annotator: Person, californian: Footage
) -> None:
    held(job, us_annotator)
    answer = factories.signed_in(us_annotator).get(address(californian))
    (entry,) = views()
    assert answer.status_code == 200
    assert answer["X-Accel-Redirect"].startswith(f"/labelhub-us/{californian.store_key}?X-Amz-")
    assert answer["X-Accel-Zone"] == "us"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-LH-Entry"] == str(entry.pk)
    assert (entry.action, entry.outcome, entry.place, entry.purpose) == (
        LedgerAction.MEDIA_VIEW_ALLOWED,
        "allow",
        "US",
        "ml-training",
    )
    assert answer.content == b""


def test_another_place_is_refused_with_the_reason_and_recorded(
    job: Job, manila_annotator: Person, californian: Footage
) -> None:
    answer = factories.signed_in(manila_annotator, "PH").get(address(californian))
    (entry,) = views()
    assert answer.status_code == 403
    assert "X-Accel-Redirect" not in answer
    text = answer.content.decode()
    assert "California" in text
    assert "the United States" in text
    assert "the Philippines" in text
    assert (entry.action, entry.outcome, entry.place) == (LedgerAction.MEDIA_VIEW_DENIED, "deny", "PH")
    assert californian.source.code not in text
    assert californian.name not in text


def test_a_person_behind_an_anonymiser_in_the_right_country_is_refused_in_words_that_say_so(
    job: Job, us_annotator: Person, californian: Footage
) -> None:
    held(job, us_annotator)
    person = factories.signed_in(us_annotator)
    assert person.get(address(californian)).status_code == 200
    answer = person.get(address(californian), headers={"X-LH-Peer": str(ANONYMISED_ADDRESS)})
    entry = views()[-1]
    assert answer.status_code == 403
    assert "X-Accel-Redirect" not in answer
    text = answer.content.decode()
    assert (
        "could not establish where you are connecting from, since the connection comes through an anonymising" in text
    )
    assert "The connection coming through no anonymising network" in text
    assert (entry.action, entry.outcome, entry.place) == (LedgerAction.MEDIA_VIEW_DENIED, "deny", "")


@pytest.fixture
def held_task(job: Job, us_annotator: Person, californian: Footage) -> str:
    """The address of footage that the annotator may see from home."""
    held(job, us_annotator)
    return address(californian)


@pytest.mark.parametrize("text", [None, "", "network\n1.2.3.0/24\n"])
def test_without_a_good_list_of_networks_nothing_is_shown_to_anybody(
    held_task: str, us_annotator: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    file = tmp_path / "networks.csv"
    if text is not None:
        file.write_text(text)
    with override_settings(NETWORKS=file):
        answer = factories.signed_in(us_annotator).get(held_task)
    assert answer.status_code == 403
    assert "could not establish where you are connecting from" in answer.content.decode()
    assert "labelhub.accounts.networks" in caplog.text  # whoever runs labelhub is told, once, which line to mend
    assert str(file) in caplog.text


def test_the_right_place_without_the_task_is_refused(job: Job, us_annotator: Person, californian: Footage) -> None:
    answer = factories.signed_in(us_annotator).get(address(californian))
    assert answer.status_code == 403
    assert "not-assigned" in json.loads(views()[0].body)["rules"]


def test_an_unknown_place_is_refused(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    answer = factories.signed_in(us_annotator, "nowhere").get(address(californian))
    assert answer.status_code == 403
    assert views()[0].place == ""


def test_unknown_footage_is_refused_and_recorded(job: Job, us_annotator: Person) -> None:
    answer = factories.signed_in(us_annotator).get("/media/000000000000000000000000/original")
    assert answer.status_code == 404
    assert json.loads(views()[0].body)["rules"] == ["unknown-footage"]


def test_an_unknown_rendition_is_refused(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    assert factories.signed_in(us_annotator).get(f"/media/{californian.pk}/raw").status_code == 404


def test_requests_within_a_minute_share_one_entry(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    first = browser.get(address(californian), HTTP_RANGE="bytes=0-")
    second = browser.get(address(californian), HTTP_RANGE="bytes=1000-")
    assert first["X-LH-Entry"] == second["X-LH-Entry"]
    assert len(views()) == 1


def test_a_lease_ends_after_a_minute(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    browser.get(address(californian))
    later = timezone.now() + timedelta(seconds=61)
    with patch.object(media.timezone, "now", return_value=later):
        browser.get(address(californian))
    assert len(views()) == 2


def test_a_lease_from_the_future_is_none(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    browser.get(address(californian))
    earlier = timezone.now() - timedelta(seconds=5)
    with patch.object(media.timezone, "now", return_value=earlier):
        browser.get(address(californian))
    assert len(views()) == 2


def test_a_lease_dies_when_the_place_changes(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    assert browser.get(address(californian)).status_code == 200
    moved = browser.get(address(californian), HTTP_X_LH_PEER=factories.PEERS["PH"])
    assert moved.status_code == 403
    assert [entry.outcome for entry in views()] == ["allow", "deny"]


def test_a_lease_dies_when_the_attestation_is_revoked(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    assert browser.get(address(californian)).status_code == 200
    revoke_attestations(us_annotator, by="tests", at=timezone.now())
    assert browser.get(address(californian)).status_code == 403


def test_a_lease_dies_when_the_reservation_ends(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    assert browser.get(address(californian)).status_code == 200
    Reservation.objects.all().delete()
    assert browser.get(address(californian)).status_code == 403


def test_a_policy_change_begins_a_new_entry(
    job: Job, us_annotator: Person, californian: Footage, demo_policy: PolicyVersion
) -> None:
    from labelhub.policies.actions import activate_policy  # noqa: PLC0415

    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    browser.get(address(californian))
    changed = demo_policy.text.replace('inside = ["US-CA"]', 'inside = ["US-CA", "US-NV"]')
    activate_policy(changed, by="tests", at=timezone.now())
    assert browser.get(address(californian)).status_code == 200
    assert len({entry.policy_hash for entry in views()}) == 2


def test_a_person_shut_out_sees_nothing_more(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    set_active(us_annotator, is_active=False, by="tests", at=timezone.now())
    assert browser.get(address(californian)).status_code == 401


def test_without_a_second_factor_no_byte_is_near(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.sign_in(factories.client_from("US"), us_annotator, with_mfa=False)
    assert browser.get(address(californian)).status_code == 401
    assert views() == []


def test_a_ledger_that_cannot_be_written_shows_nothing(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    with patch.object(LedgerEntry.objects, "create", side_effect=DatabaseError("disk full")):
        answer = browser.get(address(californian))
    assert answer.status_code == 503
    assert "X-Accel-Redirect" not in answer


def test_without_a_policy_nothing_is_shown(job: Job, us_annotator: Person, californian: Footage) -> None:
    held(job, us_annotator)
    PolicyVersion.objects.all().delete()
    answer = factories.signed_in(us_annotator).get(address(californian))
    assert answer.status_code == 503
    assert "X-Accel-Redirect" not in answer


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_media_answers_only_reads(job: Job, us_annotator: Person, californian: Footage, method: str) -> None:
    held(job, us_annotator)
    assert getattr(factories.signed_in(us_annotator), method)(address(californian)).status_code in {403, 405}
    assert views() == []


def test_a_lead_sees_a_camera_they_were_given(job: Job, lead: Person, californian: Footage) -> None:
    assert factories.signed_in(lead).get(address(californian)).status_code == 200
    assert views()[0].purpose == "quality-review"


def test_an_officer_sees_no_footage(job: Job, officer: Person, californian: Footage) -> None:
    assert factories.signed_in(officer).get(address(californian)).status_code == 403


def test_a_client_sent_peer_cannot_pass_for_the_gateways() -> None:
    # The door's own header is what counts; without its secret nothing is read at all.
    from django.test import Client  # noqa: PLC0415

    answer = Client(HTTP_X_LH_PEER="203.0.113.10").get("/healthz")
    assert answer.status_code == 403


def test_a_view_under_a_lease_asks_the_database_eight_times_at_most(
    job: Job, us_annotator: Person, californian: Footage, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    held(job, us_annotator)
    browser = factories.signed_in(us_annotator)
    browser.get(address(californian))
    with django_assert_max_num_queries(8):
        browser.get(address(californian))
