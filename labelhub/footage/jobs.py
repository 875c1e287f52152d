"""Celery functions of the footage app: each a thin call to one action, with ids as arguments."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from labelhub.footage.models import Batch
from labelhub.footage.queries import batches_standing_still
from labelhub.footage.taking import take_batch
from labelhub.footage.uploads import LOST_AFTER, give_up, wake
from labelhub.storage.port import StoreError
from labelhub.storage.s3 import store_of

logger = logging.getLogger(__name__)


@shared_task(name="footage.take")
def take(batch_id: str) -> None:
    """Look at the files of a batch, in the zone whose queue this is."""
    batch = Batch.objects.get(pk=batch_id)
    take_batch(batch.pk, store_of(batch.zone_id), now=timezone.now)


@shared_task(name="footage.give_up", autoretry_for=(StoreError,), retry_backoff=5, max_retries=6)
def end_broken_upload(batch_id: str) -> None:
    """Remove what arrived of an upload that broke off, in the zone whose queue this is."""
    batch = Batch.objects.get(pk=batch_id)
    give_up(batch, store_of(batch.zone_id), at=timezone.now())


@shared_task(name="footage.resume")
def resume() -> None:
    """Hand out again the batches whose job or worker was lost."""
    now = timezone.now()
    for batch in batches_standing_still(since=now - LOST_AFTER):
        if batch.state == Batch.State.RECEIVING:
            end_broken_upload.apply_async(args=(batch.pk,), queue=f"zone.{batch.zone_id}")
        elif wake(batch, at=now):
            start_taking(batch)


def start_taking(batch: Batch) -> None:
    """Ask a worker of the batch's zone to look at it. A queue that does not answer is asked again by the clock."""
    try:
        take.apply_async(args=(batch.pk,), queue=f"zone.{batch.zone_id}")
    except OperationalError:
        logger.warning("the queue of zone %s does not answer; batch %s waits for the clock", batch.zone_id, batch.pk)
