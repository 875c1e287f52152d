"""Jobs go to our broker and to the queue of the zone whose footage they touch."""

from __future__ import annotations

import celery
import pytest
from kombu import Connection, Queue

from labelhub.accounts.models import Person
from labelhub.labeling import jobs
from labelhub.policies.models import PolicyVersion
from tests import factories


def test_every_process_that_starts_django_sends_jobs_through_our_application() -> None:
    assert celery.current_app.main == "labelhub"
    assert jobs.prepare.app.main == "labelhub"
    assert celery.current_app.conf.broker_url == "memory://"


@pytest.mark.django_db
def test_a_jobs_tasks_are_made_by_the_workers_of_its_zone(demo_policy: PolicyVersion, lead: Person) -> None:
    source = factories.make_source("cam-de-1", "DE-BE", zone=factories.make_zone("eu", "DE"))
    factories.make_footage(source)
    factories.let_see(lead, source)
    job = factories.make_job(lead, is_prepared=False)
    jobs.start_preparing(job)
    with Connection("memory://") as broker:
        waiting = broker.SimpleQueue(Queue("zone.eu")).get(timeout=5)
    assert waiting.headers["task"] == "labeling.prepare"
