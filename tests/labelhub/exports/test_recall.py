"""Taking footage back: nobody sees it, every set that holds it is recalled, its receivers are told, one replaces it."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

import pytest
from PIL import Image

from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.exports import recall_views
from labelhub.exports.actions import build_run, start_export
from labelhub.exports.models import ExportRun, Recall, RecallNotice, VersionItem
from labelhub.exports.recall import WithdrawalError, withdraw
from labelhub.exports.signing import public_key
from labelhub.exports.versions import compare
from labelhub.footage.models import Footage
from labelhub.labeling.models import Annotation, Job, LabelingTask, Reservation
from labelhub.labeling.queue import reserve_next
from labelhub.policies.models import PolicyVersion
from tests import factories
from tests.factories import make_annotation, make_footage, make_job, make_source, now, signed_in

pytestmark = pytest.mark.django_db


class Shelf:
    """A store that holds stills of the size footage has, and takes whatever is put."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self.held[key])

    def put(self, key: str, data: BinaryIO, *, mime: str) -> None:  # noqa: ARG002  as a store is asked
        self.held[key] = data.read()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def on_shelf(shelf: Shelf, footage: Footage) -> Footage:
    """Give footage a real picture, so that a set can be built of it."""
    out = io.BytesIO()
    number = len(shelf.held)
    Image.new("RGB", (footage.width, footage.height), (16 * number, 80, 90)).save(out, "JPEG")
    shelf.held[footage.store_key] = out.getvalue()
    footage.sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    footage.save()
    return footage


@pytest.fixture
def footage(shelf: Shelf, demo_policy: PolicyVersion, owner: Person) -> list[Footage]:
    camera = make_source(owner=owner.organization)
    return [on_shelf(shelf, make_footage(camera)) for _ in range(3)]


@pytest.fixture
def job(lead: Person, us_annotator: Person, footage: list[Footage]) -> Job:
    factories.let_see(lead, footage[0].source)
    job = make_job(lead, us_annotator)
    for task in LabelingTask.objects.filter(job_zone__job=job):
        make_annotation(task, us_annotator)
    return job


def made(job: Job, lead: Person, shelf: Shelf, file_format: str = "coco") -> ExportRun:
    run = start_export(job, zone="us", file_format=file_format, lossy=True, by=lead, at=now())
    build_run(run, shelf, now=now)  # type: ignore[arg-type]  # a shelf has all of a store that this needs
    run.refresh_from_db()
    assert run.state == ExportRun.State.READY, run.problem
    return run


def taken(run: ExportRun, by: Person) -> None:
    answer = signed_in(by).get(f"/datasets/{run.pk}/download")
    assert answer.status_code == 200, answer.content


def back(footage: Footage, by: Person) -> list[ExportRun]:
    """Withdraw footage; the sets whose building was asked for."""
    asked: list[ExportRun] = []
    withdraw(footage, because="the owner's customer objected", by=by, at=now(), start_building=asked.append)
    return asked


def test_versions_count_up_and_know_their_items(job: Job, lead: Person, shelf: Shelf) -> None:
    runs = [made(job, lead, shelf) for _ in range(2)]
    assert [run.version for run in runs] == [1, 2]
    item = runs[0].items.first()
    assert item is not None
    assert item.places == {"US": 1}
    assert item.annotations
    assert item.entries


def test_the_same_inputs_give_the_same_bytes(job: Job, lead: Person, shelf: Shelf) -> None:
    assert made(job, lead, shelf).sha256 == made(job, lead, shelf).sha256


