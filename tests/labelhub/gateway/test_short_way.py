"""The short way of a view: it answers what the whole way would, and every change ends it with the next request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from labelhub.accounts.actions import attest, revoke_attestations
from labelhub.accounts.facts import PersonFacts, set_person_facts
from labelhub.accounts.models import Organization, Person
from labelhub.accounts.sessions import end_sessions, shut_out
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.facts import CameraFacts, set_camera_facts
from labelhub.footage.models import Footage, Source
from labelhub.gateway.known import known
from labelhub.gateway.short_way import shown
from labelhub.labeling.assignments import take_back
from labelhub.labeling.closing import close_job
from labelhub.labeling.models import Job, LabelingTask, Reservation
from labelhub.labeling.queue import reserve_next
from labelhub.policies import emergencies
from labelhub.policies.held_actions import withdraw_document, withdraw_grant
from labelhub.policies.models import HeldDocument, HeldGrant, PolicyVersion
from residency import Sensitivity
from tests import factories

HELD = """
name = "demo"
layer = "platform"
title = "What is held"
effective_from = 2026-01-01
[[rule]]
id = "held"
effect = "permit"
actions = ["list", "view", "annotate"]
words = "Footage may be seen by those who hold what is asked."
[rule.when]
{condition}
"""


@pytest.fixture
def _world(shared_db: None) -> None:
    """A database that other connections see: what was committed there has to end what was remembered here."""
    factories.activate_demo_policy()


@pytest.fixture
def footage(_world: None) -> Footage:
    return factories.make_footage(factories.make_source(owner=None))


@pytest.fixture
def lead(_world: None, footage: Footage) -> Person:
    lead = factories.make_person("lead", factories.Role.LEAD, attested="US")
    factories.let_see(lead, footage.source)
    return lead


@pytest.fixture
def officer(_world: None) -> Person:
    return factories.make_person("officer", factories.Role.OFFICER, attested="US")


@pytest.fixture
def annotator(_world: None) -> Person:
    return factories.make_annotator("US")


@pytest.fixture
def job(lead: Person, annotator: Person, footage: Footage) -> Job:
    """A job whose one task the annotator holds."""
    job = factories.make_job(lead, annotator)
    assert reserve_next(job.zones.get(), factories.standing_in(annotator)) is not None
    return job


def short(browser: Client, footage: Footage, verb: str = "GET", **headers: str) -> dict[str, str] | None:
    """What the short way says, and nothing if it leaves the request to the whole of Django."""
    factory = RequestFactory(**browser.defaults)
    factory.cookies = browser.cookies
    found = shown(factory.generic(verb, f"/media/{footage.pk}/original", **headers).environ)
    return None if found is None else dict(found)


def elsewhere(change: Callable[[], object]) -> None:
    """Change something over another connection to the database, as another process does."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            change()
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not failed


def allowed() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(action=LedgerAction.MEDIA_VIEW_ALLOWED).order_by("at"))


def looked(browser: Client, footage: Footage) -> str:
    """Look twice, so that there is an entry that stands for more, and name it."""
    first, second = short(browser, footage), short(browser, footage)
    assert first is not None
    assert second is not None
    assert first["X-LH-Entry"] == second["X-LH-Entry"] == str(allowed()[-1].pk)
    return first["X-LH-Entry"]


def later(**time: float) -> Any:  # noqa: ANN401  mock's type
    return patch.object(timezone, "now", return_value=timezone.now() + timedelta(**time))


def at() -> Any:  # noqa: ANN401  a time
    return timezone.now()


@dataclass(frozen=True, slots=True)
class World:
    """Somebody who holds the task of a job, and its footage."""

    person: Person
    job: Job
    footage: Footage


@pytest.fixture
def world(annotator: Person, job: Job, footage: Footage) -> World:
    return World(annotator, job, footage)


