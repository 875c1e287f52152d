"""Policies: what is in force, what was, and what is to come."""

from __future__ import annotations

from datetime import UTC

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from labelhub.accounts.guards import only_for
from labelhub.accounts.models import Role
from labelhub.accounts.queries import has_role, signed_in
from labelhub.evidence.reader import people
from labelhub.policies.models import PolicyVersion
from labelhub.policies.versions import document_of, history, in_force, to_come

VERSIONS_A_PAGE = 50


@require_safe
@only_for(Role.OFFICER, Role.LEAD)
def policies(request: HttpRequest) -> HttpResponse:
    """Show the policies in force and every version there was."""
    now = timezone.now()
    page = Paginator(history(), VERSIONS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "in_force": in_force(at=now),
        "to_come": to_come(at=now),
        "now": now,
        "page": page,
        "names": people().names_of(version.activated_by for version in page),
        "may_write": has_role(signed_in(request), Role.OFFICER),
    }
    return render(request, "policies/policies.html", context)


@require_safe
@only_for(Role.OFFICER, Role.LEAD)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one version: its rules as sentences, its hash and its text."""
    found = get_object_or_404(PolicyVersion, pk=number)
    context = {
        "document": document_of(found),
        "by": people().names_of([found.activated_by]).get(found.activated_by, found.activated_by),
        "now": timezone.now(),
    }
    return render(request, "policies/version.html", context)


@require_safe
@only_for(Role.OFFICER, Role.LEAD)
def policies_in_force(request: HttpRequest) -> HttpResponse:
    """Show the policies that were in force at a time, and whether a ledger entry's hash names them."""
    try:
        at = parse_datetime(request.GET.get("at", ""))
    except ValueError:
        at = None
    if at is None:
        raise Http404("the address must name a time, as in `?at=2026-03-01T12:00:00Z`")
    at = at if at.utcoffset() is not None else at.replace(tzinfo=UTC)
    asked = request.GET.get("hash", "")
    found = in_force(at=at)
    single = PolicyVersion.objects.filter(hash=asked).order_by("pk").first() if asked else None
    context = {"in_force": found, "asked": asked, "agrees": asked == found.hash, "single": single}
    return render(request, "policies/in_force.html", context)
