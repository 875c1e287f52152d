"""docs/ledger.md says what the verifier finds, takes and answers, and nothing else."""

from __future__ import annotations

import re

import pytest

from residency.ledger.__main__ import main
from residency.ledger.findings import Kind
from residency.ledger.question import Question
from tests.docs.reading import page

PAGE = page("docs/ledger.md")


def test_every_finding_stands_there_with_what_it_means() -> None:
    table = PAGE.split("### What can be found")[1].split("###")[0]
    rows = re.findall(r"(?m)^\| `([a-z-]+)` \| (.+) \|$", table)
    assert rows == [(kind.value, kind.meaning) for kind in Kind]


def help_of(*command: str, said: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    return said.readouterr().out


def test_every_option_and_every_code_stands_there(capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of("verify", said=capsys)
    options = set(re.findall(r"--[a-z-]+", told)) - {"--help"}
    assert options == set(re.findall(r"`(--[a-z-]+)", PAGE))
    for code, meaning in re.findall(r"(?m)^  (\d)  (.+)$", told):
        assert f"| {code} | {meaning} |" in PAGE.replace("`", "")


def test_every_command_shown_exists(capsys: pytest.CaptureFixture[str]) -> None:
    shown = set(re.findall(r"python -m residency\.ledger ([a-z-]+)", PAGE))
    listed = help_of(said=capsys).split("  command")[1].split("options:")[0]
    assert shown == set(re.findall(r"(?m)^    ([a-z-]+)", listed))


def test_everything_that_can_be_asked_stands_there() -> None:
    asked = PAGE.split("### The question")[1]
    for name in Question.__dataclass_fields__:
        assert f"`{name}`" in asked
