"""Starting Django for a command, and naming the person the command acts for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import typer
from django.core.exceptions import ImproperlyConfigured

from labelhub.stack.errors import StackError
from labelhub.stack.home import find_home, load_environment

if TYPE_CHECKING:
    from labelhub.accounts.models import Person


def start_django() -> None:
    """Read the settings of this home (unless the environment holds them already) and start Django."""
    if "LABELHUB_SECRET_KEY" not in os.environ and "LABELHUB_SECRET_KEY_FILE" not in os.environ:
        _load_settings()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labelhub.settings")
    import django

    try:
        django.setup()
    except ImproperlyConfigured as error:
        fail(str(error))


def _load_settings() -> None:
    try:
        found = load_environment(find_home(os.environ))
    except StackError as error:
        fail(str(error))
    if not found:
        fail("no settings found: run `make up` first, or set the variables that docs/operating.md lists")


def acting_person(email: str | None) -> Person:
    """Find who a command acts for: `--as`, else `LABELHUB_ACTOR`, else the only lead there is."""
    from labelhub.accounts.models import Person, Role
    from labelhub.accounts.queries import people_with

    asked = email or os.environ.get("LABELHUB_ACTOR")
    if asked:
        person = Person.objects.filter(email__iexact=asked, is_active=True).select_related("organization").first()
        if person is None:
            fail(f"there is no active person `{asked}`: `labelhub person list` names everybody")
        return person
    leads = list(people_with(Role.LEAD)[:2])
    if len(leads) != 1:
        fail("say who acts with `--as EMAIL`: there is not exactly one ML lead")
    return leads[0]


def fail(reason: str) -> NoReturn:
    """Print one line to standard error and end with exit code 1."""
    typer.echo(f"labelhub: {reason}", err=True)
    raise typer.Exit(1)
