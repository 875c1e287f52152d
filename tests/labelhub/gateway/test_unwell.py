"""While a ledger cannot prove what it records, no byte is shown, an alarm shows, and both end by themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client, override_settings

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry, LedgerHead
from labelhub.evidence.sequencing import sequence
from labelhub.exports.models import ExportRun
from labelhub.footage.models import Footage
from labelhub.labeling.models import Job
from labelhub.labeling.queue import reserve_next
from labelhub.policies.models import PolicyVersion
from tests import factories
from tests.labelhub.evidence import ledgers

pytestmark = [pytest.mark.django_db, pytest.mark.own_sequencer]
WORDS = "The record of views cannot be written or signed at the moment, so nothing is shown. Try again in a minute."
HOUR = timedelta(hours=1)


def report(ledger: str = "us", *, ago: timedelta = timedelta(0), **fields: object) -> None:
    """Let a ledger's sequencer have said how it fares."""
    values = {"reported": factories.now() - ago, "problem": "", **fields}
    LedgerHead.objects.update_or_create(pk=ledger, defaults=values)


UNWELL: dict[str, Callable[[], None]] = {
    "never reported": lambda: None,
    "made, and never reported": lambda: report(reported=None),
    "silent": lambda: report(ago=timedelta(seconds=31)),
    "a problem": lambda: report(problem="ledger `us` cannot be signed: the signer does not answer"),
    "a report from the future": lambda: report(ago=-HOUR),
    "an entry from the future": lambda: report(sequenced=factories.now() + HOUR),
}


@pytest.fixture
def californian(demo_policy: PolicyVersion) -> Footage:
    return factories.make_footage(factories.make_source())


@pytest.fixture
def job(lead: Person, californian: Footage, us_annotator: Person, manila_annotator: Person) -> Job:
    factories.let_see(lead, californian.source)
    made = factories.make_job(lead, us_annotator, manila_annotator)
    assert reserve_next(made.zones.get(), factories.standing_in(us_annotator)) is not None
    return made


@pytest.fixture
def browser(job: Job, us_annotator: Person) -> Client:
    """The holder of the task, at home."""
    return factories.signed_in(us_annotator)


@pytest.fixture
def media(californian: Footage) -> str:
    return f"/media/{californian.pk}/original"


def views() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(action__startswith="media:view").order_by("at"))


@pytest.mark.parametrize("case", UNWELL)
def test_an_unwell_ledger_shows_nothing_records_that_and_shows_all_again_when_it_is_well(
    browser: Client, media: str, case: str
) -> None:
    UNWELL[case]()
    answer = browser.get(media)
    assert answer.status_code == 503
    assert "X-Accel-Redirect" not in answer
    assert WORDS in answer.content.decode()
    (entry,) = views()
    assert (entry.action, entry.outcome) == (LedgerAction.MEDIA_VIEW_DENIED, "deny")
    assert json.loads(entry.body)["rules"] == ["ledger-unwell"]
    assert answer["X-LH-Entry"] == str(entry.pk)
    assert str(entry.pk) in answer.content.decode()
    report(sequenced=None)
    well = browser.get(media)
    assert (well.status_code, "X-Accel-Redirect" in well) == (200, True)
    assert views()[-1].action == LedgerAction.MEDIA_VIEW_ALLOWED


def test_a_view_recorded_a_moment_ago_opens_nothing_once_the_ledger_is_unwell(browser: Client, media: str) -> None:
    report()
    assert browser.get(media).status_code == 200
    report(problem="ledger `us` cannot be signed")
    assert browser.get(media).status_code == 503


def test_another_zones_ledger_is_no_reason_to_refuse(browser: Client, media: str) -> None:
    report()
    report("eu", problem="ledger `eu` cannot be signed")
    assert browser.get(media).status_code == 200


def test_a_refusal_by_a_rule_stays_that_refusal(job: Job, manila_annotator: Person, media: str) -> None:
    assert factories.signed_in(manila_annotator, "PH").get(media).status_code == 403
    assert "ledger-unwell" not in json.loads(views()[0].body)["rules"]


