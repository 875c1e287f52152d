"""Evidence packs as rows, and what they name besides entries."""

from __future__ import annotations

import secrets

from django.db import models


def new_pack_id() -> str:
    """Make the id of a pack: 24 hex digits that nobody can guess."""
    return secrets.token_hex(12)


class LocationDatabase(models.Model):
    """One edition of a database that says in which country an address is."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=200)
    first_used = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class EvidencePack(models.Model):
    """A question with everything that proves its answer, in one file to be handed on."""

    class State(models.TextChoices):
        """How far a pack is."""

        WAITING = "waiting"
        MADE = "made"
        FAILED = "failed"

    id = models.CharField(primary_key=True, max_length=24, default=new_pack_id, editable=False)
    name = models.CharField(max_length=120)
    question = models.JSONField(help_text="as `residency.ledger.question` writes it")
    words = models.JSONField(help_text="the question in sentences")
    asked_by = models.CharField(max_length=80, help_text="pseudonym")
    owner = models.CharField(max_length=80, blank=True, help_text="whose footage it is about; empty: of everybody")
    with_people = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.BigIntegerField(default=0, help_text="leaves written so far")
    of = models.BigIntegerField(default=0, help_text="leaves to write")
    made_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    entries = models.BigIntegerField(default=0)
    is_negative = models.BooleanField(default=False)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
