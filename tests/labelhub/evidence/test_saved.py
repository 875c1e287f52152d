"""Questions kept under a name: asked anew each time, changed only by whoever keeps them, each change an entry."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from labelhub.accounts.models import Person, Role
from labelhub.evidence import saved
from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.where_viewed_models import SavedQuestion
from tests import factories
from tests.labelhub.evidence import entries

SAVED = "/where-viewed/saved/"


@pytest.fixture
def page(officer: Person) -> Client:
    return factories.signed_in(officer)


@pytest.fixture
def other_officer(db: None) -> Person:
    return factories.make_person("other_officer", Role.OFFICER, attested="US")


def keep(page: Client, name: str = "Recently refused", **asked: str) -> SavedQuestion:
    answer = page.post(SAVED, {"name": name, **(asked or {"period": "last 30 days", "outcome": "deny"})})
    assert answer.status_code == 302, answer.content.decode()
    return SavedQuestion.objects.get(name=name)


def told() -> list[tuple[str, dict[str, object]]]:
    found = LedgerEntry.objects.filter(action__startswith="ledger:question:").order_by("at")
    return [(entry.action, json.loads(entry.body)["details"]) for entry in found]


def test_words_of_time_are_worked_out_anew_each_time_it_is_opened(page: Client) -> None:
    kept = keep(page)
    assert set(kept.query.split("&")) == {"outcome=deny", "period=last+30+days"}
    entries.view(factories.now() - timedelta(days=29), allowed=False, footage="within")
    entries.view(factories.now() - timedelta(days=31), allowed=False, footage="long-ago")
    shown = page.get(f"/where-viewed/?{kept.query}").content.decode()
    assert "within" in shown
    assert "long-ago" not in shown


def test_a_kept_question_is_listed_and_leads_to_its_answer(page: Client) -> None:
    saved = keep(page)
    for address in (SAVED, "/where-viewed/"):
        listed = page.get(address).content.decode()
        assert saved.name in listed
        assert saved.query.replace("&", "&amp;") in listed


def test_each_keeping_change_and_removal_is_an_entry(page: Client, officer: Person) -> None:
    saved = keep(page, place="ph")
    number = str(saved.pk)
    page.post(f"{SAVED}{saved.pk}/", {"name": "Manila"})
    page.post(f"{SAVED}{saved.pk}/", {"share": "yes"})
    page.post(f"{SAVED}{saved.pk}/", {"share": "no"})
    page.post(f"{SAVED}{saved.pk}/remove/")
    page.post(f"{SAVED}{saved.pk}/restore/")
    kept, changed, removed = "ledger:question:saved", "ledger:question:saved", "ledger:question:removed"
    assert told() == [
        (kept, {"question": number, "asked": {"action": "views", "place": "PH"}}),
        *((changed, {"question": number, "change": change}) for change in ("renamed", "shared", "unshared")),
        (removed, {"question": number}),
        (changed, {"question": number, "change": "restored"}),
    ]
    assert {entry.person for entry in LedgerEntry.objects.filter(action=kept)} == {officer.pseudonym}


def test_no_address_in_a_kept_question_reaches_the_ledger(page: Client, us_annotator: Person) -> None:
    keep(page, us_annotator.email, person=us_annotator.email)
    (entry,) = LedgerEntry.objects.filter(action__startswith="ledger:question:")
    assert us_annotator.email not in entry.body
    assert us_annotator.pseudonym in entry.body


def test_a_removal_can_be_taken_back_for_a_day(page: Client) -> None:
    saved = keep(page)
    page.post(f"{SAVED}{saved.pk}/remove/")
    listed = page.get(SAVED).content.decode()
    assert f'action="{SAVED}{saved.pk}/restore/"' in listed
    assert f"?{saved.query}" not in listed
    page.post(f"{SAVED}{saved.pk}/restore/")
    assert f"?{saved.query}".replace("&", "&amp;") in page.get(SAVED).content.decode()


def test_a_removal_of_yesterday_cannot_be_taken_back(page: Client) -> None:
    saved = keep(page)
    page.post(f"{SAVED}{saved.pk}/remove/")
    SavedQuestion.objects.filter(pk=saved.pk).update(removed_at=factories.now() - timedelta(days=1, seconds=1))
    assert page.post(f"{SAVED}{saved.pk}/restore/").status_code == 404


def test_a_kept_question_is_its_persons_own_until_it_is_shared(page: Client, other_officer: Person) -> None:
    saved, other = keep(page), factories.signed_in(other_officer)
    assert saved.name not in other.get(SAVED).content.decode()
    page.post(f"{SAVED}{saved.pk}/", {"share": "yes"})
    assert saved.name in other.get(SAVED).content.decode()


def test_only_its_person_changes_a_question_a_shared_one_too(page: Client, other_officer: Person) -> None:
    saved, other = keep(page), factories.signed_in(other_officer)
    page.post(f"{SAVED}{saved.pk}/", {"share": "yes"})
    assert other.post(f"{SAVED}{saved.pk}/", {"name": "Mine now"}).status_code == 404
    assert other.post(f"{SAVED}{saved.pk}/remove/").status_code == 404
    page.post(f"{SAVED}{saved.pk}/remove/")
    assert other.post(f"{SAVED}{saved.pk}/restore/").status_code == 404
    assert SavedQuestion.objects.get().name == saved.name


def test_a_shared_question_is_shown_to_no_owner_and_an_owner_shares_none(page: Client, owner: Person) -> None:
    saved, owners = keep(page), factories.signed_in(owner)
    page.post(f"{SAVED}{saved.pk}/", {"share": "yes"})
    assert saved.name not in owners.get(SAVED).content.decode()
    own = keep(owners, "Ours", outside="on")
    assert owners.post(f"{SAVED}{own.pk}/", {"share": "yes"}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": " "}, "write one"),
        ({"name": "x" * 81}, "at most 80"),
        ({"name": "Recently refused"}, "already"),
        ({"name": "Wrong", "place": "Atlantis"}, "cannot be asked"),
    ],
)
def test_what_cannot_be_kept_is_answered_with_the_mend(page: Client, asked: dict[str, str], words: str) -> None:
    keep(page)
    answer = page.post(SAVED, asked)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert SavedQuestion.objects.count() == 1


def test_of_two_who_take_a_name_at_once_the_second_is_told(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(page)
    monkeypatch.setattr(saved, "_free_name", lambda _, name: name)  # it was free when the second one looked
    answer = page.post(SAVED, {"name": "Recently refused", "outcome": "deny"})
    assert answer.status_code == 422
    assert "choose another name" in answer.content.decode()


def test_a_question_is_not_kept_when_that_cannot_be_recorded(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", refuse)
    assert page.post(SAVED, {"name": "Unrecorded"}).status_code == 503
    assert not SavedQuestion.objects.exists()
