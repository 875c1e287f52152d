"""Work through the door: what one person draws is out of another's reach, and what is not for them is not named."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.journeys.door import Answer
from tests.journeys.people import BOX, STUDIO, Held, Somebody
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


def numbered(answer: Answer, status: int) -> int:
    assert answer.status == status, answer
    return int(answer.json()["id"])


def californian(lead: Somebody) -> list[str]:
    """Every word that names a piece of footage from California or its camera."""
    found = lead.visitor.get("/api/v1/footage?query=jurisdiction=US-CA&limit=200").json()
    assert found["total"] == len(found["items"]) >= 12
    return sorted({item[key] for item in found["items"] for key in ("id", "name", "sha256", "source")})


def test_manila_learns_no_name_of_footage_it_may_not_see(
    manila_in: Somebody, lead_in: Somebody, door_job: str, held_in_manila: Held
) -> None:
    words, task, project = californian(lead_in), held_in_manila.task, held_in_manila.project
    guessed = next(word for word in words if re.fullmatch("[0-9a-f]{24}", word))
    for target in (
        "/",
        "/work/",
        f"/work/{door_job}/guideline",
        f"/work/{door_job}/label",
        f"/work/{door_job}/status",
        "/work/road-stills/guideline",
        "/work/road-clips/label",
        "/my-record/",
        "/api/v1/me",
        "/api/v1/work",
        "/api/v1/openapi.json",
        f"{STUDIO}/projects/{project}/data?labeling=1",
        f"{STUDIO}/api/projects/{project}",
        f"{STUDIO}/api/tasks?project={project}",
        f"{STUDIO}/api/tasks/{task}?project={project}",
        f"{STUDIO}/api/dm/columns?project={project}",
        f"{STUDIO}/api/dm/project?project={project}",
        f"{STUDIO}/api/dm/views?project={project}",
        f"{STUDIO}/api/users?project={project}",
        *(f"{STUDIO}/api/tasks/{other}" for other in range(max(1, task - 20), task + 20) if other != task),
        "/footage/",
        "/where-viewed/",
        "/datasets/",
        "/api/v1/footage",
        f"/api/v1/footage/{guessed}",
        f"/footage/{guessed}/",
        "/footage/cameras/cam-ca-1/",
    ):
        text = manila_in.visitor.send("GET", target, (("Accept", "text/html"),)).everything
        text = text.replace(target, "")  # an address asked for may be repeated to whoever asked for it
        assert [word for word in words if word in text] == [], target
    refusal = manila_in.visitor.get(f"/media/{guessed}/original").everything.replace(guessed, "")
    assert [word for word in words if word in refusal] == []
    assert manila_in.take(project).footage not in words


def test_nobody_reads_another_persons_task(annotator_in: Somebody, manila_in: Somebody, held: Held) -> None:
    assert annotator_in.visitor.get(f"{STUDIO}/api/tasks/{held.task}").status == 200
    assert manila_in.visitor.get(f"{STUDIO}/api/tasks/{held.task}").status == 403
    for number in range(1, held.task + 30):
        if number != held.task:
            answer = annotator_in.visitor.get(f"{STUDIO}/api/tasks/{number}")
            assert answer.status in {403, 200}
            assert answer.status == 403 or _labeled_it(annotator_in, answer.json()["data"]["footage"]), number


def _labeled_it(person: Somebody, footage: str) -> bool:
    """A task labeled before stays open to whoever labeled it, in this job or one of another journey."""
    return person.visitor.get(f"/media/{footage}/original").status == 200


def test_nobody_changes_another_persons_draft_or_annotation(
    annotator_in: Somebody, manila_in: Somebody, held: Held, held_in_manila: Held
) -> None:
    drawn = {"result": [BOX], "lead_time": 3.0}
    draft = numbered(annotator_in.visitor.write("POST", f"{STUDIO}/api/tasks/{held.task}/drafts", drawn), 201)
    theirs = f"{STUDIO}/api/drafts/{draft}"
    for verb in ("PATCH", "DELETE"):
        assert manila_in.visitor.write(verb, theirs, {"result": []}).status == 403
    for verb in ("GET", "HEAD", "PUT", "POST"):
        assert annotator_in.visitor.write(verb, theirs, {"result": []}).status == 403
    # another's draft does not vanish by naming it in an annotation of one's own
    taking = manila_in.visitor.write(
        "POST", f"{STUDIO}/api/tasks/{held_in_manila.task}/annotations", {**drawn, "draft_id": draft}
    )
    assert taking.status == 403, taking
    kept = annotator_in.visitor.get(f"{STUDIO}/api/tasks/{held.task}").json()["drafts"]
    assert [one["id"] for one in kept] == [draft]
    assert kept[0]["result"] == [BOX]
    assert annotator_in.visitor.write("PATCH", theirs, {"result": []}).status == 200


def test_nobody_writes_into_a_task_they_do_not_hold(
    annotator_in: Somebody, manila_in: Somebody, held: Held, held_in_manila: Held
) -> None:
    drawn = {"result": [BOX], "lead_time": 3.0}
    for kind in ("annotations", "drafts"):
        assert manila_in.visitor.write("POST", f"{STUDIO}/api/tasks/{held.task}/{kind}", drawn).status == 403
        mine = f"{STUDIO}/api/tasks/{held_in_manila.task}/{kind}"
        assert annotator_in.visitor.write("POST", mine, drawn).status == 403
        assert manila_in.visitor.at("us").write("POST", mine, drawn).status == 403  # not from elsewhere either
        assert manila_in.visitor.write("POST", f"{STUDIO}/api/tasks/999999/{kind}", drawn).status == 403


NO_ANNOTATIONS = (
    b"", b"{", b"[]", b'"x"', b"null", b"1", b'{"result": "x"}', b'{"result": [1]}', b'{"lead_time": {}}', b"\xff\xfe",
    b'{"result": [], "draft_id": "x"}', b'{"result": ' + b"[" * 5000 + b"]" * 5000 + b"}",
)  # fmt: skip


@pytest.mark.parametrize("body", NO_ANNOTATIONS)
def test_a_body_that_is_no_annotation_breaks_nothing(annotator_in: Somebody, held: Held, body: bytes) -> None:
    headers = (("Content-Type", "application/json"), ("Origin", annotator_in.visitor.origin))
    for kind in ("annotations", "drafts"):
        answer = annotator_in.visitor.send("POST", f"{STUDIO}/api/tasks/{held.task}/{kind}", headers, body)
        assert answer.status in {201, 400, 403, 502}, answer
        if answer.status == 201:  # nothing but what was drawn counts, and nothing was
            assert kind == "drafts", answer
        assert "Traceback" not in answer.everything
        assert "version" not in answer.everything or answer.status == 400


def test_an_annotation_is_whose_and_where_the_door_says(
    annotator_in: Somebody, lead_in: Somebody, door_job: str, held: Held, held_in_manila: Held
) -> None:
    me = annotator_in.visitor.get(f"{STUDIO}/api/current-user/whoami").json()
    address = f"{STUDIO}/api/tasks/{held.task}/annotations"
    claimed: dict[str, Any] = {
        "result": [BOX],
        "lead_time": 3.0,
        "task": held_in_manila.task,
        "completed_by": 1,
        "updated_by": 1,
        "ground_truth": True,
        "project": 1,
        "id": 1,
        "created_at": "2001-01-01T00:00:00Z",
        "last_created_by": 1,
        "import_id": 7,
        "parent_annotation": 1,
        "parent_prediction": 1,
    }
    assert annotator_in.visitor.write("POST", address, {**claimed, "was_cancelled": True}).status == 403
    assert annotator_in.visitor.write("POST", f"{address}?was_cancelled=1", claimed).status == 403
    sent = annotator_in.visitor.write("POST", address, claimed)
    number, made = numbered(sent, 201), sent.json()
    assert (made["task"], made["project"], made["completed_by"]) == (held.task, held.project, me["id"])
    assert (made["ground_truth"], made["was_cancelled"], made["import_id"]) == (False, False, None)
    assert (made["parent_annotation"], made["parent_prediction"]) == (None, None)
    assert not made["created_at"].startswith("2001")
    _only_its_author_changes_it(annotator_in, number, claimed)
    progress = lead_in.visitor.get(f"/api/v1/jobs/{door_job}").json()
    assert progress["tasks"]["done"] >= 1


def test_a_body_announced_as_a_form_is_not_read_as_one(annotator_in: Somebody, held: Held) -> None:
    me = annotator_in.visitor.get(f"{STUDIO}/api/current-user/whoami").json()
    box = {**BOX, "meta": {"text": ["&completed_by=1&ground_truth=true&result=[]&parent_annotation=1&"]}}
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Origin", annotator_in.visitor.origin))
    address = f"{STUDIO}/api/tasks/{held.task}/annotations"
    sent = annotator_in.visitor.send("POST", address, headers, json.dumps({"result": [box]}).encode())
    assert sent.status == 201, sent
    made = sent.json()
    assert (made["completed_by"], made["ground_truth"], made["result"]) == (me["id"], False, [box])


def _only_its_author_changes_it(author: Somebody, number: int, claimed: dict[str, Any]) -> None:
    mine = f"{STUDIO}/api/annotations/{number}"
    changed = author.visitor.write("PATCH", mine, {**claimed, "result": [], "was_cancelled": True})
    assert changed.status == 200, changed
    assert (changed.json()["ground_truth"], changed.json()["was_cancelled"]) == (False, False)
    assert author.visitor.at("ph").write("PATCH", mine, {"result": []}).status == 403
    for verb in ("GET", "PUT", "POST", "DELETE"):
        assert author.visitor.write(verb, mine, {"result": []}).status == 403


def test_another_persons_annotation_cannot_be_changed_by_its_number(
    manila_in: Somebody, annotator_in: Somebody, held: Held
) -> None:
    sent = annotator_in.visitor.write("POST", f"{STUDIO}/api/tasks/{held.task}/annotations", {"result": [BOX]})
    number = numbered(sent, 201)
    for other in range(1, number + 5):
        answer = manila_in.visitor.write("PATCH", f"{STUDIO}/api/annotations/{other}", {"result": []})
        assert answer.status == 403, other


def test_a_task_of_a_project_not_given_is_not_handed_out(
    annotator_in: Somebody, officer_in: Somebody, lead_in: Somebody, held: Held
) -> None:
    given = {held.project, *(annotator_in.project(job) for job in ("road-stills", "road-clips"))}
    for person in (officer_in, lead_in):
        for project in sorted(given):
            assert person.next_task(project).status == 403
    for project in (0, 99_999, 999_999_999):
        assert annotator_in.next_task(project).status == 403


def test_what_is_refused_is_recorded_without_giving_anything_away(
    stack: Stack, manila_in: Somebody, officer_in: Somebody, held: Held
) -> None:
    answer = manila_in.visitor.get(held.media)
    assert answer.status == 403
    entry = answer.header("X-LH-Entry")
    shown = officer_in.visitor.send("GET", f"/where-viewed/{entry}/", (("Accept", "text/html"),))
    assert shown.status == 200
    assert held.footage in shown.body.decode()
    assert manila_in.visitor.get(f"/where-viewed/{entry}/").status == 403
    reason = answer.json()["detail"]
    assert all(words in reason for words in ("California", "only from the United States", "the Philippines"))
