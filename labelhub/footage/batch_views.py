"""Pages of leads who add footage: handing files in, the batches of it, and one batch file by file."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.footage.actions import Arrival, FootageError, add_source
from labelhub.footage.forms import UploadForm
from labelhub.footage.jobs import start_taking
from labelhub.footage.listing import WAITING, Listing, batches_of, count_arrivals, files_of, listing_of
from labelhub.footage.manifest import Facts, ManifestError, read_sent_manifest
from labelhub.footage.models import Batch
from labelhub.footage.uploads import STILL_AFTER, is_still, receive, sent, wake
from labelhub.storage.port import StoreError
from labelhub.storage.s3 import store_of

PER_PAGE = 25
FILES_PER_PAGE = 500
MOVING = (Batch.State.RECEIVING, Batch.State.WAITING, Batch.State.RUNNING)


@require_http_methods(["GET", "HEAD", "POST"])
def footage_add(request: HttpRequest) -> HttpResponse:
    """Take files from one camera, and lead to the page that says of each what becomes of it."""
    require_role(request, Role.LEAD)
    person = signed_in(request)
    if request.method != "POST":
        form = UploadForm(initial={"source": request.GET.get("source", "")}, cameras=listing_of(request).cameras())
        return render(request, "footage/add.html", {"form": form})
    form = UploadForm(request.POST, request.FILES, cameras=listing_of(request).cameras())
    status = 422
    if form.is_valid():
        try:
            batch = _receive(form, person)
        except (FootageError, ManifestError) as error:
            form.add_error(None, str(error))
        except StoreError as error:
            form.add_error(None, f"{error}. Nothing was kept: send the files again when the store answers")
            status = 503
        else:
            start_taking(batch)
            return redirect("batch", batch_id=batch.pk)
    return render(request, "footage/add.html", {"form": form}, status=status)


def _receive(form: UploadForm, person: Person) -> Batch:
    data = form.cleaned_data
    facts = _facts(data["manifest"])
    known = data["source"]
    source = known or add_source(code=data["new_code"], zone=data["zone"], jurisdiction=data["jurisdiction"])
    return receive(
        [sent(file) for file in form.uploaded()],
        source=source,
        store=store_of(source.zone_id),
        by=person,
        facts=facts,
        is_new_source=known is None,
    )


def _facts(manifest: UploadedFile[Any] | None) -> dict[str, Facts]:
    if manifest is None:
        return {}
    read = read_sent_manifest(cast("BinaryIO", manifest.file), name=manifest.name or "", size=manifest.size or 0)
    return {said.path: said for said in read.facts}


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """List what was handed in, newest first, with how far each batch is."""
    require_role(request, Role.LEAD)
    page = Paginator(batches_of(listing_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "footage/batches.html", {"page": page})


@require_safe
def batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Show one batch: how far it is, and of each file what became of it."""
    return render(request, "footage/batch.html", _shown(request, *_batch(request, batch_id)))


@require_safe
def batch_live(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Answer the batch page's own question, while the batch moves: how far it is."""
    return render(request, "footage/parts/batch.html", _shown(request, *_batch(request, batch_id)))


@require_POST
def batch_continue(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Hand a batch that stands still to a worker again; it goes on at the first file without a result."""
    (found, _), now = _batch(request, batch_id), timezone.now()
    if is_still(found, at=now) and wake(found, at=now, still_for=None if found.problem else STILL_AFTER):
        start_taking(found)
        messages.success(request, "It goes on where it stopped.")
    return redirect("batch", batch_id=found.pk)


def _batch(request: HttpRequest, batch_id: str) -> tuple[Batch, Listing]:
    require_role(request, Role.LEAD)
    listing = listing_of(request)
    found = batches_of(listing).filter(pk=batch_id).first()
    if found is None:
        raise Http404("no such batch for this person")
    return found, listing


def _shown(request: HttpRequest, found: Batch, listing: Listing) -> dict[str, Any]:
    counts = count_arrivals(found, listing)
    total = sum(counts.values())
    asked = request.GET.get("arrival", "")
    arrival = asked if asked in counts else ""
    return {
        "batch": found,
        "counts": list(counts.items()),
        "total": total,
        "done": total - counts[WAITING],
        "refused": counts[Arrival.REFUSED.value],
        "arrival": arrival,
        "files": Paginator(files_of(found, listing, arrival), FILES_PER_PAGE).get_page(request.GET.get("page")),
        "is_moving": found.state in MOVING,
        "is_still": is_still(found, at=timezone.now()),
    }
