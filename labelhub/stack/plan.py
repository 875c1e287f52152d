"""Which parts this start needs, what each waits for, and what an earlier start has already done for good."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import unquote

from labelhub.demo.geoip import write_databases
from labelhub.demo.networks import write_networks
from labelhub.demo.places import PLACES
from labelhub.stack import parts
from labelhub.stack.caddyfile import DemoPlace
from labelhub.stack.home import ROOT, Home
from labelhub.stack.local import ZONES


def plan(kit: parts.Kit, *, demo: bool) -> list[parts.Part]:
    """Which parts there are this time, and what each waits for."""
    stores = [parts.store(kit, zone, number) for number, zone in enumerate(ZONES)]
    ground = [*stores, *([parts.valkey(kit)] if uses_valkey(kit) else [])]
    setup = parts.chore(kit, "setup", "setup", after=tuple(part.name for part in ground))
    first = [] if _studio_is_prepared(kit) else [parts.studio_first_time(kit)]
    studio = parts.studio(kit, after=tuple(part.name for part in first))
    signer = parts.signer(kit)
    sequencer = parts.sequencer(kit, after=("setup", signer.name))
    served = [part(kit, after=("setup",)) for part in (parts.app, parts.worker, parts.beat)]
    places = tuple(DemoPlace(place.host, str(place.address)) for place in PLACES) if demo else ()
    door = parts.caddy(kit, places=places, after=("app",))
    if demo:
        write_databases(kit.home.folder("geoip"), built_at=datetime.now(UTC))
        write_networks(kit.home.folder("geoip"))
    seed = (
        [parts.chore(kit, "demo", "demo", "seed", after=("setup", "studio", "app", "sequencer"))]
        if demo and not _is_seeded(kit)
        else []
    )
    return [*ground, *first, studio, signer, setup, sequencer, *served, door, *seed]


def _studio_mark(kit: parts.Kit) -> str:
    packages = kit.tools.studio_python.parent.parent / "lib"
    installed = next(
        (path.name for path in packages.glob("python3.*/site-packages/label_studio-*.dist-info")), "unknown"
    )
    inside = b"".join(path.read_bytes() for path in sorted(parts.INSIDE.glob("*.py")))
    facts = f"{installed} {kit.studio_database} {hashlib.sha256(inside).hexdigest()}"
    return hashlib.sha256(facts.encode()).hexdigest()


def _seed_mark(kit: parts.Kit) -> str:
    code = b"".join(path.read_bytes() for path in sorted((ROOT / "labelhub" / "demo").rglob("*.py")))
    today = datetime.now(UTC).date()  # once a day again: what the demo promises must not expire
    facts = f"{today} {version('labelhub')} {kit.service['LABELHUB_DATABASE_URL']} {hashlib.sha256(code).hexdigest()}"
    return hashlib.sha256(facts.encode()).hexdigest()


def _is_marked(home: Home, name: str, mark: str) -> bool:
    path = home.folder("marks") / name
    return path.exists() and path.read_text(encoding="ascii") == mark


def _studio_is_prepared(kit: parts.Kit) -> bool:
    return _is_marked(kit.home, "studio", _studio_mark(kit))


def _is_seeded(kit: parts.Kit) -> bool:
    return _is_marked(kit.home, "demo", _seed_mark(kit))


def remember_studio(kit: parts.Kit) -> None:
    """Note that Label Studio's database is prepared for this version."""
    (kit.home.folder("marks") / "studio").write_text(_studio_mark(kit), encoding="ascii")


def remember_seed(kit: parts.Kit, *, demo: bool) -> None:
    """Note that the demo workspace is filled."""
    if demo:
        (kit.home.folder("marks") / "demo").write_text(_seed_mark(kit), encoding="ascii")


def uses_valkey(kit: parts.Kit) -> bool:
    """Tell whether the embedded Valkey is needed, or others stand in for it."""
    return any(
        str(kit.home.socket) in unquote(kit.service[name]) for name in ("LABELHUB_BROKER_URL", "LABELHUB_CACHE_URL")
    )
