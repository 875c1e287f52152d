"""One stack for all journeys, ended and looked after at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import running

STUDIO = Path(__file__).resolve().parents[2] / ".venv-studio" / "bin" / "python"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Stack]:
    """The whole stack with the demo workspace."""
    if not STUDIO.exists():
        pytest.skip("Label Studio's environment is missing: run `make env`")
    home = tmp_path_factory.mktemp("stack", numbered=True)
    started = running.start(home)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.stop()
        shutil.rmtree(home, ignore_errors=True)
