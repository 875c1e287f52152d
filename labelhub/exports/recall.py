"""Taking footage back: it is shown and given to nobody, and every set that holds it is recalled and made anew.

One transaction withdraws the footage, ends what anybody holds of it, recalls each version, tells each receiver and
records all of that. Replacements are started after it: one that may not be made leaves its reason on the recall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.exports.actions import ExportRefusedError, run_entry, start_export
from labelhub.exports.models import ExportRun, Recall, RecallNotice
from labelhub.footage.models import Footage
from labelhub.labeling.models import Reservation
from labelhub.policies.queries import NoPolicyError


class WithdrawalError(Exception):
    """Footage may not be withdrawn by this person, or is withdrawn already."""


def may_withdraw(person: Person, footage: Footage) -> bool:
    """Whether a person may take footage back: a compliance officer, or somebody of the organization that owns it."""
    if has_role(person, Role.OFFICER):
        return True
    owns = footage.source.owner_id is not None and footage.source.owner_id == person.organization_id
    return owns and has_role(person, Role.OWNER)


def versions_with(footage_id: str) -> list[ExportRun]:
    """Find every set that is ready and holds a piece of footage, newest first."""
    runs = ExportRun.objects.filter(items__footage=footage_id, state=ExportRun.State.READY)
    return list(runs.select_related("job", "zone", "requested_by").order_by("-requested_at"))


def withdraw(
    footage: Footage, *, because: str, by: Person, at: datetime, start_building: Callable[[ExportRun], object]
) -> list[Recall]:
    """Withdraw footage and recall every set that holds it.

    Raises:
        WithdrawalError: this person may not, or it was withdrawn before, or no reason is given.
        LedgerUnavailableError: it could not be recorded, so nothing was withdrawn.
    """
    if not may_withdraw(by, footage):
        raise WithdrawalError(f"only its owner or a compliance officer may withdraw `{footage.pk}`")
    if not because.strip():
        raise WithdrawalError("say why it is withdrawn: whoever has a copy is told so")
    with transaction.atomic():
        changed = Footage.objects.filter(pk=footage.pk, withdrawn_at__isnull=True)
        if not changed.update(withdrawn_at=at, withdrawn_because=because.strip()):
            raise WithdrawalError(f"`{footage.pk}` was withdrawn before")
        Reservation.objects.filter(task__footage=footage).delete()
        recalls = [_recalled(run, footage, because.strip(), by, at) for run in versions_with(footage.pk)]
        record(_entry(footage, by, at, recalls))
    for recall in _newest_of_each(recalls):
        _replace(recall, at=at, start_building=start_building)
    return recalls


def say_destroyed(notice: RecallNotice, *, at: datetime) -> None:
    """Record that a receiver destroyed their copy; said once, it stays said."""
    with transaction.atomic():
        if not RecallNotice.objects.filter(pk=notice.pk, destroyed_at__isnull=True).update(destroyed_at=at):
            return
        run, person = notice.recall.run, notice.person
        details = {"footage_withdrawn": notice.recall.footage}
        record(run_entry(LedgerAction.EXPORT_COPY_DESTROYED, run, person, at=at, **details))


def notices_for(person: Person) -> list[RecallNotice]:
    """Find what a person is still to do about copies that were recalled."""
    found = RecallNotice.objects.filter(person=person, destroyed_at__isnull=True)
    return list(found.select_related("recall__run__job", "recall__replacement"))


def _recalled(run: ExportRun, footage: Footage, because: str, by: Person, at: datetime) -> Recall:
    recall = Recall.objects.create(run=run, footage=footage.pk, because=because, at=at, by=by.pseudonym)
    receivers = set(run.receipts.values_list("person_id", flat=True))
    RecallNotice.objects.bulk_create(RecallNotice(recall=recall, person_id=one) for one in sorted(receivers))
    record(run_entry(LedgerAction.EXPORT_RUN_RECALLED, run, by, at=at, withdrawn=footage.pk, receivers=len(receivers)))
    return recall


def _entry(footage: Footage, by: Person, at: datetime, recalls: Sequence[Recall]) -> EntryDraft:
    source = footage.source
    return EntryDraft(
        action=LedgerAction.FOOTAGE_PIECE_WITHDRAWN,
        at=at,
        ledger=footage.zone_id,
        person=by.pseudonym,
        entity=by.organization.code if by.organization else "",
        footage=footage.pk,
        source=source.code,
        jurisdiction=source.jurisdiction,
        owner=source.owner.code if source.owner else "",
        contract=source.contract,
        details={"sha256": footage.sha256, "recalled": [recall.run_id for recall in recalls]},
    )


def _newest_of_each(recalls: Sequence[Recall]) -> list[Recall]:
    """One recall of each kind of set: of several versions of one set, the newest is made anew."""
    newest: dict[tuple[object, ...], Recall] = {}
    for recall in recalls:
        run = recall.run
        newest.setdefault((run.job_id, run.zone_id, run.file_format, run.lossy), recall)
    return list(newest.values())


def _replace(recall: Recall, *, at: datetime, start_building: Callable[[ExportRun], object]) -> None:
    old = recall.run
    try:
        new = start_export(
            old.job, zone=old.zone_id, file_format=old.file_format, lossy=old.lossy, by=old.requested_by, at=at
        )
    except (ExportRefusedError, NoPolicyError) as error:
        recall.no_replacement = str(error)
        recall.save(update_fields=["no_replacement"])
        return
    new.replaces = old
    new.save(update_fields=["replaces"])
    recall.replacement = new
    recall.save(update_fields=["replacement"])
    start_building(new)
