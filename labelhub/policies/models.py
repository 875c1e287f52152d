"""Policy versions as stored: text, hash and the time they take effect. A version is never edited, only followed."""

from __future__ import annotations

from django.db import models


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
