"""Saying what rules may ask about people and about the organizations they work for.

What is said of a person is personal data, and an entry can never be taken back: it names which facts changed, not
their values. Those stand in the register, and beside each decision that used them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from labelhub.accounts.actions import AccountError
from labelhub.accounts.known import shown
from labelhub.accounts.models import Organization, Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from residency.places import is_jurisdiction

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from django.db.models import Model

CITIZENSHIPS = "viewer.citizenships"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What rules may ask about a person; empty text and `None` are unknown."""

    engagement: str = ""
    residence: str = ""
    citizenships: tuple[str, ...] | None = None
    is_designated: bool | None = None
    training: tuple[str, ...] | None = None
    clearances: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _require_codes(self.residence, *(self.citizenships or ()))

    @classmethod
    def of(cls, person: Person) -> PersonFacts:
        """Give the facts as stored."""
        return cls(
            engagement=person.engagement,
            residence=person.residence,
            citizenships=tuple_of(person.citizenships),
            is_designated=person.is_designated,
            training=tuple_of(person.training),
            clearances=tuple_of(person.clearances),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationFacts:
    """What rules may ask about a legal entity; empty text and `None` are unknown."""

    kind: str = ""
    established_in: str = ""
    owned_from: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _require_codes(self.established_in, *(self.owned_from or ()))

    @classmethod
    def of(cls, organization: Organization) -> OrganizationFacts:
        """Give the facts as stored."""
        return cls(
            kind=organization.kind,
            established_in=organization.established_in,
            owned_from=tuple_of(organization.owned_from),
        )


def set_person_facts(
    person: Person, facts: PersonFacts, *, asked: Collection[str], by: str, at: datetime
) -> tuple[str, ...]:
    """State what rules may ask about a person; return the names of the facts that changed.

    `asked` are the facts that rules in force ask about: citizenships are kept only where one does.

    Raises:
        AccountError: they would state it about themselves, or citizenships that no rule asks about.
    """
    if by == person.pseudonym:
        raise AccountError("nobody states facts about themselves: ask another compliance officer")
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person.pk)
        changed = changed_facts(row, facts)
        if changed.get("citizenships") is not None and CITIZENSHIPS not in asked:
            raise AccountError("no rule in force asks for citizenships, so none are kept: leave them empty")
        if not changed:
            return ()
        Person.objects.filter(pk=row.pk).update(**changed)
        record(
            EntryDraft(
                action=LedgerAction.PERSON_FACTS_CHANGED,
                at=at,
                person=person.pseudonym,
                entity=person.organization.code if person.organization else "",
                details={"facts": sorted(changed), "by": by},
            )
        )
    return tuple(sorted(changed))


def set_organization_facts(
    organization: Organization, facts: OrganizationFacts, *, by: str, at: datetime
) -> tuple[str, ...]:
    """State what rules may ask about an organization; return the names of the facts that changed.

    Raises:
        AccountError: it would be stated by one of its own people.
    """
    if organization.people.filter(pseudonym=by).exists():
        raise AccountError(
            f"nobody states facts about the organization they work for: ask an officer of another one, or have "
            f"`labelhub organization set {organization.code}` run"
        )
    with transaction.atomic():
        row = Organization.objects.select_for_update().get(pk=organization.pk)
        changed = changed_facts(row, facts)
        if not changed:
            return ()
        before = {name: shown(getattr(row, name)) for name in changed}
        after = {name: shown(value) for name, value in changed.items()}
        Organization.objects.filter(pk=row.pk).update(**changed)
        record(
            EntryDraft(
                action=LedgerAction.ORGANIZATION_FACTS_CHANGED,
                at=at,
                entity=row.code,
                details={"before": before, "after": after, "by": by},
            )
        )
    return tuple(sorted(changed))


def changed_facts(row: Model, facts: DataclassInstance) -> dict[str, object]:
    """Name the facts that are stored otherwise, each with what is to be stored."""
    said = {item.name: getattr(facts, item.name) for item in fields(facts)}
    stored = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
    return {name: value for name, value in stored.items() if getattr(row, name) != value}


def facts_shown(person: Person) -> list[tuple[str, str]]:
    """List what is known of a person and of their organization that rules may ask about, in words."""
    known = [
        ("Engagement", person.engagement),
        ("Residence", person.residence),
        ("Citizenships", person.citizenships),
        ("Designated person", person.is_designated),
        ("Training", person.training),
        ("Clearances", person.clearances),
    ]
    organization = person.organization
    if organization is not None:
        known += [
            ("Organization’s kind", organization.kind),
            ("Organization established in", organization.established_in),
            ("Organization owned from", organization.owned_from),
        ]
    return [(label, shown(value)) for label, value in known]


def tuple_of(stored: list[str] | None) -> tuple[str, ...] | None:
    """Read a stored set of words; null is not known."""
    return None if stored is None else tuple(stored)


def _require_codes(*codes: str) -> None:
    for code in codes:
        if code and not is_jurisdiction(code):
            raise AccountError(f"`{code}` is no ISO 3166 code: write one such as `US` or `DE-BE`")
