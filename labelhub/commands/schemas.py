"""`labelhub schema` and `labelhub guideline`: what jobs are made from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from labelhub.commands.acting import fail, start_django

app = typer.Typer(no_args_is_help=True, help="Add label schemas.")
guidelines = typer.Typer(no_args_is_help=True, help="Add guidelines.")


@app.command("add")
def add_schema(
    path: Annotated[
        Path, typer.Argument(help="TOML: name, title, [[label]] name colour, [[attribute]] name title choices")
    ],
) -> None:
    """Add a label schema. The order of its labels gives the class ids, for good."""
    start_django()
    from labelhub.labeling.actions import LabelingError, add_schema

    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        schema = add_schema(
            name=_text(said, "name"),
            title=_text(said, "title"),
            labels=[{"name": _text(one, "name"), "colour": _text(one, "colour")} for one in said.get("label", [])],
            attributes=[_attribute(one) for one in said.get("attribute", [])],
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError, LabelingError) as error:
        fail(f"{path}: {error}")
    typer.echo(f"schema {schema.name} has {len(schema.labels)} labels")


@guidelines.command("add")
def add_guideline(
    name: Annotated[str, typer.Argument(help="lower-case letters, digits and hyphens")],
    path: Annotated[Path, typer.Argument(help="plain text, as annotators will read it")],
    title: Annotated[str, typer.Option()],
) -> None:
    """Add a guideline, or its next version; people acknowledge each version anew."""
    start_django()
    from labelhub.labeling.actions import add_guideline

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: {error}")
    if not text.strip():
        fail(f"{path}: it is empty")
    guideline = add_guideline(name=name, title=title, text=text)
    typer.echo(f"guideline {guideline.name} is at version {guideline.version}")


def _attribute(said: dict[str, Any]) -> dict[str, Any]:
    choices = said.get("choices")
    if not isinstance(choices, list) or not choices or not all(isinstance(one, str) and one for one in choices):
        raise ValueError(f"attribute `{said.get('name', '?')}` needs `choices`, a list of words")
    return {"name": _text(said, "name"), "title": _text(said, "title"), "choices": choices}


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f'`{name}` is missing: write `{name} = "…"`')
    return value
