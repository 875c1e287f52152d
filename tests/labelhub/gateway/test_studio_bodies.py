"""What a body sent to Label Studio still holds when it leaves: what was drawn, and no claim about anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labelhub.accounts.models import Person
from labelhub.footage.models import Footage
from labelhub.gateway.studio_answers import Asked, answer
from labelhub.gateway.studio_bodies import StudioRefusedError
from labelhub.gateway.studio_rules import admit
from labelhub.labeling.actions import record_draft
from labelhub.labeling.models import Annotation, Draft, Job, LabelingTask
from labelhub.labeling.queue import reserve_next
from labelhub.policies.models import PolicyVersion
from tests import factories
from tests.simulators import StudioInMemory

pytestmark = pytest.mark.django_db

BOX = {"id": "a", "type": "rectanglelabels", "from_name": "box", "to_name": "image", "value": {"x": 1, "y": 2}}
OWN_ID = "6f1c0a9e-6c0e-4b5e-9d6a-0e6f0e3f7a11"
CLAIMS: dict[str, Any] = {
    "id": 1, "task": 1, "project": 1, "completed_by": 1, "updated_by": 1, "user": 1, "ground_truth": True,
    "parent_annotation": 1, "parent_prediction": 1, "prediction": {"id": 1}, "last_action": "imported",
    "last_created_by": 1, "bulk_created": True, "import_id": 7, "created_at": "2001-01-01T00:00:00Z",
    "draft_created_at": "2001-01-01T00:00:00Z", "started_at": "2001-01-01T00:00:00Z", "annotation": 1,
    "was_postponed": True, "state": "COMPLETED", "result_count": 9, "a name nobody knows": 1,
}  # fmt: skip


@pytest.fixture
def californian(demo_policy: PolicyVersion) -> Footage:
    return factories.make_footage(factories.make_source())


@pytest.fixture
def task(lead: Person, californian: Footage, us_annotator: Person) -> LabelingTask:
    """A task in the annotator's hands."""
    factories.let_see(lead, californian.source)
    job: Job = factories.make_job(lead, us_annotator)
    held = reserve_next(job.zones.get(), factories.standing_in(us_annotator))
    assert held is not None
    return held


@pytest.fixture
def screen(task: LabelingTask, us_annotator: Person) -> Screen:
    return Screen(task, us_annotator)


class Screen:
    """Label Studio's screen: what it sends goes the way of the door to a simulated Label Studio."""

    def __init__(self, task: LabelingTask, person: Person) -> None:
        self.task, self.person, self.studio = task, person, StudioInMemory()

    def sends(self, method: str, path: str, body: object) -> dict[str, Any]:
        """Send a body and return what reached Label Studio."""
        admitted = admit(method, path, "")
        assert admitted is not None
        answer(
            Asked(
                admitted=admitted,
                standing=factories.standing_in(self.person),
                studio_code="main",
                studio=self.studio,
                method=method,
                path=path,
                query="",
                body=body if isinstance(body, bytes) else json.dumps(body).encode(),
                project_of=lambda _number: self.task.job_zone,
            )
        )
        return self.studio.written[-1]

    def submits(self, body: object) -> dict[str, Any]:
        return self.sends("POST", f"/api/tasks/{self.task.studio_task}/annotations", body)

    def drafts(self, body: object) -> dict[str, Any]:
        return self.sends("POST", f"/api/tasks/{self.task.studio_task}/drafts", body)


def test_an_annotation_passes_on_what_was_drawn_and_its_own_id(screen: Screen) -> None:
    sent = screen.submits({**CLAIMS, "result": [BOX], "lead_time": 3.5, "unique_id": OWN_ID, "draft_id": 0})
    assert sent == {"result": [BOX], "lead_time": 3.5, "unique_id": OWN_ID}
    assert Annotation.objects.get().result == [BOX]


def test_a_draft_passes_on_what_was_drawn(screen: Screen) -> None:
    sent = screen.drafts({**CLAIMS, "result": [BOX], "lead_time": 3.5, "unique_id": OWN_ID, "draft_id": 3})
    assert sent == {"result": [BOX], "lead_time": 3.5}


def test_a_changed_draft_and_a_changed_annotation_pass_on_what_was_drawn(screen: Screen) -> None:
    screen.drafts({"result": []})
    draft = Draft.objects.get().studio_draft
    claimed = {**CLAIMS, "result": [BOX], "was_cancelled": True, "unique_id": OWN_ID, "draft_id": draft}
    assert screen.sends("PATCH", f"/api/drafts/{draft}", claimed) == {"result": [BOX]}
    screen.submits({"result": []})
    number = Annotation.objects.get().studio_annotation
    assert screen.sends("PATCH", f"/api/annotations/{number}", claimed) == {"result": [BOX]}


def test_an_annotation_ends_the_draft_it_was_drawn_in(screen: Screen) -> None:
    screen.drafts({"result": [BOX]})
    draft = Draft.objects.get().studio_draft
    assert screen.submits({"result": [BOX], "draft_id": draft}) == {"result": [BOX], "draft_id": draft}


def test_another_persons_draft_is_not_ended_by_naming_it(screen: Screen, manila_annotator: Person) -> None:
    record_draft(screen.task, manila_annotator, studio_draft=77, at=factories.now())
    for draft in (77, 78, "77", 77.0, True, [77]):
        with pytest.raises(StudioRefusedError, match="this draft is not yours to submit"):
            screen.submits({"result": [BOX], "draft_id": draft})
    assert screen.studio.written == []


CROOKED: list[dict[str, Any]] = [
    {}, {"lead_time": 1}, {"result": None}, {"result": "[]"}, {"result": {}}, {"result": [1]}, {"result": [[]]},
    {"result": [], "lead_time": "3"}, {"result": [], "lead_time": -1}, {"result": [], "lead_time": True},
    {"result": [], "lead_time": float("nan")}, {"result": [], "lead_time": float("inf")},
    {"result": [], "lead_time": {}}, {"result": [], "lead_time": 10**400},
]  # fmt: skip


@pytest.mark.parametrize("body", CROOKED)
def test_a_field_of_another_shape_is_refused_and_passed_on_to_nobody(screen: Screen, body: dict[str, Any]) -> None:
    for send in (screen.submits, screen.drafts):
        with pytest.raises(StudioRefusedError, match=r"`(result|lead_time)` is not") as refusal:
            send(body)
        assert refusal.value.status == 400
    assert screen.studio.written == []


@pytest.mark.parametrize("own_id", ["", "x", 7, [], OWN_ID[:-1]])
def test_an_own_id_that_is_no_uuid_is_refused(screen: Screen, own_id: object) -> None:
    with pytest.raises(StudioRefusedError, match="`unique_id` is not a UUID"):
        screen.submits({"result": [], "unique_id": own_id})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"result=%5B%5D&completed_by=1"])
def test_a_body_that_is_no_json_object_is_refused(screen: Screen, body: bytes) -> None:
    with pytest.raises(StudioRefusedError, match="the body is not"):
        screen.submits(body)


def test_skipping_goes_by_its_own_way(screen: Screen) -> None:
    with pytest.raises(StudioRefusedError, match="skip with a reason"):
        screen.submits({"result": [], "was_cancelled": True})
