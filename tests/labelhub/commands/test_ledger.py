"""`labelhub ledger reconcile`: what an operator reads, and the code a script asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from typer.testing import CliRunner

from labelhub.commands.ledger import app
from labelhub.evidence.findings import close_finding
from labelhub.evidence.models import Finding
from labelhub.evidence.reader import Reader
from tests import factories
from tests.labelhub.evidence import door_log

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[Path]:
    yield door_log.write(settings.GATEWAY_LOG)
    settings.GATEWAY_LOG.unlink(missing_ok=True)


def test_a_log_that_fits_ends_well(log: Path) -> None:
    door_log.write(log, door_log.line(factories.now(), status=403))
    done = CliRunner().invoke(app, ["reconcile"])
    assert (done.exit_code, done.output) == (0, f"lines read of `{log}`: 1\nfindings open: 0\n")


def test_a_finding_is_printed_once_and_ends_with_1_until_it_is_closed(log: Path) -> None:
    at = factories.now()
    door_log.write(log, door_log.line(at - timedelta(seconds=9), entry="e-1"))
    done = CliRunner().invoke(app, ["reconcile"])
    assert done.exit_code == 1
    assert "found bytes-without-entry" in done.output
    again = CliRunner().invoke(app, ["reconcile"])
    assert (again.exit_code, again.output) == (1, f"lines read of `{log}`: 0\nfindings open: 1\n")
    close_finding(Finding.objects.get(), by=Reader(pseudonym="p-officer"), reason="a test", at=at)
    assert CliRunner().invoke(app, ["reconcile"]).exit_code == 0
