"""Writing the ledger: the only function that makes an entry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, connection, transaction

from labelhub.evidence.appending import append, is_known, note
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry, Outcome
from residency import Request
from residency.ledger import canonical_json, leaf_hash
from residency.wire import write_request

CONTROL = "control"


class LedgerUnavailableError(Exception):
    """The ledger could not be written, so nothing may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What an entry will say. Names of people are pseudonyms; no pixel, plate, token or address belongs here.

    `asked` is the request that was decided on: the entry names its hash, and its facts are kept beside it.
    """

    action: LedgerAction
    at: datetime
    ledger: str = CONTROL
    person: str = ""
    entity: str = ""
    place: str = ""
    level: int = 0
    session: str = ""
    footage: str = ""
    source: str = ""
    jurisdiction: str = ""
    owner: str = ""
    rendition: str = ""
    purpose: str = ""
    outcome: Outcome = Outcome.NONE
    rules: tuple[str, ...] = ()
    policy_hash: str = ""
    inputs_hash: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    asked: Request | None = None


def record(draft: EntryDraft) -> LedgerEntry:
    """Write an entry; inside a transaction it commits together with the change it tells of.

    Raises:
        LedgerUnavailableError: it could not be written; whatever it tells of must not happen.
    """
    try:
        if draft.asked is not None:
            _keep_inputs(draft.inputs_hash, draft.asked, at=draft.at)
        return LedgerEntry.objects.create(**_written(draft))
    except DatabaseError as error:
        raise LedgerUnavailableError("the ledger cannot be written, so nothing is shown") from error


def record_before_serving(draft: EntryDraft) -> LedgerEntry:
    """Write an entry and return only when it is durable on its own, outside any transaction that could roll back.

    Raises:
        LedgerUnavailableError: it could not be committed; nothing may be served.
    """
    try:
        entry = _appended(draft)
    except (DatabaseError, LedgerUnavailableError) as error:
        note(failing=True)
        raise LedgerUnavailableError("the ledger cannot be written, so nothing is shown") from error
    note(failing=False)
    return entry


def _appended(draft: EntryDraft) -> LedgerEntry:
    if not connection.in_atomic_block:
        entry, asked = LedgerEntry(**_written(draft)), draft.asked
        is_new = asked is not None and not is_known(draft.inputs_hash)
        facts = _inputs_of(draft.inputs_hash, asked, at=draft.at) if asked is not None and is_new else None
        if append(entry, facts):
            return entry
    with transaction.atomic(durable=True):  # its facts were erased, or are being kept by another process just now
        return record(draft)


def _written(draft: EntryDraft) -> dict[str, Any]:
    """An entry's columns."""
    identity = uuid.uuid4()
    body = canonical_json(_body(identity, draft))
    columns = {name: getattr(draft, name) for name in _COLUMNS}
    return {"id": identity, **columns, "body": body.decode(), "leaf_hash": leaf_hash(body).hex()}


def _keep_inputs(digest: str, asked: Request, *, at: datetime) -> None:
    """Keep the facts of a request beside the entry, once for all entries that name the same ones."""
    if not DecisionInputs.objects.filter(pk=digest).exists():
        row = _inputs_of(digest, asked, at=at)
        DecisionInputs.objects.bulk_create([row], ignore_conflicts=True)  # another process may have kept them meanwhile


def _inputs_of(digest: str, asked: Request, *, at: datetime) -> DecisionInputs:
    facts = write_request(asked)
    situation = facts["situation"]
    if isinstance(situation, dict):
        facts["situation"] = {name: value for name, value in situation.items() if name != "at"}
    return DecisionInputs(hash=digest, facts=canonical_json(facts).decode(), kept_at=at)


_COLUMNS = tuple(f.name for f in fields(EntryDraft) if f.name not in {"rules", "details", "asked"})


def _body(identity: uuid.UUID, draft: EntryDraft) -> dict[str, object]:
    """Lay an entry out for the canonical encoding: every value that is set, times as UTC text with microseconds."""
    body: dict[str, object] = {"v": 1, "id": str(identity)}
    for item in fields(draft):
        value = getattr(draft, item.name)
        if item.name != "asked" and value not in ("", (), {}, None):
            body[item.name] = _plain(value)
    return body


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, LedgerAction | Outcome):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return str(value)
    return value
