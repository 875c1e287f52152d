"""The `gateway` app."""

from __future__ import annotations

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.gateway"
    label = "gateway"
