"""What the labeling screen and the programs of an ML team send, sent without a browser."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from typing import Any

import httpx

from tests.journeys.running import Stack, token_in

PATIENCE = 120.0


def post_form(client: httpx.Client, stack: Stack, place: str, path: str, **fields: str) -> httpx.Response:
    """Send a form of a page, with the page's own token."""
    token = token_in(client.get(path).text)
    data = {**fields, "csrfmiddlewaretoken": token}
    return client.post(path, data=data, headers={"Origin": stack.url(place)})


def call(client: httpx.Client, stack: Stack, place: str, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401  httpx names them
    """Call the programming interface."""
    headers = {"Origin": stack.url(place), "Accept": "application/json"}
    token = client.cookies.get("labelhub_csrf")
    if token:
        headers["X-CSRFToken"] = token
    return client.request(method, path, headers=headers, **options)


def acknowledge(client: httpx.Client, stack: Stack, place: str, job: str) -> None:
    """Read and acknowledge a job's guideline."""
    answer = post_form(client, stack, place, f"/work/{job}/guideline")
    assert answer.status_code == 302, answer.text[:1000]


def project_of(client: httpx.Client, job: str, zone: str) -> int:
    """The Label Studio project that the labeling page shows."""
    page = client.get(f"/work/{job}/label?zone={zone}").text
    found = re.search(r"/studio/main/projects/(\d+)/data", page)
    assert found, page[:2000]
    return int(found.group(1))


def next_task(client: httpx.Client, stack: Stack, place: str, project: int) -> httpx.Response:
    """Ask for the next task, as the screen does."""
    path = f"/studio/main/api/dm/actions?id=next_task&tabID=1&project={project}"
    return call(client, stack, place, "POST", path, json={})


def submit(  # noqa: PLR0917  what the screen sends
    client: httpx.Client, stack: Stack, place: str, task: int, project: int, result: list[Any]
) -> httpx.Response:
    """Submit an annotation, as the screen does."""
    path = f"/studio/main/api/tasks/{task}/annotations?project={project}"
    return call(client, stack, place, "POST", path, json={"result": result, "lead_time": 4.2})


def box(x: float, y: float, width: float, height: float, *, label: str = "Car", kind: str = "SUV") -> list[Any]:
    """One drawn box with one attribute, in percent, as the screen sends it."""
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": 0}
    head = {"original_width": 1280, "original_height": 720, "image_rotation": 0, "id": "b1", "to_name": "media"}
    return [
        {**head, "from_name": "subject", "type": "rectanglelabels", "value": {**value, "rectanglelabels": [label]}},
        {**head, "from_name": "type", "type": "choices", "value": {**value, "choices": [kind]}},
    ]


def track(frames: int, seconds: float) -> list[Any]:
    """One subject followed over a clip, as the screen sends it: two key frames, counted from 1, in percent."""
    ends = ((1, 10.0), (frames, 50.0))
    sequence = [
        {"frame": frame, "enabled": True, "rotation": 0, "x": x, "y": 40.0, "width": 20.0, "height": 30.0, "time": 0}
        for frame, x in ends
    ]
    value = {"framesCount": frames, "duration": seconds, "sequence": sequence, "labels": ["Car"]}
    return [{"id": "t1", "from_name": "box", "to_name": "media", "type": "videorectangle", "value": value}]


def take_set(client: httpx.Client, stack: Stack, place: str, **asked: str) -> dict[str, Any]:
    """Have a worker make a training set, download it through the door, and give its COCO document."""
    client.get("/jobs/")  # a page sets the token that the interface asks for
    started = call(client, stack, place, "POST", "/api/v1/exports", json={"format": "coco", **asked})
    assert started.status_code == 202, started.text
    run = started.json()["id"]
    deadline = time.monotonic() + PATIENCE
    while (state := client.get(f"/api/v1/exports/{run}").json())["state"] not in {"ready", "failed"}:
        assert time.monotonic() < deadline, state
        time.sleep(0.3)
    assert state["state"] == "ready", state
    archive = client.get(f"/datasets/{run}/download")
    assert archive.status_code == 200, archive.text[:1000]
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        document: dict[str, Any] = json.loads(opened.read("annotations/instances_default.json"))
    return document


def picture_of(task: dict[str, Any]) -> str:
    """The address of the footage a task shows."""
    data = task["data"]
    return str(data.get("image") or data.get("video"))
