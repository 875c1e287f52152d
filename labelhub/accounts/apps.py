"""The `accounts` app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Record sign-ins from now on, and tell the reports who the people are."""
        from labelhub.accounts import reading, signals  # noqa: PLC0415  models are loaded only by now
        from labelhub.evidence.reader import tell_people  # noqa: PLC0415  the same

        signals.connect()
        tell_people(reading.KnownPeople())
