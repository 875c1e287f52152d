"""Celery functions of the policies app: each a thin call to one action, with ids as arguments."""

from __future__ import annotations

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from labelhub.policies.models import PolicyTrial
from labelhub.policies.trials import fail_trial, run_trial
from residency import ResidencyError


@shared_task(name="policies.try_draft")
def try_draft(trial_id: int) -> None:
    """Do a dry run; whatever stops it is kept on it, for whoever waits."""
    trial = PolicyTrial.objects.select_related("draft").get(pk=trial_id)
    try:
        run_trial(trial, at=timezone.now(), now=timezone.now)
    except (ResidencyError, DatabaseError) as error:
        fail_trial(trial, str(error), at=timezone.now())
        raise


def start_trying(trial: PolicyTrial) -> None:
    """Ask a worker of the control queue to do a dry run."""
    try_draft.apply_async(args=(trial.pk,), queue="control")
