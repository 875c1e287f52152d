"""A batch counts every input once, refuses bad files by name, and can be run again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage import batch
from labelhub.footage.actions import Arrival
from labelhub.footage.batch import BatchError, Summary, run_batch
from labelhub.footage.models import Footage, Source
from labelhub.labeling.actions import assignable
from tests import factories
from tests.simulators import StoreInMemory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_policy")]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> StoreInMemory:
    store = StoreInMemory()
    monkeypatch.setattr(batch, "store_of", lambda _: store)
    factories.make_zone("us", "US")
    factories.make_zone("eu", "DE")
    return store


def picture(folder: Path, name: str, colour: str) -> Path:
    path = folder / name
    Image.new("RGB", (64, 48), colour).save(path)
    return path


def add(lead: Person, *paths: Path, zone: str = "us", source: str = "cam-12", manifest: Path | None = None) -> Summary:
    return run_batch([str(path) for path in paths], zone=zone, source=source, by=lead, manifest=manifest)


def test_good_files_are_stored_and_bad_ones_named_while_the_rest_goes_on(
    store: StoreInMemory, lead: Person, tmp_path: Path
) -> None:
    picture(tmp_path, "a.jpg", "red")
    (tmp_path / "b.jpg").write_bytes(b"")
    (tmp_path / "c.jpg").write_bytes(b"no picture at all")
    picture(tmp_path, "d.png", "blue")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    summary = add(lead, tmp_path)
    arrived = {result.name: result.arrival for result in summary.results}
    assert arrived == {
        "a.jpg": Arrival.STORED,
        "b.jpg": Arrival.REFUSED,
        "c.jpg": Arrival.REFUSED,
        "d.png": Arrival.STORED,
        ".DS_Store": Arrival.IGNORED,
    }
    assert summary.sentence() == "5 inputs: 2 stored, 0 already stored, 2 refused, 1 ignored"
    assert all(result.reason for result in summary.results if result.arrival is Arrival.REFUSED)
    assert LedgerEntry.objects.filter(action=LedgerAction.FOOTAGE_FILE_REFUSED).count() == 2


def test_the_same_bytes_twice_are_one_footage(store: StoreInMemory, lead: Person, tmp_path: Path) -> None:
    first = picture(tmp_path, "a.jpg", "red")
    second = tmp_path / "copy.jpg"
    second.write_bytes(first.read_bytes())
    summary = add(lead, tmp_path)
    assert [result.arrival for result in summary.results] == [Arrival.STORED, Arrival.ALREADY_STORED]
    assert Footage.objects.count() == 1
    assert len(store.objects) == 1


def test_running_again_stores_nothing_twice(store: StoreInMemory, lead: Person, tmp_path: Path) -> None:
    picture(tmp_path, "a.jpg", "red")
    add(lead, tmp_path)
    assert [result.arrival for result in add(lead, tmp_path).results] == [Arrival.ALREADY_STORED]


def test_bytes_stored_before_an_interruption_are_found_again(
    store: StoreInMemory, lead: Person, tmp_path: Path
) -> None:
    path = picture(tmp_path, "a.jpg", "red")
    store.objects[f"footage/{hashlib.sha256(path.read_bytes()).hexdigest()}"] = path.read_bytes()
    assert [result.arrival for result in add(lead, path).results] == [Arrival.STORED]
    assert len(store.objects) == 1


def test_the_same_bytes_from_another_camera_are_refused(store: StoreInMemory, lead: Person, tmp_path: Path) -> None:
    path = picture(tmp_path, "a.jpg", "red")
    add(lead, path)
    (result,) = add(lead, path, source="cam-13").results
    assert result.arrival is Arrival.REFUSED
    assert "cam-12" in result.reason


def test_a_camera_keeps_its_zone(store: StoreInMemory, lead: Person, tmp_path: Path) -> None:
    path = picture(tmp_path, "a.jpg", "red")
    add(lead, path)
    with pytest.raises(BatchError, match="keeps its footage in zone `us`"):
        add(lead, path, zone="eu")


def test_an_unknown_zone_stops_the_batch_and_names_the_open_ones(
    store: StoreInMemory, lead: Person, tmp_path: Path
) -> None:
    with pytest.raises(BatchError, match="no open zone `mars`"):
        add(lead, picture(tmp_path, "a.jpg", "red"), zone="mars")


def test_footage_of_a_camera_without_jurisdiction_rests_but_cannot_be_assigned(
    store: StoreInMemory, lead: Person, tmp_path: Path
) -> None:
    add(lead, picture(tmp_path, "a.jpg", "red"))
    assert Footage.objects.count() == 1
    assert assignable("source=cam-12", factories.listing_in(lead)) == []
    Source.objects.filter(code="cam-12").update(jurisdiction="US-CA")
    assert len(assignable("source=cam-12", factories.listing_in(lead))) == 1


def test_a_manifest_says_when_a_file_was_recorded(store: StoreInMemory, lead: Person, tmp_path: Path) -> None:
    picture(tmp_path, "a.jpg", "red")
    manifest = tmp_path / "facts.csv"
    manifest.write_text("path,captured_at,marks\na.jpg,2026-03-01T10:00:00+01:00,night;rain\n")
    add(lead, tmp_path, manifest=manifest)
    footage = Footage.objects.get()
    assert footage.captured_at is not None
    assert footage.captured_at.isoformat() == "2026-03-01T09:00:00+00:00"
    assert footage.marks == ["night", "rain"]


def test_a_manifest_line_without_its_file_stops_the_batch(store: StoreInMemory, lead: Person, tmp_path: Path) -> None:
    picture(tmp_path, "a.jpg", "red")
    manifest = tmp_path / "facts.csv"
    manifest.write_text("path,captured_at\nb.jpg,2026-03-01T10:00:00Z\n")
    with pytest.raises(BatchError, match="line 2"):
        add(lead, tmp_path, manifest=manifest)
    assert Footage.objects.count() == 0


def test_bytes_other_than_the_manifest_names_are_refused(store: StoreInMemory, lead: Person, tmp_path: Path) -> None:
    picture(tmp_path, "a.jpg", "red")
    manifest = tmp_path / "facts.csv"
    manifest.write_text(f"path,sha256\na.jpg,{'0' * 64}\n")
    results = add(lead, tmp_path, manifest=manifest).results
    refused = [result for result in results if result.arrival is Arrival.REFUSED]
    assert [result.name for result in refused] == ["a.jpg"]
    assert "hash" in refused[0].reason
