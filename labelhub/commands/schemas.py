"""`labelhub schema` and `labelhub guideline`: what jobs are made from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelhub.commands.acting import acting_person, fail, start_django

app = typer.Typer(no_args_is_help=True, help="Add label schemas.")
guidelines = typer.Typer(no_args_is_help=True, help="Add guidelines.")
Acting = Annotated[str | None, typer.Option("--as", help="e-mail address of the person acting")]


@app.command("add")
def add_schema(
    path: Annotated[
        Path, typer.Argument(help="TOML: name, title, [[label]] name colour, [[attribute]] name title choices")
    ],
    acting: Acting = None,
) -> None:
    """Add a label schema. The order of its labels gives the class ids, for good."""
    start_django()
    from django.utils import timezone

    from labelhub.labeling.actions import LabelingError
    from labelhub.labeling.documents import decoded, read_schema
    from labelhub.labeling.materials import add_schema

    person = acting_person(acting)
    try:
        schema = add_schema(read_schema(decoded(path.read_bytes())), by=person, at=timezone.now())
    except (OSError, LabelingError) as error:
        fail(f"{path}: {error}")
    typer.echo(f"schema {schema.name} has {len(schema.labels)} labels")


@guidelines.command("add")
def add_guideline(
    name: Annotated[str, typer.Argument(help="lower-case letters, digits and hyphens")],
    path: Annotated[Path, typer.Argument(help="plain text, as annotators will read it")],
    title: Annotated[str, typer.Option()],
    acting: Acting = None,
) -> None:
    """Add a guideline, or its next version; people acknowledge each version anew."""
    start_django()
    from django.utils import timezone

    from labelhub.labeling.actions import LabelingError
    from labelhub.labeling.documents import decoded
    from labelhub.labeling.materials import add_guideline

    person = acting_person(acting)
    try:
        text = decoded(path.read_bytes())
        guideline = add_guideline(name=name, title=title, text=text, by=person, at=timezone.now())
    except (OSError, LabelingError) as error:
        fail(f"{path}: {error}")
    typer.echo(f"guideline {guideline.name} is at version {guideline.version}")
