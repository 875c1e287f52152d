"""The `accounts` app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Record sign-ins from now on."""
        from labelhub.accounts import signals  # noqa: PLC0415  models are loaded only by now

        signals.connect()
