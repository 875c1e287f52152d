"""Who reads the ledger: what the reports in `evidence` are told about people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from labelhub.accounts.models import Person, Role
from labelhub.accounts.place import peer_of, place_of
from labelhub.accounts.queries import roles_of, signed_in
from labelhub.accounts.sessions import session_mark
from labelhub.evidence.reader import Reader


def reader_for(person: Person) -> Reader:
    """Say how much of the ledger a person reads.

    Raises:
        PermissionDenied: nothing of it.
    """
    roles = roles_of(person) if person.is_active else frozenset()
    organization = person.organization
    entity = organization.code if organization else ""
    if Role.OFFICER in roles:
        return Reader(pseudonym=person.pseudonym, entity=entity, sees_all=True)
    if roles & {Role.OWNER, Role.AUDITOR} and organization is not None:
        return Reader(pseudonym=person.pseudonym, entity=entity, owner=entity, owner_name=organization.name)
    raise PermissionDenied(
        "Where footage was viewed is shown to compliance officers, to the owners of the footage and to their auditors."
    )


class KnownPeople:
    """The people of this installation, as the reports ask about them."""

    def reader_of(self, request: HttpRequest) -> Reader:
        """Say how much the person who asks reads, and from where they ask."""
        person = signed_in(request)
        reader = reader_for(person)
        place = place_of(request, person, at=timezone.now())
        return replace(
            reader,
            place=place.jurisdiction or "",
            level=int(place.level),
            session=session_mark(request),
            address=peer_of(request),
        )

    def names_of(self, pseudonyms: Iterable[str] | None) -> dict[str, str]:
        """Find the names behind pseudonyms; of everybody, for `None`."""
        found = Person.objects.all() if pseudonyms is None else Person.objects.filter(pseudonym__in=set(pseudonyms))
        return dict(found.values_list("pseudonym", "name"))

    def matching(self, words: str) -> tuple[str, ...]:
        """Find the pseudonyms that a pseudonym, or part of a name or address, means."""
        found = Person.objects.filter(Q(pseudonym=words) | Q(name__icontains=words) | Q(email__icontains=words))
        return tuple(sorted(found.values_list("pseudonym", flat=True)))
