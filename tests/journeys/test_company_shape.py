"""The same journey on PostgreSQL and a real broker, chosen by environment variables alone."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.journeys import running
from tests.journeys.by_http import acknowledge, box, next_task, picture_of, project_of, submit, take_set
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database of its own on the PostgreSQL that `LABELHUB_TEST_DATABASE_URL` names."""
    address = os.environ.get("LABELHUB_TEST_DATABASE_URL")
    if not address:
        pytest.skip("LABELHUB_TEST_DATABASE_URL names no PostgreSQL")
    name = f"labelhub_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{address.rsplit('/', 1)[0]}/{name}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def company_stack(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    broker = os.environ.get("LABELHUB_TEST_BROKER_URL")
    if not broker:
        pytest.skip("LABELHUB_TEST_BROKER_URL names no broker")
    home = tmp_path_factory.mktemp("company")
    started = running.start(home, extra={"LABELHUB_DATABASE_URL": database, "LABELHUB_BROKER_URL": broker})
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(home, ignore_errors=True)


def test_the_api_part_of_the_journey_on_postgresql_and_a_broker(company_stack: Stack) -> None:
    stack = company_stack
    us_annotator = stack.sign_in("annotator.us@demo.test", "us")
    acknowledge(us_annotator, stack, "us", "road-stills")
    project = project_of(us_annotator, "road-stills", "us")
    task = next_task(us_annotator, stack, "us", project).json()
    shown = us_annotator.get(picture_of(task))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert submit(us_annotator, stack, "us", task["id"], project, box(10, 20, 30, 40)).status_code == 201

    manila = stack.sign_in("annotator.ph@demo.test", "ph")
    assert manila.get(picture_of(task)).status_code == 403

    officer = stack.sign_in("officer@demo.test", "us")
    footage = picture_of(task).split("/")[2]
    entries = officer.get(f"/api/v1/where-viewed?footage={footage}").json()["items"]
    assert {(entry["outcome"], entry["place"]) for entry in entries} == {("allow", "US"), ("deny", "PH")}

    lead = stack.sign_in("lead@demo.test", "us")
    document = take_set(lead, stack, "us", job="road-stills", zone="us")
    (drawn,) = document["annotations"]
    assert drawn["bbox"] == pytest.approx([128.0, 144.0, 384.0, 288.0], abs=0.01)
    assert drawn["attributes"]["type"] == "SUV"
