"""People at the door of a running stack, with a job of their own, so that no journey sees another's work."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.journeys.door import Answer, Visitor, eventually, submit, visitor_of
from tests.journeys.running import Stack

STUDIO = "/studio/main"
BOX = {
    "original_width": 1280,
    "original_height": 720,
    "image_rotation": 0,
    "id": "box",
    "value": {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": ["Car"]},
    "from_name": "subject",
    "to_name": "media",
    "type": "rectanglelabels",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A task somebody holds: its number, its project, and the address of its footage."""

    task: int
    project: int
    footage: str

    @property
    def media(self) -> str:
        """Where its footage is shown."""
        return f"/media/{self.footage}/original"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A signed-in person: as a client that keeps cookies, and as raw bytes."""

    client: httpx.Client
    visitor: Visitor

    def call(self, verb: str, path: str, body: object = None) -> Answer:
        """Use the programming interface, with the token it asks for."""
        headers = (
            ("Content-Type", "application/json"),
            ("Origin", self.visitor.origin),
            ("X-CSRFToken", self.visitor.cookies["labelhub_csrf"]),
        )
        return self.visitor.send(verb, path, headers, b"" if body is None else json.dumps(body).encode())

    def acknowledge(self, job: str) -> None:
        """Say that the guideline was read."""
        page = f"/work/{job}/guideline"
        assert submit(self.client, page).status_code == 302

    def project(self, job: str, zone: str = "us") -> int:
        """The Label Studio project that the labeling page of a job opens."""
        page = self.client.get(f"/work/{job}/label", params={"zone": zone}).text
        found = re.search(r"/projects/(\d+)/data", page)
        assert found, page[:2000]
        return int(found.group(1))

    def take(self, project: int) -> Held:
        """Take the next task of a project."""
        answer = self.next_task(project)
        assert answer.status == 200, answer
        task = answer.json()
        return Held(int(task["id"]), project, task["data"]["footage"])

    def next_task(self, project: int) -> Answer:
        """Ask for the next task of a project, as the labeling screen does."""
        return self.visitor.write("POST", f"{STUDIO}/api/dm/actions?id=next_task&tabID=1&project={project}")

    def skip(self, job: str) -> None:
        """Pass the held task on."""
        answer = submit(self.client, f"/work/{job}/skip?zone=us", f"/work/{job}/label?zone=us", reason="quality")
        assert answer.status_code == 302, answer.text[:2000]


def come_in(stack: Stack, email: str, place: str) -> Somebody:
    """Sign somebody in from a place."""
    client = stack.sign_in(email, place)
    return Somebody(client, visitor_of(client, stack))


def make_job(lead: Somebody, name: str, selection: str, people: Sequence[str]) -> None:
    """Make a job, give it to people, and wait until its tasks are there."""
    asked = {
        "name": name,
        "title": name,
        "label_schema": "vehicles-and-persons",
        "guideline": "road-scenes",
        "selection": selection,
        "purpose": "ml-training",
    }
    made = lead.call("POST", "/api/v1/jobs", asked)
    assert made.status == 201, made
    given = lead.call("POST", f"/api/v1/jobs/{name}/annotators", {"people": list(people)})
    assert given.status == 200, given

    def is_open() -> dict[str, Any] | None:
        job: dict[str, Any] = lead.visitor.get(f"/api/v1/jobs/{name}").json()
        assert job["state"] != "failed", job
        return job if job["state"] == "open" else None

    eventually(is_open, f"the tasks of job `{name}`")
