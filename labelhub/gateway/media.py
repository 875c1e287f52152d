"""A view of footage: decided, recorded, and only then handed to Caddy to stream.

Order matters and is the promise: facts → decision → durable entry → signed path. Range requests of one person,
footage, rendition and policy share a view lease of at most 60 s. The lease is nothing of its own: it is the allowing
entry itself, found by the hash of every input of its decision. When a place, an attestation, a policy or a session
changes, the hash changes and the lease is gone; the decision itself is made anew on each request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.accounts.place import databases_used, peer_of
from labelhub.accounts.queries import signed_in
from labelhub.accounts.sessions import session_mark
from labelhub.evidence.actions import EntryDraft, LedgerUnavailableError, record_before_serving
from labelhub.evidence.appending import STANDS, is_failing
from labelhub.evidence.health import problem_of
from labelhub.evidence.models import LedgerAction, LedgerEntry, Outcome
from labelhub.footage.models import Footage
from labelhub.footage.queries import footage_facts
from labelhub.gateway import leases
from labelhub.gateway.obligations import mends_of, unmet, words_of
from labelhub.gateway.refusals import NO_POLICY, UNAVAILABLE, UNKNOWN, Refusal
from labelhub.labeling.queries import WITHDRAWN, Asking, asking_for
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import Standing, standing_of
from labelhub.storage.s3 import store_of
from residency import Action, Decision, Obligation

SIGNED_FOR_SECONDS = 60
RENDITIONS = ("original",)
NOT_GIVEN = "not-assigned"
TAKEN_BACK = "withdrawn"
UNWELL = "ledger-unwell"
NOT_RECORDED = "labelhub.not_recorded"  # set by the short way alone: no header of a request has such a name


@require_safe
def media(request: HttpRequest, footage_id: str, rendition: str) -> HttpResponse:
    """Show one rendition of one piece of footage to the person asking, or say why not."""
    person = signed_in(request)
    if request.META.get(NOT_RECORDED):
        return UNAVAILABLE.answer(request)
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
    decision = standing.decide(
        Action.VIEW, footage_facts(footage), purpose=asking.purpose, case=footage.case_reference or None
    )
    permitted = decision.permitted and asking.entitled
    visitor = Visitor(session_mark(request), peer_of(request))
    draft = draft_of(visitor, standing, footage, rendition, asking, decision)
    if permitted and problem_of(footage.zone_id, at=standing.at):
        # What is recorded but never signed proves nothing: footage waits until the ledger is well again.
        unwell = replace(draft, action=LedgerAction.MEDIA_VIEW_DENIED, outcome=Outcome.DENY, rules=(UNWELL,))
        return replace(UNAVAILABLE, entry=str(record_before_serving(unwell).pk)).answer(request)
    lease = lease_of(draft) if permitted else None
    if lease is not None:
        leases.keep(draft, lease)
        return _streamed(request, standing, footage, lease)
    owed = unmet(request, standing, decision) if permitted else ()
    if not permitted or owed:
        entry = record_before_serving(_denied(draft, asking, owed))
        return _refusal(decision, asking, owed, entry).answer(request)
    entry = record_before_serving(draft)
    leases.keep(draft, entry)
    return _streamed(request, standing, footage, entry)


def lease_of(draft: EntryDraft) -> LedgerEntry | None:
    """Find the entry that already allows exactly this view, if it is at most 60 s old and not from the future.

    None stands while the ledger cannot be written: trying to write a new one shows when it can be again.
    """
    if is_failing():
        return None
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
            at__gt=draft.at - STANDS,
            at__lte=draft.at,
        )
        .order_by("-at")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Visitor:
    """What an entry says of a request itself: the mark of its sign-in session, and the address it came from."""

    session: str
    address: str


def draft_of(  # noqa: PLR0917  the six things an entry of a view is made of
    visitor: Visitor, standing: Standing, footage: Footage, rendition: str, asking: Asking, decision: Decision
) -> EntryDraft:
    """Draft the entry of an allowed view; `_denied` makes a refusal of it."""
    source = footage.source
    return EntryDraft(
        action=LedgerAction.MEDIA_VIEW_ALLOWED,
        at=standing.at,
        ledger=footage.zone_id,
        person=standing.viewer.id,
        entity=standing.viewer.entity or "",
        place=standing.place.jurisdiction or "",
        level=int(standing.place.level),
        session=visitor.session,
        address=visitor.address,
        footage=footage.pk,
        source=source.code,
        jurisdiction=source.jurisdiction,
        owner=source.owner.code if source.owner else "",
        contract=source.contract,
        rendition=rendition,
        purpose=asking.purpose,
        outcome=Outcome.ALLOW,
        rules=decision.rule_ids,
        policy_hash=decision.policy_hash,
        inputs_hash=decision.inputs_hash,
        geoip=databases_used(),
        asked=decision.request,
        details={
            "job": asking.job,
            "sha256": footage.sha256,
            "disagreed": list(standing.place.disagreements),
            **(
                {"broke_glass": standing.held.break_glass.case}
                if decision.broke_glass and standing.held.break_glass
                else {}
            ),
        },
    )


def _denied(draft: EntryDraft, asking: Asking, owed: tuple[Obligation, ...]) -> EntryDraft:
    because = TAKEN_BACK if asking is WITHDRAWN else NOT_GIVEN
    why = (*draft.rules, *(() if asking.entitled else (because,)), *(f"unmet:{one}" for one in owed))
    return replace(draft, action=LedgerAction.MEDIA_VIEW_DENIED, outcome=Outcome.DENY, rules=why)


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
            address=peer_of(request),
            outcome=Outcome.DENY,
            rules=("unknown-footage",),
            policy_hash=standing.policies.hash,
            details={"asked": footage_id[:40]},
        )
    )


def _refusal(decision: Decision, asking: Asking, owed: tuple[Obligation, ...], entry: LedgerEntry) -> Refusal:
    if not decision.permitted:
        changes = tuple(decision.would_change)
        return Refusal(403, "You may not see this footage", decision.short_reason(), changes, entry=str(entry.pk))
    if asking is WITHDRAWN:
        return Refusal(
            410,
            "This footage was withdrawn",
            "It was taken back, and is shown to nobody any more.",
            entry=str(entry.pk),
        )
    if not asking.entitled:
        return Refusal(
            403,
            "This footage is not yours to see now",
            "You may see footage while you hold its labeling task, and it is not one you hold.",
            ("Open “My work” and take the next task.",),
            entry=str(entry.pk),
        )
    return Refusal(403, "Something is asked of you first", words_of(owed), mends_of(owed), entry=str(entry.pk))


def _streamed(request: HttpRequest, standing: Standing, footage: Footage, entry: LedgerEntry) -> HttpResponse:
    return HttpResponse(headers=headers_of(footage, str(entry.pk), method=request.method or "GET", at=standing.at))


def headers_of(footage: Footage, entry: str, *, method: str, at: datetime) -> dict[str, str]:
    """The headers that have Caddy stream footage for one method, and that name the entry."""
    return {
        "Content-Type": footage.mime,
        "X-Accel-Redirect": store_of(footage.zone_id).presigned_path(
            footage.store_key, method=method, at=at, seconds=SIGNED_FOR_SECONDS
        ),
        "X-Accel-Zone": footage.zone_id,
        "X-LH-Entry": entry,
        "Cache-Control": "private, no-store",
    }
