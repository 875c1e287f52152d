"""Celery functions of the evidence app: each a thin call to one action, with ids as arguments."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from labelhub.evidence.models import EvidencePack
from labelhub.evidence.pack_actions import make_pack
from labelhub.evidence.reconciling import reconcile as reconcile_log


@shared_task(name="evidence.make_pack")
def make(pack_id: str) -> None:
    """Make an evidence pack that was asked for."""
    pack = EvidencePack.objects.filter(pk=pack_id, state=EvidencePack.State.WAITING).first()
    if pack is not None:  # it was removed, or another worker made it
        make_pack(pack, now=timezone.now)


@shared_task(name="evidence.reconcile")
def reconcile() -> None:
    """Hold what the door streamed since the last time against the ledger."""
    reconcile_log(settings.GATEWAY_LOG, at=timezone.now())


def start_making(pack: EvidencePack) -> None:
    """Ask a worker of the control queue to make a pack."""
    make.apply_async(args=(pack.pk,), queue="control")
