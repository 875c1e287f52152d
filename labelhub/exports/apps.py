"""The `exports` app."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.exports"
    label = "exports"
