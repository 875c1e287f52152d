"""Entries of before the tree are sealed as new ones are, keep every fact, and wait for their numbers."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from labelhub.evidence.models import LedgerEntry, Unsequenced
from labelhub.evidence.sequencing import sequence
from residency.ledger import canonical_json, leaf_hash
from residency.ledger.leaf import about_tag, owner_key
from tests.labelhub.evidence import entries, ledgers

BEFORE = ("evidence", "0006_held_and_emergencies")


def migrate(*to: tuple[str, str]) -> Any:  # noqa: ANN401  the registry of apps as it was then
    executor = MigrationExecutor(connection)
    executor.migrate(list(to) or executor.loader.graph.leaf_nodes("evidence"))
    return MigrationExecutor(connection).loader.project_state(list(to)).apps if to else None


@pytest.fixture
def old_entry(shared_db: None) -> Iterator[Any]:
    """The table as it was before the tree; all is brought up to date afterwards, whatever happens."""
    try:
        yield migrate(BEFORE).get_model("evidence", "LedgerEntry")
    finally:
        migrate()


def facts(number: int, **more: object) -> dict[str, Any]:
    """What an entry said as it was written then."""
    at = entries.START + timedelta(seconds=number)
    return {
        "v": 1,
        "id": str(uuid.uuid4()),
        "action": "media:view:allowed",
        "at": at.isoformat(timespec="microseconds"),
        "ledger": "us",
        "outcome": "allow",
        **more,
    }


def insert(old_entry: Any, said: dict[str, Any]) -> None:  # noqa: ANN401  a model as it was then
    body = canonical_json(said).decode()
    names = {field.name for field in old_entry._meta.fields} & said.keys() - {"at"}
    old_entry.objects.create(
        **{name: said[name] for name in names},
        at=datetime.fromisoformat(said["at"]),
        body=body,
        leaf_hash=leaf_hash(body.encode()).hex(),
    )


FULL = {
    "person": "p-somebody",
    "session": "s" * 64,
    "entity": "employer-us",
    "place": "US",
    "level": 2,
    "footage": "f1",
    "source": "cam-ca-1",
    "owner": "golden-coast",
    "rules": ["demo/california"],
    "details": {"job": "night", "databases": ["a", "b"]},
}


def test_entries_of_before_are_sealed_with_every_fact_and_wait_in_the_queue(old_entry: Any) -> None:  # noqa: ANN401
    written = [facts(0, **FULL), facts(1), facts(2, person="p-other"), facts(3, footage="f2")]
    written += [facts(number, **FULL) for number in range(4, 1204)]  # more than one go takes
    for said in written:
        insert(old_entry, said)
    migrate()
    assert Unsequenced.objects.filter(ledger="us").count() == len(written)
    for said in written[:8]:
        hold_against(LedgerEntry.objects.get(pk=said["id"]), said)
    while sequence("us", at=datetime.now(UTC)):
        pass
    assert ledgers.verify_numbers() == len(written)
    assert [str(one) for one in ledgers.numbered_ids()] == [said["id"] for said in written]


def hold_against(entry: LedgerEntry, said: dict[str, Any]) -> None:
    leaf, body = json.loads(entry.leaf_text), json.loads(entry.body)
    personal = json.loads(entry.personal_text) if entry.personal_text else {}
    opened = {name: leaf[name] for name in ("id", "action", "at", "ledger")}
    assert {**opened, **body, **personal, "v": 1} == said
    assert leaf["v"] == 2
    assert personal.keys() <= {"person", "session"}
    assert leaf["private"] == sealed(entry.salt, entry.body)
    assert leaf.get("personal") == (sealed(entry.personal_salt, entry.personal_text) if personal else None)
    about = about_tag(owner_key(settings.LEDGER_KEY, said.get("owner", "")), said.get("footage", ""))
    assert leaf.get("about") == (about if "footage" in said else None)
    for text in (entry.leaf_text, entry.body):
        assert canonical_json(json.loads(text)).decode() == text


def sealed(salt: str, text: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def test_entries_of_before_are_as_fixed_as_new_ones_and_can_be_erased_alike(old_entry: Any) -> None:  # noqa: ANN401
    insert(old_entry, facts(0, **FULL))
    migrate()
    for statement in ("UPDATE evidence_ledgerentry SET body = ''", "DELETE FROM evidence_ledgerentry"):
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    erased = dict.fromkeys(("person", "session", "network", "personal_text", "personal_salt"), "")
    assert LedgerEntry.objects.update(**erased) == 1
    entries.view()
    assert sequence("us", at=datetime.now(UTC)) == 2
    assert ledgers.verify_numbers() == 2
