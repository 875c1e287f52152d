"""The cast and the door, for every test that needs a database."""

from __future__ import annotations

import importlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from labelhub.accounts import place
from labelhub.accounts.actions import add_organization
from labelhub.accounts.models import Person, Role
from labelhub.demo.geoip import write_databases
from labelhub.demo.networks import write_networks
from labelhub.evidence import health
from labelhub.policies.models import PolicyVersion
from labelhub.signer.client import Signer
from tests import factories
from tests.labelhub.signer.signing import Process, signing

# How long an example takes says something of the machine, nothing of the code.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("suite")

insert_only = importlib.import_module("labelhub.evidence.migrations.0008_sealed_and_queued")


@pytest.fixture(scope="session", autouse=True)
def address_databases() -> None:
    """Both GeoIP databases and the list of networks, as the demo writes them: three countries and one VPN."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_databases(Path(folder), built_at=factories.now())
        shutil.copy(files.primary, settings.GEOIP_PRIMARY)
        shutil.copy(files.secondary, settings.GEOIP_SECONDARY)
        shutil.copy(write_networks(Path(folder)), settings.NETWORKS)


@pytest.fixture(autouse=True)
def _a_sequencer_that_reports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite has no sequencer running: every ledger is taken to be well, where that is not what is tested."""
    if request.node.get_closest_marker("own_sequencer") is None:
        monkeypatch.setattr(health, "problem_with", lambda *_, **__: "")
        monkeypatch.setattr(health, "well", lambda: "1 = 1")


@pytest.fixture(autouse=True)
def _databases_kept_anew() -> None:
    """A process keeps once which address databases it uses; each test begins with a database that knows of none."""
    place._known.cache_clear()


@pytest.fixture
def door() -> Client:
    """A browser in the United States that came through the gateway, signed in as nobody."""
    return factories.client_from("US")


@pytest.fixture
def demo_policy(db: None) -> PolicyVersion:
    """The demo's policy, in force."""
    return factories.activate_demo_policy()


@pytest.fixture
def us_annotator(db: None) -> Person:
    return factories.make_annotator("US")


@pytest.fixture
def manila_annotator(db: None) -> Person:
    return factories.make_annotator("PH")


@pytest.fixture
def berlin_annotator(db: None) -> Person:
    return factories.make_annotator("DE")


@pytest.fixture
def lead(db: None) -> Person:
    return factories.make_person("lead", Role.LEAD, attested="US")


@pytest.fixture
def reviewer(db: None) -> Person:
    return factories.make_person("reviewer", Role.REVIEWER, attested="US")


@pytest.fixture
def officer(db: None) -> Person:
    return factories.make_person("officer", Role.OFFICER, attested="US")


@pytest.fixture
def owner(db: None) -> Person:
    owners = add_organization(code="golden-coast", name="Golden Coast Traffic", relation="owner")
    return factories.make_person("owner", Role.OWNER, organization=owners, attested="US")


@pytest.fixture
def auditor(owner: Person) -> Person:
    """Somebody whom a footage owner lets read what the ledger says of their footage, and nothing else."""
    return factories.make_person("auditor", Role.AUDITOR, organization=owner.organization, attested="US")


@pytest.fixture
def outsider(db: None) -> Person:
    """Somebody with an account, no role and no attestation."""
    return factories.make_person("outsider")


@pytest.fixture
def _triggers_come_back(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        insert_only.hold(None, editor)


@pytest.fixture
def shared_db(_triggers_come_back: None, transactional_db: None) -> Iterator[None]:
    """A database that several threads see. Emptying it afterwards needs the ledger's own triggers out of the way."""
    yield
    with connection.schema_editor() as editor:
        insert_only.let_go(None, editor)


@pytest.fixture(scope="session")
def signer_process() -> Iterator[Process]:
    """One real signer for every test that only asks it to sign."""
    with signing() as made:
        yield made


@pytest.fixture
def signer(signer_process: Process, settings: Settings, tmp_path: Path) -> Signer:
    """The signer, under a name it has never heard, with an empty folder of tiles."""
    settings.LEDGER_NAME = f"{token_hex(4)}.test"
    settings.LEDGER_DIR = tmp_path / "ledger"
    settings.SIGNER_SOCKET = signer_process.socket
    return signer_process.client
