"""A company makes its own label schemas and guidelines from files."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from labelhub.cli import app
from labelhub.labeling.models import Guideline, LabelSchema

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lead")]

GOOD = """
name = "trucks"
title = "Trucks"
[[label]]
name = "Truck"
colour = "#123456"
[[attribute]]
name = "axles"
title = "Axles"
choices = ["2", "3"]
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_schema_is_added_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "trucks.toml"
    file.write_text(GOOD)
    assert run("schema", "add", str(file)).output == "schema trucks has 1 labels\n"
    schema = LabelSchema.objects.get(name="trucks")
    assert schema.labels == [{"name": "Truck", "colour": "#123456"}]
    assert schema.attributes == [{"name": "axles", "title": "Axles", "choices": ["2", "3"]}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "Invalid value"),
        (GOOD.replace('title = "Trucks"', ""), "`title` is missing"),
        (GOOD.replace('choices = ["2", "3"]', ""), "attribute `axles` needs `choices`"),
        ('name = "a"\ntitle = "A"\n', "has no label"),
    ],
)
def test_a_wrong_schema_is_refused_with_the_mend(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    done = run("schema", "add", str(file))
    assert done.exit_code == 1
    assert words in done.output
    assert not LabelSchema.objects.exists()


def test_a_guideline_gets_a_new_version_when_its_text_changes(tmp_path: Path) -> None:
    file = tmp_path / "how.txt"
    for text, version in (("Draw.", 1), ("Draw.", 1), ("Draw well.", 2)):
        file.write_text(text)
        done = run("guideline", "add", "how-to", str(file), "--title", "How to")
        assert done.output == f"guideline how-to is at version {version}\n"
    assert Guideline.objects.filter(name="how-to").count() == 2


def test_an_empty_guideline_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "how.txt"
    file.write_text(" \n")
    assert run("guideline", "add", "how-to", str(file), "--title", "How to").exit_code == 1
