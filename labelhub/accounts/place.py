"""Where a request comes from, as far as it can be known: peer address, databases, networks, attestation, sign-in.

The peer address is the one the door saw on its own socket; no header a client can send is read. A database or a list
that is missing or unreadable answers nothing, so the place stays unknown and nothing is shown.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import maxminddb
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from labelhub.accounts.models import Attestation, Person
from labelhub.accounts.networks import KnownNetwork, last_change, network_of
from labelhub.accounts.queries import attestation_of
from labelhub.evidence.locations import keep_database
from residency import MfaKind, Place, Signals, assure

PEER_HEADER = "HTTP_X_LH_PEER"
MFA_KINDS = {"totp": MfaKind.TOTP, "recovery_codes": MfaKind.TOTP, "webauthn": MfaKind.PASSKEY}


def place_of(request: HttpRequest, person: Person, *, at: datetime) -> Place:
    """Say where this request comes from and how well that is known."""
    return place_given(request, person, attestation_of(person, at=at), at=at)


def place_given(request: HttpRequest, person: Person, attestation: Attestation | None, *, at: datetime) -> Place:
    """The same, where the person's attestation has been looked up already."""
    return place_from(peer_of(request), attestation, mfa_kind(request, person), at=at)


def place_from(peer: str, attestation: Attestation | None, mfa: MfaKind | None, *, at: datetime) -> Place:
    """The same from a peer address, an attestation, and the second factor that the session was opened with."""
    files = settings.GEOIP_PRIMARY, settings.GEOIP_SECONDARY, settings.NETWORKS
    seen = _seen(peer, *files, tuple(map(last_change, files)))
    return assure(
        Signals(
            primary=seen.primary,
            secondary=seen.secondary,
            databases_age=at - seen.built if seen.built else None,
            anonymiser=seen.network.anonymiser,
            allow_listed_in=seen.network.allow_listed_in,
            attested_in=attestation.jurisdiction if attestation else None,
            attestation_age=at - attestation.valid_from if attestation else None,
            mfa=mfa,
        )
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What databases and list say of an address, and when the oldest of the databases was built."""

    primary: str | None
    secondary: str | None
    built: datetime | None
    network: KnownNetwork


@lru_cache(maxsize=8192)
def _seen(address: str, primary: Path, secondary: Path, networks: Path, changed: tuple[int, ...]) -> _Seen:
    """What files say that last changed at these times."""
    return _Seen(
        _country_of(address, str(primary), changed[0]),
        _country_of(address, str(secondary), changed[1]),
        _built(_reader(str(primary), changed[0]), _reader(str(secondary), changed[1])),
        network_of(address, networks),
    )


def peer_of(request: HttpRequest) -> str:
    """Name the address that the door saw the request come from; empty when it said none."""
    return str(request.META.get(PEER_HEADER, ""))


def databases_used() -> tuple[str, ...]:
    """Give the SHA-256 of each address database in use, once it is kept which database that is."""
    found = (_known(path, last_change(path)) for path in (settings.GEOIP_PRIMARY, settings.GEOIP_SECONDARY))
    return tuple(digest for digest in found if digest)


@lru_cache(maxsize=4)
def _known(database: Path, changed: int) -> str:
    """Read and keep a database's name, build time and hash, once for each file there was; nothing for one missing."""
    reader = _reader(str(database), changed)
    if reader is None:
        return ""
    with database.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    about = reader.metadata()
    built = datetime.fromtimestamp(about.build_epoch, tz=UTC)
    keep_database(digest, name=database.name, version=f"{about.database_type} of {built:%Y-%m-%d %H:%M} UTC")
    return digest


def mfa_kind(request: HttpRequest, person: Person) -> MfaKind | None:
    """Say which second factor a person opened this session with; None when there was none."""
    for step in get_authentication_records(request, person):
        if step.get("method") == "mfa":
            return MFA_KINDS.get(str(step.get("type")))
    return None


def _built(*readers: maxminddb.reader.Reader | None) -> datetime | None:
    """When the oldest of some address databases was built; None when one cannot say."""
    if None in readers:
        return None
    return min(datetime.fromtimestamp(one.metadata().build_epoch, tz=UTC) for one in readers if one is not None)


@lru_cache(maxsize=8192)
def _country_of(address: str, database: str, changed: int) -> str | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    reader = _reader(database, changed)
    if reader is None:
        return None
    record = reader.get(str(getattr(parsed, "ipv4_mapped", None) or parsed))
    country = record.get("country") if isinstance(record, dict) else None
    code = country.get("iso_code") if isinstance(country, dict) else None
    return code if isinstance(code, str) else None


@lru_cache(maxsize=4)
def _reader(database: str, changed: int) -> maxminddb.reader.Reader | None:
    try:
        return maxminddb.open_database(database)
    except (OSError, maxminddb.InvalidDatabaseError):
        return None
