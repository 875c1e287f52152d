"""Activating a policy: parsed whole or refused whole, stored with its hash, recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.policies.models import PolicyVersion
from residency import PolicyError, parse_policy
from residency.errors import Problem


def activate_policy(text: str, *, by: str, at: datetime, shown_as: str = "policy") -> PolicyVersion:
    """Put a policy document into force, in place of the version of the same name; `shown_as` names it in errors.

    Raises:
        residency.PolicyError: the text is not a policy; nothing changes.
    """
    policy = parse_policy(text, name=shown_as)
    if policy.effective_from > at:
        # It would retire the version in force and decide nothing until that day.
        begins = f"it takes effect only from {policy.effective_from:%Y-%m-%d %H:%M} UTC on: activate it then"
        raise PolicyError(shown_as, (Problem(message=begins, line=None),))
    with transaction.atomic():
        PolicyVersion.objects.filter(name=policy.name, retired_at__isnull=True).update(retired_at=at)
        version = PolicyVersion.objects.create(
            name=policy.name,
            layer=policy.layer.value,
            title=policy.title,
            text=text,
            hash=policy.hash,
            effective_from=at,
            activated_at=at,
            activated_by=by,
        )
        record(
            EntryDraft(
                action=LedgerAction.POLICY_VERSION_ACTIVATED,
                at=at,
                policy_hash=policy.hash,
                details={"name": policy.name, "layer": policy.layer.value, "by": by},
            )
        )
    return version
