"""Stand-ins that behave like the real parts, in memory: a Label Studio and an object store."""

# ruff: noqa: ARG002  a simulator keeps the signatures of the real part

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any, BinaryIO

from labelhub.storage.port import StoreError
from labelhub.studio.port import StudioAnnotation, StudioAnswer, StudioProject, StudioTask


class StudioInMemory:
    """A Label Studio that keeps projects, tasks and what is written, and answers 404 to everything else.

    Like the real one it believes every field of a body it is sent.
    """

    _ids = count(1)

    def __init__(self) -> None:
        self.projects: dict[int, dict[str, int]] = {}
        self.people: set[str] = set()
        self.written: list[dict[str, Any]] = []

    def make_project(self, *, title: str, label_config: str) -> StudioProject:
        project = next(self._ids)
        self.projects[project] = {}
        return StudioProject(project, view=project)

    def add_tasks(self, project: int, tasks: Sequence[StudioTask], *, media_kind: str) -> list[int]:
        made = [next(self._ids) for _ in tasks]
        self.projects[project] |= dict(zip((task.footage for task in tasks), made, strict=True))
        return made

    def tasks(self, project: int) -> dict[str, int]:
        return dict(self.projects.get(project, {}))

    def add_person(self, pseudonym: str) -> None:
        self.people.add(pseudonym)

    def annotations(self, project: int) -> list[StudioAnnotation]:
        return []

    def send(self, *, method: str, path: str, query: str, body: bytes, pseudonym: str) -> StudioAnswer:
        if method not in {"POST", "PATCH"}:
            return StudioAnswer(404, "application/json", b'{"detail": "not found"}')
        self.written.append(json.loads(body))
        kept = json.dumps({"id": next(self._ids)} | self.written[-1]).encode()
        return StudioAnswer(201 if method == "POST" else 200, "application/json", kept)


class StoreInMemory:
    """One zone's store, as a dictionary."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def ensure_bucket(self) -> None:
        """Nothing to make."""

    def put(self, key: str, body: BinaryIO, *, mime: str) -> None:
        self.objects[key] = body.read()

    def has(self, key: str, *, size: int) -> bool:
        return len(self.objects.get(key, b"")) == size and key in self.objects

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self.objects[key])

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((key, len(body)) for key, body in self.objects.items() if key.startswith(prefix))

    def presigned_path(self, key: str, *, method: str, at: datetime, seconds: int) -> str:
        return f"/bucket/{key}?signed={method}"


class StoreThatIsDown(StoreInMemory):
    """A zone's store that answers a few writes, and from then on none; what is there can still be removed."""

    def __init__(self, objects: dict[str, bytes] | None = None, *, after: int = 0) -> None:
        super().__init__()
        self.objects = {} if objects is None else objects
        self.left = after

    def put(self, key: str, body: BinaryIO, *, mime: str) -> None:
        self._answer(key)
        super().put(key, body, mime=mime)

    def _answer(self, key: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise StoreError(f"the store of zone `us` could not store `{key}`: check it with `labelhub doctor`")
