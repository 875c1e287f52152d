"""Making the environments: once, again after an interruption, and plain words when it cannot be."""

from __future__ import annotations

import importlib.util
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "env.py"
EMPTY = "# nothing to install\n"


def tool_at(checkout: Path, patch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("labelhub_tools_env", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    patch.setattr(module, "ROOT", checkout)
    (checkout / "locks").mkdir(exist_ok=True)
    (checkout / "locks" / "studio.txt").write_text(EMPTY)
    return module


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool on an empty checkout of its own, which makes folders instead of whole environments."""
    module = tool_at(tmp_path, monkeypatch)
    monkeypatch.setattr(module.venv, "create", lambda place, **_: (place / "bin").mkdir(parents=True))
    return module


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose environment is really made, once for all tests that need it."""
    made = tmp_path_factory.mktemp("checkout")
    with pytest.MonkeyPatch.context() as patch:
        assert installs(tool_at(made, patch)) == 0
    return made


@pytest.fixture
def real(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return tool_at(checkout, monkeypatch)


def installs(tool: ModuleType) -> int:
    code: int = tool.main(["--only", "studio"])
    return code


def test_a_made_environment_is_not_made_again(real: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert (real.folder("studio") / "bin" / "python").exists()
    assert installs(real) == 0
    assert capsys.readouterr().out == ""


def test_an_interrupted_install_is_finished_by_the_same_command(
    real: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    (real.folder("studio") / ".made-studio").unlink()
    (kept := real.folder("studio") / "kept").touch()
    assert installs(real) == 0
    assert "[1/1] installing the studio environment" in capsys.readouterr().out
    assert kept.exists()
    assert real.is_made("studio", dev=False)


def test_a_changed_lock_is_installed_anew(real: ModuleType, checkout: Path) -> None:
    assert real.is_made("studio", dev=False)
    (checkout / "locks" / "studio.txt").write_text(f"{EMPTY}# and changed\n")
    assert not real.is_made("studio", dev=False)


def test_a_package_without_a_hash_is_never_installed(
    real: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "locks" / "studio.txt").write_text("colorama==0.4.6\n")
    monkeypatch.setattr(real, "_create", lambda _: None)
    assert installs(real) == 1
    assert "--require-hashes" in capsys.readouterr().err
    assert not real.is_made("studio", dev=False)


def test_a_half_made_folder_is_made_anew(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "_install", lambda *_, **__: [])
    broken = tool.folder("studio") / "bin" / "python"
    broken.parent.mkdir(parents=True)
    broken.write_text("")
    assert installs(tool) == 0
    assert not broken.exists()


def test_what_cannot_be_continued_is_made_anew_once(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["ERROR: no RECORD file was found\n"], []])
    monkeypatch.setattr(tool, "_install", lambda *_, **__: next(answers))
    monkeypatch.setattr(tool, "_runs", lambda _: True)
    (old := tool.folder("studio") / "old").parent.mkdir()
    old.touch()
    assert installs(tool) == 0
    assert not old.exists()


def test_without_a_network_the_install_stays_as_far_as_it_got(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "_install", lambda *_, **__: ["Temporary failure in name resolution\n"])
    monkeypatch.setattr(tool, "_runs", lambda _: True)
    (kept := tool.folder("studio") / "kept").parent.mkdir()
    kept.touch()
    assert installs(tool) == 1
    assert "check the network" in capsys.readouterr().err
    assert kept.exists()


def test_while_pip_unpacks_in_silence_the_packages_in_place_are_counted(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "SAY_EVERY", 0.01)
    place = tool.folder("studio")
    for name in ("first-1.0", "second-2.0"):
        (place / "lib" / "python3.11" / "site-packages" / f"{name}.dist-info").mkdir(parents=True)
    said, deadline = "", time.monotonic() + 20
    with tool._unpacking_shown(place, 3) as unpacking:
        unpacking.set()
        while "2 of 3 packages in place" not in said and time.monotonic() < deadline:
            said += capsys.readouterr().out
    assert "2 of 3 packages in place" in said


def refusal(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> str:
    assert installs(tool) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    return said[0]


def test_too_little_room_is_said_before_anything_is_made(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024))
    assert "make room" in refusal(tool, capsys)
    assert not (tmp_path / ".venv-studio").exists()


def test_an_old_python_is_refused_with_the_mend(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "OLDEST", (99, 0))
    assert "install Python 3.11 or newer" in refusal(tool, capsys)


def test_a_python_without_venv_is_refused_with_the_mend(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def create(*_: object, **__: object) -> None:
        raise ImportError("ensurepip")

    monkeypatch.setattr(tool.venv, "create", create)
    assert "python3-venv" in refusal(tool, capsys)


@pytest.mark.parametrize("raises", [KeyboardInterrupt])
def test_breaking_it_off_says_how_to_go_on(
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raises: Callable[[], BaseException],
) -> None:
    def create(*_: object, **__: object) -> None:
        raise raises()

    monkeypatch.setattr(tool.venv, "create", create)
    assert installs(tool) == 130
    assert "run the same command" in capsys.readouterr().err
