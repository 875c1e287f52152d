"""The `labelhub` command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from labelhub.commands import facts, footage, gateway, jobs, ledger, people, schemas
from labelhub.commands.acting import fail, start_django
from labelhub.stack.errors import StackError
from labelhub.stack.home import Home, find_home

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
demo = typer.Typer(no_args_is_help=True, help="The demo workspace.")
app.add_typer(footage.app, name="footage")
app.add_typer(footage.cameras, name="camera")
app.add_typer(jobs.app, name="job")
app.add_typer(schemas.app, name="schema")
app.add_typer(schemas.guidelines, name="guideline")
app.add_typer(people.app, name="person")
app.add_typer(facts.organizations, name="organization")
app.add_typer(people.policies, name="policy")
app.add_typer(ledger.app, name="ledger")
app.add_typer(demo, name="demo")
app.command("export")(jobs.export)
app.command("gateway-config")(gateway.print_caddyfile)


@app.command()
def up(
    port: Annotated[int | None, typer.Option(envvar="LABELHUB_PORT", help="public port; 8800 by default")] = None,
    home: Annotated[Path | None, typer.Option(envvar="LABELHUB_HOME", help="state folder")] = None,
) -> None:
    """Start everything, seed the demo workspace and stay until Ctrl-C."""
    from labelhub.stack.up import up as start

    raise typer.Exit(start(_home(home, port)))


@app.command()
def down(home: Annotated[Path | None, typer.Option(envvar="LABELHUB_HOME")] = None) -> None:
    """End every process of the stack."""
    from labelhub.stack.up import down as stop

    raise typer.Exit(stop(_home(home)))


@app.command()
def doctor(home: Annotated[Path | None, typer.Option(envvar="LABELHUB_HOME")] = None) -> None:
    """Check every part and say what is wrong."""
    from labelhub.stack.doctor import report

    raise typer.Exit(report(_home(home)))


@app.command()
def setup() -> None:
    """Bring database, zones, buckets and pages up to date. Safe to run again."""
    start_django()
    from django.conf import settings
    from django.core.management import call_command

    from labelhub.footage.actions import sync_zones
    from labelhub.storage.anchors import anchor_store
    from labelhub.storage.s3 import store_of

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    sync_zones(settings.ZONES)
    for zone in settings.ZONES:
        store_of(zone).ensure_bucket()
    anchor_store().ensure_bucket()
    typer.echo("database, zones and buckets are up to date")


@demo.command()
def seed() -> None:
    """Fill the demo workspace: accounts, policy, cameras, footage, jobs. Safe to run again."""
    start_django()
    from labelhub.demo.seed import seed as fill

    fill(say=typer.echo)


@demo.command()
def accounts(
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    port: Annotated[int | None, typer.Option(envvar="LABELHUB_PORT")] = None,
) -> None:
    """Print the demo accounts: role, e-mail, password, TOTP secret, attested place, start URL."""
    start_django()
    from django.conf import settings

    from labelhub.demo.accounts import cards_as_json, sign_in_cards

    cards = sign_in_cards(secret_key=settings.SECRET_KEY, port=_home(None, port).port)
    if json:
        typer.echo(cards_as_json(cards))
        return
    for card in cards:
        typer.echo(
            f"{card.role}\t{card.email}\t{card.password}\t{card.totp_secret}\t{card.attested_in}\t{card.start_url}"
        )


def _home(folder: Path | None, port: int | None = None) -> Home:
    environment = {**os.environ, **({"LABELHUB_HOME": str(folder)} if folder else {})}
    try:
        return find_home(environment, port=port)
    except StackError as error:
        fail(str(error))


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
