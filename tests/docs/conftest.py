"""Secrets made as `tools/make_secrets.py` makes them, in a folder of the test's own."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.reading import ROOT, compose


@pytest.fixture(scope="session")
def maker() -> ModuleType:
    """The script a company runs before its first start."""
    spec = importlib.util.spec_from_file_location("labelhub_make_secrets", ROOT / "tools" / "make_secrets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def secrets(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of freshly made secrets."""
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    assert maker.main(folder) == 0
    return folder


@pytest.fixture(scope="session")
def web_environment(secrets: Path) -> dict[str, str]:
    """The environment of the compose file's `web`, its secrets where the test has them."""
    given = compose()["services"]["web"]["environment"]
    return {name: value.replace("/run/secrets", str(secrets)) for name, value in given.items()}
