"""A lead reads label schemas and guidelines, adds more, and makes jobs with them; none is ever changed in place."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelhub.accounts.models import Person
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.labeling.actions import LabelingError
from labelhub.labeling.documents import read_schema
from labelhub.labeling.materials import add_guideline, add_schema
from labelhub.labeling.models import Guideline, LabelSchema
from tests.factories import make_footage, make_guideline, make_job, make_schema, make_source, now, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_policy")]

GOOD = 'name = "trucks"\ntitle = "Trucks"\n[[label]]\nname = "Truck"\ncolour = "#123456"\n'


@pytest.mark.parametrize("who", ["us_annotator", "reviewer", "officer", "owner", "outsider"])
@pytest.mark.parametrize("address", ["/schemas/", "/schemas/new", "/guidelines/", "/guidelines/new"])
def test_these_pages_are_for_leads(who: str, address: str, request: pytest.FixtureRequest) -> None:
    assert signed_in(request.getfixturevalue(who)).get(address).status_code == 403


def test_empty_lists_say_what_to_do(lead: Person) -> None:
    client = signed_in(lead)
    assert "Add the first schema" in client.get("/schemas/").content.decode()
    assert "Add the first guideline" in client.get("/guidelines/").content.decode()


def test_a_schema_is_shown_as_tables_and_as_its_document(lead: Person) -> None:
    make_schema()
    client = signed_in(lead)
    assert "/schemas/vehicles-and-persons/" in client.get("/schemas/").content.decode()
    page = client.get("/schemas/vehicles-and-persons/")
    assert page.context["document"] in page.content.decode().replace("&quot;", '"')
    assert 'fill="#1f77b4"' in page.content.decode()
    assert "?schema=vehicles-and-persons" in page.content.decode()
    assert client.get("/schemas/none/").status_code == 404


@pytest.mark.parametrize("how", ["pasted", "sent"])
def test_a_schema_is_added_from_a_page_and_recorded(lead: Person, how: str) -> None:
    sent = {"text": GOOD} if how == "pasted" else {"file": SimpleUploadedFile("trucks.toml", GOOD.encode())}
    answer = signed_in(lead).post("/schemas/new", sent)
    assert answer["Location"] == "/schemas/trucks/"
    assert LabelSchema.objects.get().labels == [{"name": "Truck", "colour": "#123456"}]
    entry = LedgerEntry.objects.get(action=LedgerAction.LABELING_SCHEMA_ADDED)
    assert entry.person == lead.pseudonym
    assert '"schema":"trucks"' in entry.body


def test_a_file_with_problems_comes_back_as_text_to_mend(lead: Person) -> None:
    wrong = GOOD.replace("#123456", "red").replace('title = "Trucks"', "")
    page = signed_in(lead).post("/schemas/new", {"file": SimpleUploadedFile("trucks.toml", wrong.encode())})
    words = page.content.decode()
    assert page.status_code == 422
    assert "<code>title</code> is missing" in words
    assert "line 5: label 1: <code>colour</code> must be like" in words
    assert "name = &quot;Truck&quot;" in words
    assert not LabelSchema.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "paste the text, or choose a file"),
        ({"text": GOOD, "file": SimpleUploadedFile("a.toml", GOOD.encode())}, "not both"),
        ({"file": SimpleUploadedFile("a.toml", b"\xff\xfe")}, "line 1: it is not UTF-8"),
    ],
)
def test_a_schema_that_was_not_sent_right_is_explained(lead: Person, sent: dict[str, object], words: str) -> None:
    page = signed_in(lead).post("/schemas/new", sent)
    assert (page.status_code, words in page.content.decode()) == (422, True)


def test_a_schema_is_never_replaced(lead: Person) -> None:
    client = signed_in(lead)
    client.post("/schemas/new", {"text": GOOD})
    page = client.post("/schemas/new", {"text": GOOD.replace("#123456", "#000000")})
    assert "exists already" in page.content.decode()
    assert LabelSchema.objects.get().labels[0]["colour"] == "#123456"


def test_another_schema_begins_from_one_there_is(lead: Person) -> None:
    make_schema()
    assert "vehicles-and-persons" in signed_in(lead).get("/schemas/new?like=vehicles-and-persons").content.decode()


def test_a_guideline_gets_its_next_version_and_old_jobs_keep_theirs(lead: Person) -> None:
    make_footage(make_source())
    job = make_job(lead)
    sent = {"name": "road-scenes", "title": "Road scenes", "text": "Draw well.\r\n\r\nAll of it."}
    client = signed_in(lead)
    assert client.post("/guidelines/new?name=road-scenes", sent)["Location"] == "/guidelines/road-scenes/?version=2"
    page = client.get("/guidelines/road-scenes/").content.decode()
    assert "<p>Draw well.</p>" in page
    assert "version=1" in page
    old = client.get("/guidelines/road-scenes/?version=1").content.decode()
    assert "version 2 is newer" in old
    assert "?guideline=" not in old
    job.refresh_from_db()
    assert job.guideline.version == 1
    entry = LedgerEntry.objects.get(action=LedgerAction.LABELING_GUIDELINE_ADDED)
    assert '"version":2' in entry.body


def test_the_same_text_adds_no_version(lead: Person) -> None:
    found = make_guideline()
    page = signed_in(lead).post("/guidelines/new", {"name": found.name, "title": found.title, "text": found.text})
    assert page.status_code == 422
    assert "what version 1 says already" in page.content.decode()
    assert Guideline.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Road Scenes"}, "valid “slug”"),
        ({"name": "Road"}, "must be lower-case"),
        ({"text": "a\n\x07"}, "line 2: it contains a control character"),
        ({"text": ""}, "paste the text, or choose a file"),
        ({"title": "x" * 121}, "at most 120 characters"),
    ],
)
def test_a_guideline_that_cannot_be_added_is_explained(lead: Person, changes: dict[str, str], words: str) -> None:
    page = signed_in(lead).post("/guidelines/new", {"name": "road", "title": "Road", "text": "Draw."} | changes)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Guideline.objects.exists()


def test_a_job_is_made_with_what_the_link_names(lead: Person) -> None:
    make_footage(make_source())
    make_schema("a-first-one")
    schema, guideline = make_schema(), make_guideline()
    page = signed_in(lead).get(f"/jobs/new?schema={schema.name}&guideline={guideline.name}").content.decode()
    assert f'<option value="{schema.pk}" selected>' in page
    assert f'<option value="{guideline.pk}" selected>' in page


def test_only_a_lead_adds_whatever_the_way(us_annotator: Person) -> None:
    with pytest.raises(LabelingError, match="only an ML lead"):
        add_schema(read_schema(GOOD), by=us_annotator, at=now())
    with pytest.raises(LabelingError, match="only an ML lead"):
        add_guideline(name="a", title="A", text="a", by=us_annotator, at=now())
