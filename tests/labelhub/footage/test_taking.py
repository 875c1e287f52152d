"""A zone's worker looks at a batch: interrupted, it goes on; lost, it is handed out again; nothing is counted twice."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError
from PIL import Image

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage import jobs
from labelhub.footage.models import Batch, Footage
from labelhub.footage.taking import take_batch
from labelhub.footage.uploads import LOST_AFTER, Upload, receive, suffix_of
from tests.factories import make_source, now
from tests.simulators import StoreInMemory, StoreThatIsDown

pytestmark = pytest.mark.django_db


def picture(shade: int) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 80, 120)).save(body, "PNG")
    return body.getvalue()


def received(lead: Person, store: StoreInMemory, *bodies: bytes) -> Batch:
    uploads = [
        Upload(name=f"{number}.png", size=len(body), body=io.BytesIO(body)) for number, body in enumerate(bodies)
    ]
    return receive(uploads, source=make_source("cam-12"), store=store, by=lead)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What was put on which queue."""
    asked: list[tuple[str, str, str]] = []
    for task in (jobs.take, jobs.end_broken_upload):
        monkeypatch.setattr(
            task, "apply_async", lambda args, queue, name=task.name: asked.append((name, args[0], queue))
        )
    return asked


def test_an_interrupted_batch_goes_on_at_the_first_file_without_a_result(lead: Person) -> None:
    store = StoreInMemory()
    batch = received(lead, store, picture(1), picture(2), picture(3))
    down = StoreThatIsDown(store.objects, after=1)
    take_batch(batch.pk, down, now=now)
    batch.refresh_from_db()
    assert (batch.state, batch.files.exclude(arrival="").count()) == (Batch.State.WAITING, 1)
    assert "the store of zone `us` could not" in batch.problem
    take_batch(batch.pk, store, now=now)
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (Batch.State.FINISHED, "")
    assert not batch.files.filter(arrival="").exists()
    assert Footage.objects.count() == 3
    assert LedgerEntry.objects.filter(action=LedgerAction.FOOTAGE_FILE_STORED).count() == 3
    assert not list(store.keys("inbox/"))


def test_a_name_of_any_length_is_kept_short_and_on_one_line(lead: Person) -> None:
    upload = Upload(name="x" * 5000 + "\0\n.png", size=1, body=io.BytesIO(b"x"))
    batch = receive([upload], source=make_source("cam-12"), store=StoreInMemory(), by=lead)
    assert len(batch.files.get().name) == 255
    assert batch.files.get().name.isprintable()


def test_a_finished_batch_is_not_looked_at_again(lead: Person) -> None:
    store = StoreInMemory()
    batch = received(lead, store, b"no picture")
    take_batch(batch.pk, store, now=now)
    take_batch(batch.pk, store, now=now)
    assert LedgerEntry.objects.filter(action=LedgerAction.FOOTAGE_FILE_REFUSED).count() == 1


def test_a_batch_another_worker_has_is_left_to_it(lead: Person) -> None:
    store = StoreInMemory()
    batch = received(lead, store, picture(1))
    Batch.objects.update(state=Batch.State.RUNNING, holder="another", moved_at=now())
    take_batch(batch.pk, store, now=now)
    assert batch.files.get().arrival == ""


def test_a_file_that_left_the_inbox_is_refused_by_name(lead: Person) -> None:
    store = StoreInMemory()
    batch = received(lead, store, picture(1), picture(2))
    del store.objects[f"inbox/{batch.pk}/0"]
    take_batch(batch.pk, store, now=now)
    first, second = batch.files.order_by("number")
    assert (first.arrival, second.arrival) == ("refused", "stored")
    assert "send it again" in first.reason


def test_a_lost_batch_is_handed_out_again_on_its_zones_queue(lead: Person, asked: list[tuple[str, str, str]]) -> None:
    batch = received(lead, StoreInMemory(), picture(1))
    jobs.resume()
    assert asked == []
    Batch.objects.update(state=Batch.State.RUNNING, holder="gone", moved_at=now() - LOST_AFTER)
    jobs.resume()
    jobs.resume()
    assert asked == [("footage.take", batch.pk, "zone.us")]


def test_a_worker_that_lost_its_batch_stops(lead: Person) -> None:
    store = StoreInMemory()
    batch = received(lead, store, picture(1), picture(2))

    def overtaken() -> object:
        if batch.files.exclude(arrival="").exists():
            Batch.objects.filter(pk=batch.pk).update(holder="another")
        return now()

    take_batch(batch.pk, store, now=overtaken)  # type: ignore[arg-type]  # a clock that also tells the story
    batch.refresh_from_db()
    assert (batch.holder, batch.files.exclude(arrival="").count()) == ("another", 1)


def test_the_first_result_of_a_file_stands(lead: Person) -> None:
    store = StoreInMemory()
    batch = received(lead, store, picture(1), picture(2))
    ticks = []

    def overtaken() -> object:
        ticks.append(1)
        if len(ticks) == 3:  # while the first file is looked at, the worker thought lost finishes both
            batch.files.update(arrival="stored")
        return now()

    take_batch(batch.pk, store, now=overtaken)  # type: ignore[arg-type]  # a clock that also tells the story
    assert {file.arrival for file in batch.files.all()} == {"stored"}
    assert Footage.objects.count() <= 1
    assert not LedgerEntry.objects.filter(action=LedgerAction.FOOTAGE_FILE_REFUSED).exists()


def test_an_upload_that_broke_off_is_cleared_away(
    lead: Person, asked: list[tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, at = StoreInMemory(), now() - timedelta(hours=1)
    source = make_source("cam-12")
    batch = Batch.objects.create(source=source, zone=source.zone, added_by=lead, added_at=at, moved_at=at)
    store.objects = {f"inbox/{batch.pk}/0": b"half", "inbox/other/0": b"whole"}
    monkeypatch.setattr(jobs, "store_of", lambda _: store)
    jobs.resume()
    assert asked == [("footage.give_up", batch.pk, "zone.us")]
    jobs.end_broken_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.state == Batch.State.FAILED
    assert "send the files again" in batch.problem
    assert list(store.objects) == ["inbox/other/0"]


def test_a_queue_that_does_not_answer_loses_no_batch(lead: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = received(lead, StoreInMemory(), picture(1))

    def refuse(**_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs.take, "apply_async", refuse)
    jobs.start_taking(batch)
    batch.refresh_from_db()
    assert batch.state == Batch.State.WAITING


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.PNG", ".PNG"),
        ("a", ""),
        ("a.p\0ng", ".png"),
        ("..", ""),
        ("a.b/c", ""),
        ("a." + "x" * 5000, ""),
        ("a.é", ""),
    ],
)
def test_only_a_plain_suffix_is_kept_of_a_name(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix
