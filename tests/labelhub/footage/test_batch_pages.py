"""Files handed in through a page: received by the web process, looked at in their zone, found again under Footage."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage import batch_views, jobs
from labelhub.footage.jobs import take
from labelhub.footage.models import Batch, Footage, Source
from tests.factories import make_source, make_zone, now, signed_in
from tests.simulators import StoreInMemory, StoreThatIsDown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_policy")]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> StoreInMemory:
    """The zone's store, in memory, for the web process and for the zone's worker."""
    store = StoreInMemory()
    for module in (batch_views, jobs):
        monkeypatch.setattr(module, "store_of", {"us": store}.__getitem__)
    return store


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """The batches that were handed to the zones' workers."""
    handed: list[Batch] = []
    monkeypatch.setattr(batch_views, "start_taking", handed.append)
    return handed


def still(name: str, shade: int = 0) -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 80, 120)).save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue(), content_type="image/png")


def send(client: Client, *files: SimpleUploadedFile, **fields: object) -> HttpResponse:
    answer: HttpResponse = client.post("/footage/add", {"recordings": list(files), "source": "cam-12", **fields})
    return answer


def arrivals(batch: Batch) -> list[tuple[str, str]]:
    return list(batch.files.order_by("number").values_list("name", "arrival"))


def test_a_page_upload_rests_in_its_zone_before_anybody_looks_at_it(
    lead: Person, store: StoreInMemory, handed_out: list[Batch]
) -> None:
    make_source("cam-12", "US-CA")
    answer = send(signed_in(lead), still("a.png"), still("b.png", shade=9))
    batch = Batch.objects.get()
    assert answer["Location"] == f"/footage/batches/{batch.pk}/"
    assert sorted(store.objects) == [f"inbox/{batch.pk}/0", f"inbox/{batch.pk}/1"]
    assert arrivals(batch) == [("a.png", ""), ("b.png", "")]
    assert handed_out == [batch]
    assert not Footage.objects.exists()
    entry = LedgerEntry.objects.get(action=LedgerAction.FOOTAGE_BATCH_RECEIVED)
    assert (entry.ledger, entry.source, entry.person) == ("us", "cam-12", lead.pseudonym)


def test_every_file_is_counted_once(lead: Person, store: StoreInMemory, handed_out: list[Batch]) -> None:
    make_source("cam-12", "US-CA")
    client = signed_in(lead)
    send(
        client,
        still("a.png"),
        still("same-bytes.png"),
        still("b.png", shade=9),
        SimpleUploadedFile("empty.png", b""),
        SimpleUploadedFile("broken.png", b"\x89PNG\r\n\x1a\nnothing"),
        SimpleUploadedFile("words.txt", b"hello"),
    )
    batch = Batch.objects.get()
    take(batch.pk)
    page = client.get(f"/footage/batches/{batch.pk}/")
    assert arrivals(batch) == [
        ("a.png", "stored"),
        ("same-bytes.png", "already stored"),
        ("b.png", "stored"),
        ("empty.png", "refused"),
        ("broken.png", "refused"),
        ("words.txt", "refused"),
    ]
    assert dict(page.context["counts"]) == {"stored": 2, "already stored": 1, "refused": 3, "ignored": 0, "waiting": 0}
    assert all(file.reason for file in batch.files.filter(arrival="refused"))
    assert sorted(store.objects) == sorted(Footage.objects.values_list("store_key", flat=True))


def test_a_figure_leads_to_its_files(lead: Person, store: StoreInMemory, handed_out: list[Batch]) -> None:
    make_source("cam-12", "US-CA")
    client = signed_in(lead)
    address = send(client, still("a.png"), SimpleUploadedFile("empty.png", b""))["Location"]
    assert len(client.get(f"{address}?arrival=waiting").context["files"].object_list) == 2
    take(Batch.objects.get().pk)
    for arrival, names in (("refused", ["empty.png"]), ("stored", ["a.png"]), ("ignored", []), ("nonsense", 2)):
        files = client.get(f"{address}?arrival={arrival}").context["files"].object_list
        assert [file.name for file in files] == names or len(files) == names
    assert "1 of 2 files was not taken" in client.get(address).content.decode()


def test_two_files_of_one_name_are_both_taken(lead: Person, store: StoreInMemory, handed_out: list[Batch]) -> None:
    make_source("cam-12", "US-CA")
    send(signed_in(lead), still("a.png"), still("a.png", shade=9))
    take(Batch.objects.get().pk)
    assert arrivals(Batch.objects.get()) == [("a.png", "stored"), ("a.png", "stored")]


