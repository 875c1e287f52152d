"""`labelhub person` and `labelhub policy`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelhub.commands.acting import acting_person, fail, start_django

app = typer.Typer(no_args_is_help=True, help="Add people and attest where they work.")
policies = typer.Typer(no_args_is_help=True, help="Activate and list policies.")


@app.command("add")
def add_person(
    email: str,
    name: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help="lead, annotator, reviewer, officer or owner")],
    organization: Annotated[str, typer.Option(help="code of the legal entity that answers for them")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    attested_in: Annotated[str, typer.Option(help="ISO 3166 code of the place they work in")] = "",
) -> None:
    """Add a person. They set up their second factor when they first sign in."""
    start_django()
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from labelhub.accounts import actions
    from labelhub.accounts.models import Organization, Role

    if role not in Role.values:
        fail(f"`{role}` is no role: use one of {', '.join(Role.values)}")
    employer, _ = Organization.objects.get_or_create(
        code=organization, defaults={"name": organization, "relation": Organization.Relation.PROCESSOR}
    )
    try:
        validate_password(password)
        person = actions.add_person(
            email=email,
            password=password,
            name=name,
            organization=employer,
            roles=(Role(role),),
            by="command",
            at=timezone.now(),
        )
        if attested_in:
            actions.attest(person, jurisdiction=attested_in, by="command", at=timezone.now())
    except (actions.AccountError, ValidationError) as error:
        fail(" ".join(error.messages) if isinstance(error, ValidationError) else str(error))
    typer.echo(f"{email} may sign in as {role}")


@app.command("list")
def list_people() -> None:
    """List people: e-mail address, roles, attested place, active or not."""
    start_django()
    from django.utils import timezone

    from labelhub.accounts.queries import attested_in, everyone, roles_of

    for person in everyone():
        roles = ",".join(sorted(role.value for role in roles_of(person))) or "-"
        place = attested_in(person, at=timezone.now()) or "-"
        typer.echo(f"{person.email}\t{roles}\t{place}\t{'active' if person.is_active else 'shut out'}")


@policies.command()
def activate(
    path: Annotated[Path, typer.Argument(help="a policy document (TOML)")],
    acting: Annotated[str | None, typer.Option("--as", help="the officer who wrote it")] = None,
    approved_by: Annotated[
        str | None, typer.Option(help="another officer, who approves it; without one it may only tighten")
    ] = None,
    acknowledge: Annotated[list[str] | None, typer.Option(help="somebody newly allowed; repeatable")] = None,
    days: Annotated[int, typer.Option(help="how many days of past views the dry run looks at")] = 30,
) -> None:
    """Check a policy, try it on the past and on the work of now, and put it into force in place of its predecessor."""
    start_django()
    from labelhub.policies.drafts import DraftError
    from labelhub.policies.in_one_go import activate_in_one_go
    from residency import PolicyError

    author = acting_person(acting)
    approver = acting_person(approved_by) if approved_by else author
    try:
        text = path.read_text(encoding="utf-8")
        version, result = activate_in_one_go(
            text, author=author, approver=approver, acknowledged=acknowledge or (), days=days
        )
    except (OSError, UnicodeDecodeError, PolicyError, DraftError) as error:
        fail(f"{path}: {error}")
    typer.echo(f"tried on {result.views} past views and {result.work} tasks of now: {result.newly_denied} newly denied")
    typer.echo(f"policy {version.name} {version.hash[:12]} is in force")


@policies.command("list")
def list_policies() -> None:
    """List the policies in force."""
    start_django()
    from django.utils import timezone

    from labelhub.policies.queries import active_versions

    for version in active_versions(at=timezone.now()):
        typer.echo(f"{version.name}\t{version.layer}\t{version.hash[:12]}\t{version.title}")
