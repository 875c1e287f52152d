"""Marks that the database itself sets when facts change: see `labelhub.evidence.marks`."""

from __future__ import annotations

from django.db import models


class FactMark(models.Model):
    """One change of anything that decisions about views depend on; only how many there are is ever asked."""

    id = models.BigAutoField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
