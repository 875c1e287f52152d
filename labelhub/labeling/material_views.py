"""Pages of ML leads on what jobs are made from: label schemas and guidelines, read and added, never edited."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.labeling.actions import LabelingError
from labelhub.labeling.documents import schema_document
from labelhub.labeling.material_forms import GuidelineForm, SchemaForm
from labelhub.labeling.materials import add_guideline, add_schema
from labelhub.labeling.models import Guideline, LabelSchema
from labelhub.labeling.queries import guidelines_now, schemas_there

EXAMPLE = """\
name = "vehicles"
title = "Vehicles"

[[label]]
name = "Car"
colour = "#2563eb"

[[attribute]]
name = "colour"
title = "Colour"
choices = ["White", "Black", "Other"]
"""


@require_safe
def schemas(request: HttpRequest) -> HttpResponse:
    """List the label schemas."""
    require_role(request, Role.LEAD)
    return render(request, "labeling/schemas.html", {"schemas": schemas_there()})


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """Show one label schema: its labels with their class ids, its attributes, and the document."""
    require_role(request, Role.LEAD)
    found = _schema(name)
    return render(request, "labeling/schema.html", {"schema": found, "document": schema_document(found)})


@require_http_methods(["GET", "HEAD", "POST"])
def schema_new(request: HttpRequest) -> HttpResponse:
    """Add a label schema; a document with problems comes back with each of them named."""
    require_role(request, Role.LEAD)
    form = SchemaForm(initial={"text": _first_document(request.GET.get("like", ""))})
    if request.method == "POST":
        form = SchemaForm(request.POST, request.FILES)
        if form.is_valid() and form.said is not None:
            try:
                made = add_schema(form.said, by=signed_in(request), at=timezone.now())
            except LabelingError as error:
                form.add_error("text", str(error))
            else:
                messages.success(request, f"“{made.title}” is added: jobs can be made with it.")
                return redirect("schema", name=made.name)
    return render(request, "labeling/schema_new.html", {"form": form}, status=422 if form.errors else 200)


def _first_document(name: str) -> str:
    return schema_document(_schema(name)) if name else EXAMPLE


def _schema(name: str) -> LabelSchema:
    found = schemas_there().filter(name=name).first()
    if found is None:
        raise Http404("no such label schema")
    return found


@require_safe
def guidelines(request: HttpRequest) -> HttpResponse:
    """List the guidelines, each once, as they stand now."""
    require_role(request, Role.LEAD)
    return render(request, "labeling/guidelines.html", {"guidelines": guidelines_now()})


@require_safe
def guideline_text(request: HttpRequest, name: str) -> HttpResponse:
    """Show one version of a guideline, the newest unless another is asked for, and the versions there are."""
    require_role(request, Role.LEAD)
    versions = list(Guideline.objects.filter(name=name).order_by("-version"))
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if not asked or str(one.version) == asked), None)
    if shown is None:
        raise Http404("no such guideline")
    return render(request, "labeling/guideline_text.html", {"shown": shown, "versions": versions})


@require_http_methods(["GET", "HEAD", "POST"])
def guideline_new(request: HttpRequest) -> HttpResponse:
    """Add a guideline, or the next version of one."""
    require_role(request, Role.LEAD)
    known = Guideline.objects.filter(name=request.GET.get("name", "")).order_by("-version").first()
    initial = {"name": known.name, "title": known.title, "text": known.text} if known else {}
    form = GuidelineForm(request.POST, request.FILES) if request.method == "POST" else GuidelineForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = _add_guideline(request, form)
        if answer is not None:
            return answer
    context = {"form": form, "known": known}
    return render(request, "labeling/guideline_new.html", context, status=422 if form.errors else 200)


def _add_guideline(request: HttpRequest, form: GuidelineForm) -> HttpResponse | None:
    data = form.cleaned_data
    before = Guideline.objects.filter(name=data["name"]).count()
    try:
        made = add_guideline(
            name=data["name"], title=data["title"], text=data["text"], by=signed_in(request), at=timezone.now()
        )
    except LabelingError as error:
        form.add_error(None, str(error))
        return None
    if Guideline.objects.filter(name=made.name).count() == before:
        form.add_error("text", f"this is what version {made.version} says already: change the text, or leave it")
        return None
    messages.success(request, f"Version {made.version} of “{made.title}” is added. Jobs made from now on can use it.")
    return redirect(f"{reverse('guideline-text', args=[made.name])}?{urlencode({'version': made.version})}")