Change = Callable[[World], object]
ENDING: dict[str, Change] = {
    "signed out": lambda the: end_sessions(the.person),
    "shut out": lambda the: shut_out(the.person, by="tests", at=at()),
    "suspended, session left": lambda _: Person.objects.update(is_active=False),
    "password changed": lambda _: Person.objects.update(password="!"),
    "attestation revoked": lambda the: revoke_attestations(the.person, by="tests", at=at()),
    "attested elsewhere": lambda the: attest(the.person, jurisdiction="PH", by="tests", at=at()),
    "task given up": lambda _: Reservation.objects.all().delete(),
    "task of somebody else": lambda the: Reservation.objects.update(person=the.job.created_by),
    "job taken back": lambda the: take_back(the.person, the.job, by=the.job.created_by, at=at()),
    "job closed": lambda the: close_job(the.job, name=the.job.name, by=the.job.created_by, at=at()),
    "camera in another country": lambda _: Source.objects.update(jurisdiction="DE"),
    "policy changed": lambda _: factories.put_in_force(HELD.format(condition='footage.marks = { has = ["nothing"] }')),
    "policies retired": lambda _: PolicyVersion.objects.update(retired_at=at()),
    "another footage of the camera": lambda the: LabelingTask.objects.update(
        footage=factories.make_footage(the.footage.source)
    ),
}


@pytest.mark.parametrize("change", ENDING)
@pytest.mark.parametrize("who", ["this process", "another process"])
def test_a_change_ends_a_lease_with_the_next_request(change: str, who: str, world: World) -> None:
    browser = factories.signed_in(world.person)
    looked(browser, world.footage)
    if who == "this process":
        ENDING[change](world)
    else:
        elsewhere(lambda: ENDING[change](world))
    assert short(browser, world.footage) is None
    assert "X-Accel-Redirect" not in browser.get(f"/media/{world.footage.pk}/original")


# What leaves a view allowed, but makes it another view: it begins an entry of its own.
CHANGING: dict[str, Change] = {
    "person's facts": lambda the: set_person_facts(
        the.person, PersonFacts(engagement="employment"), asked=(), by="tests", at=at()
    ),
    "organization's facts": lambda _: Organization.objects.update(kind="private"),
    "camera's facts": lambda the: set_camera_facts(
        the.footage.source, CameraFacts(sensitivity=Sensitivity.PERSONAL), by="tests", at=at()
    ),
    "marks of the footage": lambda _: Footage.objects.update(marks=["night"]),
    "attested anew": lambda the: attest(the.person, jurisdiction="US", by="tests", at=at()),
    "purpose of the job": lambda _: Job.objects.update(purpose="quality-review"),
    "policy changed": lambda _: factories.put_in_force(
        HELD.format(condition='situation.assurance = { at_least = "LA1" }')
    ),
}


@pytest.mark.parametrize("change", CHANGING)
def test_a_change_of_what_was_decided_on_begins_another_entry(change: str, world: World) -> None:
    browser = factories.signed_in(world.person)
    before = looked(browser, world.footage)
    elsewhere(lambda: CHANGING[change](world))
    answer = browser.get(f"/media/{world.footage.pk}/original")
    assert answer.status_code == 200
    assert answer["X-LH-Entry"] != before
    assert len(allowed()) == 2


@pytest.mark.parametrize("taken", ["roles", "camera"])
def test_without_the_role_or_the_camera_a_lead_sees_nothing_more(lead: Person, footage: Footage, taken: str) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    elsewhere(lead.groups.clear if taken == "roles" else lambda: factories.take_from(lead, footage.source))
    assert short(browser, footage) is None
    assert browser.get(f"/media/{footage.pk}/original").status_code == 403


def test_closing_an_emergency_ends_what_it_opened(lead: Person, officer: Person) -> None:
    camera = factories.make_source("cam-de-1", "DE", zone=factories.make_zone("eu", "DE"))
    factories.let_see(lead, camera)
    berlin, browser = factories.make_footage(camera), factories.signed_in(lead)
    assert short(browser, berlin) is None
    asked = emergencies.ask(lead, reason="a child is missing", case="INC-2031", hours=2, at=at())
    opened = emergencies.open_glass(asked, by=officer, at=at())
    looked(browser, berlin)
    assert json.loads(allowed()[-1].body)["details"]["broke_glass"] == "INC-2031"
    with later(hours=2, seconds=1):
        assert short(browser, berlin) is None
    elsewhere(lambda: emergencies.close_glass(opened, by=officer, at=at()))
    assert short(browser, berlin) is None


