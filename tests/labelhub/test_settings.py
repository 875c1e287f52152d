"""Settings come from the environment alone; what is missing, unknown or contradictory stops the start with the mend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import settings as test_settings

GOOD = {name: value for name, value in test_settings._environment.items()}  # noqa: C416  a copy, to be changed


def start(tmp_path: Path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Read the real settings in a process of their own."""
    environment = {**GOOD, "LABELHUB_DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3", "PATH": os.environ["PATH"]}
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    command = [sys.executable, "-c", "import labelhub.settings"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.strip().splitlines()[-1]


def test_a_whole_environment_starts(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "LABELHUB_SECRET_KEY",
        "LABELHUB_GATEWAY_SECRET",
        "LABELHUB_DATABASE_URL",
        "LABELHUB_BROKER_URL",
        "LABELHUB_HOSTS",
        "LABELHUB_ZONES",
        "LABELHUB_ZONE_US_SECRET_KEY",
        "LABELHUB_ZONE_EU_STORE_URL",
        "LABELHUB_STUDIO_MAIN_TOKEN",
        "LABELHUB_GEOIP_PRIMARY",
        "LABELHUB_NETWORKS",
    ],
)
def test_a_missing_setting_stops_the_start_and_is_named(tmp_path: Path, name: str) -> None:
    done = start(tmp_path, **{name: None})
    assert done.returncode != 0
    assert f"`{name}` is not set" in last_line(done)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"LABELHUB_SECRET_KEY": "short"}, "shorter than 50"),
        ({"LABELHUB_GATEWAY_SECRET": "short"}, "shorter than 32"),
        ({"LABELHUB_HTTPS": "yes"}, "write `true` or `false`"),
        ({"LABELHUB_HTTPS": "true"}, "belong together"),
        ({"LABELHUB_DEMO": "false"}, "belong together"),
        ({"LABELHUB_HOSTS": "*"}, "without `*`"),
        ({"LABELHUB_DATABASE_URL": "mysql://x/y"}, "use `sqlite:///…` or `postgresql://…`"),
        ({"LABELHUB_DATABASE_URL": "sqlite:///"}, "names no SQLite file"),
        ({"LABELHUB_ZONES": "us,us"}, "names a code twice"),
        ({"LABELHUB_ZONES": "US"}, "use lower-case letters"),
        ({"LABELHUB_ZONE_US_STUDIO": "other"}, "`LABELHUB_STUDIOS` does not list"),
        ({"LABELHUB_SECRETKEY": "x"}, "unknown settings: `LABELHUB_SECRETKEY`"),
        ({"LABELHUB_ZONE_CA_BUCKET": "x"}, "unknown settings: `LABELHUB_ZONE_CA_BUCKET`"),
        ({"LABELHUB_GEOIP_PRIMARY": "relative.mmdb"}, "write an absolute path"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_says_the_mend(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    done = start(tmp_path, **changes)
    assert done.returncode != 0
    assert words in last_line(done)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 60 + "\n")
    done = start(tmp_path, LABELHUB_SECRET_KEY=None, LABELHUB_SECRET_KEY_FILE=str(file))
    assert done.returncode == 0, done.stderr


def test_both_forms_of_a_secret_contradict_each_other(tmp_path: Path) -> None:
    done = start(tmp_path, LABELHUB_SECRET_KEY_FILE="/nowhere")
    assert "keep one" in last_line(done)


def test_a_secret_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    done = start(tmp_path, LABELHUB_SECRET_KEY=None, LABELHUB_SECRET_KEY_FILE=str(tmp_path / "missing"))
    assert "cannot be read" in last_line(done)


def test_a_malformed_list_of_networks_stops_the_start_with_its_line_and_mend(tmp_path: Path) -> None:
    file = tmp_path / "networks.csv"
    file.write_text("network,kind,jurisdiction,note\n203.0.113.0/24,vpn,,\n")
    done = start(tmp_path, LABELHUB_NETWORKS=str(file))
    assert done.returncode != 0
    assert f"`LABELHUB_NETWORKS`: `{file}`, line 2: kind `vpn` is unknown: write one of" in last_line(done)


def test_a_missing_list_of_networks_does_not_stop_the_start(tmp_path: Path) -> None:
    done = start(tmp_path, LABELHUB_NETWORKS=str(tmp_path / "missing.csv"))
    assert done.returncode == 0, done.stderr
