"""Policies as stored, and what is held that they may ask for: documents, grants, and broken glass.

A policy version is never edited, only followed. What is held ends by its date, or is withdrawn; it is never deleted.
"""

from __future__ import annotations

from django.db import models

from labelhub.accounts.models import Organization, Person


class PolicyVersion(models.Model):
    """One version of one named policy document."""

    name = models.SlugField()
    layer = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="the TOML document as activated")
    hash = models.CharField(max_length=64)
    effective_from = models.DateTimeField()
    activated_at = models.DateTimeField()
    activated_by = models.CharField(max_length=120)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-effective_from"]
        constraints = [models.UniqueConstraint(fields=["name", "hash", "effective_from"], name="policy_version_once")]
        permissions = [("read_policies", "May read every policy")]

    def __str__(self) -> str:
        return f"{self.name} {self.hash[:8]}"

    @property
    def is_void(self) -> bool:
        """Whether it was replaced before it ever took effect."""
        return self.retired_at is not None and self.retired_at <= self.effective_from


class PolicyDraft(models.Model):
    """A version on its way: written by one person, tried, and put into force by another."""

    class State(models.TextChoices):
        """How far it has come."""

        OPEN = "open", "being written"
        IN_FORCE = "approved", "approved"
        WITHDRAWN = "withdrawn", "withdrawn"

    name = models.SlugField(help_text="the document's own name")
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="the TOML document")
    hash = models.CharField(max_length=64, help_text="what the document's rules come to")
    author = models.CharField(max_length=120, help_text="pseudonym of who last changed the text")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.OneToOneField(PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="draft")

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return f"draft of {self.name}"


class PolicyTrial(models.Model):
    """One dry run of a draft: what would change, in the past and in the work of now."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", "waiting for a worker"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    draft = models.ForeignKey(PolicyDraft, on_delete=models.CASCADE, related_name="trials")
    hash = models.CharField(max_length=64, help_text="the draft's hash when it was tried")
    against = models.CharField(max_length=64, help_text="the hash of the policies in force then")
    days = models.PositiveSmallIntegerField(help_text="how far back it looks")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    seen = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)
    problem = models.CharField(max_length=400, blank=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"dry run of {self.draft}"


class HeldDocument(models.Model):
    """A document that is held about a legal entity: its type, and the time it is valid for."""

    type = models.SlugField(max_length=60, help_text="such as `written-declaration`; what rules call it")
    party = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="documents")
    reference = models.CharField(max_length=200, help_text="where the document itself is kept")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["party__code", "type", "valid_from"]

    def __str__(self) -> str:
        return f"{self.type} of {self.party}"


class HeldGrant(models.Model):
    """A named permission given to one person for a time."""

    name = models.SlugField(max_length=60, help_text="what rules call it")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    reason = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.name} for {self.person}"


class Emergency(models.Model):
    """Breaking glass: asked for by one person, opened by another, for a case and a few hours."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="emergencies")
    reason = models.CharField(max_length=400)
    case_reference = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    hours = models.PositiveSmallIntegerField(help_text="at most 4")
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.CharField(max_length=120, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, blank=True, help_text="who refused it, or closed it early")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(hours__gte=1, hours__lte=4), name="emergency_is_short"),
        ]
        verbose_name_plural = "emergencies"

    def __str__(self) -> str:
        return f"{self.person} for case {self.case_reference}"
