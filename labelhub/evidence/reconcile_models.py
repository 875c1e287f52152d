"""What the door's log is held against the ledger with: how far it is read, what was served, what does not fit."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class LogMark(models.Model):
    """How far the door's log is read; whoever reads on holds this row meanwhile."""

    name = models.CharField(primary_key=True, max_length=20)
    inode = models.CharField(max_length=20, blank=True)
    offset = models.BigIntegerField(default=0)
    first = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file's first line, hex")
    rolled = models.CharField(max_length=255, blank=True, help_text="the file that had been rolled away last")
    started = models.DateTimeField(help_text="entries of before are not looked for in the log")
    checked = models.DateTimeField(help_text="entries up to here have been looked for")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.offset}"


class Served(models.Model):
    """What left the door under one entry."""

    entry = models.OneToOneField("evidence.LedgerEntry", models.DO_NOTHING, primary_key=True, related_name="served")
    requests = models.BigIntegerField()
    bytes = models.BigIntegerField()
    first = models.DateTimeField(help_text="when the first request began")
    last = models.DateTimeField(help_text="when the last request ended")

    class Meta:
        verbose_name_plural = "served"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.entry_id} {self.bytes}"


class FindingKind(models.TextChoices):
    """What can be found. A closed list."""

    BYTES_WITHOUT_ENTRY = "bytes-without-entry"
    ENTRY_WITHOUT_BYTES = "entry-without-bytes"
    LOG_GAP = "log-gap"
    ENTRY_NOT_SEQUENCED = "entry-not-sequenced"
    ENTRY_WAITS = "entry-waits"


class Finding(models.Model):
    """Something that does not fit, until somebody closes it and says why."""

    kind = models.CharField(max_length=30, choices=FindingKind)
    key = models.CharField(max_length=64, db_index=True, help_text="what is the same finding has the same one")
    at = models.DateTimeField(help_text="when it happened")
    raised_at = models.DateTimeField()
    what = models.CharField(max_length=500)
    entry = models.UUIDField(null=True, help_text="the entry it names, whether or not the ledger has it")
    path = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True, help_text="pseudonym; empty when labelhub did so itself")
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-raised_at"], name="finding_raised")]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(closed_at__isnull=True), name="finding_open_once")
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.raised_at:%Y-%m-%d %H:%M:%S}"
