"""Writing the ledger: the only function that makes an entry."""

from __future__ import annotations

import ipaddress
import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction

from labelhub.evidence import health
from labelhub.evidence.appending import append, is_known, note
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry, Outcome
from residency import Request
from residency.ledger import canonical_json
from residency.ledger.leaf import SALT_SIZE, about_tag, owner_key, seal
from residency.wire import write_request

CONTROL = "control"
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class LedgerUnavailableError(Exception):
    """The ledger could not be written, so nothing may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What an entry will say. Names of people are pseudonyms; no pixel, plate, token or address belongs here.

    `asked` is the request that was decided on: the entry names its hash, and its facts are kept beside it. `geoip` are
    the SHA-256 of the location databases that placed it.
    """

    action: LedgerAction
    at: datetime
    ledger: str = CONTROL
    person: str = ""
    entity: str = ""
    place: str = ""
    level: int = 0
    session: str = ""
    address: str = ""
    footage: str = ""
    source: str = ""
    jurisdiction: str = ""
    owner: str = ""
    contract: str = ""
    rendition: str = ""
    purpose: str = ""
    outcome: Outcome = Outcome.NONE
    rules: tuple[str, ...] = ()
    policy_hash: str = ""
    inputs_hash: str = ""
    geoip: tuple[str, ...] = ()
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
        return LedgerEntry.objects.create(**sealed(draft))
    except Error as error:
        raise LedgerUnavailableError("the ledger cannot be written, so nothing is shown") from error


def record_before_serving(draft: EntryDraft) -> LedgerEntry:
    """Write an entry and return only when it is durable on its own, outside any transaction that could roll back.

    Raises:
        LedgerUnavailableError: it could not be committed; nothing may be served.
    """
    try:
        entry = _appended(draft)
    except (Error, LedgerUnavailableError) as error:
        note(failing=True)
        raise LedgerUnavailableError("the ledger cannot be written, so nothing is shown") from error
    note(failing=False)
    return entry


def record_while_so(draft: EntryDraft, state: str) -> LedgerEntry | None:
    """Write an entry as `record_before_serving` does, but only while facts are in a state and its ledger is well.

    None, and nothing is written, where that is not so, and what was decided has to be decided anew; or where an entry
    of the same view stands.

    Raises:
        LedgerUnavailableError: it could not be committed; nothing may be served.
    """
    if connection.in_atomic_block:  # nothing is durable on its own in there, and tests alone ask from there
        found = health.confirm(state, draft.ledger, at=draft.at)
        return record_before_serving(draft) if found.is_so and found.is_well else None
    entry = LedgerEntry(**sealed(draft))
    try:
        is_written = append(entry, _new_inputs(draft), state=state)
    except Error as error:
        note(failing=True)
        raise LedgerUnavailableError("the ledger cannot be written, so nothing is shown") from error
    if is_written:
        note(failing=False)
    return entry if is_written else None


def record_all_before_serving(drafts: Sequence[EntryDraft]) -> list[LedgerEntry]:
    """Write entries that belong together and return only when all of them are durable, or none is.

    Raises:
        LedgerUnavailableError: they could not be committed; nothing may be served.
    """
    try:
        with transaction.atomic(durable=True):
            entries = [LedgerEntry(**sealed(draft)) for draft in drafts]
            return LedgerEntry.objects.bulk_create(entries, batch_size=500)
    except Error as error:
        raise LedgerUnavailableError("the ledger cannot be written, so nothing is shown") from error


def _appended(draft: EntryDraft) -> LedgerEntry:
    if not connection.in_atomic_block:
        entry = LedgerEntry(**sealed(draft))
        if append(entry, _new_inputs(draft)):
            return entry
    with transaction.atomic(durable=True):  # its facts were erased, or are being kept by another process just now
        return record(draft)


def _new_inputs(draft: EntryDraft) -> DecisionInputs | None:
    """The facts to keep beside an entry; None where there are none, or this process has seen them kept."""
    if draft.asked is None or is_known(draft.inputs_hash):
        return None
    return _inputs_of(draft.inputs_hash, draft.asked, at=draft.at)


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


# The hash of a decision's inputs is the same for one person's views of one thing: it would go on naming them.
_PERSONAL = ("address", "inputs_hash", "person", "session")
_OPEN = {"action", "at", "ledger"}  # in the leaf itself
_BODY = tuple(f.name for f in fields(EntryDraft) if f.name not in {*_PERSONAL, *_OPEN, "asked"})
_COLUMNS = tuple(f.name for f in fields(EntryDraft) if f.name not in {"address", "rules", "geoip", "details", "asked"})


def sealed(draft: EntryDraft) -> dict[str, Any]:
    """Lay a draft out as the columns of an entry: the facts, who it was, and the leaf that commits to both."""
    identity, salts = uuid.uuid4(), secrets.token_bytes(2 * SALT_SIZE)
    salt, personal_salt = salts[:SALT_SIZE], salts[SALT_SIZE:]
    columns = {name: getattr(draft, name) for name in _COLUMNS}
    columns |= {"id": identity, "network": network_around(draft.address)}
    body, personal = _line(_facts(draft)), _personal(draft, columns["network"])
    leaf: dict[str, object] = {"v": 2, "id": str(identity), "private": seal(salt, body)}
    leaf |= {name: _plain(columns[name]) for name in _OPEN}
    if personal:
        leaf["personal"] = seal(personal_salt, personal)
    if draft.footage or draft.owner:  # about an owner and no single piece of theirs: a tag that their key makes too
        leaf["about"] = about_tag(_key_of(settings.LEDGER_KEY, draft.owner), draft.footage)
    return columns | {
        "body": body,
        "salt": salt.hex(),
        "leaf_text": _line(leaf),
        "personal_text": personal,
        "personal_salt": personal_salt.hex() if personal else "",
    }


_key_of = lru_cache(maxsize=256)(owner_key)


@lru_cache(maxsize=4096)
def network_around(address: str) -> str:
    """Name the network an address lies in, as wide as is usual for one site: /24, or /48 of IPv6; empty for none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((plain, 24 if plain.version == 4 else 48), strict=False))  # noqa: PLR2004  the version


def _personal(draft: EntryDraft, network: str) -> str:
    said = {name: getattr(draft, name) for name in _PERSONAL} | {"network": network}
    facts: dict[str, object] = {name: value for name, value in said.items() if value}
    return _line(facts) if facts else ""


def _facts(draft: EntryDraft) -> dict[str, object]:
    """The facts that are set and say nothing of who it was."""
    values = ((name, getattr(draft, name)) for name in _BODY)
    return {name: _plain(value) for name, value in values if value or type(value) is int}


def _line(facts: dict[str, object]) -> str:
    """Canonical JSON of facts that are plain: of ASCII, the standard encoder writes just that, many times faster."""
    text = _encode(facts)
    return text if text.isascii() else canonical_json(facts).decode()


def _plain(value: object) -> object:
    if type(value) is str or value is None or isinstance(value, bool):
        return value
    if isinstance(value, LedgerAction | Outcome):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return str(value)
    canonical_json(value)  # refuses what has no canonical form
    return value
