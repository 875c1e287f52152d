"""Export runs."""

from __future__ import annotations

import secrets

from django.db import models

from labelhub.accounts.models import Person
from labelhub.footage.models import Zone
from labelhub.labeling.models import Job


def new_run_id() -> str:
    """Make a name nobody can guess."""
    return secrets.token_hex(12)


class ExportRun(models.Model):
    """One making of a training set from one job's labels in one zone."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    id = models.CharField(primary_key=True, max_length=24, default=new_run_id, editable=False)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="export_runs")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="export_runs")
    file_format = models.CharField(max_length=20)
    lossy = models.BooleanField(default=False, help_text="leave out, and report, what the format cannot carry")
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="export_runs")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    problem = models.TextField(blank=True)
    items_total = models.PositiveIntegerField(default=0)
    items_done = models.PositiveIntegerField(default=0)
    boxes = models.PositiveIntegerField(default=0)
    policy_hash = models.CharField(max_length=64, blank=True)
    store_key = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0, help_text="bytes")
    manifest = models.JSONField(default=dict)
    footage_ids = models.JSONField(default=list)
    version = models.PositiveIntegerField(
        null=True, help_text="of this job's sets in this zone, from 1; given when ready"
    )
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replacements")

    class Meta:
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.job} as {self.file_format}"


class VersionItem(models.Model):
    """One piece of footage in a set that is ready: whose labels, by their digest, and from what they came."""

    run = models.ForeignKey(ExportRun, on_delete=models.CASCADE, related_name="items")
    footage = models.CharField(max_length=24, db_index=True, help_text="footage id; the footage itself may be gone")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, help_text="of the footage")
    labels = models.CharField(max_length=64, help_text="sha256 of its label results as canonical JSON")
    annotations = models.JSONField(default=list, help_text="numbers of the annotations it was made from")
    entries = models.JSONField(default=list, help_text="ledger entries of the views it was drawn in")
    places = models.JSONField(default=dict, help_text="places of the annotators, counted")

    class Meta:
        ordering = ["name", "footage"]
        constraints = [models.UniqueConstraint(fields=["run", "footage"], name="version_item_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Receipt(models.Model):
    """That somebody was handed a set; written before it was streamed."""

    run = models.ForeignKey(ExportRun, on_delete=models.PROTECT, related_name="receipts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="receipts")
    at = models.DateTimeField()
    entry = models.UUIDField(help_text="the ledger entry of the download")

    class Meta:
        ordering = ["-at"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.run_id} {self.at:%Y-%m-%d}"


class Recall(models.Model):
    """That a set holds footage which was withdrawn: it is handed out no more."""

    run = models.ForeignKey(ExportRun, on_delete=models.PROTECT, related_name="recalls")
    footage = models.CharField(max_length=24)
    because = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.CharField(max_length=80, help_text="pseudonym")
    replacement = models.ForeignKey(ExportRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    no_replacement = models.TextField(blank=True, help_text="why none could be made")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["run", "footage"], name="recall_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.run_id} {self.footage}"


class RecallNotice(models.Model):
    """What one receiver of a recalled set is told, until they say that their copy is destroyed."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="notices")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recall_notices")
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-recall__at"]
        constraints = [models.UniqueConstraint(fields=["recall", "person"], name="recall_notice_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.recall_id} {self.person_id}"
