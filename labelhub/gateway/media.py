"""A view of footage: decided, recorded, and only then handed to Caddy to stream.

Order matters and is the promise: facts → decision → durable entry → signed path. Range requests of one person,
footage, rendition and policy share a view lease of at most 60 s. The lease is not kept anywhere: it is the allowing
entry itself, found by the hash of every input of its decision. When a place, an attestation, a policy or a session
changes, the hash changes and the lease is gone; the decision itself is made anew on each request.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.accounts.queries import signed_in
from labelhub.accounts.sessions import session_mark
from labelhub.evidence.actions import EntryDraft, LedgerUnavailableError, record_before_serving
from labelhub.evidence.models import LedgerAction, LedgerEntry, Outcome
from labelhub.footage.models import Footage
from labelhub.footage.queries import footage_facts
from labelhub.gateway.refusals import NO_POLICY, UNAVAILABLE, UNKNOWN, Refusal
from labelhub.labeling.queries import Asking, asking_for
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import Standing, standing_of
from labelhub.storage.s3 import store_of
from residency import Action, Decision

LEASE = timedelta(seconds=60)
SIGNED_FOR_SECONDS = 60
RENDITIONS = ("original",)
NOT_GIVEN = "not-assigned"


@require_safe
def media(request: HttpRequest, footage_id: str, rendition: str) -> HttpResponse:
    """Show one rendition of one piece of footage to the person asking, or say why not."""
    person = signed_in(request)
    try:
        standing = standing_of(request, person, at=timezone.now())
        footage = Footage.objects.select_related("source__owner").filter(pk=footage_id).first()
        if footage is None or rendition not in RENDITIONS:
            _record_unknown(standing, request, footage_id)
            return UNKNOWN.answer(request)
        return _view(request, standing, footage, rendition)
    except NoPolicyError:
        return NO_POLICY.answer(request)
    except LedgerUnavailableError:
        return UNAVAILABLE.answer(request)


def _view(request: HttpRequest, standing: Standing, footage: Footage, rendition: str) -> HttpResponse:
    asking = asking_for(footage, standing)
    decision = standing.decide(Action.VIEW, footage_facts(footage), purpose=asking.purpose)
    if not (decision.allowed and asking.entitled):
        entry = record_before_serving(_draft(request, standing, footage, rendition, asking, decision))
        return _refusal(decision, asking, entry).answer(request)
    draft = _draft(request, standing, footage, rendition, asking, decision)
    entry = lease_of(draft) or record_before_serving(draft)
    return _streamed(request, standing, footage, entry)


def lease_of(draft: EntryDraft) -> LedgerEntry | None:
    """Find the entry that already allows exactly this view, if it is at most 60 s old and not from the future."""
    return (
        LedgerEntry.objects.filter(
            person=draft.person,
            footage=draft.footage,
            rendition=draft.rendition,
            action=LedgerAction.MEDIA_VIEW_ALLOWED,
            session=draft.session,
            purpose=draft.purpose,
            policy_hash=draft.policy_hash,
            inputs_hash=draft.inputs_hash,
            at__gt=draft.at - LEASE,
            at__lte=draft.at,
        )
        .order_by("-at")
        .first()
    )


def _draft(  # noqa: PLR0917  the six things an entry of a view is made of
    request: HttpRequest, standing: Standing, footage: Footage, rendition: str, asking: Asking, decision: Decision
) -> EntryDraft:
    source = footage.source
    allowed = decision.allowed and asking.entitled
    rules = tuple(decision.rule_ids) + (() if asking.entitled else (NOT_GIVEN,))
    return EntryDraft(
        action=LedgerAction.MEDIA_VIEW_ALLOWED if allowed else LedgerAction.MEDIA_VIEW_DENIED,
        at=standing.at,
        ledger=footage.zone_id,
        person=standing.viewer.id,
        entity=standing.viewer.entity or "",
        place=standing.place.jurisdiction or "",
        level=int(standing.place.level),
        session=session_mark(request),
        footage=footage.pk,
        source=source.code,
        jurisdiction=source.jurisdiction,
        owner=source.owner.code if source.owner else "",
        rendition=rendition,
        purpose=asking.purpose,
        outcome=Outcome.ALLOW if allowed else Outcome.DENY,
        rules=rules,
        policy_hash=decision.policy_hash,
        inputs_hash=decision.inputs_hash,
        details={"job": asking.job, "sha256": footage.sha256, "disagreed": list(standing.place.disagreements)},
    )


def _record_unknown(standing: Standing, request: HttpRequest, footage_id: str) -> None:
    record_before_serving(
        EntryDraft(
            action=LedgerAction.MEDIA_VIEW_DENIED,
            at=standing.at,
            person=standing.viewer.id,
            entity=standing.viewer.entity or "",
            place=standing.place.jurisdiction or "",
            level=int(standing.place.level),
            session=session_mark(request),
            outcome=Outcome.DENY,
            rules=("unknown-footage",),
            policy_hash=standing.policies.hash,
            details={"asked": footage_id[:40]},
        )
    )


def _refusal(decision: Decision, asking: Asking, entry: LedgerEntry) -> Refusal:
    if decision.allowed:
        return Refusal(
            403,
            "This footage is not yours to see now",
            "You may see footage while you hold its labeling task, and it is not one you hold.",
            ("Open “My work” and take the next task.",),
            entry=str(entry.pk),
        )
    return Refusal(
        403, "You may not see this footage", decision.short_reason(), tuple(decision.would_change), entry=str(entry.pk)
    )


def _streamed(request: HttpRequest, standing: Standing, footage: Footage, entry: LedgerEntry) -> HttpResponse:
    signed = store_of(footage.zone_id).presigned_path(
        footage.store_key, method=request.method or "GET", at=standing.at, seconds=SIGNED_FOR_SECONDS
    )
    response = HttpResponse(content_type=footage.mime)
    response["X-Accel-Redirect"] = signed
    response["X-Accel-Zone"] = footage.zone_id
    response["X-LH-Entry"] = str(entry.pk)
    response["Cache-Control"] = "private, no-store"
    return response
