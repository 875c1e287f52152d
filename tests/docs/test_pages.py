"""README and the tour: every command works, every folder is named, every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from labelhub.cli import app
from labelhub.demo.accounts import ACCOUNTS
from labelhub.demo.places import PLACES
from tests.docs.reading import ROOT, page

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(f"docs/{path.relative_to(ROOT / 'docs')}" for path in (ROOT / "docs").rglob("*.md")),
]
LARGEST_IMAGE = 300 * 1024


def shown_commands(name: str) -> list[str]:
    blocks = re.findall(r"(?ms)^ *```\n(.*?)^ *```", page(name)) + re.findall(r"`([^`\n]+)`", page(name))
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    found = [re.search(r"(?:^|/|web )(labelhub [a-z].*)", line) for line in lines]
    return sorted({match[1] for match in found if match})


@pytest.mark.parametrize("name", PAGES)
def test_every_labelhub_command_shown_exists_with_its_options(name: str) -> None:
    for shown in shown_commands(name):
        if " is ready at " in shown:
            continue
        command: Any = typer.main.get_command(app)
        words = shown.split("#")[0].split()[1:]
        while hasattr(command, "commands"):
            assert words, f"`{shown}` names a group only"
            assert words[0] in command.commands, f"`{shown}` does not exist"
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, shown


@pytest.mark.parametrize("name", PAGES)
def test_every_make_task_shown_exists(name: str) -> None:
    tasks = set(re.findall(r"(?m)^([a-z-]+):", page("Makefile")))
    shown = {task for line in re.findall(r"(?m)(?:^|`)make ([a-z -]+)", page(name)) for task in line.split()}
    assert shown <= tasks


@pytest.mark.parametrize("name", PAGES)
def test_every_link_and_picture_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page(name)):
        path, _, heading = target.partition("#")
        there = (ROOT / name).parent / path if path else ROOT / name
        assert there.exists(), target
        if heading:
            titles = re.findall(r"(?m)^#+ (.+)$", there.read_text(encoding="utf-8"))
            assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


def test_every_page_under_docs_is_reached_from_the_index() -> None:
    linked = {str((ROOT / "docs" / path).resolve()) for path in re.findall(r"\]\(([^)#\s]+)", page("docs/index.md"))}
    missing = [path for path in (ROOT / "docs").rglob("*.md") if str(path) not in linked and path.name != "index.md"]
    assert missing == []


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_IMAGE] == []


def test_the_readme_names_every_demo_account_and_its_place() -> None:
    for account in ACCOUNTS:
        assert account.email in page("README.md")
    for place in PLACES:
        assert f"http://{place.host}:8800" in page("README.md")


def top_folders() -> set[str]:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    paths = [Path(line) for line in tracked.splitlines()] or [path.relative_to(ROOT) for path in ROOT.glob("[a-z]*/*")]
    return {path.parts[0] for path in paths if len(path.parts) > 1 and not path.parts[0].startswith(".")}


def test_the_tour_names_every_top_folder_and_every_part_of_the_service() -> None:
    tour = page("docs/tour.md")
    inside = {f"labelhub/{path.parent.name}" for path in (ROOT / "labelhub").glob("*/__init__.py")}
    for folder in top_folders() | inside | {"labelhub/templates", "labelhub/static"}:
        assert f"`{folder}/`" in tour, folder


def test_the_tour_names_nothing_that_is_not_there() -> None:
    for path in re.findall(r"`((?:[a-z_-]+/)+[a-z_.]*)`", page("docs/tour.md")):
        assert (ROOT / path).exists(), path
