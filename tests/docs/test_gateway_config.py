"""The production door printed from the settings: over TLS, to the addresses they name, with no name but theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labelhub.commands.gateway import over_tls
from tests.docs.reading import ROOT

CALL = (
    "from pathlib import Path; from labelhub.commands.gateway import print_caddyfile; "
    "print_caddyfile(app='web:8000', certificate=Path('/tls/certificate'), certificate_key=Path('/tls/key'), "
    "storage=Path('/data'), port=8443, bind='0.0.0.0')"
)


@pytest.fixture(scope="module")
def printed(web_environment: dict[str, str]) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        cwd=ROOT,
        env={**kept, **web_environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_real_caddy_reads_it(printed: str, tmp_path: Path) -> None:
    (tmp_path / "Caddyfile").write_text(printed)
    command = [str(Path(sys.executable).parent / "caddy"), "adapt", "--adapter", "caddyfile", "--config"]
    done = subprocess.run([*command, str(tmp_path / "Caddyfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    config = json.loads(done.stdout)
    assert config["logging"]["logs"]["streamed"]["writer"]["filename"] == "/streamed/streamed.log"
    servers = config["apps"]["http"]["servers"]
    assert [server["listen"] for server in servers.values()] == [["0.0.0.0:8443"]]
    assert all(server["tls_connection_policies"] for server in servers.values())
    assert {"store-us:8333", "store-eu:8333", "studio-us:8080", "studio-eu:8080", "web:8000"} <= _dialled(servers)


def test_it_serves_only_the_names_of_the_settings(printed: str, web_environment: dict[str, str]) -> None:
    assert f"@stranger not host {web_environment['LABELHUB_HOSTS']}\n" in printed
    assert "http://:" not in printed
    assert "localhost" not in printed


def test_each_studio_has_a_secret_of_its_own(printed: str, secrets: Path) -> None:
    for zone in ("us", "eu"):
        assert printed.count((secrets / f"{zone}_studio_secret").read_text()) == 1


@pytest.mark.parametrize("path", ['/a"b', "/a{b}", "relative", "/a\nb"])
def test_a_path_that_could_be_read_as_caddys_own_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a Caddyfile"):
        over_tls("\nhttp://:443 {\n", port=443, certificate=Path("/c"), key=Path(path))


def test_a_door_that_would_stay_plain_http_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly one site"):
        over_tls("\nhttp://:80 {\n", port=443, certificate=Path("/c"), key=Path("/k"))


def _dialled(value: object) -> set[str]:
    if isinstance(value, dict):
        found = {str(value["dial"])} if "dial" in value else set()
        return found.union(*(_dialled(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_dialled(item) for item in value))
    return set()
