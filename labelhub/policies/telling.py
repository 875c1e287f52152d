"""What evidence packs are told of the policies."""

from __future__ import annotations

from datetime import datetime

from labelhub.evidence.told import PolicyTexts
from labelhub.policies.queries import NoPolicyError, active_policies
from residency.ledger import canonical_json


class KnownPolicies:
    """The policies of this installation, as packs ask for them."""

    def texts_at(self, at: datetime) -> PolicyTexts:
        """Give the policies in force at a time; empty where there were none."""
        try:
            found = active_policies(at=at)
        except NoPolicyError:
            return PolicyTexts((), ())
        documents = tuple(canonical_json(policy.canonical()) for policy in found.policies)
        return PolicyTexts(documents, tuple(policy.hash for policy in found.policies))
