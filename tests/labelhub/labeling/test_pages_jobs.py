"""A lead's pages: jobs, the preflight of a new one, and one job's progress and people."""

from __future__ import annotations

import pytest
from django.test import Client

from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.models import Footage
from labelhub.labeling import job_views
from labelhub.labeling.actions import fail_job
from labelhub.labeling.assignments import annotators_of
from labelhub.labeling.models import Job, Reservation
from labelhub.labeling.preflight import look_at, preflight
from labelhub.labeling.progress import annotator_lines, job_progress, label_counts
from labelhub.labeling.queue import reserve_next
from labelhub.policies.models import PolicyVersion
from tests.factories import (
    listing_in,
    make_annotation,
    make_footage,
    make_guideline,
    make_job,
    make_person,
    make_schema,
    make_source,
    make_zone,
    now,
    signed_in,
    standing_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def footage(demo_policy: PolicyVersion) -> list[Footage]:
    """Three stills from California, one clip, two stills from Berlin and one nobody knows where."""
    california, berlin = make_source(), make_source("cam-de-1", "DE-BE", zone=make_zone("eu", "DE"))
    unknown = make_source("cam-unknown", "")
    return [
        *(make_footage(california) for _ in range(3)),
        make_footage(california, kind="video"),
        *(make_footage(berlin) for _ in range(2)),
        make_footage(unknown),
    ]


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs whose preparation was asked for; no worker is there to do it."""
    asked: list[Job] = []
    monkeypatch.setattr(job_views, "start_preparing", asked.append)
    return asked


def filled(*annotators: Person, step: str = "create", **changes: str) -> dict[str, object]:
    """A filled form."""
    form: dict[str, object] = {
        "title": "Summer stills",
        "name": "",
        "selection": "kind=image",
        "schema": make_schema().pk,
        "guideline": make_guideline().pk,
        "purpose": "ml-training",
        "annotators": [person.pk for person in annotators],
        "step": step,
    }
    return form | changes


@pytest.mark.parametrize("address", ["/jobs/", "/jobs/new", "/jobs/new/preview?selection=all"])
@pytest.mark.parametrize("who", ["us_annotator", "reviewer", "officer", "owner", "outsider"])
def test_the_jobs_pages_are_for_leads(who: str, address: str, request: pytest.FixtureRequest) -> None:
    assert signed_in(request.getfixturevalue(who)).get(address).status_code == 403


def test_no_job_yet_says_what_to_do(lead: Person) -> None:
    assert "Make the first job" in signed_in(lead).get("/jobs/").content.decode()


def test_a_lead_sees_the_jobs_they_lead_and_no_others(lead: Person, footage: list[Footage]) -> None:
    make_job(lead)
    other = make_person("other_lead", Role.LEAD)
    assert [job.name for job, _ in signed_in(lead).get("/jobs/").context["rows"]] == ["ca-stills"]
    assert not signed_in(other).get("/jobs/").context["rows"]
    assert signed_in(other).get("/jobs/ca-stills/").status_code == 404


@pytest.mark.parametrize("page", ["", "live"])
@pytest.mark.parametrize("who", ["us_annotator", "reviewer", "officer", "owner", "outsider"])
def test_a_job_does_not_exist_for_who_does_not_lead_it(
    who: str, page: str, lead: Person, footage: list[Footage], request: pytest.FixtureRequest
) -> None:
    make_job(lead)
    client = signed_in(request.getfixturevalue(who))
    assert client.get(f"/jobs/ca-stills/{page}").status_code == 404
    assert client.post("/jobs/ca-stills/prepare").status_code == 404
    assert client.post("/jobs/ca-stills/annotators", {"do": "give"}).status_code == 404


def test_an_annotator_who_has_the_job_still_does_not_see_its_progress(
    lead: Person, us_annotator: Person, footage: list[Footage]
) -> None:
    make_job(lead, us_annotator)
    assert signed_in(us_annotator).get("/jobs/ca-stills/").status_code == 404


def test_the_preview_counts_by_kind_and_zone_and_names_what_is_left_out(lead: Person, footage: list[Footage]) -> None:
    selected = look_at("all", listing_in(lead))
    assert selected.parts == (("Clip", "us", 1), ("Still", "eu", 2), ("Still", "us", 3))
    assert (selected.total, selected.left_out) == (6, 1)
    page = signed_in(lead).get("/jobs/new/preview?selection=kind%3Dimage").content.decode()
    assert "2 stills kept in eu, 3 stills kept in us" in page
    assert "1</span> left out" in page


def test_a_query_that_cannot_be_understood_is_explained(lead: Person) -> None:
    page = signed_in(lead).get("/jobs/new/preview?selection=nonsense").content.decode()
    assert "<code>nonsense</code> is not understood" in page


def test_the_preflight_says_who_could_and_what_nobody_could(
    lead: Person, us_annotator: Person, manila_annotator: Person, footage: list[Footage]
) -> None:
    people = [us_annotator, manila_annotator]
    found = preflight("kind=image", "ml-training", listing=listing_in(lead), annotators=people, chosen=people, at=now())
    assert [(line.person, line.can) for line in found.outlooks] == [(us_annotator, 3), (manila_annotator, 0)]
    assert found.nobody == (("cam-de-1: it is from Berlin and may be labeled only from the EEA.", 2),)


def test_checking_makes_no_job(lead: Person, us_annotator: Person, footage: list[Footage], prepared: list[Job]) -> None:
    page = signed_in(lead).post("/jobs/new", filled(us_annotator, step="check"))
    assert page.status_code == 200
    assert "3 of 5" in page.content.decode()
    assert "could be labeled by nobody you have chosen" in page.content.decode()
    assert not Job.objects.exists()


def test_creating_makes_the_job_gives_it_and_starts_preparing(
    lead: Person, us_annotator: Person, footage: list[Footage], prepared: list[Job]
) -> None:
    answer = signed_in(lead).post("/jobs/new", filled(us_annotator))
    assert answer.headers["Location"] == "/jobs/summer-stills/"
    job = Job.objects.get()
    assert annotators_of(job) == [us_annotator]
    assert prepared == [job]
    given = LedgerEntry.objects.filter(action=LedgerAction.PERSON_ACCESS_CHANGED, person=us_annotator.pseudonym)
    assert "given a job" in given.first().body  # type: ignore[union-attr]  # it is there, or the test fails


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"selection": "all"}, "holds stills and clips"),
        ({"selection": "source=cam-unknown"}, "finds no assignable footage"),
        ({"selection": "nonsense"}, "is not understood"),
        ({"title": "???"}, "gives no short name"),
        ({"purpose": "curiosity"}, "curiosity is not one of the available choices"),
    ],
)
def test_a_job_that_cannot_be_made_says_why(
    lead: Person, footage: list[Footage], prepared: list[Job], changes: dict[str, str], words: str
) -> None:
    answer = signed_in(lead).post("/jobs/new", filled(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Job.objects.exists()


def test_a_name_that_is_taken_is_refused(lead: Person, footage: list[Footage], prepared: list[Job]) -> None:
    make_job(lead, name="summer-stills")
    answer = signed_in(lead).post("/jobs/new", filled())
    assert "exists already" in answer.content.decode()


def test_the_progress_counts_every_task_once(lead: Person, us_annotator: Person, footage: list[Footage]) -> None:
    job = make_job(lead, us_annotator)
    first = job.zones.get(zone="us").tasks.first()
    assert first is not None
    make_annotation(first, us_annotator, boxes=4, seconds=20)
    reserve_next(job.zones.get(zone="us"), standing_in(us_annotator))
    found = job_progress(job, listing_in(lead))
    assert (found.done, found.held, found.passed, found.open, found.total) == (1, 1, 0, 3, 5)
    assert [(line.done, line.boxes, line.seconds) for line in annotator_lines(job, listing_in(lead))] == [(1, 4, 20.0)]
    assert label_counts(job, listing_in(lead)) == [("Car", 4), ("Person", 0)]


@pytest.mark.parametrize(("state", "count"), [("done", 1), ("held", 1), ("passed", 0), ("open", 3), ("nonsense", 3)])
def test_every_figure_leads_to_its_rows(
    lead: Person, us_annotator: Person, footage: list[Footage], state: str, count: int
) -> None:
    job = make_job(lead, us_annotator)
    task = job.zones.get(zone="us").tasks.first()
    assert task is not None
    make_annotation(task, us_annotator)
    reserve_next(job.zones.get(zone="us"), standing_in(us_annotator))
    page = signed_in(lead).get(f"/jobs/ca-stills/?state={state}")
    assert len(page.context["tasks"].object_list) == count


def test_a_failed_job_shows_its_problem_and_can_be_tried_again(
    lead: Person, footage: list[Footage], prepared: list[Job]
) -> None:
    job = make_job(lead, is_prepared=False)
    fail_job(job, "Label Studio did not answer")
    client = signed_in(lead)
    assert "Label Studio did not answer" in client.get("/jobs/ca-stills/").content.decode()
    assert client.get("/jobs/ca-stills/prepare").status_code == 405
    client.post("/jobs/ca-stills/prepare")
    assert prepared == [job]


def test_an_open_job_is_not_prepared_again(lead: Person, footage: list[Footage], prepared: list[Job]) -> None:
    make_job(lead)
    signed_in(lead).post("/jobs/ca-stills/prepare")
    assert not prepared


def test_a_job_is_given_and_taken_back_with_the_task_held(
    lead: Person, us_annotator: Person, footage: list[Footage]
) -> None:
    job, client = make_job(lead), signed_in(lead)
    _change(client, us_annotator, "give")
    assert annotators_of(job) == [us_annotator]
    reserve_next(job.zones.get(zone="us"), standing_in(us_annotator))
    _change(client, us_annotator, "take")
    assert not annotators_of(job)
    assert not Reservation.objects.exists()
    assert signed_in(us_annotator).get("/work/ca-stills/label").status_code == 404


def test_a_job_is_given_to_annotators_only(lead: Person, officer: Person, footage: list[Footage]) -> None:
    job = make_job(lead)
    page = _change(signed_in(lead), officer, "give")
    assert "is no annotator" in page
    assert not annotators_of(job)


def _change(client: Client, person: Person, do: str) -> str:
    answer = client.post("/jobs/ca-stills/annotators", {"person": person.pk, "do": do}, follow=True)
    return str(answer.content.decode())
