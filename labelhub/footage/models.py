"""Zones, sources and footage."""

from __future__ import annotations

import secrets
from fractions import Fraction

from django.db import models

from labelhub.accounts.models import Organization


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
    added_at = models.DateTimeField(db_index=True)
    added_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["source__code", "name", "id"]
        verbose_name_plural = "footage"
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
