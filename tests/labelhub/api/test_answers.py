"""What the endpoints answer."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from PIL import Image

from labelhub.accounts.models import Person, Role
from labelhub.api import batches as batch_calls
from labelhub.api import exports as export_calls
from labelhub.api import labeling as labeling_calls
from labelhub.evidence.models import LedgerEntry
from labelhub.footage import jobs as footage_jobs
from labelhub.footage.models import Footage, Source
from labelhub.labeling.models import Job, LabelingTask
from labelhub.policies.models import PolicyVersion
from tests import factories
from tests.labelhub.evidence import entries
from tests.simulators import StoreInMemory, StoreThatIsDown

JSON = "application/json"


@pytest.fixture
def asking(lead: Person, demo_policy: PolicyVersion) -> Client:
    return factories.signed_in(lead)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> StoreInMemory:
    made = StoreInMemory()
    for module in (batch_calls, footage_jobs):
        monkeypatch.setattr(module, "store_of", lambda _zone: made)
    monkeypatch.setattr(batch_calls, "start_taking", lambda _batch: None)
    return made


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was handed to the zones' workers."""
    handed: list[object] = []
    monkeypatch.setattr(labeling_calls, "start_preparing", handed.append)
    monkeypatch.setattr(export_calls, "start_building", handed.append)
    return handed


def still(name: str, colour: str) -> SimpleUploadedFile:
    body = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(body, "PNG")
    return SimpleUploadedFile(name, body.getvalue(), "image/png")


