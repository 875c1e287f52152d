"""Putting a policy into force: parsed whole or refused whole, stored with its hash, recorded.

Who may, and after what, is `drafts`' matter; here a document takes the place of its predecessor at a time.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.policies.models import PolicyVersion
from residency import parse_policy


def activate_policy(
    text: str, *, by: str, at: datetime, shown_as: str = "policy", takes_effect: datetime | None = None, **said: object
) -> PolicyVersion:
    """Put a policy document into force, in place of the version of the same name; `shown_as` names it in errors.

    It takes effect at `takes_effect`, or at once; never before the document's own first day. Until then its predecessor
    holds. `said` goes into the ledger entry.

    Raises:
        residency.PolicyError: the text is not a policy; nothing changes.
    """
    policy = parse_policy(text, name=shown_as)
    begins = max(at, takes_effect or at, policy.effective_from)
    with transaction.atomic():
        _end_predecessors(policy.name, at=begins)
        version = PolicyVersion.objects.create(
            name=policy.name,
            layer=policy.layer.value,
            title=policy.title,
            text=text,
            hash=policy.hash,
            effective_from=begins,
            activated_at=at,
            activated_by=by,
        )
        record(
            EntryDraft(
                action=LedgerAction.POLICY_VERSION_ACTIVATED,
                at=at,
                policy_hash=policy.hash,
                details={
                    "name": policy.name,
                    "layer": policy.layer.value,
                    "by": by,
                    "takes_effect": begins,
                    **said,
                },
            )
        )
    return version


def _end_predecessors(name: str, *, at: datetime) -> None:
    """End every version of a name at a time; one that would have begun only later never begins."""
    standing = PolicyVersion.objects.filter(name=name).filter(Q(retired_at__isnull=True) | Q(retired_at__gt=at))
    for version in standing.select_for_update():
        version.retired_at = max(at, version.effective_from)
        version.save(update_fields=["retired_at"])
