"""Zones, sources and footage."""

from __future__ import annotations

import secrets
from fractions import Fraction

from django.db import models

from labelhub.accounts.models import Organization, Person


class Zone(models.Model):
    """Where footage rests. Its store's address and keys come from the settings; this row is a name to point at."""

    code = models.SlugField(primary_key=True, max_length=20)
    jurisdiction = models.CharField(max_length=10)
    studio = models.SlugField(max_length=20, help_text="code of the Label Studio that shows this zone's tasks")
    is_open = models.BooleanField(default=True, help_text="a zone no longer in the settings is closed, not deleted")

    def __str__(self) -> str:
        return self.code


class Source(models.Model):
    """A camera. Without a jurisdiction its footage is stored but never shown."""

    code = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=120, blank=True)
    jurisdiction = models.CharField(
        max_length=10, blank=True, help_text="ISO 3166-1 or 3166-2 code; empty when unknown"
    )
    owner = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="sources")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="sources")
    marks = models.JSONField(default=list, blank=True, help_text="words a policy may ask for, such as `public-test`")
    sensitivity = models.SmallIntegerField(null=True, blank=True, help_text="residency.Sensitivity; null when unknown")
    place_tags = models.JSONField(null=True, blank=True, help_text="what kind of place it shows; null when unknown")
    shows = models.JSONField(null=True, blank=True, help_text="`people`, `plates`, `audio`; null when unknown")
    consent_scope = models.JSONField(null=True, blank=True, help_text="purposes agreed to; null when unknown")
    contract = models.SlugField(max_length=80, blank=True, help_text="the contract it is held under; empty: unknown")
    criminal_justice = models.BooleanField(null=True, blank=True, help_text="criminal-justice information")

    class Meta:
        ordering = ["code"]
        permissions = [("see_source", "May see the footage of this camera, where residency allows")]

    def __str__(self) -> str:
        return self.name or self.code


def new_footage_id() -> str:
    """Make a name nobody can guess and no address needs to escape."""
    return secrets.token_hex(12)


class Footage(models.Model):
    """One recording under control."""

    class Kind(models.TextChoices):
        """What kind of media it is."""

        IMAGE = "image", "Still"
        VIDEO = "video", "Clip"

    id = models.CharField(primary_key=True, max_length=24, default=new_footage_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="footage")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="footage")
    name = models.CharField(max_length=255, help_text="the file's own name, for people")
    kind = models.CharField(max_length=10, choices=Kind)
    mime = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField(help_text="pixels")
    frames = models.PositiveIntegerField(null=True, blank=True)
    fps_numerator = models.PositiveIntegerField(null=True, blank=True)
    fps_denominator = models.PositiveIntegerField(null=True, blank=True)
    is_playable = models.BooleanField(default=True, help_text="a browser can show it as it is")
    captured_at = models.DateTimeField(null=True, blank=True)
    marks = models.JSONField(default=list, blank=True, help_text="words a policy may ask for, beside the camera's")
    case_reference = models.CharField(max_length=200, blank=True)
    store_key = models.CharField(max_length=120, unique=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="from then on it is shown and given to nobody")
    withdrawn_because = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField(db_index=True)
    added_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["source__code", "name", "id"]
        verbose_name_plural = "footage"
        # All that lists ask of a single piece, so that counts read the first index alone, and sorting and skipping the
        # second, which is twice as large for its names. Where it can be so: on PostgreSQL.
        indexes = [
            models.Index(
                fields=["source"], include=["id", "zone", "kind", "captured_at", "marks"], name="footage_by_camera"
            ),
            models.Index(
                fields=["source", "name", "id"],
                include=["zone", "kind", "captured_at", "marks"],
                name="footage_in_order",
            ),
        ]
        permissions = [("add_any_footage", "May add footage"), ("list_any_footage", "May list footage of every camera")]

    def __str__(self) -> str:
        return self.name

    @property
    def fps(self) -> Fraction | None:
        """Frames per second, exactly; None for a still."""
        if self.fps_numerator is None or self.fps_denominator is None:
            return None
        return Fraction(self.fps_numerator, self.fps_denominator)

    @property
    def seconds(self) -> float | None:
        """Length in seconds; None for a still."""
        return float(self.frames / self.fps) if self.frames is not None and self.fps else None


class Batch(models.Model):
    """Files that were handed in together, and how far the zone's worker is with them."""

    class State(models.TextChoices):
        """How far it is."""

        RECEIVING = "receiving", "Arriving"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being checked"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Broken off"

    id = models.CharField(primary_key=True, max_length=24, default=new_footage_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVING)
    problem = models.TextField(blank=True, help_text="why it does not go on just now")
    holder = models.CharField(max_length=16, blank=True, help_text="which run of the job has it")
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="batches")
    added_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text="when it last went on")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-added_at", "id"]
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["state", "moved_at"], name="batch_state_moved")]

    def __str__(self) -> str:
        return f"{self.source.code}, {self.added_at:%Y-%m-%d %H:%M}"


class BatchFile(models.Model):
    """One file of a batch. `arrival` is empty until it was looked at, and is then set once."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255, help_text="as its sender calls it; names no file and no object of ours")
    suffix = models.CharField(max_length=13, blank=True)
    size = models.BigIntegerField(help_text="bytes")
    store_key = models.CharField(max_length=120, help_text="where it lies in the inbox until it was looked at")
    said = models.JSONField(null=True, blank=True, help_text="what the manifest says of it")
    arrival = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    footage = models.ForeignKey(Footage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_file_once")]

    def __str__(self) -> str:
        return self.name
