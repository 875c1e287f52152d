"""People and what is recorded of where they may work from."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class Role(models.TextChoices):
    """What a person is here for; stored as the names of Django groups."""

    LEAD = "lead", "ML lead"
    ANNOTATOR = "annotator", "Annotator"
    REVIEWER = "reviewer", "Reviewer"
    OFFICER = "officer", "Compliance officer"
    OWNER = "owner", "Footage owner"
    AUDITOR = "auditor", "Auditor of a footage owner"


class Organization(models.Model):
    """A legal entity: an employer of annotators, a footage owner, or the controller itself."""

    class Relation(models.TextChoices):
        """How the entity stands to whoever answers for the footage."""

        CONTROLLER = "controller", "Controller"
        PROCESSOR = "processor", "Processor"
        CONTRACTOR = "contractor", "Contractor"
        OWNER = "owner", "Footage owner"

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    relation = models.CharField(max_length=20, choices=Relation)
    kind = models.SlugField(max_length=40, blank=True, help_text="such as `private` or `state-agency`; empty: unknown")
    established_in = models.CharField(max_length=10, blank=True, help_text="ISO 3166 code; empty when unknown")
    owned_from = models.JSONField(
        null=True, blank=True, help_text="jurisdictions that half of it or more is owned from; null when unknown"
    )

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Makes people; nobody can make themselves one."""

    def create_user(self, email: str, password: str, **fields: Any) -> Person:  # noqa: ANN401  Django's own signature
        """Create a person with a usable password."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        """Find by e-mail address, whatever its case."""
        return self.get(email__iexact=username)


def new_pseudonym() -> str:
    """Make the name a person has in the ledger and inside Label Studio."""
    return f"p-{uuid.uuid4().hex[:16]}"


class Person(AbstractBaseUser, PermissionsMixin):
    """One natural person. There is no superuser: nothing here can skip a decision."""

    is_superuser = None  # removes the inherited column and with it every bypass
    pseudonym = models.CharField(max_length=40, unique=True, default=new_pseudonym, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="people")
    is_active = models.BooleanField(default=True)
    engagement = models.SlugField(max_length=40, blank=True, help_text="such as `employment`; empty when unknown")
    residence = models.CharField(max_length=10, blank=True, help_text="ISO 3166 code; empty when unknown")
    citizenships = models.JSONField(null=True, blank=True, help_text="only where a rule needs it; null when unknown")
    is_designated = models.BooleanField(null=True, blank=True, help_text="on a list of designated persons")
    training = models.JSONField(null=True, blank=True, help_text="words; null when unknown")
    clearances = models.JSONField(null=True, blank=True, help_text="words; null when unknown")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep one spelling of each address."""
        super().clean()
        self.email = self.email.lower()


class Attestation(models.Model):
    """An employer's dated statement of where a person works; it ends by itself."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attestations")
    jurisdiction = models.CharField(max_length=10, help_text="ISO 3166-1 or 3166-2 code")
    valid_from = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("valid_from")), name="attestation_ends_later"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} works in {self.jurisdiction}"
