"""Looking at what was handed in: in the zone where it rests, file by file, safe to be interrupted and run again.

Each file's result is kept before its bytes leave the inbox, so a worker that ends in between loses nothing: the next
one goes on at the first file without a result. The same bytes are never stored twice.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from labelhub.footage.actions import FileResult, refuse_file
from labelhub.footage.batch import take_file
from labelhub.footage.manifest import facts_from
from labelhub.footage.models import Batch, BatchFile
from labelhub.footage.probe import Prober, ProbingUnavailableError
from labelhub.footage.uploads import empty_inbox
from labelhub.storage.port import ObjectStore, StoreError

BLOCK = 1024 * 1024
GONE = "it is no longer in its zone's store: send it again"


def take_batch(batch_id: str, store: ObjectStore, *, now: Callable[[], datetime]) -> None:
    """Look at each file of a batch that has no result yet; a store that fails leaves the rest waiting, with why."""
    holder = secrets.token_hex(8)
    waiting = Batch.objects.filter(pk=batch_id, state=Batch.State.WAITING)
    if not waiting.update(state=Batch.State.RUNNING, holder=holder, moved_at=now(), problem=""):
        return  # another worker has it, or it is finished
    batch = Batch.objects.select_related("source__owner", "added_by").get(pk=batch_id)
    mine = Batch.objects.filter(pk=batch_id, holder=holder)
    try:
        with ExitStack() as stack:
            prober = stack.enter_context(Prober())
            scratch = Path(stack.enter_context(TemporaryDirectory(dir=settings.SCRATCH_DIR)))
            for file in batch.files.filter(arrival="").order_by("number"):
                if not mine.update(moved_at=now()):
                    return  # it stood still for so long that somebody else was given it
                if _has_result(file):
                    continue
                _keep(file, _take(file, batch, store, prober, scratch, at=now()), store)
        empty_inbox(batch_id, store)
    except (StoreError, ProbingUnavailableError) as error:
        mine.update(state=Batch.State.WAITING, holder="", moved_at=now(), problem=str(error))
        return
    mine.update(state=Batch.State.FINISHED, holder="", moved_at=now(), finished_at=now())


def _take(
    file: BatchFile, batch: Batch, store: ObjectStore, prober: Prober, scratch: Path, *, at: datetime
) -> FileResult:
    by = batch.added_by.pseudonym
    if not store.has(file.store_key, size=file.size):
        return refuse_file(file.name, source=batch.source, by=by, at=at, reason=GONE)
    copy = scratch / f"{file.number}{file.suffix}"
    try:
        with store.open(file.store_key) as body, copy.open("wb") as out:
            shutil.copyfileobj(body, out, BLOCK)
        said = facts_from(file.said) if file.said else None
        return take_file(copy, said, camera=batch.source, prober=prober, store=store, by=by, at=at, name=file.name)
    finally:
        copy.unlink(missing_ok=True)


def _has_result(file: BatchFile) -> bool:
    """Tell whether a worker that was thought lost has finished this file after all."""
    return not BatchFile.objects.filter(pk=file.pk, arrival="").exists()


def _keep(file: BatchFile, result: FileResult, store: ObjectStore) -> None:
    # The first result stands: whoever comes second with the same bytes would call them already stored.
    BatchFile.objects.filter(pk=file.pk, arrival="").update(
        arrival=result.arrival.value, reason=result.reason, footage_id=result.footage_id or None
    )
    store.delete(file.store_key)
