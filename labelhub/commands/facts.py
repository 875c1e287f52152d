"""`labelhub person set`, `labelhub organization set` and `labelhub camera set`: what rules may ask about each.

An option left out leaves a fact as it is; an empty one makes it unknown; `none` says that there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, TypeVar

import typer

from labelhub.commands import footage, people
from labelhub.commands.acting import acting_person, fail, start_django

organizations = typer.Typer(no_args_is_help=True, help="State what rules may ask about organizations.")
Words = Annotated[str | None, typer.Option(help="words between commas, `none`, or empty for unknown")]
Codes = Annotated[str | None, typer.Option(help="ISO 3166 codes between commas, `none`, or empty for unknown")]
Code = Annotated[str | None, typer.Option(help="ISO 3166 code, or empty for unknown")]
Word = Annotated[str | None, typer.Option(help="one word, or empty for unknown")]
YesNo = Annotated[str | None, typer.Option(help="yes, no, or empty for unknown")]
Acting = Annotated[str | None, typer.Option("--as", help="e-mail address of the person acting")]

_Facts = TypeVar("_Facts")


@people.app.command("set")
def set_person(
    email: str,
    engagement: Word = None,
    residence: Code = None,
    citizenships: Codes = None,
    designated: YesNo = None,
    training: Words = None,
    clearances: Words = None,
    acting: Acting = None,
) -> None:
    """State what rules may ask about a person. `--as` names a compliance officer, who is somebody else."""
    start_django()
    from django.utils import timezone

    from labelhub.accounts.actions import AccountError
    from labelhub.accounts.facts import PersonFacts, set_person_facts
    from labelhub.accounts.known import code_in, codes_in, word_in, words_in
    from labelhub.accounts.models import Person, Role
    from labelhub.accounts.queries import has_role
    from labelhub.policies.asked import asked_in_force

    officer, at = acting_person(acting), timezone.now()
    if not has_role(officer, Role.OFFICER):
        fail(f"`{officer.email}` is no compliance officer: name one with `--as`")
    person = Person.objects.select_related("organization").filter(email__iexact=email).first()
    if person is None:
        fail(f"there is no person `{email}`: `labelhub person list` names everybody")
    try:
        facts = _with(
            PersonFacts.of(person),
            engagement=(word_in, engagement),
            residence=(code_in, residence),
            citizenships=(codes_in, citizenships),
            is_designated=(_yes_no, designated),
            training=(words_in, training),
            clearances=(words_in, clearances),
        )
        changed = set_person_facts(person, facts, asked=asked_in_force(at=at), by=officer.pseudonym, at=at)
    except AccountError as error:
        fail(str(error))
    _say(email, changed)


@organizations.command("set")
def set_organization(code: str, kind: Word = None, established_in: Code = None, owned_from: Codes = None) -> None:
    """State what rules may ask about an organization, on behalf of whoever runs this installation."""
    start_django()
    from django.utils import timezone

    from labelhub.accounts.actions import AccountError
    from labelhub.accounts.facts import OrganizationFacts, set_organization_facts
    from labelhub.accounts.known import code_in, codes_in, word_in
    from labelhub.accounts.models import Organization

    organization = Organization.objects.filter(code=code).first()
    if organization is None:
        known = ", ".join(Organization.objects.order_by("code").values_list("code", flat=True))
        fail(f"there is no organization `{code}`: use one of {known or 'none yet; `labelhub person add` makes them'}")
    try:
        facts = _with(
            OrganizationFacts.of(organization),
            kind=(word_in, kind),
            established_in=(code_in, established_in),
            owned_from=(codes_in, owned_from),
        )
        changed = set_organization_facts(organization, facts, by="command", at=timezone.now())
    except AccountError as error:
        fail(str(error))
    _say(f"organization {code}", changed)


@footage.cameras.command("set")
def set_camera(
    code: str,
    sensitivity: Annotated[str | None, typer.Option(help="public, ordinary, personal, sensitive or protected")] = None,
    place_tags: Words = None,
    shows: Annotated[str | None, typer.Option(help="people, plates, audio; `none`, or empty for unknown")] = None,
    consent_scope: Words = None,
    contract: Word = None,
    criminal_justice: YesNo = None,
    acting: Acting = None,
) -> None:
    """State what rules may ask about a camera. It can be changed later; every change is recorded."""
    start_django()
    from django.utils import timezone

    from labelhub.accounts.actions import AccountError
    from labelhub.accounts.known import word_in, words_among, words_in
    from labelhub.accounts.models import Role
    from labelhub.accounts.queries import has_role
    from labelhub.footage.actions import FootageError
    from labelhub.footage.facts import SHOWN, CameraFacts, set_camera_facts
    from labelhub.footage.queries import may_see_sources

    lead = acting_person(acting)
    if not has_role(lead, Role.LEAD):
        fail(f"`{lead.email}` is no ML lead: name one with `--as`")
    source = may_see_sources(lead).filter(code=code).first()
    if source is None:
        fail(f"there is no camera `{code}`: register it with `labelhub camera add`")
    try:
        facts = _with(
            CameraFacts.of(source),
            sensitivity=(_sensitivity, sensitivity),
            place_tags=(words_in, place_tags),
            shows=(words_among(SHOWN), shows),
            consent_scope=(words_in, consent_scope),
            contract=(word_in, contract),
            criminal_justice=(_yes_no, criminal_justice),
        )
        changed = set_camera_facts(source, facts, by=lead.pseudonym, at=timezone.now())
    except (AccountError, FootageError) as error:
        fail(str(error))
    _say(f"camera {code}", changed)


def _with(stored: _Facts, **given: tuple[Callable[[str], object], str | None]) -> _Facts:
    """Put what was given in the place of what is stored."""
    read = {name: reader(text) for name, (reader, text) in given.items() if text is not None}
    return replace(stored, **read)  # type: ignore[type-var]  # a dataclass of facts


def _yes_no(text: str) -> bool | None:
    word = text.strip().lower()
    if word not in {"", "yes", "no"}:
        fail(f"`{text}` is neither yes nor no: write one of them, or nothing for unknown")
    return None if not word else word == "yes"


def _sensitivity(text: str) -> int | None:
    from labelhub.footage.facts import SENSITIVITIES

    word = text.strip().lower()
    if word and word not in SENSITIVITIES:
        fail(f"`{text}` is no sensitivity: use one of {', '.join(SENSITIVITIES)}, or nothing for unknown")
    return SENSITIVITIES.index(word) if word else None


def _say(what: str, changed: tuple[str, ...]) -> None:
    typer.echo(f"{what}: {', '.join(changed)} changed" if changed else f"{what}: nothing changed")
