"""`labelhub footage` and `labelhub camera`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

import typer

from labelhub.commands.acting import acting_person, fail, start_django

app = typer.Typer(no_args_is_help=True, help="Add and list footage.")
cameras = typer.Typer(no_args_is_help=True, help="Register and list cameras.")


@app.command()
def add(
    paths: Annotated[list[str], typer.Argument(help="files, folders, globs, or s3://bucket/prefix")],
    zone: Annotated[str, typer.Option(help="where the footage rests")],
    source: Annotated[str, typer.Option(help="code of the camera it comes from")],
    manifest: Annotated[Path | None, typer.Option(help="CSV or JSONL with facts for each file")] = None,
    acting: Annotated[str | None, typer.Option("--as", help="e-mail address of the person acting")] = None,
) -> None:
    """Check and store footage. Run again after an interruption, it goes on: the same bytes are stored once."""
    start_django()
    from labelhub.footage.batch import BatchError, run_batch

    person = acting_person(acting)
    try:
        with _Progress() as progress:
            summary = run_batch(paths, zone=zone, source=source, manifest=manifest, by=person, progress=progress.step)
    except BatchError as error:
        fail(str(error))
    for result in summary.results:
        if result.reason:
            typer.echo(f"{result.arrival.value}: {result.name}: {result.reason}")
    typer.echo(summary.sentence())
    if summary.refused:
        raise typer.Exit(2)


@app.command("list")
def list_footage(
    query: Annotated[str, typer.Argument(help="such as `source=cam-12 kind=image`")] = "all",
    acting: Annotated[str | None, typer.Option("--as")] = None,
) -> None:
    """List the footage a person may be listed in the zone it rests in.

    Tab-separated lines: id, kind, camera, zone, jurisdiction, size, name.
    """
    start_django()
    from django.utils import timezone

    from labelhub.footage.listing import listing_at_zones
    from labelhub.footage.queries import FootageQueryError, find_footage

    try:
        found = find_footage(query, listing_at_zones(acting_person(acting), at=timezone.now()).footage())
    except FootageQueryError as error:
        fail(str(error))
    for item in found.iterator(chunk_size=500):
        facts = (item.pk, item.kind, item.source.code, item.zone_id, item.source.jurisdiction or "-")
        typer.echo("\t".join((*facts, f"{item.width}x{item.height}", item.name)))


@cameras.command("add")
def add_camera(
    code: str,
    zone: Annotated[str, typer.Option()],
    jurisdiction: Annotated[str, typer.Option(help="ISO 3166 code, such as US-CA")] = "",
    name: Annotated[str, typer.Option()] = "",
    mark: Annotated[list[str] | None, typer.Option(help="a word policies may ask for")] = None,
) -> None:
    """Register a camera."""
    start_django()
    from labelhub.footage.actions import FootageError, add_source
    from labelhub.footage.queries import open_zones

    place = open_zones().filter(pk=zone).first()
    if place is None:
        fail(f"there is no open zone `{zone}`: use one of {', '.join(z.pk for z in open_zones())}")
    try:
        add_source(code=code, zone=place, name=name, jurisdiction=jurisdiction, marks=mark or ())
    except FootageError as error:
        fail(str(error))
    typer.echo(f"camera {code} keeps its footage in {zone}" + ("" if jurisdiction else "; its jurisdiction is unknown"))


class _Progress:
    """A progress bar on a terminal, a line every 100 files elsewhere."""

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._bar.start()
        self._task = self._bar.add_task("checking and storing", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, done: int, total: int) -> None:
        """Show how many files are through."""
        self._bar.update(self._task, completed=done, total=total)
        if self._bar.disable and done % 100 == 0:
            typer.echo(f"{done} of {total}", err=True)