def post(client: Client, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401  the test client's answer
    return client.post(f"/api/v1{path}", body, content_type=JSON)


def test_me_says_who_and_from_where(us_annotator: Person) -> None:
    answer = factories.signed_in(us_annotator, "PH").get("/api/v1/me").json()
    assert answer["roles"] == ["annotator"]
    assert (answer["place"], answer["assurance"], answer["attested_in"]) == ("PH", "LA1", "US")


def test_a_camera_is_registered_once(asking: Client) -> None:
    factories.make_zone()
    camera = {"code": "cam-9", "zone": "us", "jurisdiction": "US-CA", "marks": ["public-test"]}
    assert post(asking, "/sources", camera).status_code == 201
    again = post(asking, "/sources", camera)
    assert again.status_code == 422
    assert "exists already" in again.json()["detail"]
    assert [row["code"] for row in asking.get("/api/v1/sources").json()["items"]] == ["cam-9"]


@pytest.mark.parametrize(
    "wrong",
    [{"zone": "mars"}, {"jurisdiction": "XX"}, {"owner": "nobody"}, {"code": "a b"}, {"code": ""}, {"marks": 3}],
)
def test_a_camera_that_cannot_be_is_refused_with_one_sentence(asking: Client, wrong: dict[str, object]) -> None:
    factories.make_zone()
    answer = post(asking, "/sources", {"code": "cam-9", "zone": "us", **wrong})
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_every_uploaded_file_is_counted_exactly_once(asking: Client, store: StoreInMemory) -> None:
    factories.make_zone()
    files = [
        still("red.png", "red"),
        still("blue.png", "blue"),
        still("red-again.png", "red"),
        SimpleUploadedFile("broken.jpg", b"\xff\xd8\xff\xe0 not a picture", "image/jpeg"),
        SimpleUploadedFile("empty.png", b"", "image/png"),
    ]
    answer = asking.post("/api/v1/footage", {"files": files, "source": "cam-9", "zone": "us"})
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert (told["state"], told["counts"]["waiting"], told["total"]) == ("waiting", 5, 5)
    assert {file["arrival"] for file in told["files"]} == {"waiting"}
    footage_jobs.take(told["id"])
    told = asking.get(told["address"]).json()
    assert told["state"] == "finished"
    assert [(file["name"], file["arrival"]) for file in told["files"]] == [
        ("red.png", "stored"),
        ("blue.png", "stored"),
        ("red-again.png", "already stored"),
        ("broken.jpg", "refused"),
        ("empty.png", "refused"),
    ]
    assert sum(told["counts"].values()) == len(files)
    assert all(file["reason"] for file in told["files"] if file["arrival"] == "refused")
    assert Footage.objects.count() == len(store.objects) == 2


def test_files_need_an_open_zone(asking: Client, store: StoreInMemory) -> None:
    factories.make_zone()
    answer = asking.post("/api/v1/footage", {"files": [still("red.png", "red")], "source": "cam-9", "zone": "mars"})
    assert answer.status_code == 422
    assert "mars" in answer.json()["detail"]
    assert not store.objects


def test_a_store_that_is_down_keeps_nothing_of_a_batch(asking: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.make_zone()
    monkeypatch.setattr(batch_calls, "store_of", lambda _zone: StoreThatIsDown())
    answer = asking.post("/api/v1/footage", {"files": [still("red.png", "red")], "source": "cam-9", "zone": "us"})
    assert answer.status_code == 503
    assert "the store of zone `us` could not" in answer.json()["detail"]
    assert not Source.objects.exists()
    assert asking.get("/api/v1/batches").json()["total"] == 0


def test_footage_is_listed_in_pages_without_its_key_in_the_store(asking: Client) -> None:
    source = factories.make_source()
    for _ in range(3):
        factories.make_footage(source)
    factories.make_footage(factories.make_source("cam-tx-1", "US-TX"), kind="video")
    answer = asking.get("/api/v1/footage?query=source=cam-ca-1&limit=2&page=2").json()
    assert (answer["total"], answer["page"], len(answer["items"])) == (3, 2, 1)
    assert "store_key" not in str(answer)
    (clip,) = asking.get("/api/v1/footage?query=kind=video").json()["items"]
    assert (clip["frames"], clip["fps"], clip["seconds"]) == (100, "25", 4.0)


@pytest.mark.parametrize("query", ["limit=201", "limit=0", "page=0", "page=x", "query=nonsense", "query=colour%3Dred"])
def test_a_list_asked_for_wrongly_says_what_is_wrong(asking: Client, query: str) -> None:
    answer = asking.get(f"/api/v1/footage?{query}")
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_a_page_past_the_end_is_empty(asking: Client) -> None:
    factories.make_footage(factories.make_source())
    assert asking.get("/api/v1/footage?page=9").json()["items"] == []


@pytest.mark.usefixtures("demo_policy")
def test_an_owner_lists_only_the_cameras_they_were_given(owner: Person) -> None:
    given, other = factories.make_source("cam-1"), factories.make_source("cam-2")
    mine, theirs = factories.make_footage(given), factories.make_footage(other)
    factories.let_see(owner, given)
    client = factories.signed_in(owner)
    assert [row["id"] for row in client.get("/api/v1/footage").json()["items"]] == [mine.pk]
    assert client.get(f"/api/v1/footage/{theirs.pk}").status_code == 404
    assert client.get(f"/api/v1/footage/{mine.pk}").json()["source"] == "cam-1"


def job_asked(**fields: str) -> dict[str, str]:
    asked = {"name": "ca-stills", "title": "Stills", "label_schema": "vehicles-and-persons", "guideline": "road-scenes"}
    return {**asked, "selection": "kind=image", "purpose": "ml-training", **fields}


def test_a_job_is_created_and_its_tasks_are_asked_for(asking: Client, started: list[object]) -> None:
    factories.make_footage(factories.make_source())
    factories.make_schema()
    factories.make_guideline()
    answer = post(asking, "/jobs", job_asked())
    assert answer.status_code == 201, answer.content
    assert started == [Job.objects.get(name="ca-stills")]
    assert asking.get("/api/v1/jobs/ca-stills").json()["tasks"]["total"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"label_schema": "none"},
        {"guideline": "none"},
        {"purpose": "fun"},
        {"selection": "colour=red"},
        {"selection": "source=none"},
        {"name": "A B"},
        {"title": ""},
    ],
)
def test_a_job_that_cannot_be_is_refused(asking: Client, started: list[object], wrong: dict[str, str]) -> None:
    factories.make_footage(factories.make_source())
    factories.make_schema()
    factories.make_guideline()
    answer = post(asking, "/jobs", job_asked(**wrong))
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert not Job.objects.exists()
    assert started == []


def test_a_job_of_another_lead_does_not_exist_for_this_one(
    asking: Client, us_annotator: Person, demo_policy: PolicyVersion
) -> None:
    other = factories.make_person("other_lead", Role.LEAD)
    factories.make_footage(factories.make_source())
    factories.make_job(other)
    assert asking.get("/api/v1/jobs/ca-stills").status_code == 404
    assert asking.get("/api/v1/jobs").json()["items"] == []
    people = {"people": [us_annotator.email]}
    assert post(asking, "/jobs/ca-stills/annotators", people).status_code == 404
    assert post(asking, "/exports", {"job": "ca-stills", "format": "coco", "zone": "us"}).status_code == 404


def test_a_job_is_given_to_people_by_address_or_pseudonym(
    asking: Client, lead: Person, us_annotator: Person, manila_annotator: Person
) -> None:
    factories.make_footage(factories.make_source())
    factories.make_job(lead)
    people = [us_annotator.email, manila_annotator.pseudonym, us_annotator.pseudonym]
    answer = post(asking, "/jobs/ca-stills/annotators", {"people": people})
    assert set(answer.json()["people"]) == {us_annotator.pseudonym, manila_annotator.pseudonym}


def test_naming_somebody_who_is_no_annotator_gives_the_job_to_nobody(
    asking: Client, lead: Person, us_annotator: Person, officer: Person
) -> None:
    factories.make_footage(factories.make_source())
    factories.make_job(lead)
    answer = post(asking, "/jobs/ca-stills/annotators", {"people": [us_annotator.email, officer.email]})
    assert answer.status_code == 422
    assert asking.get("/api/v1/jobs/ca-stills").json()["annotators"] == []


