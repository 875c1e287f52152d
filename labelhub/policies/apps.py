"""The `policies` app."""

from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.policies"
    label = "policies"
