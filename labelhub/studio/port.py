"""What labelhub needs of a Label Studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class StudioError(Exception):
    """Label Studio did not do what was asked."""


@dataclass(frozen=True, slots=True)
class StudioProject:
    """A project made for one job in one zone, with the one view its screen needs."""

    project: int
    view: int


@dataclass(frozen=True, slots=True)
class StudioTask:
    """What a task is made from: the address its screen loads, and the footage it stands for."""

    footage: str
    address: str


@dataclass(frozen=True, slots=True)
class StudioAnnotation:
    """An annotation as Label Studio keeps it."""

    annotation: int
    task: int
    person: str
    result: list[dict[str, Any]]
    was_cancelled: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class StudioAnswer:
    """An answer passed on to the browser."""

    status: int
    mime: str
    body: bytes


class Studio(Protocol):
    """One running Label Studio."""

    def make_project(self, *, title: str, label_config: str) -> StudioProject:
        """Make a project and its view."""

    def add_tasks(self, project: int, tasks: Sequence[StudioTask], *, media_kind: str) -> list[int]:
        """Make one task for each, in order, and return their ids in that order."""

    def tasks(self, project: int) -> dict[str, int]:
        """Find the tasks already made: footage id → task id."""

    def add_person(self, pseudonym: str) -> None:
        """Make sure a person is known; they get no password and need none."""

    def annotations(self, project: int) -> list[StudioAnnotation]:
        """Read every annotation of a project."""

    def send(self, *, method: str, path: str, query: str, body: bytes, pseudonym: str) -> StudioAnswer:
        """Send a request as a person, any body as JSON, and return the answer as it came."""
