"""A lead closes a job knowing what that touches: nobody works on it any more, labels stay, and it can be undone."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from labelhub.accounts.models import Person, Role
from labelhub.cli import app
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.exports.actions import start_export
from labelhub.labeling import closing_views
from labelhub.labeling.actions import LabelingError, acknowledge, fail_job, open_job
from labelhub.labeling.closing import close_job, closing_touches, reopen_job, zones_to_reconcile
from labelhub.labeling.models import Annotation, Job, LabelingTask, Reservation
from labelhub.labeling.queue import held_task, holds, reserve_next
from labelhub.policies.models import PolicyVersion
from tests.factories import (
    make_annotation,
    make_footage,
    make_job,
    make_person,
    make_source,
    now,
    signed_in,
    standing_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(lead: Person, us_annotator: Person, demo_policy: PolicyVersion) -> Job:
    """Three stills: one labeled, one held, one open."""
    source = make_source()
    for _ in range(3):
        make_footage(source)
    job = make_job(lead, us_annotator)
    acknowledge(job, us_annotator, at=now())
    make_annotation(job.zones.get().tasks.order_by("pk")[0], us_annotator)
    assert reserve_next(job.zones.get(), standing_in(us_annotator)) is not None
    return job


def closed(job: Job, lead: Person) -> Job:
    return close_job(job, name=job.name, by=lead, at=now())


def test_the_page_says_what_closing_touches_and_changes_nothing(job: Job, lead: Person, us_annotator: Person) -> None:
    page = signed_in(lead).get("/jobs/ca-stills/close").content.decode()
    assert "1 person holds a task and will lose it" in page
    assert us_annotator.name in page
    assert "2 tasks are not labeled" in page
    assert "1 labeled task stays" in page
    assert Reservation.objects.exists()


@pytest.mark.parametrize("typed", ["", "ca-still", "CA-STILLS", "another"])
def test_a_job_is_closed_only_by_its_name(job: Job, lead: Person, typed: str) -> None:
    page = signed_in(lead).post("/jobs/ca-stills/close", {"name": typed})
    assert page.status_code == 422
    job.refresh_from_db()
    assert job.state == Job.State.OPEN


def test_closing_ends_reservations_keeps_labels_and_is_recorded(job: Job, lead: Person, us_annotator: Person) -> None:
    answer = signed_in(lead).post("/jobs/ca-stills/close", {"name": "ca-stills"})
    assert answer["Location"] == "/jobs/ca-stills/"
    job.refresh_from_db()
    assert (job.state, job.closed_at is not None) == (Job.State.CLOSED, True)
    assert not Reservation.objects.exists()
    assert Annotation.objects.count() == 1
    entry = LedgerEntry.objects.get(action=LedgerAction.LABELING_JOB_CLOSED)
    assert entry.person == lead.pseudonym
    assert json.loads(entry.body)["details"] == {"job": "ca-stills", "lost_a_task": [us_annotator.pseudonym]}


def test_a_closed_job_goes_from_my_work_and_says_so(job: Job, lead: Person, us_annotator: Person) -> None:
    closed(job, lead)
    client = signed_in(us_annotator)
    page = client.get("/work/")
    assert page.context["jobs"] == []
    assert "Closed lately" in page.content.decode()
    assert "is closed. What you labeled stays" in client.get("/work/ca-stills/label", follow=True).content.decode()
    assert "This job is closed" in client.get("/work/ca-stills/status").content.decode()
    assert client.get("/api/v1/work").json() == []


def test_nothing_of_a_closed_job_is_given_out_or_taken(job: Job, lead: Person, us_annotator: Person) -> None:
    labeled = Annotation.objects.get()
    held = Reservation.objects.get().task
    project = job.zones.get().studio_project
    closed(job, lead)
    client = signed_in(us_annotator)
    client.defaults["HTTP_ORIGIN"] = "http://testserver"
    asked = client.post(f"/studio/main/api/dm/actions?id=next_task&project={project}", "{}", "application/json")
    sent = client.post(f"/studio/main/api/tasks/{held.studio_task}/annotations", {"result": []}, "application/json")
    changed = client.patch(
        f"/studio/main/api/annotations/{labeled.studio_annotation}", {"result": []}, "application/json"
    )
    assert [answer.status_code for answer in (asked, sent, changed)] == [404, 403, 403]
    assert all("This job is closed" in answer.content.decode() for answer in (asked, sent, changed))


def test_the_footage_of_a_closed_job_is_not_shown_to_its_annotators(
    job: Job, lead: Person, us_annotator: Person
) -> None:
    client, address = signed_in(us_annotator), f"/media/{Annotation.objects.get().task.footage_id}/original"
    assert client.get(address).status_code == 200
    closed(job, lead)
    assert client.get(address).status_code == 403


def test_a_reservation_that_outlasts_the_closing_gives_nothing(job: Job, lead: Person, us_annotator: Person) -> None:
    task = Reservation.objects.get().task
    Job.objects.update(state=Job.State.CLOSED)
    standing = standing_in(us_annotator)
    assert not holds(task, standing)
    assert held_task(job.zones.get(), standing) is None
    assert reserve_next(job.zones.get(), standing) is None


def test_a_closed_job_can_still_be_exported(job: Job, lead: Person) -> None:
    run = start_export(closed(job, lead), zone="us", file_format="coco", lossy=False, by=lead, at=now())
    assert run.items_total == 1


def test_a_closed_job_is_opened_again_as_it_was(job: Job, lead: Person, us_annotator: Person) -> None:
    closed(job, lead)
    client = signed_in(lead)
    assert "Open it again" in client.get("/jobs/ca-stills/").content.decode()
    client.post("/jobs/ca-stills/open")
    job.refresh_from_db()
    assert (job.state, job.closed_at) == (Job.State.OPEN, None)
    assert reserve_next(job.zones.get(), standing_in(us_annotator)) is not None
    assert LedgerEntry.objects.filter(action=LedgerAction.LABELING_JOB_OPENED).count() == 1


def test_a_job_closed_before_it_was_prepared_goes_on_being_prepared(
    job: Job, lead: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Job] = []
    monkeypatch.setattr(closing_views, "start_preparing", started.append)
    LabelingTask.objects.update(studio_task=None)
    closed(job, lead)
    signed_in(lead).post("/jobs/ca-stills/open")
    job.refresh_from_db()
    assert (job.state, started) == (Job.State.PREPARING, [job])


def test_preparing_that_ends_late_leaves_a_closed_job_closed(job: Job, lead: Person) -> None:
    closed(job, lead)
    fail_job(job, "Label Studio did not answer")
    open_job(job)
    job.refresh_from_db()
    assert job.state == Job.State.CLOSED


def test_a_submission_on_its_way_is_still_found_after_closing(job: Job, lead: Person) -> None:
    closed(job, lead)
    assert [part.job for part in zones_to_reconcile(at=now())] == [job]


def test_only_who_leads_a_job_closes_and_opens_it(job: Job, lead: Person, us_annotator: Person) -> None:
    other = make_person("other_lead", Role.LEAD)
    for person, status in ((other, 404), (us_annotator, 404)):
        client = signed_in(person)
        assert client.post("/jobs/ca-stills/close", {"name": "ca-stills"}).status_code == status
        assert client.post("/jobs/ca-stills/open").status_code == status
        with pytest.raises(LabelingError, match="only who leads"):
            closed(job, person)
        with pytest.raises(LabelingError, match="only who leads"):
            reopen_job(job, by=person, at=now())


def test_closing_twice_and_opening_what_is_open_say_so(job: Job, lead: Person) -> None:
    with pytest.raises(LabelingError, match="is not closed"):
        reopen_job(job, by=lead, at=now())
    closed(job, lead)
    with pytest.raises(LabelingError, match="is closed already"):
        closed(job, lead)


def test_the_interface_closes_and_opens(job: Job, lead: Person) -> None:
    client = signed_in(lead)
    wrong = client.post("/api/v1/jobs/ca-stills/close", {"name": "other"}, "application/json")
    assert (wrong.status_code, "`ca-stills`" in wrong.json()["detail"]) == (422, True)
    answer = client.post("/api/v1/jobs/ca-stills/close", {"name": "ca-stills"}, "application/json").json()
    assert (answer["state"], answer["closed_at"] is None) == ("closed", False)
    assert client.post("/api/v1/jobs/ca-stills/open").json()["state"] == "open"


def test_the_command_closes_and_opens(job: Job) -> None:
    run = CliRunner().invoke
    refused = run(app, ["job", "close", "ca-stills"], input="ca\n")
    assert (refused.exit_code, "1 person holds a task" in refused.output) == (1, True)
    assert (
        "is closed; `labelhub job open ca-stills`"
        in run(app, ["job", "close", "ca-stills"], input="ca-stills\n").output
    )
    assert "job ca-stills is open" in run(app, ["job", "open", "ca-stills"]).output
    assert "no job `none`" in run(app, ["job", "open", "none"]).output


def test_many_holders_are_counted_as_people(
    lead: Person, us_annotator: Person, berlin_annotator: Person, demo_policy: PolicyVersion
) -> None:
    source = make_source("cam-tx-public", "US-TX", marks=["public-test"])
    for _ in range(2):
        make_footage(source)
    job = make_job(lead, us_annotator, berlin_annotator)
    for person in (us_annotator, berlin_annotator):
        Reservation.objects.create(
            task=LabelingTask.objects.filter(reservation=None)[0],
            job_zone=job.zones.get(),
            person=person,
            expires_at=now().replace(year=now().year + 1),
        )
    assert closing_touches(job, at=now()).sentence.startswith("2 people hold tasks and will lose them")
