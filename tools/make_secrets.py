"""Make the secrets that docker-compose.yml mounts: `python tools/make_secrets.py` once, before the first start.

A file that exists is never touched, so running it again adds only what is missing. The folder is owner-only; the files
in it are readable by all, because Compose mounts them as they are into containers whose user is another one. The
certificate of the public name, the two address databases and the list of networks are yours to bring.
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ZONES = ("us", "eu")
ANCHORED_BY = "eu"


def main(folder: Path) -> int:
    """Make what is missing in `folder` and say so."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = [name for name, text in wanted(folder) if _write(folder / name, text)]
    print(f"{len(made)} secrets made in {folder}" + (f": {', '.join(made)}" if made else ""))
    return 0


def wanted(folder: Path) -> list[tuple[str, str]]:
    """Every file and what it will hold if it is missing; addresses repeat the passwords that are already there."""
    database = _kept(folder, "db_password")
    broker = _kept(folder, "valkey_password")
    files = [
        ("secret_key", _word(64)),
        ("gateway_secret", _word()),
        ("ledger_key", _word()),
        ("db_password", database),
        ("database_url", f"postgresql://labelhub:{database}@db:5432/labelhub"),
        ("valkey_password", broker),
        ("broker_url", f"redis://:{broker}@valkey:6379/0"),
        ("cache_url", f"redis://:{broker}@valkey:6379/1"),
    ]
    anchor = {name: _kept(folder, f"anchor_{name}") for name in ("access_key", "secret_key")}
    files += [(f"anchor_{name}", value) for name, value in anchor.items()]
    for zone in ZONES:
        files += _zone(folder, zone, [_anchoring(anchor)] if zone == ANCHORED_BY else [])
    return files


def _zone(folder: Path, zone: str, others: list[dict[str, object]]) -> list[tuple[str, str]]:
    access, secret = _kept(folder, f"{zone}_store_access_key"), _kept(folder, f"{zone}_store_secret_key")
    service = {
        "name": "labelhub",
        "credentials": [{"accessKey": access, "secretKey": secret}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    words = ("store_jwt_write", "store_jwt_read", "store_jwt_filer_write", "store_jwt_filer_read", "store_sse_key")
    studio = ("studio_db_password", "studio_key", "studio_password", "studio_secret")
    return [
        (f"{zone}_store_access_key", access),
        (f"{zone}_store_secret_key", secret),
        (f"{zone}_store_identities", json.dumps({"identities": [service, *others]})),
        *((f"{zone}_{name}", _word()) for name in (*words, *studio)),
        (f"{zone}_studio_token", secrets.token_hex(20)),
    ]


def _anchoring(anchor: dict[str, str]) -> dict[str, object]:
    """Who may write checkpoints to the bucket under lock, and reach nothing else of the store."""
    keys = {"accessKey": anchor["access_key"], "secretKey": anchor["secret_key"]}
    actions = [f"{action}:labelhub-anchors" for action in ("Admin", "Read", "Write", "List")]
    return {"name": "anchors", "credentials": [keys], "actions": actions}


def _kept(folder: Path, name: str) -> str:
    path = folder / name
    return path.read_text(encoding="ascii") if path.exists() else _word(30)


def _word(size: int = 48) -> str:
    return secrets.token_urlsafe(size)


def _write(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.write_text(text, encoding="ascii")
    path.chmod(0o444)
    return True


if __name__ == "__main__":
    sys.exit(main(ROOT / "deploy" / "secrets"))
