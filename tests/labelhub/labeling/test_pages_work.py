"""An annotator's pages: what is open to them, the bar over Label Studio, and their own record."""

from __future__ import annotations

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.labeling.actions import acknowledge, skip_task
from labelhub.labeling.models import Acknowledgement, Job, JobZone, LabelingTask, Skip
from labelhub.labeling.queue import reserve_next
from labelhub.policies.models import PolicyVersion
from tests.factories import (
    make_annotation,
    make_footage,
    make_job,
    make_source,
    make_zone,
    now,
    signed_in,
    standing_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(
    lead: Person, us_annotator: Person, manila_annotator: Person, berlin_annotator: Person, demo_policy: PolicyVersion
) -> Job:
    """Three Californian stills in `us` and two from Berlin in `eu`."""
    california, berlin = make_source(), make_source("cam-de-1", "DE-BE", zone=make_zone("eu", "DE"))
    for source, count in ((california, 3), (berlin, 2)):
        for _ in range(count):
            make_footage(source)
    return make_job(lead, us_annotator, manila_annotator, berlin_annotator)


def part(job: Job, zone: str = "us") -> JobZone:
    return job.zones.get(zone=zone)


def held(job: Job, person: Person) -> LabelingTask:
    task = reserve_next(part(job), standing_in(person))
    assert task is not None
    return task


def ready(job: Job, person: Person) -> Client:
    acknowledge(job, person, at=now())
    return signed_in(person)


def test_my_work_counts_what_is_open_and_says_why_the_rest_is_not(job: Job, us_annotator: Person) -> None:
    page = signed_in(us_annotator).get("/work/").content.decode()
    assert "<dt>Open to you</dt><dd>3</dd>" in page
    assert "<dt>Not open to you</dt><dd>2</dd>" in page
    assert "it is from Berlin and may be labeled only from the EEA" in page


def test_my_work_follows_the_place(job: Job, us_annotator: Person) -> None:
    page = signed_in(us_annotator, "PH").get("/work/").content.decode()
    assert "<dt>Open to you</dt><dd>0</dd>" in page
    assert "You are connecting from the Philippines" in page


def test_my_work_without_a_job_says_what_happens_next(us_annotator: Person, demo_policy: PolicyVersion) -> None:
    assert "No job is yours yet" in signed_in(us_annotator).get("/work/").content.decode()


def test_without_a_policy_nothing_is_offered(us_annotator: Person) -> None:
    answer = signed_in(us_annotator).get("/work/")
    assert answer.status_code == 503
    assert "No policy is in force" in answer.content.decode()


@pytest.mark.parametrize("who", ["lead", "reviewer", "officer", "owner", "outsider"])
@pytest.mark.parametrize("address", ["/work/", "/my-record/", "/work/ca-stills/label"])
def test_the_annotators_pages_are_for_annotators(who: str, address: str, request: pytest.FixtureRequest) -> None:
    assert signed_in(request.getfixturevalue(who)).get(address).status_code == 403


def test_a_job_of_others_does_not_exist(lead: Person, us_annotator: Person, demo_policy: PolicyVersion) -> None:
    make_footage(make_source())
    make_job(lead)
    client = signed_in(us_annotator)
    for page in ("guideline", "label", "status"):
        assert client.get(f"/work/ca-stills/{page}").status_code == 404
    assert client.post("/work/ca-stills/skip", {"reason": "unclear"}).status_code == 404


def test_labeling_begins_with_the_guideline(job: Job, us_annotator: Person) -> None:
    client = signed_in(us_annotator)
    assert "Read the guideline" in client.get("/work/").content.decode()
    assert client.get("/work/ca-stills/label").headers["Location"] == "/work/ca-stills/guideline"
    assert client.post("/work/ca-stills/guideline").headers["Location"] == "/work/ca-stills/label"
    assert Acknowledgement.objects.filter(person=us_annotator).count() == 1
    assert LedgerEntry.objects.filter(action=LedgerAction.GUIDELINE_READ_ACKNOWLEDGED).count() == 1


def test_a_guideline_is_text_and_never_markup(job: Job, us_annotator: Person) -> None:
    job.guideline.text = "First.\n\n<script>alert(1)</script>"
    job.guideline.save()
    page = signed_in(us_annotator).get("/work/ca-stills/guideline").content.decode()
    assert "<p>First.</p>" in page
    assert "<script>alert" not in page


def test_the_labeling_page_frames_the_projects_own_screen(job: Job, us_annotator: Person) -> None:
    page = ready(job, us_annotator).get("/work/ca-stills/label?zone=us").content.decode()
    assert f'src="/studio/main/projects/{part(job).studio_project}/data?labeling=1"' in page
    assert '<strong class="number">0 of 3</strong>' in page


def test_a_zone_the_job_does_not_have_is_not_found(job: Job, us_annotator: Person) -> None:
    assert ready(job, us_annotator).get("/work/ca-stills/label?zone=xx").status_code == 404


def test_the_status_moves_with_the_work(job: Job, us_annotator: Person) -> None:
    client = ready(job, us_annotator)
    make_annotation(held(job, us_annotator), us_annotator)
    assert "1 of 3" in client.get("/work/ca-stills/status?zone=us").content.decode()


def test_asking_for_the_status_does_not_prolong_a_reservation(job: Job, us_annotator: Person) -> None:
    client = ready(job, us_annotator)
    task = held(job, us_annotator)
    task.reservation.expires_at = soon = now()
    task.reservation.save()
    client.get("/work/ca-stills/status?zone=us")
    task.reservation.refresh_from_db()
    assert task.reservation.expires_at == soon


def test_the_end_of_the_queue_says_what_was_done_and_what_was_kept_back(job: Job, us_annotator: Person) -> None:
    client = ready(job, us_annotator)
    for task in part(job).tasks.all():
        make_annotation(task, us_annotator)
    page = client.get("/work/ca-stills/status?zone=us").content.decode()
    assert "data-nothing-left" in page
    assert "Nothing left for you" in page
    assert "3 labeled by you" in page
    berlin = client.get("/work/ca-stills/status?zone=eu").content.decode()
    assert "You may not label this footage: it is from Berlin" in berlin


def test_the_end_of_one_zone_points_to_the_other(job: Job, berlin_annotator: Person) -> None:
    client = ready(job, berlin_annotator)
    client.defaults["HTTP_X_LH_PEER"] = "192.0.2.10"
    page = client.get("/work/ca-stills/label?zone=us").content.decode()
    assert "Continue with the tasks kept in eu" in page


def test_a_skip_passes_the_held_task_on_and_asks_for_the_next(job: Job, us_annotator: Person) -> None:
    client, task = ready(job, us_annotator), held(job, us_annotator)
    answer = client.post(
        "/work/ca-stills/skip?zone=us", {"reason": "quality", "note": "dark"}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Trigger"] == "labelhub:next"
    assert Skip.objects.get().task == task
    assert LedgerEntry.objects.filter(action=LedgerAction.LABELING_TASK_SKIPPED).count() == 1


def test_a_skip_without_a_script_comes_back_to_the_page(job: Job, us_annotator: Person) -> None:
    client = ready(job, us_annotator)
    held(job, us_annotator)
    answer = client.post("/work/ca-stills/skip?zone=us", {"reason": "quality"})
    assert answer.headers["Location"] == "/work/ca-stills/label?zone=us"
    assert Skip.objects.count() == 1


@pytest.mark.parametrize(("holds", "reason"), [(False, "quality"), (True, "no such reason"), (True, "")])
def test_a_skip_needs_a_held_task_and_a_known_reason(
    job: Job, us_annotator: Person, reason: str, *, holds: bool
) -> None:
    client = ready(job, us_annotator)
    if holds:
        held(job, us_annotator)
    answer = client.post("/work/ca-stills/skip?zone=us", {"reason": reason}, headers={"HX-Request": "true"})
    assert "HX-Trigger" not in answer.headers
    assert 'class="state care"' in answer.content.decode()
    assert not Skip.objects.exists()


def test_no_reason_for_a_skip_is_chosen_beforehand(job: Job, us_annotator: Person) -> None:
    page = ready(job, us_annotator).get("/work/ca-stills/label").content.decode()
    first = page.split('<select name="reason"')[1].split("</option>")[0]
    assert 'value=""' in first
    assert "Choose a reason" in first


def test_skipping_is_never_done_by_a_link(job: Job, us_annotator: Person) -> None:
    assert ready(job, us_annotator).get("/work/ca-stills/skip?zone=us").status_code == 405


def test_a_closed_job_sends_back_to_my_work(job: Job, us_annotator: Person) -> None:
    client = ready(job, us_annotator)
    Job.objects.update(state=Job.State.CLOSED)
    assert client.get("/work/ca-stills/label").headers["Location"] == "/work/"


def test_my_record_shows_own_work_and_nobody_elses(job: Job, us_annotator: Person, manila_annotator: Person) -> None:
    task = held(job, us_annotator)
    make_annotation(task, us_annotator, boxes=7)
    signed_in(manila_annotator, "PH").get(f"/media/{task.footage_id}/original")
    own = signed_in(us_annotator).get("/my-record/")
    assert [item.boxes for item in own.context["labels"]] == [7]
    assert not own.context["views"].object_list
    assert task.footage.name not in own.content.decode()
    other = signed_in(manila_annotator, "PH").get("/my-record/")
    assert not other.context["labels"].object_list
    assert [entry.outcome for entry in other.context["views"]] == ["deny"]


def test_a_skip_can_be_taken_back_by_its_own_person_only(
    job: Job, us_annotator: Person, berlin_annotator: Person
) -> None:
    task = held(job, us_annotator)
    skip_task(task, standing_in(us_annotator), reason="unclear")
    address = f"/my-record/skips/{Skip.objects.get().pk}/take-back"
    assert signed_in(berlin_annotator).post(address).status_code == 403
    assert Skip.objects.count() == 1
    assert signed_in(us_annotator).get(address).status_code == 405
    assert signed_in(us_annotator).post(address).headers["Location"] == "/my-record/"
    assert not Skip.objects.exists()
