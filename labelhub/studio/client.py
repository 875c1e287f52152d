"""The port over a real Label Studio, through its SDK.

Every call carries the pair of headers that Label Studio trusts, because it answers nobody without them. People are
known inside Label Studio by pseudonym only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import httpx
from django.conf import settings
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from labelhub.studio.port import Studio, StudioAnnotation, StudioAnswer, StudioError, StudioProject, StudioTask
from labelhub.zones import StudioSettings

PEOPLE_DOMAIN = "people.labelhub.test"
TIMEOUT_SECONDS = 60
CHUNK = 500
USER_HEADER, SECRET_HEADER = "X-LH-User", "X-LH-Secret"


def studio_email(pseudonym: str) -> str:
    """Give the address a person has inside Label Studio: a pseudonym at a domain that receives no mail."""
    return f"{pseudonym}@{PEOPLE_DOMAIN}"


class LabelStudioClient:
    """One running Label Studio."""

    def __init__(self, studio: StudioSettings) -> None:
        self._studio = studio
        self._sdk: Any = LabelStudio(  # type: ignore[no-untyped-call]  # half of the SDK is untyped
            base_url=studio.url,
            api_key=studio.token,
            headers={USER_HEADER: studio.service_email, SECRET_HEADER: studio.secret},
            timeout=TIMEOUT_SECONDS,
        )
        self._http = httpx.Client(base_url=studio.url, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)

    def make_project(self, *, title: str, label_config: str) -> StudioProject:
        """Make a project and its view; without a view the screen would try to make one and fail."""
        with self._failing(f"make a project for `{title}`"):
            project = self._sdk.projects.create(
                title=title[:50], label_config=label_config, show_skip_button=False, enable_empty_annotation=True
            )
            view = self._sdk.views.create(project=project.id, data={"title": "Tasks"})
        return StudioProject(project=int(project.id), view=int(view.id))

    def add_tasks(self, project: int, tasks: Sequence[StudioTask], *, media_kind: str) -> list[int]:
        """Make one task for each, in order."""
        made: list[int] = []
        for start in range(0, len(tasks), CHUNK):
            chunk = [{media_kind: task.address, "footage": task.footage} for task in tasks[start : start + CHUNK]]
            with self._failing(f"add tasks to project {project}"):
                answer = self._sdk.projects.import_tasks(
                    id=project, request=chunk, return_task_ids=True, commit_to_project=True
                )
            made.extend(int(task) for task in answer.task_ids or [])
        if len(made) != len(tasks):
            raise StudioError(f"Label Studio made {len(made)} of {len(tasks)} tasks in project {project}")
        return made

    def tasks(self, project: int) -> dict[str, int]:
        """Find the tasks already made: footage id → task id."""
        with self._failing(f"list the tasks of project {project}"):
            found = self._sdk.tasks.list(project=project, page_size=CHUNK, fields="task_only")
            return {str((task.data or {}).get("footage")): int(task.id) for task in found}

    def add_person(self, pseudonym: str) -> None:
        """Make sure a person is known. A second call finds them and changes nothing."""
        with self._failing(f"add `{pseudonym}`"):
            if any(user.email == studio_email(pseudonym) for user in self._sdk.users.list()):
                return
            self._sdk.users.create(username=pseudonym, email=studio_email(pseudonym))

    def annotations(self, project: int) -> list[StudioAnnotation]:
        """Read every annotation of a project."""
        with self._failing(f"read the annotations of project {project}"):
            people = {user.id: str(user.email).split("@")[0] for user in self._sdk.users.list()}
            found = self._sdk.tasks.list(project=project, page_size=100, fields="all", only_annotated=True)
            return [_annotation(int(task.id), dict(raw), people) for task in found for raw in task.annotations or []]

    def send(self, *, method: str, path: str, query: str, body: bytes, pseudonym: str) -> StudioAnswer:
        """Send a request as a person, any body as JSON, and return the answer as it came."""
        headers = {
            USER_HEADER: studio_email(pseudonym),
            SECRET_HEADER: self._studio.secret,
            "Accept": "application/json",
        }
        if body:
            headers["Content-Type"] = "application/json"
        try:
            answer = self._http.request(
                method, f"{path}?{query}" if query else path, content=body or None, headers=headers
            )
        except httpx.HTTPError as error:
            raise StudioError("Label Studio does not answer: try again in a minute") from error
        return StudioAnswer(answer.status_code, answer.headers.get("content-type", "application/json"), answer.content)

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            yield
        except (ApiError, httpx.HTTPError) as error:
            status = f" (status {error.status_code})" if isinstance(error, ApiError) else ""
            raise StudioError(f"Label Studio `{self._studio.code}` could not {what}{status}") from error


def _annotation(task: int, raw: dict[str, Any], people: dict[int, str]) -> StudioAnnotation:
    by = raw.get("completed_by")
    number = by.get("id") if isinstance(by, dict) else by
    return StudioAnnotation(
        annotation=int(raw["id"]),
        task=task,
        person=people.get(number, "") if isinstance(number, int) else "",
        result=list(raw.get("result") or []),
        was_cancelled=bool(raw.get("was_cancelled")),
        seconds=float(raw.get("lead_time") or 0),
    )


@lru_cache(maxsize=32)
def studio_of(code: str) -> Studio:
    """Open a studio by its code.

    Raises:
        StudioError: the settings describe no such studio.
    """
    described: dict[str, StudioSettings] = settings.STUDIOS
    if code not in described:
        raise StudioError(f"studio `{code}` is not in `LABELHUB_STUDIOS`")
    return LabelStudioClient(described[code])
