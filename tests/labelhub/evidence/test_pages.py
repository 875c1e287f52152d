"""Where viewed, as each role meets it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerEntry
from tests import factories
from tests.labelhub.evidence import entries

PAGES = (
    "/where-viewed/",
    "/where-viewed/export.csv",
    "/where-viewed/export.parquet",
    "/where-viewed/?show=footage",
    "/where-viewed/?show=places",
)
REFUSED = ("lead", "reviewer", "us_annotator", "outsider")


def readings() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(action__startswith="ledger:report:").order_by("at"))


def rows_in(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/where-viewed/export.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8"))))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", REFUSED)
def test_where_viewed_is_refused_to_every_other_role(request: pytest.FixtureRequest, page: str, role: str) -> None:
    person: Person = request.getfixturevalue(role)
    entry = entries.view(person=person.pseudonym)
    client = factories.signed_in(person)
    assert client.get(page).status_code == 403
    assert client.get(f"/where-viewed/{entry.pk}/").status_code == 403
    assert not readings()


@pytest.mark.parametrize("page", PAGES)
def test_where_viewed_opens_to_the_officer_and_the_owner(officer: Person, owner: Person, page: str) -> None:
    for person in (officer, owner):
        assert factories.signed_in(person).get(page).status_code == 200


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_where_viewed_only_reads(officer: Person, verb: str) -> None:
    client = factories.signed_in(officer)
    assert [getattr(client, verb)(page).status_code for page in PAGES] == [405] * len(PAGES)


@pytest.mark.django_db
def test_nobody_reads_it_without_signing_in(door: Client) -> None:
    assert door.get("/where-viewed/").status_code == 302


def test_the_officer_reads_who_from_where_and_by_which_rule(officer: Person, manila_annotator: Person) -> None:
    entries.view(allowed=False, person=manila_annotator.pseudonym, place="PH")
    page = factories.signed_in(officer).get("/where-viewed/").content.decode()
    for words in (
        manila_annotator.name,
        "recorded from the Philippines, assured at LA2",
        "California",
        "demo/california-in-the-united-states",
        "denied",
    ):
        assert words in page
    assert "was in" not in page


def test_the_owner_reads_country_and_entity_and_never_the_person(owner: Person, us_annotator: Person) -> None:
    entry = entries.view(person=us_annotator.pseudonym, entity="employer-us", place="US-CA", session="s" * 32)
    client = factories.signed_in(owner)
    pages = [
        client.get(path) for path in ("/where-viewed/", f"/where-viewed/{entry.pk}/", "/where-viewed/?show=places")
    ]
    texts = [page.content.decode() for page in pages] + [client.get("/where-viewed/export.csv").getvalue().decode()]
    for text in texts:
        assert us_annotator.name not in text
        assert us_annotator.pseudonym not in text
        assert us_annotator.email not in text
        assert "s" * 32 not in text
    assert "employer-us" in texts[0]
    assert "recorded from the United States" in texts[0]


def test_the_owner_sees_only_their_own_footage(owner: Person) -> None:
    entries.view(footage="mine", owner="golden-coast")
    theirs = entries.view(footage="theirs", owner="stadtverkehr")
    ownerless = entries.view(footage="nobodys", owner="")
    client = factories.signed_in(owner)
    assert [row["footage"] for row in rows_in(client)] == ["mine"]
    assert [row["footage"] for row in rows_in(client, "?action=anything")] == ["mine"]
    for other in (theirs, ownerless):
        assert client.get(f"/where-viewed/{other.pk}/").status_code == 404


def test_an_owner_may_not_ask_by_person(owner: Person, us_annotator: Person) -> None:
    entries.view(person=us_annotator.pseudonym)
    answer = factories.signed_in(owner).get(f"/where-viewed/?person={us_annotator.pseudonym}")
    assert answer.status_code == 400
    assert "leave the person out" in answer.content.decode()


def test_an_owner_without_an_organization_reads_nothing(owner: Person) -> None:
    entries.view(owner="")
    owner.organization = None
    owner.save()
    assert factories.signed_in(owner).get("/where-viewed/").status_code == 403


def test_a_deactivated_officer_is_refused_at_the_next_request(officer: Person) -> None:
    client = factories.signed_in(officer)
    assert client.get("/where-viewed/").status_code == 200
    Person.objects.filter(pk=officer.pk).update(is_active=False)
    assert client.get("/where-viewed/").status_code == 302


def test_bounds_take_the_first_moment_in_and_leave_the_last_out(officer: Person) -> None:
    for microseconds in (-1, 0, 1, 999_999, 1_000_000):
        entries.view(entries.START + timedelta(microseconds=microseconds), footage=f"at{microseconds}")
    found = rows_in(factories.signed_in(officer), "?since=2026-03-01T00:00:00&until=2026-03-01T00:00:01Z")
    assert {row["footage"] for row in found} == {"at0", "at1", "at999999"}


def test_a_bound_with_an_offset_is_taken_at_its_word(officer: Person) -> None:
    entries.view(entries.START, footage="inside")
    entries.view(entries.START - timedelta(seconds=1), footage="outside")
    found = rows_in(factories.signed_in(officer), "?since=2026-03-01T02:00:00%2B02:00")
    assert [row["footage"] for row in found] == ["inside"]


@pytest.mark.parametrize(
    "query",
    ["since=nonsense", "place=Atlantis", "jurisdiction=XX", "outcome=perhaps", "since=2026-03-02&until=2026-03-01"],
)
def test_a_question_that_cannot_be_understood_is_answered_with_the_mend(officer: Person, query: str) -> None:
    client = factories.signed_in(officer)
    assert client.get(f"/where-viewed/?{query}").status_code == 400
    assert client.get(f"/where-viewed/export.csv?{query}").status_code == 400


def test_a_page_mark_nobody_made_finds_nothing(officer: Person) -> None:
    assert factories.signed_in(officer).get("/where-viewed/?before=2026_zz").status_code == 404


def test_a_person_is_found_by_part_of_a_name_or_an_address(officer: Person, us_annotator: Person) -> None:
    entries.view(person=us_annotator.pseudonym, footage="theirs")
    entries.view(person="p-other", footage="other")
    client = factories.signed_in(officer)
    for words in (us_annotator.pseudonym, us_annotator.email, us_annotator.name[:8]):
        assert [row["footage"] for row in rows_in(client, f"?person={words}")] == ["theirs"]
    assert rows_in(client, "?person=nobody-of-this-name") == []


def test_each_reading_is_recorded_with_what_was_asked(officer: Person) -> None:
    client = factories.signed_in(officer)
    client.get("/where-viewed/?camera=cam-ca-1&outcome=deny")
    client.get("/where-viewed/export.csv?place=ph")
    read, exported = readings()
    assert read.person == exported.person == officer.pseudonym
    assert json.loads(read.body)["details"] == {"action": "views", "camera": "cam-ca-1", "outcome": "deny"}
    assert exported.action == "ledger:report:exported"
    assert json.loads(exported.body)["details"] == {"action": "views", "format": "csv", "place": "PH"}


def test_no_address_typed_into_a_question_reaches_the_ledger(officer: Person, us_annotator: Person) -> None:
    factories.signed_in(officer).get(f"/where-viewed/?person={us_annotator.email}")
    (read,) = readings()
    assert us_annotator.email not in read.body
    assert us_annotator.pseudonym in read.body


def test_looking_at_one_entry_is_recorded(officer: Person) -> None:
    entry = entries.view()
    page = factories.signed_in(officer).get(f"/where-viewed/{entry.pk}/").content.decode()
    assert json.loads(entry.leaf_text)["private"] in page
    assert json.loads(readings()[0].body)["details"] == {"entry": str(entry.pk)}


@pytest.mark.parametrize("path", ["/where-viewed/", "/where-viewed/export.csv", "/where-viewed/{entry}/"])
def test_nothing_is_shown_when_the_reading_cannot_be_recorded(
    officer: Person, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    entry = entries.view(footage="secret-footage")
    client = factories.signed_in(officer)

    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", refuse)
    answer = client.get(path.format(entry=entry.pk))
    assert answer.status_code == 503
    assert b"secret-footage" not in answer.content


def test_the_csv_holds_exactly_the_rows_asked_for(officer: Person) -> None:
    made = entries.many(200, people=["p-one"])
    found = rows_in(factories.signed_in(officer), "?camera=cam-de-1&outcome=allow")
    wanted = [e for e in made if e.source == "cam-de-1" and e.outcome == "allow" and e.action.startswith("media:")]
    assert {row["entry"] for row in found} == {str(entry.pk) for entry in wanted}
    assert len(found) == len(wanted)


def test_the_csv_does_not_hold_its_own_export(officer: Person) -> None:
    actions = [row["action"] for row in rows_in(factories.signed_in(officer), "?action=anything")]
    assert "ledger:report:exported" not in actions


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_is_a_formula(officer: Person, start: str) -> None:
    evil = factories.make_person("evil", Role.ANNOTATOR)
    evil.name = f'{start}HYPERLINK("http://evil.test")'
    evil.save()
    entries.view(person=evil.pseudonym, entity=f"{start}1+1", purpose=f"{start}cmd")
    text = factories.signed_in(officer).get("/where-viewed/export.csv").getvalue().decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["name"] == f"'{evil.name}"
    assert row["entity"] == f"'{start}1+1"
    assert row["purpose"] == f"'{start}cmd"


def test_the_csv_writes_times_exactly_and_names_in_utf_8(officer: Person) -> None:
    zoe = factories.make_person("zoe", Role.ANNOTATOR)
    zoe.name = "Zoë Müller-Łęcka"
    zoe.save()
    entries.view(entries.START + timedelta(microseconds=7), person=zoe.pseudonym)
    (row,) = rows_in(factories.signed_in(officer))
    assert row["time"] == "2026-03-01T00:00:00.000007+00:00"
    assert row["name"] == "Zoë Müller-Łęcka"


def test_a_hostile_name_is_text_on_the_page(officer: Person) -> None:
    evil = factories.make_person("evil", Role.ANNOTATOR)
    evil.name = "<script>alert(1)</script>"
    evil.save()
    entry = entries.view(person=evil.pseudonym, entity="<img src=x>")
    client = factories.signed_in(officer)
    for path in ("/where-viewed/", f"/where-viewed/{entry.pk}/", f"/access/{evil.pseudonym}/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_page_repeats_the_question_in_words(officer: Person) -> None:
    page = (
        factories.signed_in(officer)
        .get("/where-viewed/?place=ph&outcome=deny&since=2026-03-01T00:00:00.5")
        .content.decode()
    )
    asked = page[page.index("Asked:") : page.index("Start over", page.index("Asked:"))]
    assert "PH" in asked
    assert "denied" in asked
    assert "2026-03-01 00:00:00.500000" in asked


def test_the_empty_table_says_what_to_do(officer: Person) -> None:
    client = factories.signed_in(officer)
    assert "Nothing has been viewed or refused yet" in client.get("/where-viewed/").content.decode()
    assert "No entry answers this question" in client.get("/where-viewed/?camera=cam-1").content.decode()
