"""Who is asking, as labelhub sees them."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from labelhub.accounts.place import place_of
from labelhub.accounts.queries import attested_in, roles_of, signed_in

router = Router(tags=["me"])


class Me(Schema):
    """The person asking, and from where they are seen to connect."""

    name: str
    email: str
    pseudonym: str
    roles: list[str]
    entity: str | None
    attested_in: str | None
    place: str | None
    assurance: str


@router.get("/me", response=Me)
def me(request: HttpRequest) -> Me:
    """Say who is signed in, and from where."""
    person, at = signed_in(request), timezone.now()
    place = place_of(request, person, at=at)
    return Me(
        name=person.name,
        email=person.email,
        pseudonym=person.pseudonym,
        roles=sorted(role.value for role in roles_of(person)),
        entity=person.organization.code if person.organization else None,
        attested_in=attested_in(person, at=at),
        place=place.jurisdiction,
        assurance=place.level.name,
    )
