"""Receiving uploaded files: they are put into their zone's own store as they came, and a worker there looks at them.

The process that receives them opens none. A batch that could not be received whole leaves nothing behind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from labelhub.accounts.models import Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.footage.actions import FootageError
from labelhub.footage.manifest import Facts, facts_document
from labelhub.footage.models import Batch, BatchFile, Source
from labelhub.storage.port import ObjectStore, StoreError

LOST_AFTER = timedelta(minutes=10)
STILL_AFTER = timedelta(minutes=1)
MOST_FILES = 500
UNKNOWN_KIND = "application/octet-stream"
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it was sent: what its sender calls it, and its bytes."""

    name: str
    size: int
    body: BinaryIO


def sent(file: UploadedFile[Any]) -> Upload:
    """State what was sent: a name, a size and bytes."""
    return Upload(name=file.name or "", size=file.size or 0, body=cast("BinaryIO", file.file))


def receive(
    uploads: Sequence[Upload],
    *,
    source: Source,
    store: ObjectStore,
    by: Person,
    facts: dict[str, Facts] | None = None,
    is_new_source: bool = False,
) -> Batch:
    """Put files into the inbox of their camera's zone, for a worker of that zone to look at.

    Raises:
        FootageError: there is no file, there are too many, or the manifest speaks of others.
        StoreError: the zone's store does not take them. In both cases nothing is kept, and no camera made for them.
    """
    try:
        _check(uploads, facts or {})
        return _receive(uploads, source=source, store=store, by=by, facts=facts or {})
    except (FootageError, StoreError):
        if is_new_source and not source.batches.exists() and not source.footage.exists():
            source.delete()
        raise


def _receive(
    uploads: Sequence[Upload], *, source: Source, store: ObjectStore, by: Person, facts: dict[str, Facts]
) -> Batch:
    at = timezone.now()
    batch = Batch.objects.create(source=source, zone_id=source.zone_id, added_by=by, added_at=at, moved_at=at)
    try:
        files = [_put(upload, number, batch, store, facts) for number, upload in enumerate(uploads)]
        with transaction.atomic():
            BatchFile.objects.bulk_create(files, batch_size=500)
            _arrived(batch, at=timezone.now())
            record(_entry(batch, files, by))
    except (FootageError, StoreError):
        empty_inbox(batch.pk, store)  # when even this fails the row stays, and the clock has the inbox emptied later
        batch.delete()
        raise
    return batch


def _check(uploads: Sequence[Upload], facts: dict[str, Facts]) -> None:
    if not uploads:
        raise FootageError("no file was sent: choose at least one")
    if len(uploads) > MOST_FILES:
        raise FootageError(f"{len(uploads)} files are more than {MOST_FILES}: send them in parts")
    names = [upload.name for upload in uploads]
    refuse_unmatched(facts, set(names))
    twice = sorted({name for name in names if name in facts and names.count(name) > 1})
    if twice:
        raise FootageError(f"the manifest speaks of `{shown_name(twice[0])}`, and two files have that name: rename one")


def refuse_unmatched(facts: dict[str, Facts], inputs: set[str]) -> None:
    """Refuse a manifest that speaks of a file nobody handed in: a mistyped path would lose its facts in silence.

    Raises:
        FootageError: it names such files; carries their lines.
    """
    lost = [said for name, said in facts.items() if name not in inputs]
    if lost:
        lines = ", ".join(f"line {said.line} (`{said.path}`)" for said in lost[:10])
        raise FootageError(f"the manifest names {len(lost)} files that are not among the inputs: {lines}; correct them")


def _put(upload: Upload, number: int, batch: Batch, store: ObjectStore, facts: dict[str, Facts]) -> BatchFile:
    # The key holds nothing of the name: whatever a sender calls a file, it can address no other object.
    key = f"{inbox_of(batch.pk)}{number}"
    store.put(key, upload.body, mime=UNKNOWN_KIND)
    Batch.objects.filter(pk=batch.pk).update(moved_at=timezone.now())
    said = facts.get(upload.name)
    return BatchFile(
        batch=batch,
        number=number,
        name=shown_name(upload.name),
        suffix=suffix_of(upload.name),
        size=upload.size,
        store_key=key,
        said=facts_document(said) if said else None,
    )


def _arrived(batch: Batch, *, at: datetime) -> None:
    batch.state, batch.moved_at = Batch.State.WAITING, at
    receiving = Batch.objects.filter(pk=batch.pk, state=Batch.State.RECEIVING)
    if not receiving.update(state=batch.state, moved_at=at):
        raise FootageError("the files took too long to arrive: send them again, fewer at once")


def _entry(batch: Batch, files: Sequence[BatchFile], by: Person) -> EntryDraft:
    return EntryDraft(
        action=LedgerAction.FOOTAGE_BATCH_RECEIVED,
        at=batch.added_at,
        ledger=batch.zone_id,
        person=by.pseudonym,
        entity=by.organization.code if by.organization else "",
        source=batch.source.code,
        jurisdiction=batch.source.jurisdiction,
        owner=batch.source.owner.code if batch.source.owner else "",
        details={"batch": batch.pk, "files": len(files), "bytes": sum(file.size for file in files)},
    )


def shown_name(name: str) -> str:
    """Make a name fit to be shown and kept: one line, at most 255 characters."""
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name[:1000])
    return plain[:255] or "unnamed"


def suffix_of(name: str) -> str:
    """Take the suffix that says what a file claims to be; anything unusual counts as none."""
    suffix = PurePath(name.rpartition("/")[2].replace("\0", "")).suffix
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def inbox_of(batch_id: str) -> str:
    """Name the part of a zone's store where a batch lies until it has been looked at."""
    return f"inbox/{batch_id}/"


def empty_inbox(batch_id: str, store: ObjectStore) -> None:
    """Remove what lies in a batch's inbox."""
    for key, _ in list(store.keys(inbox_of(batch_id))):
        store.delete(key)


def is_still(batch: Batch, *, at: datetime) -> bool:
    """Tell whether a batch waits for somebody to have it continued: its store failed, or nothing moved for a while."""
    is_underway = batch.state in {Batch.State.WAITING, Batch.State.RUNNING}
    return is_underway and (bool(batch.problem) or batch.moved_at <= at - STILL_AFTER)


def wake(batch: Batch, *, at: datetime, still_for: timedelta | None = LOST_AFTER) -> bool:
    """Take a batch that has stood still from whoever had it; say whether it may be handed out again."""
    found = Batch.objects.filter(pk=batch.pk, state__in=[Batch.State.WAITING, Batch.State.RUNNING])
    if still_for is not None:
        found = found.filter(moved_at__lte=at - still_for)
    return bool(found.update(state=Batch.State.WAITING, holder="", moved_at=at))


def give_up(batch: Batch, store: ObjectStore, *, at: datetime) -> None:
    """End a batch whose upload broke off, and remove what had arrived of it."""
    problem = "the upload broke off before everything had arrived: send the files again"
    receiving = Batch.objects.filter(pk=batch.pk, state=Batch.State.RECEIVING)
    receiving.update(state=Batch.State.FAILED, problem=problem, moved_at=at, finished_at=at)
    if Batch.objects.filter(pk=batch.pk, state=Batch.State.FAILED).exists():
        empty_inbox(batch.pk, store)
