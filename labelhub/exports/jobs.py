"""Celery functions of the exports app: each a thin call to one action, with ids as arguments."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from labelhub.exports.actions import build_run
from labelhub.exports.actions import mark_abandoned as mark_abandoned_before
from labelhub.exports.models import ExportRun
from labelhub.storage.s3 import store_of

ABANDONED_AFTER = timedelta(hours=12)


@shared_task(name="exports.build")
def build(run_id: str) -> None:
    """Build a run's archive, in the zone whose queue this is."""
    run = ExportRun.objects.select_related("job__schema", "zone", "requested_by__organization").get(pk=run_id)
    build_run(run, store_of(run.zone_id), now=timezone.now)


@shared_task(name="exports.mark_abandoned")
def mark_abandoned() -> None:
    """Fail the runs whose worker has gone."""
    now = timezone.now()
    mark_abandoned_before(before=now - ABANDONED_AFTER, at=now)


def start_building(run: ExportRun) -> None:
    """Ask a worker of the run's zone to build it."""
    build.apply_async(args=(run.pk,), queue=f"zone.{run.zone_id}")
