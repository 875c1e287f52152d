"""The whole way of a policy at once, for the command line: written, tried, approved, with nothing left out."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from labelhub.accounts.models import Person
from labelhub.policies.drafts import DraftError, approve, ask_for_trial, standing_of_draft, write_draft
from labelhub.policies.models import PolicyVersion
from labelhub.policies.trial_results import TrialResult
from labelhub.policies.trials import run_trial


def activate_in_one_go(
    text: str, *, author: Person, approver: Person, acknowledged: Collection[str] = (), days: int = 30
) -> tuple[PolicyVersion, TrialResult]:
    """Write, try and approve a policy; what stops it leaves the draft, to be gone on with on the page.

    Raises:
        residency.PolicyError: the text is no policy.
        DraftError: a case fails, somebody newly allowed is not acknowledged, or the approver may not approve it.
    """
    draft = write_draft(text, by=author, at=timezone.now())
    run_trial(ask_for_trial(draft, days=days, by=author, at=timezone.now()), at=timezone.now(), now=timezone.now)
    result = standing_of_draft(draft, at=timezone.now()).result
    if result is None:
        raise DraftError("the dry run found nothing to show: look at the draft's page")
    missing = [one.key for one in result.to_acknowledge if one.key not in acknowledged]
    if missing:
        named = " ".join(f"--acknowledge '{key}'" for key in missing)
        raise DraftError(f"it newly allows {len(missing)}; acknowledge each by name: {named}")
    version = approve(draft, by=approver, at=timezone.now(), acknowledged=acknowledged)
    return version, result