@pytest.mark.parametrize("ending", ["withdrawn", "run out"])
@pytest.mark.parametrize("kind", ["grant", "document"])
def test_a_grant_and_a_document_count_until_they_end(lead: Person, footage: Footage, kind: str, ending: str) -> None:
    declared = '{ requires_document = { type = "written-declaration", party = "viewer.entity" } }'
    held_by = {"grant": '{ holds = ["night-shift"] }', "document": declared}
    condition = f"situation.{kind}s = {held_by[kind]}"
    factories.put_in_force(HELD.format(condition=condition))
    browser = factories.signed_in(lead)
    assert short(browser, footage) is None
    held: HeldGrant | HeldDocument
    held = factories.make_grant(lead) if kind == "grant" else factories.make_document(lead.organization)
    looked(browser, footage)
    if ending == "run out":
        with later(days=31):
            assert short(browser, footage) is None
    elif isinstance(held, HeldGrant):
        elsewhere(lambda: withdraw_grant(held, by="tests", at=at()))
    else:
        elsewhere(lambda: withdraw_document(held, by="tests", at=at()))
    if ending == "withdrawn":
        assert short(browser, footage) is None


@pytest.mark.parametrize("what", ["reservation", "session", "attestation"])
def test_what_has_run_out_counts_no_more_at_that_very_moment(
    annotator: Person, job: Job, footage: Footage, what: str
) -> None:
    soon = at() + timedelta(seconds=30)
    match what:
        case "reservation":
            Reservation.objects.update(expires_at=soon)
        case "attestation":
            annotator.attestations.update(expires_at=soon)
    browser = factories.signed_in(annotator)
    if what == "session":
        Session.objects.update(expire_date=soon)
    looked(browser, footage)
    with patch.object(timezone, "now", return_value=soon - timedelta(microseconds=1)):
        assert short(browser, footage) is not None
    with patch.object(timezone, "now", return_value=soon):
        assert short(browser, footage) is None


