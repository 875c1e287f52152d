"""What is written stays written, and says the same in its columns as in its body."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from labelhub.evidence.actions import EntryDraft, LedgerUnavailableError, record, record_before_serving
from labelhub.evidence.models import PERSONAL_COLUMNS, LedgerAction, LedgerEntry, Unsequenced
from labelhub.evidence.wording import ACTION_WORDS, place_words
from residency.ledger.leaf import about_tag, owner_key
from tests.labelhub.evidence import entries

pytestmark = pytest.mark.django_db

PERSONAL = ("person", "session", "inputs_hash")
OPEN = ("ledger", "action")
IN_BOTH = (
    "entity",
    "place",
    "level",
    "footage",
    "source",
    "jurisdiction",
    "owner",
    "rendition",
    "purpose",
    "outcome",
    "policy_hash",
)
CHANGES = (
    "UPDATE evidence_ledgerentry SET outcome = 'allow'",
    "UPDATE evidence_ledgerentry SET body = '{}'",
    "DELETE FROM evidence_ledgerentry",
)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_or_delete_an_entry(statement: str) -> None:
    entry = entries.view(allowed=False)
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerEntry.objects.get(pk=entry.pk).outcome == "deny"


def test_saving_an_entry_again_is_refused() -> None:
    entry = entries.view()
    entry.person = "p-somebody-else"
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        entry.save()


def test_replacing_an_entry_by_its_key_is_refused() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's own")
    entry = entries.view(allowed=False)
    columns = ", ".join(f'"{field.column}"' for field in LedgerEntry._meta.concrete_fields)
    table = LedgerEntry._meta.db_table
    statement = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"  # noqa: S608  our own names
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerEntry.objects.get(pk=entry.pk).outcome == "deny"


def test_truncating_the_ledger_is_refused() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has TRUNCATE")
    entries.view()
    connection.check_constraints()  # what is left to check at the commit would keep it from being emptied too
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE evidence_ledgerentry CASCADE")


@pytest.mark.parametrize("number", range(20))
def test_the_body_of_an_entry_equals_its_columns(number: int) -> None:
    entry = LedgerEntry.objects.get(pk=entries.many(1, people=["p-one", ""], seed=number)[0].pk)
    body, leaf = json.loads(entry.body), json.loads(entry.leaf_text)
    personal = json.loads(entry.personal_text) if entry.personal_text else {}
    assert {name: personal.get(name, "") for name in PERSONAL} == {name: getattr(entry, name) for name in PERSONAL}
    assert {name: leaf[name] for name in OPEN} == {name: getattr(entry, name) for name in OPEN}
    assert {name: body.get(name, type(getattr(entry, name))()) for name in IN_BOTH} == {
        name: getattr(entry, name) for name in IN_BOTH
    }
    assert leaf["id"] == str(entry.pk)
    assert datetime.fromisoformat(leaf["at"]) == entry.at


def test_a_leaf_commits_to_the_body_and_the_personal_part_and_says_neither() -> None:
    entry = LedgerEntry.objects.get(pk=entries.view(session="s" * 64, address="192.0.2.77").pk)
    leaf = json.loads(entry.leaf_text)
    assert leaf["private"] == hashlib.sha256(bytes.fromhex(entry.salt) + entry.body.encode()).hexdigest()
    personal = bytes.fromhex(entry.personal_salt) + entry.personal_text.encode()
    assert leaf["personal"] == hashlib.sha256(personal).hexdigest()
    assert json.loads(entry.personal_text) == {
        "address": "192.0.2.77",
        "inputs_hash": "b" * 64,
        "network": "192.0.2.0/24",
        "person": "p-somebody",
        "session": "s" * 64,
    }
    for said in ("p-somebody", "192.0.2", "cam-ca-1", "golden-coast", '"f1"'):
        assert said not in entry.leaf_text


def test_an_owner_recognizes_their_footage_in_a_leaf_by_their_key_alone() -> None:
    about = {json.loads(entries.view(owner=owner).leaf_text)["about"] for owner in ("golden-coast", "stadtverkehr")}
    key = owner_key(settings.LEDGER_KEY, "golden-coast")
    assert len(about) == 2
    assert about_tag(key, "f1") in about
    assert about_tag(key, "f2") not in about


def test_a_personal_part_can_be_emptied_and_nothing_else_with_it() -> None:
    entry = entries.view(address="192.0.2.77")
    everything = dict.fromkeys(PERSONAL_COLUMNS, "")
    for change in ({**everything, "outcome": "deny"}, {"person": ""}, {**everything, "person": "p-other"}):
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            LedgerEntry.objects.filter(pk=entry.pk).update(**change)
    assert LedgerEntry.objects.filter(pk=entry.pk).update(**everything) == 1
    assert LedgerEntry.objects.get(pk=entry.pk).leaf_text == entry.leaf_text


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("", ""),
        ("no address", ""),
    ],
)
def test_the_network_of_an_address_is_a_site_wide(address: str, network: str) -> None:
    assert entries.view(address=address).network == network


def test_an_entry_waits_for_its_number_from_the_moment_it_is_written() -> None:
    entry = entries.view()
    assert list(Unsequenced.objects.values_list("entry", "ledger")) == [(entry.pk, "us")]


def test_an_entry_goes_back_together_with_the_change_it_tells_of() -> None:
    class ChangedMyMindError(Exception):
        pass

    def record_and_give_up() -> None:
        with transaction.atomic():
            record(EntryDraft(action=LedgerAction.LABELING_JOB_CREATED, at=datetime.now(UTC)))
            raise ChangedMyMindError

    with pytest.raises(ChangedMyMindError):
        record_and_give_up()
    assert not LedgerEntry.objects.exists()


def test_a_ledger_that_cannot_be_written_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", refuse)
    with pytest.raises(LedgerUnavailableError):
        record_before_serving(EntryDraft(action=LedgerAction.MEDIA_VIEW_ALLOWED, at=datetime.now(UTC)))


def test_every_action_has_words_and_three_parts() -> None:
    assert set(ACTION_WORDS) == set(LedgerAction)
    assert all(action.value.count(":") == 2 for action in LedgerAction)


@pytest.mark.parametrize(
    ("place", "level", "words"),
    [
        ("US", 2, "recorded from the United States, assured at LA2"),
        ("PH", 1, "recorded from the Philippines, assured at LA1"),
        ("", 0, "from a place that could not be established"),
        ("US", 0, "from a place that could not be established"),
    ],
)
def test_wording_claims_a_record_and_a_level_and_never_a_presence(place: str, level: int, words: str) -> None:
    assert place_words(place, level) == words
    assert " was in " not in place_words(place, level)
