"""A real signer for every test of the ledger, and a ledger of its own for each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from labelhub.signer.client import Signer
from tests.labelhub.signer.signing import Process, signing


@pytest.fixture(scope="session")
def signer_process() -> Iterator[Process]:
    with signing() as made:
        yield made


@pytest.fixture
def signer(signer_process: Process, settings: Settings, tmp_path: Path) -> Signer:
    """The signer, under a name it has never heard, with an empty folder of tiles."""
    settings.LEDGER_NAME = f"{secrets.token_hex(4)}.test"
    settings.LEDGER_DIR = tmp_path / "ledger"
    settings.SIGNER_SOCKET = signer_process.socket
    return signer_process.client
