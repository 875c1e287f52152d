"""The state folder: owner-only, secrets made once, settings kept for another terminal."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from labelhub.stack.errors import StackError
from labelhub.stack.home import (
    Home,
    find_home,
    load_environment,
    make_home,
    remember_port,
    write_environment,
    write_private,
)
from labelhub.stack.local import ZONE_CODES, service_environment
from labelhub.stack.secret_values import load_secrets


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_folder_is_its_owners_alone(home: Home) -> None:
    assert {mode(path) for path in (home.root, *home.root.iterdir()) if path.is_dir()} == {0o700}


def test_a_folder_left_open_is_closed_again(home: Home) -> None:
    home.root.chmod(0o755)
    make_home(home)
    assert mode(home.root) == 0o700


def test_secrets_are_made_once_and_are_the_owners_alone(home: Home) -> None:
    first = load_secrets(home, ZONE_CODES)
    again = load_secrets(home, ZONE_CODES)
    assert first.values == again.values
    assert mode(home.root / "secrets.json") == 0o600
    assert len(set(first.values.values())) == len(first.values)
    assert min(len(value) for value in first.values.values()) >= 40


def test_two_homes_share_no_secret(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    assert not set(load_secrets(home, ZONE_CODES).values.values()) & set(
        load_secrets(other, ZONE_CODES).values.values()
    )


def test_a_new_zone_gets_secrets_and_the_old_ones_stay(home: Home) -> None:
    before = load_secrets(home, ("us",))
    after = load_secrets(home, ("us", "eu"))
    assert before.values.items() <= after.values.items()
    assert "eu.secret_key" in after.values


def test_a_broken_secrets_file_is_never_overwritten(home: Home) -> None:
    write_private(home.root / "secrets.json", "{")
    with pytest.raises(StackError, match="restore it"):
        load_secrets(home, ZONE_CODES)
    assert (home.root / "secrets.json").read_text() == "{"


def test_secrets_do_not_show_in_a_traceback(home: Home) -> None:
    secrets = load_secrets(home, ZONE_CODES)
    assert secrets["gateway"] not in repr(secrets)


def test_settings_are_kept_for_another_terminal(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LABELHUB_")]:
        monkeypatch.delenv(name)
    settings = service_environment(home)
    write_environment(home, {**settings, "LABELHUB_TRICKY": "it's a $HOME\\n", "PATH": "/nowhere"})
    assert mode(home.environment_file) == 0o600
    monkeypatch.setenv("LABELHUB_DEMO", "mine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", environment := dict(os.environ))
        assert load_environment(home)
    assert environment["LABELHUB_SECRET_KEY"] == settings["LABELHUB_SECRET_KEY"]
    assert environment["LABELHUB_TRICKY"] == "it's a $HOME\\n"
    assert environment["LABELHUB_DEMO"] == "mine"
    assert environment["PATH"] != "/nowhere"


def test_before_the_first_start_nothing_is_kept(tmp_path: Path) -> None:
    assert not load_environment(Home(tmp_path))


def test_the_callers_database_and_broker_replace_the_embedded_ones(home: Home) -> None:
    given = {
        "LABELHUB_DATABASE_URL": "postgresql://x/y",
        "LABELHUB_BROKER_URL": "amqp://h",
        "LABELHUB_SECRET_KEY": "never this one",
    }
    settings = service_environment(home, given)
    assert settings["LABELHUB_DATABASE_URL"] == "postgresql://x/y"
    assert settings["LABELHUB_BROKER_URL"] == "amqp://h"
    assert settings["LABELHUB_CACHE_URL"].startswith("unix://")
    assert settings["LABELHUB_SECRET_KEY"] != "never this one"


def test_the_port_is_remembered_until_another_is_asked_for(tmp_path: Path) -> None:
    environ = {"LABELHUB_HOME": str(tmp_path / "h")}
    assert find_home(environ).port == 8800
    chosen = find_home(environ, port=9100)
    make_home(chosen)
    remember_port(chosen)
    assert find_home(environ).port == 9100
    assert find_home({**environ, "LABELHUB_PORT": "9200"}).port == 9200


@pytest.mark.parametrize(
    ("port", "says"),
    [("80", "out of range"), ("65530", "out of range"), ("http", "write a number"), ("-1", "write a number")],
)
def test_a_port_that_cannot_be_is_refused_with_the_mend(tmp_path: Path, port: str, says: str) -> None:
    with pytest.raises(StackError, match=says):
        find_home({"LABELHUB_HOME": str(tmp_path), "LABELHUB_PORT": port})


def test_a_folder_too_deep_for_a_socket_is_refused_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="shorter folder"):
        find_home({"LABELHUB_HOME": str(tmp_path / ("d" * 120))})


def test_a_folder_that_cannot_be_made_is_refused_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="another folder"):
        make_home(Home(tmp_path / "file" / "home"))


def test_a_secret_is_never_readable_by_others_even_for_a_moment(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "secret", "x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "secret") == 0o600


def test_the_mark_of_a_home_outlives_the_folder(home: Home, eventually: Callable[..., None]) -> None:
    assert Home(home.root).id == home.id != Home(home.root / "x").id