def test_a_program_is_told_in_json(browser: Client, media: str) -> None:
    answer = browser.get(media, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (503, WORDS)


def test_a_training_set_is_not_handed_out_either_and_that_is_recorded(job: Job, lead: Person) -> None:
    footage = Footage.objects.get()
    run = ExportRun.objects.create(
        job=job,
        zone_id="us",
        requested_by=lead,
        file_format="coco",
        requested_at=factories.now(),
        items_total=1,
        state=ExportRun.State.READY,
        footage_ids=[footage.pk],
        store_key="sets/one.zip",
        sha256="0" * 64,
    )
    client = factories.signed_in(lead)
    answer = client.get(f"/datasets/{run.pk}/download")
    assert (answer.status_code, "X-Accel-Redirect" in answer) == (503, False)
    entry = LedgerEntry.objects.get(action=LedgerAction.EXPORT_DOWNLOAD_DENIED)
    assert json.loads(entry.body)["rules"] == ["ledger-unwell"]
    assert answer["X-LH-Entry"] == str(entry.pk)
    report()
    assert "X-Accel-Redirect" in client.get(f"/datasets/{run.pk}/download")


@pytest.mark.parametrize("which", ["GEOIP_PRIMARY", "GEOIP_SECONDARY"])
@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_without_a_database_of_addresses_nothing_is_shown_and_that_is_recorded(
    browser: Client, media: str, tmp_path: Path, which: str, content: bytes | None
) -> None:
    report()
    file = tmp_path / "addresses.mmdb"
    if content is not None:
        file.write_bytes(content)
    with override_settings(**{which: file}):
        answer = browser.get(media)
    assert (answer.status_code, "X-Accel-Redirect" in answer) == (403, False)
    assert (views()[0].action, views()[0].place) == (LedgerAction.MEDIA_VIEW_DENIED, "")
    assert browser.get(media).status_code == 200


@contextmanager
def read_only() -> Iterator[None]:
    """The database answers and takes nothing in, as a replica or a server that protects itself does."""
    point = transaction.savepoint()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL transaction_read_only = on")
            try:
                yield
            finally:
                transaction.savepoint_rollback(point)  # the one way back within a transaction
        else:
            cursor.execute("PRAGMA query_only = ON")
            try:
                yield
            finally:
                cursor.execute("PRAGMA query_only = OFF")


def test_a_database_that_takes_nothing_in_shows_no_byte_and_leaves_no_gap(browser: Client, media: str) -> None:
    report()
    written = LedgerEntry.objects.count()
    with read_only():
        answers = [browser.get(media) for _ in range(3)]
    assert [(one.status_code, "X-Accel-Redirect" in one) for one in answers] == [(503, False)] * 3
    assert all(WORDS in one.content.decode() for one in answers)
    assert LedgerEntry.objects.count() == written
    assert browser.get(media).status_code == 200
    sequence("us", at=factories.now())
    assert ledgers.verify_numbers() == LedgerEntry.objects.filter(ledger="us").count()


def test_a_database_that_is_away_is_said_in_words_and_not_as_a_failure(browser: Client, media: str) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the connection is closed")

    browser.raise_request_exception = False
    with connection.execute_wrapper(away):
        answer = browser.get(media)
    assert (answer.status_code, "X-Accel-Redirect" in answer) == (503, False)
    assert WORDS in answer.content.decode()


TOLD = {"officer": True, "lead": True, "us_annotator": False, "owner": False}


@pytest.mark.parametrize("who", TOLD)
def test_an_alarm_shows_on_every_page_of_officers_and_leads_and_ends_by_itself(
    who: str, request: pytest.FixtureRequest, demo_policy: PolicyVersion
) -> None:
    client = factories.signed_in(request.getfixturevalue(who))
    for ledger in ("control", "us", "eu"):
        report(ledger)
    assert "not well" not in client.get("/", follow=True).content.decode()
    report(problem="ledger `us` cannot be signed: the signer does not answer")
    shown = client.get("/", follow=True)
    assert shown.status_code == 200
    assert ("The record of views is not well" in shown.content.decode()) is TOLD[who]
    assert ("ledger `us` cannot be signed: the signer does not answer" in shown.content.decode()) is TOLD[who]
    report()
    assert "not well" not in client.get("/", follow=True).content.decode()
