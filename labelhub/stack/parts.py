"""Every process of the local stack as a value: command, environment, how it shows that it is ready, how it ends.

An environment is built from nothing: no variable of the caller's shell reaches a part (Label Studio would read even
`USERNAME` or `PORT`). Each part has a home of its own inside the state folder. Telemetry of every part is off.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from labelhub.stack import caddyfile
from labelhub.stack.certificates import keep_certificate
from labelhub.stack.home import ROOT, Home, write_private
from labelhub.stack.local import ANCHORS, HOSTS, SERVICE_EMAIL, STUDIO, ZONES, LocalZone, Tools
from labelhub.stack.ports import Ports, StorePorts
from labelhub.stack.probes import HttpProbe, LogProbe, Probe, StoreProbe, ValkeyProbe
from labelhub.stack.secret_values import Secrets

INSIDE = ROOT / "labelhub" / "studio" / "inside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process. Without a probe it is a chore: it runs once and must end well before others go on."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    probe: Probe | None = None
    after: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 4.0
    wave: int = 1
    patience: float = 60.0
    tells: bool = False  # its last line is meant for the person who waits


@dataclass(frozen=True, slots=True)
class Kit:
    """What every part is made from."""

    home: Home
    tools: Tools
    secrets: Secrets
    service: Mapping[str, str]
    studio_database: str | None = None

    @property
    def ports(self) -> Ports:
        """The stack's block of ports."""
        return Ports(self.home.port)


def base_environment(home: Home, name: str) -> dict[str, str]:
    """The little every process gets: where programs are, a home of its own, and the mark of this stack."""
    own = home.part(name)
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(own),
        "TMPDIR": str(home.folder("tmp")),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "LABELHUB_STACK_ID": home.id,
    }


def valkey(kit: Kit) -> Part:
    """The broker and cache: a Unix socket with a password, no port, every write kept."""
    home = kit.home
    settings = home.part("valkey") / "valkey.conf"
    lines = [
        "port 0", f'unixsocket "{home.socket}"', "unixsocketperm 700", f"requirepass {kit.secrets['valkey']}",
        f'dir "{home.part("valkey")}"', "appendonly yes", "appendfsync everysec", 'save ""', "daemonize no",
        "maxmemory-policy noeviction", "protected-mode yes",
        "set-proc-title no",  # a title would overwrite the mark by which leftovers are found
    ]  # fmt: skip
    write_private(settings, "\n".join([*lines, ""]))
    return Part(
        name="valkey",
        command=(str(kit.tools.valkey), str(settings)),
        environment=base_environment(home, "valkey"),
        probe=ValkeyProbe(home.socket, kit.secrets["valkey"]),
        wave=2,
        grace=2,
    )


def store(kit: Kit, zone: LocalZone, number: int) -> Part:
    """One zone's object store, loopback only: S3 needs a signature, every other port the store's own certificate."""
    name, ports, home = f"store-{zone.code}", kit.ports.store(number), kit.home
    environment = base_environment(home, name)
    certificate = keep_certificate(home.part(name) / "certificate.pem", name=name, at=datetime.now(UTC))
    identities = home.part(name) / "s3.json"
    write_private(identities, _identities(zone, kit.secrets))
    environment |= {
        "GOMEMLIMIT": "400MiB",  # at 200 it collects garbage all day: three times the processor time, idle
        "WEED_JWT_SIGNING_KEY": kit.secrets[f"{zone.code}.jwt_write"],
        "WEED_JWT_SIGNING_READ_KEY": kit.secrets[f"{zone.code}.jwt_read"],
        "WEED_JWT_FILER_SIGNING_KEY": kit.secrets[f"{zone.code}.jwt_filer_write"],
        "WEED_JWT_FILER_SIGNING_READ_KEY": kit.secrets[f"{zone.code}.jwt_filer_read"],
        "WEED_S3_SSE_KEY": kit.secrets[f"{zone.code}.sse_key"],
    } | _only_itself(certificate)
    return Part(
        name=name,
        command=(str(kit.tools.weed), "-logtostderr=true", "server", *_store_flags(home, name, ports, identities)),
        environment=environment,
        probe=StoreProbe(s3=ports.s3, master=ports.master, certificate=certificate),
        wave=2,
        grace=1.5,  # it takes 17 s to end by itself; killed outright it keeps every object it has acknowledged
    )


