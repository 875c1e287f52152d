"""Run Django's deployment checks against the settings a company would use: HTTPS on, no demo, made-up secrets.

`manage.py check --deploy` under the tests' settings would judge the demo, which is plain HTTP on purpose.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ZONE = {
    "JURISDICTION": "US",
    "STORE_URL": "https://store.example.com",
    "STORE_REGION": "us-east-1",
    "BUCKET": "labelhub-us",
    "ACCESS_KEY": "made-up",
    "STUDIO": "main",
}


def main() -> int:
    """Set the environment, then check; any warning fails."""
    with tempfile.TemporaryDirectory() as folder:
        for name in [name for name in os.environ if name.startswith("LABELHUB_")]:
            del os.environ[name]
        os.environ.update(_production(Path(folder)))
        os.environ["DJANGO_SETTINGS_MODULE"] = "labelhub.settings"
        sys.path.insert(0, str(ROOT))
        import django  # noqa: PLC0415 - Django reads the environment made above
        from django.core.management import call_command  # noqa: PLC0415 - the same

        django.setup()
        call_command("check", deploy=True, fail_level="WARNING")
    return 0


def _production(folder: Path) -> dict[str, str]:
    settings = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "GATEWAY_SECRET": secrets.token_urlsafe(48),
        "DATABASE_URL": "postgresql://labelhub:made-up@db.example.com/labelhub",
        "BROKER_URL": "redis://broker.example.com/0",
        "CACHE_URL": "redis://broker.example.com/1",
        "HOSTS": "labelhub.example.com",
        "ORIGINS": "https://labelhub.example.com",
        "HTTPS": "true",
        "DEMO": "false",
        "ASSETS_DIR": str(folder / "assets"),
        "SCRATCH_DIR": str(folder),
        "GATEWAY_LOG": str(folder / "gateway" / "streamed.log"),
        "GEOIP_PRIMARY": str(folder / "primary.mmdb"),
        "GEOIP_SECONDARY": str(folder / "secondary.mmdb"),
        "NETWORKS": str(folder / "networks.csv"),
        "LEDGER_NAME": "labelhub.example.com",
        "LEDGER_KEY": secrets.token_urlsafe(48),
        "LEDGER_DIR": str(folder / "ledger"),
        "SIGNER_SOCKET": str(folder / "signer.sock"),
        "ANCHOR_STORE_URL": "http://anchors.example.com",
        "ANCHOR_STORE_REGION": "us-east-1",
        "ANCHOR_BUCKET": "labelhub-anchors",
        "ANCHOR_ACCESS_KEY": "labelhub",
        "ANCHOR_SECRET_KEY": secrets.token_urlsafe(48),
        "ZONES": "us",
        "STUDIOS": "main",
        "STUDIO_MAIN_URL": "http://studio.example.com",
        "STUDIO_MAIN_TOKEN": secrets.token_hex(20),
        "STUDIO_MAIN_SECRET": secrets.token_urlsafe(48),
        "STUDIO_MAIN_SERVICE_EMAIL": "labelhub@example.com",
        **{f"ZONE_US_{name}": value for name, value in ZONE.items()},
        "ZONE_US_SECRET_KEY": secrets.token_urlsafe(48),
    }
    return {f"LABELHUB_{name}": value for name, value in settings.items()}


if __name__ == "__main__":
    sys.exit(main())
