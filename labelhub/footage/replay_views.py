"""The page on which a recorded decision is made again, beside what was recorded of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from labelhub.accounts.guards import only_for
from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.evidence.queries import entries_for
from labelhub.evidence.reader import people, record_reading
from labelhub.evidence.views import answering_for_the_ledger
from labelhub.footage.models import Footage
from labelhub.footage.sources import BY_DATABASES, BY_THE_DOOR, sources_of, with_sources
from labelhub.policies.replay import ReplayError, replay
from residency import Decision


@require_safe
@only_for(Role.OFFICER)
@answering_for_the_ledger
def decision_again(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Make the decision of an entry again, and say whether it comes out the same; looking is itself recorded."""
    reader = people().reader_of(request)
    entry = get_object_or_404(entries_for(reader), pk=entry_id)
    asked = {"entry": str(entry_id), "made_again": True}
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, asked, at=timezone.now())
    context: dict[str, object] = {"entry": entry}
    try:
        made = replay(entry)
    except ReplayError as error:
        context["problem"] = str(error)
    else:
        context |= {"replay": made, "reason": _with_sources(made.decision, entry).full_reason()}
    return render(request, "policies/again.html", context)


def _with_sources(decision: Decision, entry: LedgerEntry) -> Decision:
    """Say where its facts come from, as long as person and footage are known."""
    person = Person.objects.select_related("organization").filter(pseudonym=entry.person).first()
    footage = Footage.objects.select_related("source__owner").filter(pk=entry.footage).first()
    if person is None or footage is None:
        return decision
    sources = sources_of(person, footage, at=entry.at, place=BY_DATABASES, purpose=BY_THE_DOOR)
    return replace(decision, request=with_sources(decision.request, sources))
