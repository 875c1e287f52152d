"""Taking a training set away: every item decided from where the person is, recorded, and only then streamed."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.accounts.place import databases_used, peer_of
from labelhub.accounts.queries import signed_in
from labelhub.accounts.sessions import session_mark
from labelhub.evidence.actions import (
    EntryDraft,
    LedgerUnavailableError,
    record_all_before_serving,
    record_before_serving,
)
from labelhub.evidence.health import problem_of
from labelhub.evidence.models import LedgerAction, Outcome
from labelhub.exports.actions import archive_name
from labelhub.exports.models import ExportRun, Receipt
from labelhub.exports.queries import holds_withdrawn, run_for
from labelhub.footage.models import Footage
from labelhub.footage.queries import footage_facts
from labelhub.gateway.media import SIGNED_FOR_SECONDS, UNWELL
from labelhub.gateway.refusals import NO_POLICY, UNAVAILABLE, Refusal
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import Standing, standing_of
from labelhub.storage.s3 import store_of
from residency import Action, Decision

GONE = Refusal(404, "There is no such training set", "No training set has this address, or it is not for you.")
RECALLED = Refusal(
    410,
    "This training set was recalled",
    "It holds footage that was withdrawn since, so it is handed to nobody any more.",
    ("Take the version that replaces it, under Datasets.",),
)
NOT_READY = Refusal(409, "This training set is not ready", "It is still being made, or making it failed.")


@require_safe
def download(request: HttpRequest, run_id: str) -> HttpResponse:
    """Hand a ready archive to the person asking, or say why not."""
    person = signed_in(request)
    run = run_for(person, run_id)
    if run is None:
        return GONE.answer(request)
    if run.state != ExportRun.State.READY:
        return NOT_READY.answer(request)
    if run.recalls.exists() or holds_withdrawn(run):
        return RECALLED.answer(request)
    try:
        return _decided(request, standing_of(request, person, at=timezone.now()), run)
    except NoPolicyError:
        return NO_POLICY.answer(request)
    except LedgerUnavailableError:
        return UNAVAILABLE.answer(request)


def _decided(request: HttpRequest, standing: Standing, run: ExportRun) -> HttpResponse:
    footage = list(Footage.objects.filter(pk__in=run.footage_ids).select_related("source__owner").order_by("pk"))
    decisions = [standing.decide(Action.EXPORT, footage_facts(item), purpose=run.job.purpose) for item in footage]
    refused = [decision for decision in decisions if not decision.allowed]
    complete = len(decisions) == len(run.footage_ids)
    draft = _draft(request, standing, run, decisions, refused, complete=complete)
    if draft.outcome is Outcome.ALLOW and problem_of(run.zone_id, at=standing.at):
        unwell = replace(draft, action=LedgerAction.EXPORT_DOWNLOAD_DENIED, outcome=Outcome.DENY, rules=(UNWELL,))
        return replace(UNAVAILABLE, entry=str(record_before_serving(unwell).pk)).answer(request)
    # The pieces are entries too: who asks about one of them is told that it left in a set.
    taken = [_taken(draft, item) for item in footage] if draft.outcome is Outcome.ALLOW else []
    entry = record_all_before_serving([draft, *taken])[0]
    if refused:
        first = refused[0]
        reason = f"{len(refused)} of its {len(decisions)} items are refused. {first.short_reason()}"
        return Refusal(403, "You may not take this training set", reason, first.would_change, str(entry.pk)).answer(
            request
        )
    if not complete:
        reason = "Some of the footage in it is no longer under control here, so nobody can say whether you may have it."
        return Refusal(403, "You may not take this training set", reason, entry=str(entry.pk)).answer(request)
    Receipt.objects.create(run=run, person=standing.person, at=standing.at, entry=entry.pk)
    signed = store_of(run.zone_id).presigned_path(
        run.store_key, method=request.method or "GET", at=standing.at, seconds=SIGNED_FOR_SECONDS
    )
    response = HttpResponse(content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{archive_name(run)}"'
    response["X-Accel-Redirect"] = signed
    response["X-Accel-Zone"] = run.zone_id
    response["X-LH-Entry"] = str(entry.pk)
    return response


def _taken(draft: EntryDraft, item: Footage) -> EntryDraft:
    """Draft the entry of one piece of footage that leaves in a set."""
    return replace(
        draft,
        action=LedgerAction.EXPORT_PIECE_TAKEN,
        footage=item.pk,
        source=item.source.code,
        jurisdiction=item.source.jurisdiction,
        owner=item.source.owner.code if item.source.owner else "",
        contract=item.source.contract,
        details={"run": draft.details.get("run", ""), "sha256": item.sha256},
    )


def _draft(
    request: HttpRequest,
    standing: Standing,
    run: ExportRun,
    decisions: list[Decision],
    refused: list[Decision],
    *,
    complete: bool,
) -> EntryDraft:
    allowed = complete and not refused
    shown = refused or decisions
    return EntryDraft(
        action=LedgerAction.EXPORT_DOWNLOAD_ALLOWED if allowed else LedgerAction.EXPORT_DOWNLOAD_DENIED,
        at=standing.at,
        ledger=run.zone_id,
        person=standing.viewer.id,
        entity=standing.viewer.entity or "",
        place=standing.place.jurisdiction or "",
        level=int(standing.place.level),
        session=session_mark(request),
        address=peer_of(request),
        rendition="training set",
        purpose=run.job.purpose,
        outcome=Outcome.ALLOW if allowed else Outcome.DENY,
        rules=tuple(sorted({rule for decision in shown for rule in decision.rule_ids})),
        policy_hash=standing.policies.hash,
        geoip=databases_used(),
        details={"run": run.pk, "sha256": run.sha256, "items": len(run.footage_ids), "refused": len(refused)},
    )