def test_a_set_is_signed_by_the_key_that_is_given_out(job: Job, lead: Person, shelf: Shelf, tmp_path: Path) -> None:
    run = made(job, lead, shelf)
    archive, key = tmp_path / "set.zip", tmp_path / "key.txt"
    archive.write_bytes(shelf.held[run.store_key])
    key.write_text(str(public_key()))
    command = [sys.executable, "-m", "exporters", "verify", str(archive), "--key", str(key)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verified" in done.stdout


def test_two_versions_differ_in_what_was_added_removed_and_relabelled(
    job: Job, lead: Person, owner: Person, footage: list[Footage], shelf: Shelf
) -> None:
    first = made(job, lead, shelf)
    changed = Annotation.objects.filter(task__footage=footage[1]).get()
    changed.result = []
    changed.save()
    back(footage[0], owner)
    difference = compare(first, made(job, lead, shelf))
    assert [one.footage for one in difference.removed] == [footage[0].pk]
    assert [one.footage for one in difference.relabelled] == [footage[1].pk]
    assert (difference.added, difference.unchanged) == ((), 1)
    assert [one.footage for one in compare(made(job, lead, shelf), first).added] == [footage[0].pk]


def test_withdrawn_footage_is_shown_to_nobody(job: Job, lead: Person, owner: Person, footage: list[Footage]) -> None:
    browser, address = signed_in(lead), f"/media/{footage[0].pk}/original"
    assert browser.get(address).status_code == 200
    back(footage[0], owner)
    answer = browser.get(address)
    assert answer.status_code == 410
    assert "withdrawn" in answer.content.decode()
    assert "X-Accel-Redirect" not in answer
    newest = LedgerEntry.objects.filter(action=LedgerAction.MEDIA_VIEW_DENIED).latest("at")
    assert "withdrawn" in json.loads(newest.body)["rules"]


def test_whoever_held_its_task_loses_it_and_nobody_is_offered_it(
    lead: Person, owner: Person, us_annotator: Person, footage: list[Footage]
) -> None:
    factories.let_see(lead, footage[0].source)
    part = make_job(lead, us_annotator).zones.get()
    held = reserve_next(part, factories.standing_in(us_annotator))
    assert held is not None
    back(held.footage, owner)
    assert not Reservation.objects.exists()
    offered = reserve_next(part, factories.standing_in(us_annotator))
    assert offered is not None
    assert offered.footage_id != held.footage_id


def test_every_version_that_holds_it_is_recalled_and_handed_out_no_more(
    job: Job, lead: Person, owner: Person, footage: list[Footage], shelf: Shelf
) -> None:
    runs = [made(job, lead, shelf), made(job, lead, shelf), made(job, lead, shelf, "yolo")]
    back(footage[0], owner)
    assert set(Recall.objects.values_list("run_id", flat=True)) == {run.pk for run in runs}
    assert signed_in(lead).get(f"/datasets/{runs[0].pk}/download").status_code == 410


def test_a_set_during_whose_making_footage_is_withdrawn_is_not_made(
    job: Job, lead: Person, owner: Person, footage: list[Footage], shelf: Shelf
) -> None:
    run = start_export(job, zone="us", file_format="coco", lossy=True, by=lead, at=now())
    put = shelf.put

    def put_and_withdraw(key: str, data: BinaryIO, *, mime: str) -> None:
        put(key, data, mime=mime)
        back(footage[0], owner)

    shelf.put = put_and_withdraw  # type: ignore[method-assign]
    build_run(run, shelf, now=now)  # type: ignore[arg-type]  # likewise
    run.refresh_from_db()
    assert (run.state, "was withdrawn while it was made" in run.problem) == (ExportRun.State.FAILED, True)


def test_a_set_with_withdrawn_footage_is_handed_out_to_nobody_even_if_no_recall_names_it(
    job: Job, lead: Person, footage: list[Footage], shelf: Shelf
) -> None:
    run = made(job, lead, shelf)
    Footage.objects.filter(pk=footage[0].pk).update(withdrawn_at=now())
    assert signed_in(lead).get(f"/datasets/{run.pk}/download").status_code == 410


def test_a_replacement_without_it_is_made_of_each_kind_of_set(
    job: Job, lead: Person, owner: Person, footage: list[Footage], shelf: Shelf
) -> None:
    for file_format in ("coco", "coco", "yolo"):
        made(job, lead, shelf, file_format)
    asked = back(footage[0], owner)
    assert sorted(run.file_format for run in asked) == ["coco", "yolo"]
    for run in asked:
        build_run(run, shelf, now=now)  # type: ignore[arg-type]  # likewise
    assert not VersionItem.objects.filter(run__in=asked, footage=footage[0].pk).exists()
    assert all(run.replaces is not None for run in asked)


def test_a_replacement_that_may_not_be_made_says_why(
    lead: Person, owner: Person, shelf: Shelf, footage: list[Footage], job: Job
) -> None:
    made(job, lead, shelf)
    PolicyVersion.objects.update(retired_at=now())
    assert back(footage[0], owner) == []
    assert "no policy is active" in Recall.objects.get().no_replacement


def test_whoever_took_a_copy_is_told_until_they_say_it_is_destroyed(
    job: Job, lead: Person, owner: Person, footage: list[Footage], shelf: Shelf
) -> None:
    run = made(job, lead, shelf)
    taken(run, lead)
    taken(run, lead)
    back(footage[0], owner)
    notice = RecallNotice.objects.get()
    browser = signed_in(lead)
    assert "Destroy your copy" in browser.get("/datasets/").content.decode()
    assert browser.post(f"/datasets/recalled/{notice.pk}/destroyed").status_code == 302
    assert "Destroy your copy" not in browser.get("/datasets/").content.decode()
    assert LedgerEntry.objects.filter(action=LedgerAction.EXPORT_COPY_DESTROYED).count() == 1


def test_a_notice_of_somebody_else_is_not_there(
    job: Job, lead: Person, owner: Person, footage: list[Footage], shelf: Shelf
) -> None:
    run = made(job, lead, shelf)
    taken(run, lead)
    back(footage[0], owner)
    other = factories.make_person("other_lead", Role.LEAD, attested="US")
    address = f"/datasets/recalled/{RecallNotice.objects.get().pk}/destroyed"
    assert signed_in(other).post(address).status_code == 404


@pytest.mark.parametrize("who", ["lead", "reviewer", "us_annotator"])
def test_others_than_its_owner_and_an_officer_withdraw_nothing(
    who: str, footage: list[Footage], request: pytest.FixtureRequest
) -> None:
    with pytest.raises(WithdrawalError):
        back(footage[0], request.getfixturevalue(who))
    assert signed_in(request.getfixturevalue(who)).get(f"/datasets/withdraw/{footage[0].pk}/").status_code == 403


def test_an_owner_does_not_find_the_footage_of_another(owner: Person, demo_policy: PolicyVersion) -> None:
    other = make_footage(make_source("cam-ca-9", owner=None))
    assert signed_in(owner).get(f"/datasets/withdraw/{other.pk}/").status_code == 404


def test_the_page_says_what_is_recalled_and_does_it(
    job: Job, lead: Person, owner: Person, footage: list[Footage], shelf: Shelf
) -> None:
    run = made(job, lead, shelf)
    taken(run, lead)
    asked: list[ExportRun] = []
    browser, address = signed_in(owner), f"/datasets/withdraw/{footage[0].pk}/"
    assert "version 1 in us, taken 1 time" in browser.get(address).content.decode()
    assert browser.post(address, {"because": ""}).status_code == 422
    with patch.object(recall_views, "start_building", asked.append):
        page = browser.post(address, {"because": "sold"}, follow=True).content.decode()
    assert "1 training set was recalled" in page
    assert len(asked) == 1
    assert "was withdrawn: sold" in signed_in(lead).get(f"/datasets/{run.pk}/").content.decode()


def test_withdrawing_twice_is_refused(owner: Person, footage: list[Footage]) -> None:
    back(footage[0], owner)
    footage[0].refresh_from_db()
    with pytest.raises(WithdrawalError, match="before"):
        back(footage[0], owner)


def test_the_page_of_a_set_shows_versions_lineage_and_samples(
    job: Job, lead: Person, footage: list[Footage], shelf: Shelf
) -> None:
    first, second = made(job, lead, shelf), made(job, lead, shelf)
    browser = signed_in(lead)
    page = browser.get(f"/datasets/{second.pk}/").content.decode()
    assert f"/datasets/{second.pk}/since/{first.pk}/" in page
    assert footage[0].pk in page
    assert page.count('<svg class="boxes"') == 3
    assert page.count("<rect") >= 3
    since = browser.get(f"/datasets/{second.pk}/since/{first.pk}/")
    assert "Nothing changed" in since.content.decode()