def test_an_annotator_meets_their_own_numbers_only(
    lead: Person, us_annotator: Person, manila_annotator: Person, demo_policy: PolicyVersion
) -> None:
    source = factories.make_source()
    for _ in range(2):
        factories.make_footage(source)
    job = factories.make_job(lead, us_annotator, manila_annotator)
    factories.make_annotation(LabelingTask.objects.filter(job_zone__job=job)[0], us_annotator)
    (mine,) = factories.signed_in(us_annotator).get("/api/v1/work").json()
    (theirs,) = factories.signed_in(manila_annotator, "PH").get("/api/v1/work").json()
    assert (mine["open"], mine["done_by_you"]) == (1, 1)
    assert (theirs["open"], theirs["done_by_you"]) == (0, 0)
    assert "You are connecting from the Philippines" in theirs["refused"][0]["reason"]
    assert us_annotator.name not in str(theirs)


def test_work_without_any_policy_is_unavailable(us_annotator: Person) -> None:
    assert factories.signed_in(us_annotator).get("/api/v1/work").status_code == 503


def test_a_training_set_is_started_where_every_item_is_cleared(
    asking: Client, lead: Person, us_annotator: Person, demo_policy: PolicyVersion, started: list[object]
) -> None:
    factories.make_footage(factories.make_source())
    job = factories.make_job(lead, us_annotator)
    factories.make_annotation(LabelingTask.objects.get(job_zone__job=job), us_annotator)
    answer = post(asking, "/exports", {"job": job.name, "format": "coco"})
    assert answer.status_code == 202, answer.content
    assert len(started) == 1
    run = answer.json()["id"]
    assert asking.get(f"/api/v1/exports/{run}").json()["items_total"] == 1
    assert [row["id"] for row in asking.get("/api/v1/exports").json()["items"]] == [run]


def test_a_training_set_with_a_forbidden_item_is_refused_with_the_reason(
    asking: Client, lead: Person, us_annotator: Person, demo_policy: PolicyVersion, started: list[object]
) -> None:
    factories.make_footage(factories.make_source("cam-tx-2", "US-TX"))
    job = factories.make_job(lead, us_annotator)
    factories.make_annotation(LabelingTask.objects.get(job_zone__job=job), us_annotator)
    answer = post(asking, "/exports", {"job": job.name, "format": "coco"})
    assert answer.status_code == 422
    assert "1 of 1 items" in answer.json()["detail"]
    assert started == []


def test_where_viewed_answers_the_questions_of_the_page(officer: Person) -> None:
    made = entries.many(60, people=["p-one"])
    client = factories.signed_in(officer)
    first = client.get("/api/v1/where-viewed?jurisdiction=US&outcome=allow&limit=5").json()
    wanted = {
        str(e.pk) for e in made if e.jurisdiction[:2] == "US" and e.outcome == "allow" and e.action.startswith("media:")
    }
    assert first["counts"]["entries"] == first["counts"]["allowed"] == len(wanted)
    seen, page = {item["id"] for item in first["items"]}, first
    while page["older"]:
        page = client.get(
            "/api/v1/where-viewed",
            {"jurisdiction": "US", "outcome": "allow", "limit": 5, "before": page["older"]},
        ).json()
        seen |= {item["id"] for item in page["items"]}
    assert seen == wanted


def test_the_owner_gets_entries_of_their_own_footage_without_people(owner: Person, us_annotator: Person) -> None:
    entries.view(person=us_annotator.pseudonym, place="US-CA")
    entries.view(owner="stadtverkehr", person=us_annotator.pseudonym)
    client = factories.signed_in(owner)
    answer = client.get("/api/v1/where-viewed")
    (item,) = answer.json()["items"]
    assert (item["person"], item["name"], item["place"], item["entity"]) == ("", "", "US", "employer-us")
    assert us_annotator.pseudonym not in answer.content.decode()
    assert client.get(f"/api/v1/where-viewed?person={us_annotator.pseudonym}").status_code == 422


@pytest.mark.parametrize("query", ["since=yesterday", "place=XX", "before=2026_1", "limit=500", "outcome=x"])
def test_a_question_that_cannot_be_understood_says_why(officer: Person, query: str) -> None:
    answer = factories.signed_in(officer).get(f"/api/v1/where-viewed?{query}")
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_each_reading_is_recorded_before_it_is_answered(officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    client = factories.signed_in(officer)
    client.get("/api/v1/where-viewed?camera=cam-9")
    assert "cam-9" in LedgerEntry.objects.get(action="ledger:report:read").body

    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", refuse)
    assert client.get("/api/v1/where-viewed").status_code == 503