@pytest.mark.parametrize("name", ["../../etc/passwd.png", "x" * 800 + ".png", "nul\0in the middle.png", "/a/b.png"])
def test_a_crooked_name_is_only_a_name(lead: Person, store: StoreInMemory, handed_out: list[Batch], name: str) -> None:
    make_source("cam-12", "US-CA")
    file = still("plain.png")
    file._name = name  # type: ignore[attr-defined]  # as a client of its own would send it
    send(signed_in(lead), file)
    batch = Batch.objects.get()
    assert list(store.objects) == [f"inbox/{batch.pk}/0"]
    take(batch.pk)
    found = batch.files.get()
    assert found.arrival == "stored"
    assert len(found.name) <= 255
    assert found.name.isprintable()
    assert "/" not in found.name


def test_a_new_camera_without_jurisdiction_is_stored_and_never_assignable(
    lead: Person, store: StoreInMemory, handed_out: list[Batch]
) -> None:
    make_zone()
    client = signed_in(lead)
    answer = send(client, still("a.png"), source="", new_code="cam-new", zone="us")
    take(Batch.objects.get().pk)
    assert "never assignable" in client.get(answer["Location"]).content.decode()
    assert Source.objects.get(code="cam-new").jurisdiction == ""


def test_a_manifest_gives_the_time_of_recording(lead: Person, store: StoreInMemory, handed_out: list[Batch]) -> None:
    make_source("cam-12", "US-CA")
    manifest = SimpleUploadedFile("facts.csv", b"path,captured_at,marks\na.png,2026-03-01T10:00:00Z,night\n")
    send(signed_in(lead), still("a.png"), manifest=manifest)
    take(Batch.objects.get().pk)
    footage = Footage.objects.get()
    assert footage.captured_at is not None
    assert footage.captured_at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert footage.marks == ["night"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (b"path,captured_at\nother.png,2026-03-01T10:00:00Z\n", "line 2 (<code>other.png</code>)"),
        (b"path,captured_at\na.png,2026-03-01T10:00:00\n", "has no time zone"),
        (b"path,captured_at\na.png,2026-03-01T10:00:00Z\n", "two files have that name"),
    ],
)
def test_a_manifest_that_does_not_fit_keeps_nothing(
    lead: Person, store: StoreInMemory, handed_out: list[Batch], lines: bytes, words: str
) -> None:
    make_zone()
    files = [still("a.png"), still("a.png", shade=9)]
    manifest = SimpleUploadedFile("facts.csv", lines)
    answer = send(signed_in(lead), *files, source="", new_code="cam-new", zone="us", manifest=manifest)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert (Batch.objects.count(), Source.objects.count(), len(store.objects)) == (0, 0, 0)


def test_a_store_that_is_down_is_named_and_nothing_is_half_kept(
    lead: Person, handed_out: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_zone()
    down = StoreThatIsDown(after=1)
    monkeypatch.setattr(batch_views, "store_of", lambda _: down)
    files = [still("a.png"), still("b.png", shade=9)]
    answer = send(signed_in(lead), *files, source="", new_code="cam-new", zone="us")
    assert answer.status_code == 503
    assert "the store of zone <code>us</code> could not" in answer.content.decode()
    assert (Batch.objects.count(), Source.objects.count(), len(down.objects)) == (0, 0, 0)
    assert not handed_out


def test_a_batch_is_found_again_under_footage(lead: Person, store: StoreInMemory, handed_out: list[Batch]) -> None:
    make_source("cam-12", "US-CA")
    client = signed_in(lead)
    assert "No batch yet" in client.get("/footage/batches/").content.decode()
    address = send(client, still("a.png"))["Location"]
    assert address in client.get("/footage/").content.decode()
    assert address in client.get("/footage/batches/").content.decode()


def test_the_page_polls_while_the_batch_moves_and_stops_then(
    lead: Person, store: StoreInMemory, handed_out: list[Batch]
) -> None:
    make_source("cam-12", "US-CA")
    client = signed_in(lead)
    address = send(client, still("a.png"))["Location"]
    before = client.get(f"{address}live").content.decode()
    assert "hx-trigger" in before
    assert "Nothing yet" in before
    take(Batch.objects.get().pk)
    assert "hx-trigger" not in client.get(f"{address}live").content.decode()


def test_a_batch_that_stands_still_can_be_continued(
    lead: Person, store: StoreInMemory, handed_out: list[Batch]
) -> None:
    make_source("cam-12", "US-CA")
    client = signed_in(lead)
    address = send(client, still("a.png"))["Location"]
    assert "Continue" not in client.get(address).content.decode()
    client.post(f"{address}continue")
    assert len(handed_out) == 1, "it only just began"
    Batch.objects.update(moved_at=now() - timedelta(minutes=2))
    assert "Continue" in client.get(address).content.decode()
    client.post(f"{address}continue")
    assert len(handed_out) == 2
