"""Typed readers for environment variables.

Every setting comes from the environment and none has an insecure default: a missing or unreadable value, an unknown
name and a contradiction each stop the start with one sentence that says what to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LAUNCHER_NAMES = frozenset(
    {"LABELHUB_HOME", "LABELHUB_PORT", "LABELHUB_STACK_ID", "LABELHUB_ACTOR", "LABELHUB_STUDIO_DATABASE_URL"}
)
TEST_NAMES = frozenset(
    {"LABELHUB_TEST_DATABASE_URL", "LABELHUB_TEST_BROKER_URL", "LABELHUB_TEST_CHROMIUM", "LABELHUB_SEED"}
)
PREFIX = "LABELHUB_"

_asked: set[str] = set()


def text(name: str, default: str | None = None) -> str:
    """Read a setting, or its value from the file named by `<name>_FILE`.

    Raises:
        ImproperlyConfigured: it is missing and has no default, or both forms are given, or the file cannot be read.
    """
    _asked.update({name, f"{name}_FILE"})
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and path is not None:
        raise ImproperlyConfigured(f"both `{name}` and `{name}_FILE` are set: keep one")
    if path is not None:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"`{name}_FILE` names `{path}`, which cannot be read: {error.strerror}"
            ) from error
    if value is None or value == "":
        if default is None:
            raise ImproperlyConfigured(
                f"`{name}` is not set: give it a value, or `{name}_FILE` the path of a file holding it"
            )
        return default
    return value


def secret(name: str, *, at_least: int = 16) -> str:
    """Read a secret; one shorter than `at_least` characters is refused."""
    value = text(name)
    if len(value) < at_least:
        raise ImproperlyConfigured(f"`{name}` is shorter than {at_least} characters: generate a longer secret")
    return value


def flag(name: str, *, default: bool | None = None) -> bool:
    """Read `true` or `false`."""
    value = text(name, None if default is None else str(default).lower())
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"`{name}` is `{value}`: write `true` or `false`")
    return value == "true"


def words(name: str, default: str | None = None) -> tuple[str, ...]:
    """Read a comma-separated list; an empty one is an empty tuple."""
    return tuple(word.strip() for word in text(name, default).split(",") if word.strip())


def path(name: str) -> Path:
    """Read an absolute path."""
    value = Path(text(name))
    if not value.is_absolute():
        raise ImproperlyConfigured(f"`{name}` is `{value}`: write an absolute path")
    return value


def database(name: str) -> dict[str, object]:
    """Read a database address: `sqlite:////absolute/path` or `postgresql://user:password@host:port/name`."""
    address = text(name)
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        file = unquote(parts.path)[1:] if parts.path.startswith("//") else ""
        if not file:
            raise ImproperlyConfigured(
                f"`{name}` names no SQLite file: write `sqlite:////absolute/path/labelhub.sqlite3`"
            )
        return _sqlite(file)
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(f"`{name}` starts with `{parts.scheme}`: use `sqlite:///…` or `postgresql://…`")


def _sqlite(file: str) -> dict[str, object]:
    # FULL, not NORMAL: an entry of the ledger must survive a power cut before the bytes it allows are served.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def refuse_unknown(also_known: Iterable[str] = ()) -> None:
    """Refuse any `LABELHUB_*` variable that nothing has asked for: a typing error must not pass as a default."""
    known = _asked | LAUNCHER_NAMES | TEST_NAMES | set(also_known)
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        names = ", ".join(f"`{name}`" for name in unknown)
        raise ImproperlyConfigured(f"unknown settings: {names}; docs/operating.md lists every name")


def asked() -> frozenset[str]:
    """Every name read so far; the compose test holds the file against it."""
    return frozenset(_asked)
