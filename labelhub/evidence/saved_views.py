"""The pages of kept questions: listing, keeping, renaming, sharing, removing and taking back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from labelhub.evidence.forms import QuestionForm
from labelhub.evidence.reader import Reader
from labelhub.evidence.saved import (
    UNDO_FOR,
    SavedQuestionError,
    own_question,
    questions_of,
    remove_question,
    removed_of,
    rename_question,
    restore_question,
    save_question,
    share_question,
)
from labelhub.evidence.views import with_reader
from labelhub.evidence.where_viewed_models import SavedQuestion

PAGE = "evidence/saved.html"


@require_http_methods(["GET", "HEAD", "POST"])
@with_reader
def saved_questions(request: HttpRequest, reader: Reader) -> HttpResponse:
    """List the questions somebody keeps, or keep one more: the form is the question's own, with a name."""
    if request.method != "POST":
        return render(request, PAGE, _context(reader))
    at = timezone.now()
    form = QuestionForm(request.POST, reader=reader, at=at)
    if not form.is_valid():
        return render(
            request, PAGE, _context(reader, problem="this question cannot be asked, so it is not kept"), status=422
        )
    try:
        saved = save_question(reader, request.POST.get("name", ""), _query_of(form), form.question(), at=at)
    except SavedQuestionError as error:
        return render(request, PAGE, _context(reader, problem=str(error), asked=_query_of(form)), status=422)
    messages.success(request, f"“{saved.name}” is kept. It is asked anew each time you open it.")
    return redirect("saved-questions")


@require_POST
@with_reader
def change_question(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """Rename a question, or share it, or share it no longer."""
    saved, at = _own(reader, number), timezone.now()
    try:
        if "share" in request.POST:
            share_question(reader, saved, is_shared=request.POST["share"] == "yes", at=at)
        else:
            rename_question(reader, saved, request.POST.get("name", ""), at=at)
    except SavedQuestionError as error:
        return render(request, PAGE, _context(reader, problem=str(error)), status=422)
    return redirect("saved-questions")


@require_POST
@with_reader
def remove_saved(request: HttpRequest, reader: Reader, number: int) -> HttpResponseRedirect:
    """Remove a question; the list offers it back for a day."""
    saved = _own(reader, number)
    remove_question(reader, saved, at=timezone.now())
    messages.success(request, f"“{saved.name}” is removed. You can take that back below for a day.")
    return redirect("saved-questions")


@require_POST
@with_reader
def restore_saved(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """Take a removal back."""
    at = timezone.now()
    saved = removed_of(reader, at=at).filter(pk=number).first()
    if saved is None:
        raise Http404("nothing of this number can be taken back")
    try:
        restore_question(reader, saved, at=at)
    except SavedQuestionError as error:
        return render(request, PAGE, _context(reader, problem=str(error)), status=422)
    return redirect("saved-questions")


def _own(reader: Reader, number: int) -> SavedQuestion:
    saved = own_question(reader, number)
    if saved is None or saved.removed_at is not None:
        raise Http404("no such question, or it is somebody else's")
    return saved


def _context(reader: Reader, **more: object) -> dict[str, Any]:
    return {
        "reader": reader,
        "questions": questions_of(reader),
        "removed": removed_of(reader, at=timezone.now()),
        "undo_hours": UNDO_FOR.days * 24,
        **more,
    }


def _query_of(form: QuestionForm) -> str:
    """Write a question as an address holds it: what was typed, word for word, and nothing that was not."""
    typed = {name: form.data.getlist(name) for name in form.fields if hasattr(form.data, "getlist")}
    return urlencode({name: [one for one in given if one] for name, given in typed.items()}, doseq=True)
