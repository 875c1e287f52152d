"""The `footage` app."""

from __future__ import annotations

from django.apps import AppConfig


class FootageConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.footage"
    label = "footage"

    def ready(self) -> None:
        """Tell evidence packs who knows the footage."""
        from labelhub.evidence.told import tell_holdings  # noqa: PLC0415  models are loaded only by now
        from labelhub.footage.telling import KnownFootage  # noqa: PLC0415  the same

        tell_holdings(KnownFootage())
