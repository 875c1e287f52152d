"""Lists obey: whatever shows, counts, finds or suggests footage holds only what may be listed from where one looks."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pyarrow.parquet as pq
import pytest
from django.test import Client

from labelhub.accounts.actions import add_organization
from labelhub.accounts.models import Person, Role
from labelhub.exports.models import ExportRun
from labelhub.footage.actions import Arrival
from labelhub.footage.listing import listing_at_zones
from labelhub.footage.models import Batch, Footage, Source
from labelhub.labeling.models import Job
from labelhub.labeling.progress import annotator_lines, job_progress, label_counts
from labelhub.labeling.queue import count_work, reserve_next
from labelhub.policies.models import PolicyVersion
from tests import factories
from tests.crawl_table import TABLE

pytestmark = pytest.mark.django_db
READERS = (Role.LEAD, Role.REVIEWER, Role.OFFICER, Role.OWNER)
SOME = "Some footage may not be listed from where you connect."


@dataclass(frozen=True, slots=True)
class World:
    """Three cameras: California, whose one piece is marked for all the world, Texas marked as a whole, and Berlin."""

    open: list[Footage]
    hidden: list[Footage]
    job: Job
    run: ExportRun
    batch: Batch
    reader: Person
    by: Client
    at_home: Client

    @property
    def secrets(self) -> set[str]:
        """What no page may say to whom it is hidden from."""
        said = {word for item in self.hidden for word in (item.pk, item.name, item.sha256)}
        return said | {"cam-de-1"}

    def address(self, sample: str, item: Footage) -> str:
        names = {"footage": item.pk, "camera": item.source.code, "job": self.job.name, "batch": self.batch.pk}
        names |= {"run": self.run.pk, "schema": self.job.schema.name, "guideline": self.job.guideline.name}
        try:
            return sample.format_map(names)
        except KeyError:
            return ""


@pytest.fixture
def footage(demo_policy: PolicyVersion, owner: Person) -> tuple[list[Footage], list[Footage]]:
    california = factories.make_source(owner=owner.organization)
    texas = factories.make_source("cam-tx-public", "US-TX", marks=["public-test"])
    berlin = factories.make_source("cam-de-1", "DE-BE", zone=factories.make_zone("eu", "DE"))
    marked = factories.make_footage(california, name="marked.jpg", marks=["public-test"])
    seen = [marked, factories.make_footage(texas, name="texas.jpg")]
    hidden = [
        factories.make_footage(california, name="hidden-a.jpg"),
        factories.make_footage(california, name="hidden-b.mp4", kind="video"),
        factories.make_footage(berlin, name="hidden-c.jpg"),
    ]
    return seen, hidden


@pytest.fixture
def world(footage: tuple[list[Footage], list[Footage]], lead: Person, us_annotator: Person) -> World:
    """A person of a processor with every role, attested in Manila and there; the lead of the controller is at home."""
    job = factories.make_job(lead, us_annotator)
    employer = add_organization(code="manila-data", name="Manila Data Works", relation="processor")
    reader = factories.make_person("reader", *READERS, organization=employer, attested="PH")
    factories.let_see(reader, *Source.objects.all())
    factories.assign_perm("labeling.lead_job", reader, job)
    for task in job.zones.get(zone="us").tasks.all():
        factories.make_annotation(task, us_annotator, boxes=2)
    at, camera = factories.now(), Source.objects.get(code="cam-ca-1")
    run = ExportRun.objects.create(
        job=job, zone_id="us", file_format="coco", requested_by=lead, requested_at=at, items_total=3
    )
    batch = Batch.objects.create(
        source=camera, zone=camera.zone, added_by=lead, added_at=at, moved_at=at, state=Batch.State.FINISHED
    )
    for number, item in enumerate(Footage.objects.filter(source=camera).order_by("name")):
        batch.files.create(
            number=number, name=item.name, size=1, store_key=str(number), arrival=Arrival.STORED.value, footage=item
        )
    seen, hidden = footage
    by, at_home = factories.signed_in(reader, "PH"), factories.signed_in(lead)
    return World(seen, hidden, job, run, batch, reader, by, at_home)


def words_of(body: bytes) -> str:
    """What an answer says: a text as it stands, a packed table unpacked."""
    return str(pq.read_table(io.BytesIO(body)).to_pylist()) if body.startswith(b"PAR1") else body.decode()


def test_no_page_and_no_call_names_what_may_not_be_listed(world: World) -> None:
    told, pages = [], 0
    for name, route in TABLE.items():
        for item in world.hidden:
            address = world.address(route.sample, item)
            if not address or name == "media":
                continue  # the door says why, and records that it did
            answer = world.by.get(address)
            pages += answer.status_code == 200
            body = words_of(b"".join(answer) if answer.streaming else answer.content)
            # What was asked for is in the address, and may come back as that alone.
            said = [word for word in world.secrets if word in body and word not in address]
            told += [(name, answer.status_code, word) for word in said]
    assert told == []
    assert pages > 30, "the pages were there to be read"


def test_the_footage_page_lists_counts_and_finds_what_may_be_listed(world: World) -> None:
    page = world.by.get("/footage/")
    assert {item.pk for item in page.context["page"]} == {item.pk for item in world.open}
    counted = {camera.code: (camera.stills, camera.clips) for camera in page.context["cameras"]}
    assert counted == {"cam-ca-1": (1, 0), "cam-tx-public": (1, 0)}
    assert SOME in page.content.decode()
    assert not world.by.get("/footage/?query=kind%3Dvideo").context["page"].object_list
    assert not world.by.get("/footage/?query=source%3Dcam-de-1").context["page"].object_list


def test_who_may_list_everything_is_listed_everything_and_no_note(world: World) -> None:
    page = world.at_home.get("/footage/")
    assert len(page.context["page"].object_list) == 5
    counted = {camera.code: (camera.stills, camera.clips) for camera in page.context["cameras"]}
    assert counted == {"cam-ca-1": (2, 1), "cam-tx-public": (1, 0), "cam-de-1": (1, 0)}
    assert "may not be listed" not in page.content.decode()


def test_a_hidden_piece_is_not_there_and_an_open_one_is(world: World) -> None:
    for item in world.hidden:
        assert world.by.get(f"/footage/{item.pk}/").status_code == 404
        assert world.by.get(f"/api/v1/footage/{item.pk}").status_code == 404
    for item in world.open:
        assert world.by.get(f"/footage/{item.pk}/").status_code == 200
        assert world.by.get(f"/api/v1/footage/{item.pk}").status_code == 200


def test_a_camera_with_nothing_to_list_is_not_there_and_one_with_something_lists_that(world: World) -> None:
    assert world.by.get("/footage/cameras/cam-de-1/").status_code == 404
    page = world.by.get("/footage/cameras/cam-ca-1/")
    assert [item.name for item in page.context["page"]] == ["marked.jpg"]
    assert SOME in page.content.decode()


def test_the_interface_lists_and_counts_the_same(world: World) -> None:
    found = world.by.get("/api/v1/footage").json()
    assert (found["total"], {row["name"] for row in found["items"]}) == (2, {"marked.jpg", "texas.jpg"})
    assert world.by.get("/api/v1/footage?query=jurisdiction%3DDE-BE").json()["total"] == 0
    cameras = world.by.get("/api/v1/sources").json()
    assert cameras["total"] == 2
    assert [(row["code"], row["stills"], row["clips"]) for row in cameras["items"]] == [
        ("cam-ca-1", 1, 0),
        ("cam-tx-public", 1, 0),
    ]


def test_a_batch_shows_of_others_files_only_what_may_be_listed(world: World) -> None:
    page = world.by.get(f"/footage/batches/{world.batch.pk}/")
    assert [file.name for file in page.context["files"]] == ["marked.jpg"]
    assert page.context["total"] == 1
    row = world.by.get("/footage/batches/").context["page"].object_list[0]
    assert (row.total, row.done, row.refused) == (1, 1, 0)
    call = world.by.get(f"/api/v1/batches/{world.batch.pk}").json()
    assert (call["total"], [file["name"] for file in call["files"]]) == (1, ["marked.jpg"])
    assert world.by.get("/api/v1/batches").json()["items"][0]["total"] == 1


def test_who_handed_a_batch_in_is_shown_the_names_they_gave(world: World) -> None:
    Batch.objects.update(added_by=world.reader)
    page = world.by.get(f"/footage/batches/{world.batch.pk}/")
    assert page.context["total"] == 3
    assert [file.name for file in page.context["files"]] == ["hidden-a.jpg", "hidden-b.mp4", "marked.jpg"]


def test_the_choice_of_a_camera_offers_only_what_is_listed(world: World) -> None:
    page = world.by.get("/footage/add")
    assert {camera.code for camera in page.context["form"].fields["source"].queryset} == {"cam-ca-1", "cam-tx-public"}


def test_a_lead_is_shown_the_camera_of_which_nobody_knows_where_it_records(world: World) -> None:
    factories.make_footage(factories.make_source("cam-unknown", ""), name="nowhere.jpg")
    page = world.by.get("/footage/")
    counted = {camera.code: camera.stills for camera in page.context["cameras"]}
    assert counted["cam-unknown"] == 0
    assert "nowhere.jpg" not in world.by.get("/footage/cameras/cam-unknown/").content.decode()
    world.reader.groups.remove(world.reader.groups.get(name="lead"))
    assert world.by.get("/footage/cameras/cam-unknown/").status_code == 404


def test_the_job_form_previews_checks_and_assigns_what_may_be_listed(world: World) -> None:
    preview = world.by.get("/jobs/new/preview?selection=all")
    assert preview.context["selected"].parts == (("Still", "us", 2),)
    assert SOME in preview.content.decode()
    form = {"title": "Mine", "name": "mine", "selection": "kind=image", "purpose": "ml-training", "step": "check"}
    form |= {"schema": world.job.schema.pk, "guideline": world.job.guideline.pk}
    assert world.by.post("/jobs/new", form).context["outlook"].total == 2
    body = {"name": "mine", "title": "Mine", "label_schema": world.job.schema.name, "purpose": "ml-training"}
    body |= {"guideline": world.job.guideline.name, "selection": "source=cam-de-1"}
    refused = world.by.post("/api/v1/jobs", body, content_type="application/json")
    assert (refused.status_code, "finds no assignable footage" in refused.json()["detail"]) == (422, True)


def test_a_jobs_progress_people_chart_and_tasks_count_what_may_be_listed(world: World) -> None:
    listing = factories.listing_in(world.reader, "PH")
    assert (job_progress(world.job, listing).done, job_progress(world.job, listing).total) == (2, 2)
    assert [(line.done, line.boxes) for line in annotator_lines(world.job, listing)] == [(2, 4)]
    assert label_counts(world.job, listing) == [("Car", 4), ("Person", 0)]
    page = world.by.get(f"/jobs/{world.job.name}/?state=done")
    assert {task.footage.name for task in page.context["tasks"]} == {"marked.jpg", "texas.jpg"}
    assert world.by.get(f"/jobs/{world.job.name}/live").context["progress"].total == 2
    assert [progress.total for _, progress in world.by.get("/jobs/").context["rows"]] == [2]
    call = world.by.get(f"/api/v1/jobs/{world.job.name}").json()
    assert (call["tasks"]["total"], call["annotators"][0]["boxes"]) == (2, 4)
    assert world.at_home.get(f"/jobs/{world.job.name}/live").context["progress"].total == 4


def test_a_training_set_that_holds_more_than_may_be_listed_is_not_there(world: World) -> None:
    assert not world.by.get("/datasets/").context["page"].object_list
    assert world.by.get(f"/datasets/{world.run.pk}/").status_code == 404
    assert world.by.get("/api/v1/exports").json()["total"] == 0
    assert world.by.get(f"/api/v1/exports/{world.run.pk}").status_code == 404
    assert world.at_home.get(f"/datasets/{world.run.pk}/").status_code == 200
    choices = world.by.get(f"/datasets/new?job={world.job.name}").context["form"].fields["zone"].choices
    assert dict(choices)["us"] == "us: 2 labeled"


def test_a_training_set_of_what_may_be_listed_is_there(world: World) -> None:
    world.hidden[0].tasks.all().update(state="open")
    assert world.by.get(f"/datasets/{world.run.pk}/").status_code == 200


def test_a_decision_about_hidden_footage_is_not_explained(world: World) -> None:
    asked = {"footage": world.hidden[0].pk, "person": world.reader.pseudonym}
    assert world.by.get("/policies/explain/", asked).status_code == 400
    assert world.by.get("/policies/explain/", asked | {"footage": world.open[0].pk}).status_code == 200


def test_from_an_unknown_place_nothing_is_listed_and_the_page_says_so(world: World) -> None:
    client = factories.signed_in(world.reader, "nowhere")
    page = client.get("/footage/")
    assert not page.context["cameras"]
    assert not page.context["page"].object_list
    assert "Where you connect from is not known" in page.content.decode()
    assert client.get("/api/v1/footage").json()["total"] == 0
    assert client.get(f"/footage/{world.open[0].pk}/").status_code == 404


def test_without_a_policy_nothing_is_listed_and_the_page_says_so(world: World) -> None:
    PolicyVersion.objects.update(retired_at=factories.now())
    page = world.at_home.get("/footage/")
    assert not page.context["page"].object_list
    assert "No policy is in force" in page.content.decode()
    assert world.at_home.get("/api/v1/footage").json()["total"] == 0
    assert listing_at_zones(world.reader, at=factories.now()).footage().count() == 0


def test_a_command_lists_for_a_person_as_if_in_each_zone(world: World, lead: Person, outsider: Person) -> None:
    at = factories.now()
    assert listing_at_zones(lead, at=at).footage().count() == 5
    assert {item.name for item in listing_at_zones(world.reader, at=at).footage()} == {"marked.jpg", "texas.jpg"}
    assert listing_at_zones(outsider, at=at).footage().count() == 0
    assert listing_at_zones(lead, at=at).note == ""
    assert "whom this acts for" in listing_at_zones(world.reader, at=at).note


def test_work_counts_every_task_once_with_the_reason_of_each_refusal(
    footage: tuple[list[Footage], list[Footage]], lead: Person, manila_annotator: Person
) -> None:
    job = factories.make_job(lead, manila_annotator)
    standing = factories.standing_in(manila_annotator, "PH")
    us, eu = (count_work(job.zones.get(zone=zone), standing) for zone in ("us", "eu"))
    assert (us.open, sum(us.refused.values())) == (2, 1)
    assert (eu.open, sum(eu.refused.values())) == (0, 1)
    assert "it is from California and may be labeled only from the United States" in next(iter(us.refused))
    assert "it is from Berlin and may be labeled only from the EEA" in next(iter(eu.refused))
    given = reserve_next(job.zones.get(zone="us"), standing)
    assert given is not None
    assert given.footage.name in {"marked.jpg", "texas.jpg"}
    assert reserve_next(job.zones.get(zone="eu"), standing) is None
