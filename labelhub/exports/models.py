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

    class Meta:
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.job} as {self.file_format}"
