"""The `policies` app."""

from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.policies"
    label = "policies"

    def ready(self) -> None:
        """Tell the reports who knows the rules, and evidence packs who knows the policies."""
        from labelhub.evidence.rejudging import tell_rules  # noqa: PLC0415  models are loaded only by now
        from labelhub.evidence.told import tell_rulebook  # noqa: PLC0415  the same
        from labelhub.policies.rejudging import KnownRules  # noqa: PLC0415  the same
        from labelhub.policies.telling import KnownPolicies  # noqa: PLC0415  the same

        tell_rules(KnownRules())
        tell_rulebook(KnownPolicies())
