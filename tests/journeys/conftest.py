"""One stack for all journeys, ended and looked after at the end, and the people at its door."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import running
from tests.journeys.people import Held, Somebody, come_in, make_job

STUDIO = Path(__file__).resolve().parents[2] / ".venv-studio" / "bin" / "python"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Stack]:
    """The whole stack with the demo workspace."""
    if not STUDIO.exists():
        pytest.skip("Label Studio's environment is missing: run `make env`")
    home = tmp_path_factory.mktemp("stack", numbered=True)
    started = running.start(home)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def lead_in(stack: running.Stack) -> Somebody:
    """The ML lead, signed in from the United States."""
    return come_in(stack, "lead@demo.test", "us")


@pytest.fixture(scope="session")
def officer_in(stack: running.Stack) -> Somebody:
    """The compliance officer, signed in from the United States."""
    return come_in(stack, "officer@demo.test", "us")


@pytest.fixture(scope="session")
def annotator_in(stack: running.Stack) -> Somebody:
    """The annotator who works in the United States, signed in from there."""
    return come_in(stack, "annotator.us@demo.test", "us")


@pytest.fixture(scope="session")
def manila_in(stack: running.Stack) -> Somebody:
    """The annotator who works in the Philippines, signed in from there."""
    return come_in(stack, "annotator.ph@demo.test", "ph")


@pytest.fixture(scope="session")
def door_job(lead_in: Somebody, annotator_in: Somebody, manila_in: Somebody) -> str:
    """A job of the door's own tests: stills from California and public ones, given to both annotators."""
    name = f"door-{secrets.token_hex(3)}"
    make_job(
        lead_in, name, "source=cam-ca-1,cam-tx-public kind=image", ["annotator.us@demo.test", "annotator.ph@demo.test"]
    )
    for person in (annotator_in, manila_in):
        person.acknowledge(name)
    return name


@pytest.fixture
def held(annotator_in: Somebody, door_job: str) -> Held:
    """The task the annotator in the United States holds in that job, taken if need be."""
    return annotator_in.take(annotator_in.project(door_job))


@pytest.fixture
def held_in_manila(manila_in: Somebody, door_job: str) -> Held:
    """The task the annotator in Manila holds in that job, taken if need be."""
    return manila_in.take(manila_in.project(door_job))


# They share one stack, so the order is said: people first, strangers next, the end last.
ORDER = (
    "test_main_job",
    "test_own_footage",
    "test_door",
    "test_door_media",
    "test_door_work",
    "test_reconcile",
    "test_evidence",
    "test_crawl",
    "test_kills",
    "test_ending",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the journeys in their order, whatever else is collected around them."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    ranked = iter(sorted(here, key=lambda item: ORDER.index(item.path.stem) if item.path.stem in ORDER else len(ORDER)))
    items[:] = [next(ranked) if item in here else item for item in items]
