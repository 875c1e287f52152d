"""Pages of footage: what there is, one piece of it, and its cameras.

No page decides who may see a picture: the picture's own address is the door, and it decides each time.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.footage.actions import FootageError, set_jurisdiction
from labelhub.footage.facts import facts_shown
from labelhub.footage.forms import JurisdictionForm
from labelhub.footage.listing import batches_of, count_pieces, listing_of
from labelhub.footage.models import Source
from labelhub.footage.paging import FootagePages
from labelhub.footage.queries import FootageQueryError, find_footage

READERS = (Role.LEAD, Role.REVIEWER, Role.OWNER, Role.OFFICER)
PER_PAGE = 50
RECENT = 5


@require_safe
def footage(request: HttpRequest) -> HttpResponse:
    """List cameras and the footage a query finds. No picture is on this page."""
    require_role(request, *READERS)
    listing = listing_of(request)
    query, problem = request.GET.get("query", "").strip(), ""
    found = listing.footage()
    try:
        found = find_footage(query or "all", found)
    except FootageQueryError as error:
        found, problem = found.none(), str(error)
    context = {
        "cameras": count_pieces(listing.cameras(), listing),
        "page": FootagePages(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": query,
        "problem": problem,
        "note": listing.note,
        "batches": batches_of(listing)[:RECENT] if has_role(listing.person, Role.LEAD) else (),
    }
    return render(request, "footage/footage.html", context)


@require_safe
def footage_item(request: HttpRequest, footage_id: str) -> HttpResponse:
    """Show what is known of one piece of footage, and ask the door for the picture."""
    require_role(request, *READERS)
    item = listing_of(request).footage().filter(pk=footage_id).first()
    if item is None:
        raise Http404("no such footage for this person")
    return render(request, "footage/item.html", {"item": item})


@require_http_methods(["GET", "HEAD", "POST"])
def camera(request: HttpRequest, code: str) -> HttpResponse:
    """Show one camera; a lead may say where it records while that is unknown."""
    require_role(request, *READERS)
    listing = listing_of(request)
    source = listing.cameras().filter(code=code).first()
    if source is None:
        raise Http404("no such camera for this person")
    form = JurisdictionForm()
    if request.method == "POST":
        require_role(request, Role.LEAD)
        form = JurisdictionForm(request.POST)
        if form.is_valid() and _set(source, form, listing.person):
            messages.success(request, "Set. From now on each of its tasks is decided by the policies in force.")
            is_listed = listing_of(request).cameras().filter(pk=source.pk).exists()
            return redirect("camera", code=source.code) if is_listed else redirect("footage")
    page = FootagePages(listing.footage().filter(source=source), PER_PAGE).get_page(request.GET.get("page"))
    context = {"camera": source, "form": form, "page": page, "facts": facts_shown(source), "note": listing.note}
    return render(request, "footage/camera.html", context, status=422 if form.errors else 200)


def _set(source: Source, form: JurisdictionForm, person: Person) -> bool:
    try:
        set_jurisdiction(source, form.cleaned_data["jurisdiction"], by=person.pseudonym, at=timezone.now())
    except FootageError as error:
        form.add_error(None, str(error))
        return False
    return True
