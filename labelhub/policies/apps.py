"""The `policies` app."""

from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.policies"
    label = "policies"

    def ready(self) -> None:
        """Tell the reports who knows the rules."""
        from labelhub.evidence.rejudging import tell_rules  # noqa: PLC0415  models are loaded only by now
        from labelhub.policies.rejudging import KnownRules  # noqa: PLC0415  the same

        tell_rules(KnownRules())
