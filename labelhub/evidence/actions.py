"""Writing the ledger: the only function that makes an entry."""

from __future__ import annotations

import ipaddress
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction

from labelhub.evidence.appending import append, is_known, note
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry, Outcome
from residency import Request
from residency.ledger import canonical_json
from residency.ledger.leaf import SALT_SIZE, about_tag, owner_key, seal
from residency.wire import write_request

CONTROL = "control"


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
        entry, asked = LedgerEntry(**sealed(draft)), draft.asked
        is_new = asked is not None and not is_known(draft.inputs_hash)
        facts = _inputs_of(draft.inputs_hash, asked, at=draft.at) if asked is not None and is_new else None
        if append(entry, facts):
            return entry
    with transaction.atomic(durable=True):  # its facts were erased, or are being kept by another process just now
        return record(draft)


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
_COLUMNS = tuple(f.name for f in fields(EntryDraft) if f.name not in {"address", "rules", "geoip", "details", "asked"})


def sealed(draft: EntryDraft) -> dict[str, Any]:
    """Lay a draft out as the columns of an entry: the facts, who it was, and the leaf that commits to both."""
    identity, salt, personal_salt = uuid.uuid4(), secrets.token_bytes(SALT_SIZE), secrets.token_bytes(SALT_SIZE)
    body, personal = canonical_json(_facts(draft)).decode(), _personal(draft)
    leaf: dict[str, object] = {"v": 2, "id": str(identity), "private": seal(salt, body)}
    leaf |= {name: _plain(getattr(draft, name)) for name in _OPEN}
    if personal:
        leaf["personal"] = seal(personal_salt, personal)
    if draft.footage or draft.owner:  # about an owner and no single piece of theirs: a tag that their key makes too
        leaf["about"] = about_tag(owner_key(settings.LEDGER_KEY, draft.owner), draft.footage)
    return {
        **{name: getattr(draft, name) for name in _COLUMNS},
        "id": identity,
        "network": network_around(draft.address),
        "body": body,
        "salt": salt.hex(),
        "leaf_text": canonical_json(leaf).decode(),
        "personal_text": personal,
        "personal_salt": personal_salt.hex() if personal else "",
    }


def network_around(address: str) -> str:
    """Name the network an address lies in, as wide as is usual for one site: /24, or /48 of IPv6; empty for none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((plain, 24 if plain.version == 4 else 48), strict=False))  # noqa: PLR2004  the version


def _personal(draft: EntryDraft) -> str:
    said = {name: getattr(draft, name) for name in _PERSONAL} | {"network": network_around(draft.address)}
    facts = {name: value for name, value in said.items() if value}
    return canonical_json(facts).decode() if facts else ""


def _facts(draft: EntryDraft) -> dict[str, object]:
    """The facts that are set and say nothing of who it was."""
    left_out = {*_PERSONAL, *_OPEN, "asked"}
    values = {item.name: getattr(draft, item.name) for item in fields(draft) if item.name not in left_out}
    return {name: _plain(value) for name, value in values.items() if value not in ("", (), {}, None)}


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
