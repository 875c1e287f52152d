"""Settings of the test suite: the real settings, with an environment made for tests."""

import os
import tempfile
from pathlib import Path

_scratch = Path(tempfile.mkdtemp(prefix="labelhub-tests-"))
_environment = {
    "LABELHUB_SECRET_KEY": "tests-only-" + "k" * 50,
    "LABELHUB_GATEWAY_SECRET": "tests-only-" + "g" * 40,
    "LABELHUB_DATABASE_URL": os.environ.get("LABELHUB_TEST_DATABASE_URL") or f"sqlite:///{_scratch}/labelhub.sqlite3",
    "LABELHUB_BROKER_URL": "memory://",
    "LABELHUB_CACHE_URL": "redis://127.0.0.1:1/0",
    "LABELHUB_HOSTS": "testserver,localhost,us.localhost,ph.localhost,de.localhost",
    "LABELHUB_ORIGINS": "http://testserver",
    "LABELHUB_HTTPS": "false",
    "LABELHUB_DEMO": "true",
    "LABELHUB_ASSETS_DIR": str(_scratch / "assets"),
    "LABELHUB_SCRATCH_DIR": str(_scratch),
    "LABELHUB_GATEWAY_LOG": str(_scratch / "gateway" / "streamed.log"),
    "LABELHUB_GEOIP_PRIMARY": str(_scratch / "primary.mmdb"),
    "LABELHUB_GEOIP_SECONDARY": str(_scratch / "secondary.mmdb"),
    "LABELHUB_NETWORKS": str(_scratch / "networks.csv"),
    "LABELHUB_LEDGER_NAME": "ledger.test",
    "LABELHUB_LEDGER_KEY": "tests-only-" + "l" * 40,
    "LABELHUB_LEDGER_DIR": str(_scratch / "ledger"),
    "LABELHUB_SIGNER_SOCKET": str(_scratch / "signer.sock"),
    "LABELHUB_ANCHOR_STORE_URL": "http://127.0.0.1:1",
    "LABELHUB_ANCHOR_STORE_REGION": "us-east-1",
    "LABELHUB_ANCHOR_BUCKET": "labelhub-anchors",
    "LABELHUB_ANCHOR_ACCESS_KEY": "tests",
    "LABELHUB_ANCHOR_SECRET_KEY": "tests-only-" + "a" * 30,
    "LABELHUB_ZONES": "us,eu",
    "LABELHUB_STUDIOS": "main",
    "LABELHUB_STUDIO_MAIN_URL": "http://127.0.0.1:1",
    "LABELHUB_STUDIO_MAIN_TOKEN": "t" * 40,
    "LABELHUB_STUDIO_MAIN_SECRET": "s" * 40,
    "LABELHUB_STUDIO_MAIN_SERVICE_EMAIL": "service@labelhub.test",
}
for _zone, _jurisdiction in (("US", "US"), ("EU", "DE")):
    _environment |= {
        f"LABELHUB_ZONE_{_zone}_JURISDICTION": _jurisdiction,
        f"LABELHUB_ZONE_{_zone}_STORE_URL": "http://127.0.0.1:1",
        f"LABELHUB_ZONE_{_zone}_STORE_REGION": "us-east-1",
        f"LABELHUB_ZONE_{_zone}_BUCKET": f"labelhub-{_zone.lower()}",
        f"LABELHUB_ZONE_{_zone}_ACCESS_KEY": "tests",
        f"LABELHUB_ZONE_{_zone}_SECRET_KEY": "tests-only-" + "z" * 30,
        f"LABELHUB_ZONE_{_zone}_STUDIO": "main",
    }
os.environ.update(_environment)

from labelhub.settings import *  # noqa: E402, F403  the real settings, read from that environment

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ALWAYS_EAGER = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if not os.environ.get("LABELHUB_TEST_DATABASE_URL"):
    # A file, as in production: threads then meet the same locks that people meet.
    DATABASES = {"default": {**DATABASES["default"], "TEST": {"NAME": str(_scratch / "test.sqlite3")}}}  # noqa: F405
