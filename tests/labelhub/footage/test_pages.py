"""The footage pages: who may know of which camera, what one piece says, and what an upload needs."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage import batch_views
from labelhub.footage.actions import FootageError, set_jurisdiction
from labelhub.footage.models import Footage, Source
from labelhub.policies.models import PolicyVersion
from tests.factories import let_see, make_footage, make_source, make_zone, now, signed_in
from tests.simulators import StoreInMemory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_policy")]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> StoreInMemory:
    """The zone's store, in memory."""
    store = StoreInMemory()
    monkeypatch.setattr(batch_views, "store_of", {"us": store}.__getitem__)
    return store


def still(name: str, shade: int = 0) -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 80, 120)).save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue(), content_type="image/png")


@pytest.mark.parametrize("who", ["us_annotator", "outsider"])
@pytest.mark.parametrize("address", ["/footage/", "/footage/0123456789abcdef01234567/", "/footage/cameras/cam-ca-1/"])
def test_the_footage_pages_are_not_for_annotators(who: str, address: str, request: pytest.FixtureRequest) -> None:
    make_footage(make_source(), id="0123456789abcdef01234567")
    assert signed_in(request.getfixturevalue(who)).get(address).status_code == 403


@pytest.mark.parametrize("who", ["us_annotator", "reviewer", "officer", "owner", "outsider"])
def test_only_leads_add_footage(who: str, request: pytest.FixtureRequest) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get("/footage/add").status_code == 403
    assert client.post("/footage/add").status_code == 403


def test_no_footage_yet_says_what_to_do(lead: Person, owner: Person) -> None:
    assert "Add the first footage" in signed_in(lead).get("/footage/").content.decode()
    assert "No camera was given to you" in signed_in(owner).get("/footage/").content.decode()


def test_an_owner_knows_of_their_own_cameras_only(owner: Person) -> None:
    own, other = make_footage(make_source()), make_footage(make_source("cam-tx-2", "US-TX"))
    let_see(owner, own.source)
    client = signed_in(owner)
    page = client.get("/footage/")
    assert [item.pk for item in page.context["page"]] == [own.pk]
    assert client.get(f"/footage/{other.pk}/").status_code == 404
    assert client.get("/footage/cameras/cam-tx-2/").status_code == 404


def test_a_query_narrows_the_list_and_a_wrong_one_is_explained(lead: Person) -> None:
    clip = make_footage(make_source(), kind="video")
    make_footage(clip.source)
    client = signed_in(lead)
    page = client.get("/footage/?query=kind%3Dvideo")
    assert [item.pk for item in page.context["page"]] == [clip.pk]
    wrong = client.get("/footage/?query=nonsense")
    assert "<code>nonsense</code> is not understood" in wrong.content.decode()
    assert not wrong.context["page"].object_list


def test_no_list_shows_a_picture(lead: Person) -> None:
    item = make_footage(make_source())
    client = signed_in(lead)
    for address in ("/footage/", "/footage/cameras/cam-ca-1/"):
        assert "/media/" not in client.get(address).content.decode()
    assert f'src="/media/{item.pk}/original"' in client.get(f"/footage/{item.pk}/").content.decode()


def test_the_page_asks_the_door_and_decides_nothing(lead: Person, demo_policy: PolicyVersion) -> None:
    item = make_footage(make_source("cam-de-1", "DE-BE", zone=make_zone("eu", "DE")))
    page = signed_in(lead).get(f"/footage/{item.pk}/")
    assert page.status_code == 200
    assert "Ask the door why" in page.content.decode()
    assert not LedgerEntry.objects.filter(footage=item.pk).exists()


def test_an_officer_reads_the_facts_and_is_shown_no_picture(officer: Person) -> None:
    item = make_footage(make_source())
    page = signed_in(officer).get(f"/footage/{item.pk}/").content.decode()
    assert item.sha256 in page
    assert "/media/" not in page


def test_a_camera_without_jurisdiction_says_so_and_takes_one_once(lead: Person) -> None:
    source = make_source("cam-x", "")
    client = signed_in(lead)
    assert "never assignable until its jurisdiction is known" in client.get("/footage/cameras/cam-x/").content.decode()
    assert client.post("/footage/cameras/cam-x/", {"jurisdiction": "Utopia"}).status_code == 422
    assert client.post("/footage/cameras/cam-x/", {"jurisdiction": "us-ca"}).status_code == 302
    source.refresh_from_db()
    assert source.jurisdiction == "US-CA"
    entry = LedgerEntry.objects.get(action=LedgerAction.FOOTAGE_SOURCE_CHANGED)
    assert (entry.source, entry.jurisdiction) == ("cam-x", "US-CA")
    assert client.post("/footage/cameras/cam-x/", {"jurisdiction": "DE"}).status_code == 422
    with pytest.raises(FootageError, match="records in `US-CA`"):
        set_jurisdiction(source, "DE", by="tests", at=now())


def test_only_a_lead_says_where_a_camera_records(officer: Person) -> None:
    make_source("cam-x", "")
    assert signed_in(officer).post("/footage/cameras/cam-x/", {"jurisdiction": "US"}).status_code == 403
    assert Source.objects.get(code="cam-x").jurisdiction == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "choose a camera above, or name a new one"),
        ({"new_code": "cam-12", "zone": "us"}, "exists already: choose it above"),
        ({"new_code": "cam-13", "zone": "us", "jurisdiction": "Utopia"}, "no ISO 3166 code"),
        ({"new_code": "cam-13"}, "choose a zone"),
    ],
)
def test_an_upload_that_cannot_be_placed_is_explained(
    lead: Person, store: StoreInMemory, fields: dict[str, str], words: str
) -> None:
    make_source("cam-12", "US-CA")
    answer = signed_in(lead).post("/footage/add", {"recordings": [still("a.png")], **fields})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Footage.objects.exists()
    assert not store.objects


def test_an_upload_without_files_is_explained(lead: Person, store: StoreInMemory) -> None:
    make_source("cam-12", "US-CA")
    answer = signed_in(lead).post("/footage/add", {"source": "cam-12"})
    assert answer.status_code == 422
