"""Zones and studios as the environment describes them.

A zone is where footage rests: its jurisdiction, its object store and the Label Studio that shows its tasks. This module
only reads settings into values; rows, clients and gateways are made from them elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from labelhub import env

CODE = re.compile(r"[a-z][a-z0-9-]{0,19}")


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """One zone's store: where it is and how to sign for it."""

    code: str
    jurisdiction: str
    store_url: str
    store_region: str
    bucket: str
    access_key: str
    secret_key: str
    studio: str

    @property
    def queue(self) -> str:
        """The Celery queue whose workers sit in this zone."""
        return f"zone.{self.code}"


@dataclass(frozen=True, slots=True)
class AnchorSettings:
    """The bucket under lock where checkpoints are anchored, and for how many days each is kept there."""

    store_url: str
    store_region: str
    bucket: str
    access_key: str
    secret_key: str
    days: int


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """One running Label Studio: its address and the secrets to speak with it."""

    code: str
    url: str
    token: str
    secret: str
    service_email: str


def read_zones() -> dict[str, ZoneSettings]:
    """Read every zone named in `LABELHUB_ZONES`."""
    zones = {code: _zone(code) for code in _codes("LABELHUB_ZONES")}
    if not zones:
        raise ImproperlyConfigured("`LABELHUB_ZONES` names no zone: footage needs a place to rest, for example `us,eu`")
    return zones


def read_studios() -> dict[str, StudioSettings]:
    """Read every studio named in `LABELHUB_STUDIOS`."""
    return {code: _studio(code) for code in _codes("LABELHUB_STUDIOS")}


def read_anchor() -> AnchorSettings:
    """Read where checkpoints are anchored."""
    days = env.text("LABELHUB_ANCHOR_DAYS", "3650")
    if not days.isdecimal() or int(days) < 1:
        raise ImproperlyConfigured(f"`LABELHUB_ANCHOR_DAYS` is `{days}`: write how many days an anchor is kept, 3650")
    return AnchorSettings(
        store_url=env.text("LABELHUB_ANCHOR_STORE_URL").rstrip("/"),
        store_region=env.text("LABELHUB_ANCHOR_STORE_REGION"),
        bucket=env.text("LABELHUB_ANCHOR_BUCKET"),
        access_key=env.text("LABELHUB_ANCHOR_ACCESS_KEY"),
        secret_key=env.secret("LABELHUB_ANCHOR_SECRET_KEY"),
        days=int(days),
    )


def check_studios(zones: dict[str, ZoneSettings], studios: dict[str, StudioSettings]) -> None:
    """Refuse a zone that names a studio nobody described."""
    for zone in zones.values():
        if zone.studio not in studios:
            raise ImproperlyConfigured(
                f"zone `{zone.code}` names studio `{zone.studio}`, which `LABELHUB_STUDIOS` does not list"
            )


def _codes(name: str) -> tuple[str, ...]:
    codes = env.words(name)
    for code in codes:
        if not CODE.fullmatch(code):
            raise ImproperlyConfigured(f"`{name}` holds `{code}`: use lower-case letters, digits and hyphens")
    if len(set(codes)) != len(codes):
        raise ImproperlyConfigured(f"`{name}` names a code twice")
    return codes


def _zone(code: str) -> ZoneSettings:
    prefix = f"LABELHUB_ZONE_{_upper(code)}_"
    return ZoneSettings(
        code=code,
        jurisdiction=env.text(f"{prefix}JURISDICTION"),
        store_url=env.text(f"{prefix}STORE_URL").rstrip("/"),
        store_region=env.text(f"{prefix}STORE_REGION"),
        bucket=env.text(f"{prefix}BUCKET"),
        access_key=env.text(f"{prefix}ACCESS_KEY"),
        secret_key=env.secret(f"{prefix}SECRET_KEY"),
        studio=env.text(f"{prefix}STUDIO"),
    )


def _studio(code: str) -> StudioSettings:
    prefix = f"LABELHUB_STUDIO_{_upper(code)}_"
    return StudioSettings(
        code=code,
        url=env.text(f"{prefix}URL").rstrip("/"),
        token=env.secret(f"{prefix}TOKEN"),
        secret=env.secret(f"{prefix}SECRET"),
        service_email=env.text(f"{prefix}SERVICE_EMAIL"),
    )


def _upper(code: str) -> str:
    return code.upper().replace("-", "_")
