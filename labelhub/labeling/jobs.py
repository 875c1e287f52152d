"""Celery functions of the labeling app: each a thin call to one action, with ids as arguments."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from labelhub.labeling.actions import fail_job, open_job, prepare_zone
from labelhub.labeling.closing import zones_to_reconcile
from labelhub.labeling.models import Job, JobZone
from labelhub.labeling.queue import free_expired as free_expired_now
from labelhub.labeling.reconcile import reconcile_zone
from labelhub.studio.client import studio_of
from labelhub.studio.port import StudioError


@shared_task(name="labeling.prepare", autoretry_for=(StudioError,), retry_backoff=5, max_retries=6)
def prepare(job_zone_id: int) -> None:
    """Make a job's tasks in one zone, and open the job when all its zones are ready."""
    job_zone = JobZone.objects.select_related("job__schema", "zone").get(pk=job_zone_id)
    try:
        prepare_zone(job_zone, studio_of(job_zone.zone.studio))
    except StudioError as error:
        fail_job(job_zone.job, str(error))
        raise
    open_job(job_zone.job)


@shared_task(name="labeling.reconcile")
def reconcile() -> None:
    """Start a reconciliation in every zone that has open jobs, or jobs closed just now."""
    for job_zone in zones_to_reconcile(at=timezone.now()):
        reconcile_one.apply_async(args=(job_zone.pk,), queue=f"zone.{job_zone.zone_id}")


@shared_task(name="labeling.reconcile_one")
def reconcile_one(job_zone_id: int) -> None:
    """Reconcile one project."""
    job_zone = JobZone.objects.select_related("job", "zone").get(pk=job_zone_id)
    reconcile_zone(job_zone, studio_of(job_zone.zone.studio), at=timezone.now())


@shared_task(name="labeling.free_expired")
def free_expired() -> None:
    """Let go of the reservations whose time is over."""
    free_expired_now(at=timezone.now())


def start_preparing(job: Job) -> None:
    """Ask the workers of each zone to make the job's tasks there."""
    for job_zone in job.zones.all():
        prepare.apply_async(args=(job_zone.pk,), queue=f"zone.{job_zone.zone_id}")