def test_a_policy_that_comes_into_force_by_itself_decides_from_then_on(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    soon = at() + timedelta(seconds=30)
    text = HELD.format(condition='footage.marks = { has = ["nothing"] }')
    factories.put_in_force(text.replace("2026-01-01", soon.isoformat()))
    with patch.object(timezone, "now", return_value=soon - timedelta(microseconds=1)):
        assert short(browser, footage) is not None
    with patch.object(timezone, "now", return_value=soon):
        assert short(browser, footage) is None


@pytest.mark.parametrize(("seconds", "entries"), [(59, 1), (61, 2), (-5, 2)])
def test_an_entry_stands_for_a_minute_and_none_is_from_the_future(
    lead: Person, footage: Footage, seconds: int, entries: int
) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    with later(seconds=seconds):
        browser.get(f"/media/{footage.pk}/original")  # five seconds ago, nothing was attested yet
    assert LedgerEntry.objects.filter(action__startswith="media:view").count() == entries


def test_another_place_is_another_view(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    assert short(browser, footage, HTTP_X_LH_PEER=factories.PEERS["PH"]) is None
    assert short(browser, footage, HTTP_X_LH_PEER="203.0.113.10, 203.0.113.10") is None
    assert short(browser, footage) is not None


def test_a_list_of_networks_that_is_gone_leaves_no_place_known(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    with override_settings(NETWORKS=settings.SCRATCH_DIR / "gone.csv"):
        assert short(browser, footage) is None


NOT_THIS: dict[str, dict[str, Any]] = {
    "no secret": {"HTTP_X_LH_GATEWAY": ""},
    "another secret": {"HTTP_X_LH_GATEWAY": "x" * 40},
    "another host": {"HTTP_HOST": "elsewhere.test"},
    "no session": {"HTTP_COOKIE": ""},
    "a made-up session": {"HTTP_COOKIE": "labelhub_session=abcdefgh"},
    "another cookie": {"HTTP_COOKIE": "session=abcdefgh"},
    "a query": {"QUERY_STRING": "x=1"},
    "another rendition": {"PATH_INFO": "/media/abc/raw"},
    "a longer path": {"PATH_INFO": "/media/abc/original/"},
    "a line after the path": {"PATH_INFO": "/media/abc/original\n"},
    "below a prefix": {"SCRIPT_NAME": "/x"},
}


@pytest.mark.parametrize("what", NOT_THIS)
def test_what_is_not_plainly_a_view_goes_the_whole_way(lead: Person, footage: Footage, what: str) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    assert short(browser, footage, **NOT_THIS[what]) is None


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_reads_go_the_short_way(lead: Person, footage: Footage, verb: str) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    assert short(browser, footage, verb) is None


def test_plain_http_goes_the_whole_way_where_https_is_demanded(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    with override_settings(SECURE_SSL_REDIRECT=True):
        assert short(browser, footage, HTTP_X_LH_SCHEME="http") is None
        assert short(browser, footage, HTTP_X_LH_SCHEME="https") is not None


def test_a_session_opened_without_a_second_factor_goes_the_whole_way(lead: Person, footage: Footage) -> None:
    browser = factories.sign_in(factories.client_from("US"), lead, with_mfa=False)
    assert short(browser, footage) is None
    assert allowed() == []


def test_a_session_that_was_written_anew_is_read_anew(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    session = browser.session
    del session["account_authentication_methods"]
    session.save()
    assert short(browser, footage) is None


def test_a_head_is_signed_as_a_head(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    get, head = short(browser, footage), short(browser, footage, "HEAD")
    assert get is not None
    assert head is not None
    assert get["X-LH-Entry"] == head["X-LH-Entry"]
    assert get["X-Accel-Redirect"] != head["X-Accel-Redirect"]


def test_what_was_read_is_used_again_and_read_anew_after_a_change(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    key = str(browser.session.session_key)
    first, second = (known(lead.pk, key, footage.pk, at=at()) for _ in range(2))
    assert first is not None
    assert second is not None
    assert second[1] is first[1]
    looked(browser, footage)
    elsewhere(lambda: Footage.objects.update(name="another.jpg"))
    looked(browser, footage)
    third = known(lead.pk, key, footage.pk, at=at())
    assert third is not None
    assert third[1].footage.name == "another.jpg"


def test_with_a_new_connection_everything_is_read_anew(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    looked(browser, footage)
    key = str(browser.session.session_key)
    before = known(lead.pk, key, footage.pk, at=at())
    elsewhere(lambda: list(Person.objects.all()))  # over a connection of its own
    after = known(lead.pk, key, footage.pk, at=at())
    assert before is not None
    assert after is not None
    assert after[1] is not before[1]


@pytest.mark.parametrize("who", ["annotator", "lead"])
def test_both_ways_say_the_same_in_their_entries(who: str, world: World, footage: Footage) -> None:
    person = world.person if who == "annotator" else world.job.created_by
    short_way = factories.signed_in(person)
    whole_way = factories.sign_in(Client(**short_way.defaults), person)
    bodies = []
    for browser in (short_way, whole_way):
        answer = browser.get(f"/media/{footage.pk}/original")
        body = json.loads(LedgerEntry.objects.get(pk=answer["X-LH-Entry"]).body)
        bodies.append({name: value for name, value in body.items() if name not in {"id", "at", "session"}})
    assert len(allowed()) == 2
    assert bodies[0] == bodies[1]


def test_the_whole_way_finds_the_entry_of_the_short_way(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    before = looked(browser, footage)
    whole_way = Client(**browser.defaults)
    whole_way.cookies = browser.cookies
    assert whole_way.get(f"/media/{footage.pk}/original")["X-LH-Entry"] == before


def test_an_entry_of_the_whole_way_stands_for_the_short_way(lead: Person, footage: Footage) -> None:
    browser = factories.signed_in(lead)
    whole_way = Client(**browser.defaults)
    whole_way.cookies = browser.cookies
    before = whole_way.get(f"/media/{footage.pk}/original")["X-LH-Entry"]
    assert looked(browser, footage) == before


@contextmanager
def ledger_shut() -> Iterator[None]:
    """Keep the ledger from being written by anybody else, and have this process give up waiting soon."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50" if is_sqlite else "SET lock_timeout = '50ms'")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        if not is_sqlite:
            cursor.execute("LOCK TABLE evidence_ledgerentry IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            other.close()


def test_while_the_ledger_cannot_be_written_no_older_entry_stands(lead: Person, footage: Footage) -> None:
    unseen, browser = factories.make_footage(footage.source), factories.signed_in(lead)
    looked(browser, footage)
    with ledger_shut():
        assert browser.get(f"/media/{unseen.pk}/original").status_code == 503
        assert short(browser, footage) is None
        assert browser.get(f"/media/{footage.pk}/original").status_code == 503
    assert browser.get(f"/media/{footage.pk}/original").status_code == 200
    assert short(browser, footage) is not None


def test_a_database_that_takes_no_writing_shows_nothing_under_a_lease(lead: Person, footage: Footage) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("only PostgreSQL says so before anybody has tried to write")
    browser = factories.signed_in(lead)
    looked(browser, footage)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        assert browser.get(f"/media/{footage.pk}/original").status_code == 503
        cursor.execute("SET default_transaction_read_only = off")
    assert browser.get(f"/media/{footage.pk}/original").status_code == 200
