"""The `evidence` app."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Say which entries the sequencer has not counted yet."""
        from labelhub.evidence.models import LedgerEntry  # noqa: PLC0415  models are loaded only by now
        from labelhub.evidence.rollups import tell_pending  # noqa: PLC0415  the same

        tell_pending(lambda: LedgerEntry.objects.filter(waiting__isnull=False))
