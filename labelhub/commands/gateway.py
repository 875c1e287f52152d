"""`labelhub gateway-config`: the production door's Caddyfile, written from the settings and nothing else.

The local stack writes its own; this is for a company that runs Caddy itself. The text holds the gateway's and the
studios' secrets, so whoever keeps it keeps it owner-only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelhub.commands.acting import fail, start_django


def print_caddyfile(
    app: Annotated[str, typer.Option(help="where labelhub's own port is, as Caddy reaches it")],
    certificate: Annotated[Path, typer.Option(help="the certificate people's browsers are shown (PEM, whole chain)")],
    certificate_key: Annotated[Path, typer.Option(help="its private key")],
    storage: Annotated[Path, typer.Option(help="a folder Caddy may write to")],
    port: Annotated[int, typer.Option(help="the port Caddy listens on")] = 443,
    bind: Annotated[str, typer.Option(help="the address Caddy listens on")] = "0.0.0.0",  # noqa: S104 - the public door
) -> None:
    """Print the production Caddyfile. It holds secrets: keep it owner-only."""
    start_django()
    from django.conf import settings

    from labelhub.stack.caddyfile import Door, StudioDoor, ZoneDoor, render

    door = Door(
        port=port,
        hosts=tuple(settings.ALLOWED_HOSTS),
        app=app,
        gateway_secret=settings.GATEWAY_SECRET,
        assets=Path(settings.STATIC_ROOT),
        storage=storage,
        log=settings.GATEWAY_LOG,
        zones=tuple(ZoneDoor(zone.code, zone.store_url) for zone in settings.ZONES.values()),
        studios=tuple(StudioDoor(studio.code, studio.url, studio.secret) for studio in settings.STUDIOS.values()),
        binds=(bind,),
    )
    try:
        typer.echo(over_tls(render(door), port=port, certificate=certificate, key=certificate_key), nl=False)
    except ValueError as error:
        fail(str(error))


def over_tls(text: str, *, port: int, certificate: Path, key: Path) -> str:
    """Give a rendered door its certificate: the local stack's speaks plain HTTP, a company's never does.

    Raises:
        ValueError: the text has not exactly one site on `port`, or a path cannot stand in a Caddyfile.
    """
    for path in (certificate, key):
        if not path.is_absolute() or set('"{}\\\n`') & set(str(path)):
            raise ValueError(f"`{path}` cannot stand in a Caddyfile: use a plain absolute path")
    plain = f"\nhttp://:{port} {{\n"
    if text.count(plain) != 1:
        raise ValueError(f"the door has not exactly one site on port `{port}`")
    return text.replace(plain, f'\nhttps://:{port} {{\n\ttls "{certificate}" "{key}"\n')
