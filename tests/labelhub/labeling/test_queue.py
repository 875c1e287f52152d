"""The queue offers permitted work only, to one person at a time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.labeling.actions import LabelingError, skip_task, unskip_task
from labelhub.labeling.models import Job, JobZone, LabelingTask, Reservation
from labelhub.labeling.queue import RESERVED_FOR, count_work, reserve_next
from labelhub.policies.models import PolicyVersion
from tests import factories


@pytest.fixture
def job(demo_policy: PolicyVersion, lead: Person, us_annotator: Person, manila_annotator: Person) -> Job:
    source = factories.make_source()
    for _ in range(3):
        factories.make_footage(source)
    factories.let_see(lead, source)
    return factories.make_job(lead, us_annotator, manila_annotator)


@pytest.fixture
def part(job: Job) -> JobZone:
    return JobZone.objects.select_related("job", "zone").get(job=job)


@pytest.mark.django_db
def test_a_permitted_person_is_given_a_task(part: JobZone, us_annotator: Person) -> None:
    task = reserve_next(part, factories.standing_in(us_annotator))
    assert task is not None
    entry = LedgerEntry.objects.get(action=LedgerAction.LABELING_TASK_RESERVED)
    assert (entry.person, entry.footage) == (us_annotator.pseudonym, task.footage_id)


@pytest.mark.django_db
def test_asking_again_gives_the_same_task(part: JobZone, us_annotator: Person) -> None:
    standing = factories.standing_in(us_annotator)
    assert reserve_next(part, standing) == reserve_next(part, standing)


@pytest.mark.django_db
def test_a_person_elsewhere_is_given_nothing_and_told_why(part: JobZone, manila_annotator: Person) -> None:
    standing = factories.standing_in(manila_annotator, "PH")
    assert reserve_next(part, standing) is None
    work = count_work(part, standing)
    assert (work.open, work.refused_total) == (0, 3)
    assert "California" in next(iter(work.refused))


@pytest.mark.django_db
def test_two_people_never_hold_the_same_task(part: JobZone, us_annotator: Person) -> None:
    other = factories.make_person("second", attested="US")
    first = reserve_next(part, factories.standing_in(us_annotator))
    second = reserve_next(part, factories.standing_in(other))
    assert first != second
    assert count_work(part, factories.standing_in(other)).held_by_others == 1


@pytest.mark.django_db
def test_a_reservation_ends_by_itself(part: JobZone, us_annotator: Person) -> None:
    other = factories.make_person("second", attested="US")
    start = factories.now()
    first = reserve_next(part, factories.standing_in(us_annotator, at=start))
    later = start + RESERVED_FOR + timedelta(seconds=1)
    assert reserve_next(part, factories.standing_in(other, at=later)) == first


@pytest.mark.django_db
def test_a_held_task_is_let_go_when_it_is_no_longer_permitted(part: JobZone, us_annotator: Person) -> None:
    reserve_next(part, factories.standing_in(us_annotator))
    assert reserve_next(part, factories.standing_in(us_annotator, "PH")) is None
    assert not Reservation.objects.exists()


@pytest.mark.django_db
def test_the_queue_ends_when_all_is_done_or_passed_on(part: JobZone, us_annotator: Person) -> None:
    standing = factories.standing_in(us_annotator)
    for _ in range(2):
        task = reserve_next(part, standing)
        assert task is not None
        factories.make_annotation(task, us_annotator)
    task = reserve_next(part, standing)
    assert task is not None
    skip_task(task, standing, reason="unclear")
    assert reserve_next(part, standing) is None
    work = count_work(part, standing)
    assert (work.open, work.done_by_you, work.skipped_by_you) == (0, 2, 1)


@pytest.mark.django_db
def test_a_skip_needs_a_known_reason_and_the_task_in_hand(part: JobZone, us_annotator: Person) -> None:
    standing = factories.standing_in(us_annotator)
    task = reserve_next(part, standing)
    assert task is not None
    with pytest.raises(LabelingError, match="no reason"):
        skip_task(task, standing, reason="bored")
    Reservation.objects.all().delete()
    with pytest.raises(LabelingError, match="not yours"):
        skip_task(task, standing, reason="unclear")


@pytest.mark.django_db
def test_a_skip_can_be_taken_back(part: JobZone, us_annotator: Person) -> None:
    standing = factories.standing_in(us_annotator)
    task = reserve_next(part, standing)
    assert task is not None
    skip_task(task, standing, reason="unclear")
    assert reserve_next(part, standing) != task
    unskip_task(task, standing)
    kinds = LedgerEntry.objects.filter(footage=task.footage_id).values_list("action", flat=True)
    assert {LedgerAction.LABELING_TASK_SKIPPED, LedgerAction.LABELING_TASK_UNSKIPPED} <= set(kinds)
    assert count_work(part, standing).skipped_by_you == 0


@pytest.mark.django_db
def test_a_closed_job_gives_nothing(part: JobZone, us_annotator: Person) -> None:
    part.job.state = Job.State.CLOSED
    assert reserve_next(part, factories.standing_in(us_annotator)) is None


def test_people_who_ask_at_the_same_moment_get_different_tasks(
    shared_db: None, demo_policy: PolicyVersion, lead: Person, us_annotator: Person
) -> None:
    source = factories.make_source()
    for _ in range(6):
        factories.make_footage(source)
    factories.let_see(lead, source)
    part = JobZone.objects.select_related("job", "zone").get(job=factories.make_job(lead, us_annotator))
    people = [us_annotator, *(factories.make_person(f"person{n}", attested="US") for n in range(5))]
    given: list[LabelingTask | None] = []
    start = threading.Barrier(len(people))

    def ask(person: Person) -> None:
        standing = factories.standing_in(person)
        start.wait(timeout=30)
        try:
            given.append(reserve_next(part, standing))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert None not in given
    assert len({task.pk for task in given if task}) == len(people)
