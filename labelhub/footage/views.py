"""Pages of footage: what there is, one piece of it, its cameras, and adding more.

No page decides who may see a picture: the picture's own address is the door, and it decides each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.footage.actions import Arrival, FootageError, add_source, set_jurisdiction
from labelhub.footage.batch import BatchError, Summary, run_batch
from labelhub.footage.forms import JurisdictionForm, UploadForm
from labelhub.footage.models import Source
from labelhub.footage.queries import FootageQueryError, find_footage, footage_for, may_see_sources, source_counts

READERS = (Role.LEAD, Role.REVIEWER, Role.OWNER, Role.OFFICER)
PER_PAGE = 50


@require_safe
def footage(request: HttpRequest) -> HttpResponse:
    """List cameras and the footage a query finds. No picture is on this page."""
    require_role(request, *READERS)
    person = signed_in(request)
    query, problem = request.GET.get("query", "").strip(), ""
    found = footage_for(person)
    try:
        found = find_footage(query or "all", found)
    except FootageQueryError as error:
        found, problem = found.none(), str(error)
    context = {
        "cameras": source_counts(person),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": query,
        "problem": problem,
    }
    return render(request, "footage/footage.html", context)


@require_safe
def footage_item(request: HttpRequest, footage_id: str) -> HttpResponse:
    """Show what is known of one piece of footage, and ask the door for the picture."""
    require_role(request, *READERS)
    person = signed_in(request)
    item = footage_for(person).filter(pk=footage_id).first()
    if item is None:
        raise Http404("no such footage for this person")
    return render(request, "footage/item.html", {"item": item})


@require_http_methods(["GET", "HEAD", "POST"])
def camera(request: HttpRequest, code: str) -> HttpResponse:
    """Show one camera; a lead may say where it records while that is unknown."""
    require_role(request, *READERS)
    person = signed_in(request)
    source = may_see_sources(person).select_related("zone", "owner").filter(code=code).first()
    if source is None:
        raise Http404("no such camera for this person")
    form = JurisdictionForm()
    if request.method == "POST":
        require_role(request, Role.LEAD)
        form = JurisdictionForm(request.POST)
        if form.is_valid() and _set(source, form, person):
            messages.success(request, "Set. From now on each of its tasks is decided by the policies in force.")
            return redirect("camera", code=source.code)
    page = Paginator(footage_for(person).filter(source=source), PER_PAGE).get_page(request.GET.get("page"))
    context = {"camera": source, "form": form, "page": page}
    return render(request, "footage/camera.html", context, status=422 if form.errors else 200)


def _set(source: Source, form: JurisdictionForm, person: Person) -> bool:
    try:
        set_jurisdiction(source, form.cleaned_data["jurisdiction"], by=person.pseudonym, at=timezone.now())
    except FootageError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def footage_add(request: HttpRequest) -> HttpResponse:
    """Take files from one camera, and say of each what became of it."""
    require_role(request, Role.LEAD)
    person = signed_in(request)
    if request.method != "POST":
        form = UploadForm(initial={"source": request.GET.get("source", "")})
        return render(request, "footage/add.html", {"form": form})
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _summary(request, *_take(form, person))
        except (FootageError, BatchError) as error:
            form.add_error(None, str(error))
    return render(request, "footage/add.html", {"form": form}, status=422)


def _take(form: UploadForm, person: Person) -> tuple[Source, Summary]:
    data = form.cleaned_data
    source = data["source"] or add_source(code=data["new_code"], zone=data["zone"], jurisdiction=data["jurisdiction"])
    with TemporaryDirectory(dir=settings.SCRATCH_DIR) as folder:
        paths = _laid_out(form.uploaded(), Path(folder))
        manifest = _laid_out([data["manifest"]], Path(folder))[0] if data["manifest"] else None
        summary = run_batch(
            [str(path) for path in paths], zone=source.zone_id, source=source.code, by=person, manifest=manifest
        )
    return source, summary


def _laid_out(files: Sequence[UploadedFile[Any]], folder: Path) -> list[Path]:
    """Put uploaded files under their own names; a name that comes twice gets a folder of its own."""
    paths: list[Path] = []
    for number, file in enumerate(files):
        path = folder / Path(file.name or "unnamed").name
        if path.exists():
            path = folder / str(number) / path.name
            path.parent.mkdir()
        _move(file, path)
        paths.append(path)
    return paths


def _move(file: UploadedFile[Any], path: Path) -> None:
    if isinstance(file, TemporaryUploadedFile):
        Path(file.temporary_file_path()).rename(path)
        return
    with path.open("wb") as target:
        target.writelines(file.chunks())


def _summary(request: HttpRequest, source: Source, summary: Summary) -> HttpResponse:
    counts = Counter(result.arrival for result in summary.results)
    context = {
        "camera": source,
        "results": summary.results,
        "counts": [(arrival.value, counts[arrival]) for arrival in Arrival],
    }
    return render(request, "footage/added.html", context)
