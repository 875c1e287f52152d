"""Secrets of the local stack: generated once, kept owner-only, never printed.

The file holds what no default could: every secret differs per state folder. Losing it means the stores and Label Studio
no longer accept us, so it is written before anything that depends on it starts.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labelhub.stack.errors import StackError
from labelhub.stack.home import Home, write_private

FILE = "secrets.json"
PER_STACK = (
    "secret_key",
    "gateway",
    "valkey",
    "studio_secret",
    "studio_token",
    "studio_password",
    "studio_key",
    "ledger_key",
    "anchor.access_key",
    "anchor.secret_key",
)
PER_ZONE = ("access_key", "secret_key", "jwt_write", "jwt_read", "jwt_filer_write", "jwt_filer_read", "sse_key")
HEX = frozenset({"studio_token", "access_key"})


@dataclass(frozen=True, slots=True)
class Secrets:
    """Every generated secret by name; a zone's are named `<zone>.<name>`."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def __repr__(self) -> str:
        return f"Secrets({len(self.values)} hidden)"


def load_secrets(home: Home, zones: tuple[str, ...]) -> Secrets:
    """Read the secrets, making those that do not exist yet.

    Raises:
        StackError: the file is there but cannot be read as secrets.
    """
    kept = _kept(home)
    wanted = [*PER_STACK, *(f"{zone}.{name}" for zone in zones for name in PER_ZONE)]
    missing = {name: _generate(name.rpartition(".")[2]) for name in wanted if name not in kept}
    if missing:
        kept |= missing
        write_private(home.root / FILE, json.dumps(kept, indent=1))
    return Secrets(MappingProxyType(kept))


def _kept(home: Home) -> dict[str, str]:
    path = home.root / FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StackError(
            f"`{path}` cannot be read: restore it, or delete the whole folder `{home.root}` to start anew"
        ) from error
    return {str(name): str(value) for name, value in values.items()}


def _generate(name: str) -> str:
    if name in HEX:
        return secrets.token_hex(20)
    return secrets.token_urlsafe(48)
