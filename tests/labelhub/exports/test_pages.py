"""The dataset pages: a lead's runs, asking for one, refusals with every reason, and the way to take a set."""

from __future__ import annotations

import json

import pytest

from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.exports import views
from labelhub.exports.models import ExportRun
from labelhub.footage.models import Footage
from labelhub.labeling.models import Job
from labelhub.policies.models import PolicyVersion
from tests.factories import (
    make_annotation,
    make_footage,
    make_job,
    make_person,
    make_source,
    make_zone,
    now,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(lead: Person, us_annotator: Person, demo_policy: PolicyVersion) -> Job:
    """One labeled still from California and one from Berlin."""
    make_footage(make_source())
    make_footage(make_source("cam-de-1", "DE-BE", zone=make_zone("eu", "DE")))
    job = make_job(lead, us_annotator)
    for part in job.zones.all():
        for task in part.tasks.all():
            make_annotation(task, us_annotator)
    return job


@pytest.fixture
def building(monkeypatch: pytest.MonkeyPatch) -> list[ExportRun]:
    """The runs whose building was asked for; no worker is there to do it."""
    asked: list[ExportRun] = []
    monkeypatch.setattr(views, "start_building", asked.append)
    return asked


def make_run(job: Job, by: Person, **fields: object) -> ExportRun:
    values: dict[str, object] = {"file_format": "coco", "requested_at": now(), "items_total": 1}
    return ExportRun.objects.create(job=job, zone_id="us", requested_by=by, **(values | fields))


@pytest.mark.parametrize("address", ["/datasets/", "/datasets/live", "/datasets/new"])
@pytest.mark.parametrize("who", ["us_annotator", "reviewer", "officer", "owner", "outsider"])
def test_the_dataset_pages_are_for_leads(who: str, address: str, request: pytest.FixtureRequest) -> None:
    assert signed_in(request.getfixturevalue(who)).get(address).status_code == 403


def test_a_run_of_a_job_somebody_else_leads_does_not_exist(job: Job, lead: Person) -> None:
    run = make_run(job, lead)
    client = signed_in(make_person("other_lead", Role.LEAD))
    assert client.get(f"/datasets/{run.pk}/").status_code == 404
    assert client.get(f"/datasets/{run.pk}/live").status_code == 404
    assert client.post(f"/datasets/{run.pk}/again").status_code == 404
    assert client.get("/datasets/new?job=ca-stills").status_code == 404


def test_no_set_yet_says_what_to_do(lead: Person) -> None:
    page = signed_in(lead).get("/datasets/").content.decode()
    assert "No training set yet" in page
    assert "Make a job" in page


def test_asking_starts_a_run_and_its_building(job: Job, lead: Person, building: list[ExportRun]) -> None:
    answer = signed_in(lead).post("/datasets/new?job=ca-stills", {"file_format": "coco", "zone": "us"})
    run = ExportRun.objects.get()
    assert answer.headers["Location"] == f"/datasets/{run.pk}/"
    assert building == [run]
    assert not run.lossy


def test_a_set_that_is_ready_at_once_is_nowhere_said_to_be_under_way(
    job: Job, lead: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page goes on asking for its part about the set alone, so what stands above it must stay true."""
    monkeypatch.setattr(views, "start_building", lambda _: ExportRun.objects.update(state=ExportRun.State.READY))
    asked = {"file_format": "coco", "zone": "us"}
    page = signed_in(lead).post("/datasets/new?job=ca-stills", asked, follow=True).content.decode()
    assert "Asked for." in page
    assert "Ready</span>" in page
    assert "being made" not in page


def test_who_may_not_be_listed_what_a_set_holds_is_told_so_and_sent_to_no_missing_page(
    job: Job, lead: Person, building: list[ExportRun]
) -> None:
    asked = {"file_format": "coco", "zone": "us"}
    page = signed_in(lead, "PH").post("/datasets/new?job=ca-stills", asked, follow=True)
    run = ExportRun.objects.get()
    assert building == [run]
    assert page.redirect_chain == [("/datasets/", 302)]
    assert "may not be listed from where you connect" in page.content.decode()
    assert run.pk not in page.content.decode()
    assert signed_in(lead).get(f"/datasets/{run.pk}/").status_code == 200


def test_a_refused_set_names_the_reason_and_makes_no_run(job: Job, lead: Person, building: list[ExportRun]) -> None:
    answer = signed_in(lead).post("/datasets/new?job=ca-stills", {"file_format": "coco", "zone": "eu"})
    assert answer.status_code == 422
    assert "1 of 1 items" in answer.content.decode()
    assert "it is from Berlin" in answer.content.decode()
    assert not ExportRun.objects.exists()
    assert not building


def test_a_zone_the_job_does_not_have_cannot_be_chosen(job: Job, lead: Person, building: list[ExportRun]) -> None:
    answer = signed_in(lead).post("/datasets/new?job=ca-stills", {"file_format": "coco", "zone": "mars"})
    assert answer.status_code == 422
    assert not ExportRun.objects.exists()


def test_without_a_policy_no_set_is_made(job: Job, lead: Person, building: list[ExportRun]) -> None:
    PolicyVersion.objects.update(retired_at=now())
    answer = signed_in(lead).post("/datasets/new?job=ca-stills", {"file_format": "coco", "zone": "us"})
    assert answer.status_code == 422
    assert "No policy is in force" in answer.content.decode()


def test_a_set_under_way_refreshes_itself_and_a_ready_one_does_not(job: Job, lead: Person) -> None:
    run = make_run(job, lead, state=ExportRun.State.RUNNING)
    client = signed_in(lead)
    assert "every 2s" in client.get(f"/datasets/{run.pk}/").content.decode()
    assert "every 3s" in client.get("/datasets/").content.decode()
    ExportRun.objects.update(state=ExportRun.State.READY)
    assert "every" not in client.get(f"/datasets/{run.pk}/live").content.decode()
    assert "every" not in client.get("/datasets/live").content.decode()


def test_a_ready_set_shows_what_is_in_it_what_is_not_and_the_way_to_take_it(job: Job, lead: Person) -> None:
    manifest = {"files": 3, "counts": {"shapes_out": {"items": 4}, "dropped": {"track": {"Van": 2}}}}
    run = make_run(job, lead, state=ExportRun.State.READY, manifest=manifest, sha256="ab" * 32, size=2048)
    page = signed_in(lead).get(f"/datasets/{run.pk}/").content.decode()
    assert f'href="/datasets/{run.pk}/download"' in page
    assert "Download for ml-training" in page
    assert "ab" * 32 in page
    assert '<th scope="row">items</th><td class="number">4</td>' in page
    assert '<th scope="row">Van</th><td>track</td>' in page


def test_a_failed_set_shows_its_problem_and_is_made_again_as_a_new_run(
    job: Job, lead: Person, building: list[ExportRun]
) -> None:
    run = make_run(job, lead, state=ExportRun.State.FAILED, problem="the store did not answer", lossy=True)
    client = signed_in(lead)
    assert "the store did not answer" in client.get(f"/datasets/{run.pk}/").content.decode()
    answer = client.post(f"/datasets/{run.pk}/again")
    new = ExportRun.objects.exclude(pk=run.pk).get()
    assert answer.headers["Location"] == f"/datasets/{new.pk}/"
    assert (new.lossy, building) == (True, [new])


def test_only_a_failed_set_is_made_again(job: Job, lead: Person, building: list[ExportRun]) -> None:
    run = make_run(job, lead, state=ExportRun.State.READY)
    client = signed_in(lead)
    client.post(f"/datasets/{run.pk}/again")
    assert client.get(f"/datasets/{run.pk}/again").status_code == 405
    assert not building


def test_taking_a_set_is_an_entry_for_each_piece_in_it_and_counts_as_a_view(
    job: Job, lead: Person, officer: Person
) -> None:
    piece = Footage.objects.get(zone_id="us")
    run = make_run(job, lead, state=ExportRun.State.READY, store_key="exports/set.zip", footage_ids=[piece.pk])
    assert signed_in(lead).get(f"/datasets/{run.pk}/download").status_code == 200
    taken = LedgerEntry.objects.get(action=LedgerAction.EXPORT_PIECE_TAKEN)
    told = (taken.footage, taken.source, taken.owner, taken.place, taken.outcome, taken.person)
    owner = piece.source.owner.code if piece.source.owner else ""
    assert told == (piece.pk, piece.source.code, owner, "US", "allow", lead.pseudonym)
    assert "about" in json.loads(taken.leaf_text)
    page = signed_in(officer).get(f"/where-viewed/?footage={piece.pk}").content.decode()
    assert str(taken.pk) in page


def test_a_set_that_is_refused_takes_no_piece_along(job: Job, lead: Person) -> None:
    pieces = list(Footage.objects.values_list("pk", flat=True))
    run = make_run(job, lead, state=ExportRun.State.READY, store_key="exports/set.zip", footage_ids=pieces)
    assert signed_in(lead).get(f"/datasets/{run.pk}/download").status_code == 403
    assert not LedgerEntry.objects.filter(action=LedgerAction.EXPORT_PIECE_TAKEN).exists()