def _store_flags(home: Home, name: str, ports: StorePorts, identities: Path) -> list[str]:
    data = home.part(name) / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    flags: dict[str, object] = {"dir": data, "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "filer": "true", "s3": "true"}
    for role, port in (("master", ports.master), ("volume", ports.volume), ("filer", ports.filer), ("s3", ports.s3)):
        flags |= {f"{role}.port": port, f"{role}.port.grpc": ports.grpc(port)}
    flags |= {
        "s3.port.iceberg": 0,  # a second zone would find the port of the first one's busy
        "s3.port.lance": 0,
        "s3.config": identities,
        "s3.autoCreateBucket": "false",
        "master.peers": "none",  # without these two a second start takes up to 50 s
        "master.electionTimeout": "1s",
        "master.volumeSizeLimitMB": 1024,
        "master.telemetry": "false",
        "volume.max": 0,
        "volume.preStopSeconds": 1,
    }
    return [f"-{name}={value}" for name, value in flags.items()]


def _only_itself(certificate: Path) -> dict[str, str]:
    """Make every port but S3's demand the store's own certificate, over gRPC and over HTTP."""
    settings = {"WEED_HTTPS_CLIENT_ENABLED": "true", "WEED_GRPC_CA": str(certificate)}
    for role in ("MASTER", "VOLUME", "FILER", "S3", "CLIENT"):
        settings |= {f"WEED_GRPC_{role}_{what}": str(certificate) for what in ("CERT", "KEY")}
    for role in ("MASTER", "VOLUME", "FILER", "CLIENT"):
        settings |= {f"WEED_HTTPS_{role}_{what}": str(certificate) for what in ("CERT", "KEY", "CA")}
    return settings


def _identities(zone: LocalZone, secrets: Secrets) -> str:
    keys = {"accessKey": secrets[f"{zone.code}.access_key"], "secretKey": secrets[f"{zone.code}.secret_key"]}
    service = {"name": "labelhub", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
    return json.dumps({"identities": [service, *([_anchoring(secrets)] if zone == ZONES[0] else [])]})


def _anchoring(secrets: Secrets) -> dict[str, object]:
    """Who may write to the bucket under lock, and reach nothing else."""
    keys = {"accessKey": secrets["anchor.access_key"], "secretKey": secrets["anchor.secret_key"]}
    actions = [f"{action}:{ANCHORS}" for action in ("Admin", "Read", "Write", "List")]
    return {"name": "anchors", "credentials": [keys], "actions": actions}


def studio_environment(kit: Kit) -> dict[str, str]:
    """Label Studio's settings: no telemetry, no sign-up, no files of this machine, our door in front."""
    secrets = kit.secrets
    environment = base_environment(kit.home, "studio") | {
        "DJANGO_SETTINGS_MODULE": "gateway_settings",
        "SECRET_KEY": secrets["studio_key"],
        "LABELHUB_STUDIO_SECRET": secrets["studio_secret"],
        "LABELHUB_STUDIO_PREFIX": f"/studio/{STUDIO}",
        "LABELHUB_STUDIO_SCHEME": "http",
        "LABEL_STUDIO_BASE_DATA_DIR": str(kit.home.part("studio") / "data"),
        "LABEL_STUDIO_USERNAME": SERVICE_EMAIL,
        "LABEL_STUDIO_PASSWORD": secrets["studio_password"],
        "LABEL_STUDIO_USER_TOKEN": secrets["studio_token"],
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
        "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
        "LABEL_STUDIO_SENTRY_DSN": "",
        "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
        "LABEL_STUDIO_FEATURE_FLAGS_OFFLINE": "true",
        "LABEL_STUDIO_CORS_ALLOW_ALL_ORIGINS": "false",
        "LABEL_STUDIO_ENABLE_LOCAL_FILES_STORAGE": "false",
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "false",
        "LABEL_STUDIO_SSRF_PROTECTION_ENABLED": "true",
        "LABEL_STUDIO_DEBUG": "false",
        "LABEL_STUDIO_LOG_LEVEL": "WARNING",
    }
    return environment | _studio_database(kit.studio_database)


def _studio_database(address: str | None) -> dict[str, str]:
    if address is None:
        return {}
    parts = urlsplit(address)
    return {
        "DJANGO_DB": "default",
        "POSTGRE_NAME": unquote(parts.path.lstrip("/")),
        "POSTGRE_USER": unquote(parts.username or ""),
        "POSTGRE_PASSWORD": unquote(parts.password or ""),
        "POSTGRE_HOST": unquote(parts.hostname or ""),
        "POSTGRE_PORT": str(parts.port or 5432),
    }


def studio_first_time(kit: Kit) -> Part:
    """Prepare Label Studio's database; minutes of nothing else if it were done by the server itself."""
    return Part(
        name="studio-database",
        command=(str(kit.tools.studio_python), str(INSIDE / "first_time.py")),
        environment=studio_environment(kit),
        patience=900,
    )


def studio(kit: Kit, *, after: tuple[str, ...]) -> Part:
    """Label Studio under gunicorn; every answer needs the gateway's header pair, this probe's too."""
    own = kit.tools.studio_python.parent.parent / "lib"
    packages = next(own.glob("python3.*/site-packages/label_studio"), own)
    pair = {"X-LH-User": SERVICE_EMAIL, "X-LH-Secret": kit.secrets["studio_secret"]}
    return Part(
        name="studio",
        command=(
            str(kit.tools.studio_python), "-m", "gunicorn", "--config", str(INSIDE / "gunicorn_conf.py"),
            "--pythonpath", f"{INSIDE},{packages}", "--workers", "2", "--threads", "4", "--timeout", "180",
            "--bind", f"127.0.0.1:{kit.ports.studio}", "core.wsgi:application",
        ),
        environment=studio_environment(kit),
        probe=HttpProbe(kit.ports.studio, "/api/version/", headers=pair),
        after=after,
        patience=180,
    )  # fmt: skip


def service_base(kit: Kit, name: str) -> dict[str, str]:
    """The environment of one of labelhub's own processes."""
    return base_environment(kit.home, name) | dict(kit.service) | {"DJANGO_SETTINGS_MODULE": "labelhub.settings"}


def chore(kit: Kit, name: str, *words: str, after: tuple[str, ...], patience: float = 600) -> Part:
    """A command of labelhub that runs once during the start."""
    command = (str(kit.tools.python), "-m", "labelhub.cli", *words)
    return Part(
        name=name, command=command, environment=service_base(kit, name), after=after, patience=patience, tells=True
    )


def app(kit: Kit, *, after: tuple[str, ...]) -> Part:
    """The service itself, on a loopback port that answers nobody without the gateway's secret."""
    return Part(
        name="app",
        command=(
            str(kit.tools.python), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
            str(kit.ports.app), "--workers", "2", "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers",
            "--workers-kill-timeout", "3", "--backpressure", "256", "labelhub.wsgi:application",
        ),
        environment=service_base(kit, "app"),
        probe=HttpProbe(kit.ports.app, "/healthz", headers=gateway_pair(kit)),
        after=after,
    )  # fmt: skip


def gateway_pair(kit: Kit) -> dict[str, str]:
    """The headers the door adds, for a probe that asks labelhub directly."""
    return {
        "X-LH-Gateway": kit.secrets["gateway"],
        "X-LH-Peer": "127.0.0.1",
        "X-LH-Scheme": "http",
        "Host": "localhost",
    }


def worker(kit: Kit, *, after: tuple[str, ...]) -> Part:
    """The Celery worker: here one for every queue, in a company one per zone."""
    queues = ",".join(["control", *(f"zone.{zone.code}" for zone in ZONES)])
    return Part(
        name="worker",
        command=(
            str(kit.tools.python), "-m", "celery", "-A", "labelhub.celery", "worker", "-Q", queues,
            "--concurrency", "2", "--loglevel", "INFO", "--without-mingle", "--without-gossip",
            "--hostname", f"local-{kit.home.id}@localhost",
        ),
        environment=service_base(kit, "worker"),
        probe=LogProbe(" ready."),
        after=after,
    )  # fmt: skip


def beat(kit: Kit, *, after: tuple[str, ...]) -> Part:
    """The Celery clock."""
    schedule = kit.home.part("beat") / "schedule"
    command = (
        str(kit.tools.python), "-m", "celery", "-A", "labelhub.celery", "beat", "--loglevel", "INFO",
        "--schedule", str(schedule), "--pidfile=",
    )  # fmt: skip
    return Part(
        name="beat",
        command=command,
        environment=service_base(kit, "beat"),
        probe=LogProbe("beat: Starting"),
        after=after,
    )


def signer(kit: Kit) -> Part:
    """The signer of checkpoints: a process of its own, so that nobody who reaches the service reaches the key."""
    home = kit.home
    return Part(
        name="signer",
        command=(
            str(kit.tools.python), "-m", "labelhub.signer", "serve", "--socket", str(home.signer_socket),
            "--keys", str(home.part("signer") / "keys"),
        ),
        environment=base_environment(home, "signer"),
        probe=LogProbe("the signer is ready"),
        wave=2,
    )  # fmt: skip


def sequencer(kit: Kit, *, after: tuple[str, ...]) -> Part:
    """What numbers the entries of every ledger and has the tree signed; in a company one per zone."""
    return Part(
        name="sequencer",
        command=(str(kit.tools.python), "-m", "labelhub.cli", "ledger", "sequence"),
        environment=service_base(kit, "sequencer"),
        probe=LogProbe("the sequencer is ready"),
        after=after,
    )


def caddy(kit: Kit, *, places: tuple[caddyfile.DemoPlace, ...], after: tuple[str, ...]) -> Part:
    """The door."""
    home, ports = kit.home, kit.ports
    door = caddyfile.Door(
        port=home.port,
        hosts=HOSTS,
        app=f"127.0.0.1:{ports.app}",
        gateway_secret=kit.secrets["gateway"],
        assets=home.folder("assets"),
        storage=home.part("caddy") / "storage",
        log=home.gateway_log,
        zones=tuple(
            caddyfile.ZoneDoor(zone.code, f"127.0.0.1:{ports.store(number).s3}") for number, zone in enumerate(ZONES)
        ),
        studios=(caddyfile.StudioDoor(STUDIO, f"127.0.0.1:{ports.studio}", kit.secrets["studio_secret"]),),
        places=places,
    )
    environment = base_environment(home, "caddy")
    file = home.part("caddy") / "Caddyfile"
    write_private(file, caddyfile.render(door))
    return Part(
        name="caddy",
        command=(str(kit.tools.caddy), "run", "--adapter", "caddyfile", "--config", str(file)),
        environment=environment,
        probe=HttpProbe(home.port, "/gateway/admit", expect=404, headers={"Host": "localhost"}),
        after=after,
        wave=0,
        grace=3,
    )
