"""Evidence packs: the list, asking for one from a question, one with its progress, its file, the proof of one entry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from labelhub.evidence.forms import QuestionForm
from labelhub.evidence.jobs import start_making
from labelhub.evidence.models import EvidencePack, LedgerAction
from labelhub.evidence.pack_actions import PackError, ask_pack, file_of, remove_pack
from labelhub.evidence.pack_questions import NotPackableError, question_for_pack
from labelhub.evidence.proofs import NotSignedError, proof_of
from labelhub.evidence.queries import entries_for
from labelhub.evidence.reader import Reader, people, record_reading
from labelhub.evidence.views import answering_for_the_ledger, for_readers
from residency.ledger.leaf import owner_key
from residency.ledger.question import question_words


class PackForm(forms.Form):
    """What a pack is called, and whether it says who looked."""

    name = forms.CharField(max_length=120, label="Name", help_text="what the receiver will know it by")
    with_people = forms.BooleanField(
        required=False, label="Say who it was", help_text="pseudonym, session and address of every entry"
    )

    def __init__(self, *args: Any, reader: Reader, **kwargs: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(*args, **kwargs)
        if not reader.sees_people:
            del self.fields["with_people"]


@for_readers
def packs(request: HttpRequest, reader: Reader) -> HttpResponse:
    """List the packs that somebody may fetch: officers every one, owners those about their footage."""
    found = list(packs_for(reader))
    _record_figures(reader, found)
    key = owner_key(settings.LEDGER_KEY, reader.owner).hex() if reader.owner else ""
    return render(request, "evidence/packs.html", {"packs": found, "reader": reader, "key": key})


@require_http_methods(["GET", "HEAD", "POST"])
@answering_for_the_ledger
def pack_new(request: HttpRequest) -> HttpResponse:
    """Ask for a pack of a question; the question is the query string, as on the page it came from."""
    reader = people().reader_of(request)
    asked = QuestionForm(request.GET, reader=reader, at=timezone.now())
    if not asked.is_valid():
        return render(request, "evidence/pack_new.html", {"asked": asked, "reader": reader}, status=400)
    form = PackForm(request.POST if request.method == "POST" else None, reader=reader)
    try:
        question = question_for_pack(asked.question(), owner=reader.owner)
        context = {"asked": asked, "form": form, "reader": reader, "words": question_words(question)}
        if request.method == "POST" and form.is_valid():
            with_people = bool(form.cleaned_data.get("with_people"))
            pack = ask_pack(
                reader, question, name=form.cleaned_data["name"], with_people=with_people, at=timezone.now()
            )
            transaction.on_commit(lambda: start_making(pack))
            return redirect("pack", pack_id=pack.pk)
    except (NotPackableError, PackError) as error:
        return render(
            request, "evidence/pack_new.html", {"asked": asked, "reader": reader, "problem": str(error)}, status=400
        )
    return render(request, "evidence/pack_new.html", context, status=400 if form.errors else 200)


@for_readers
def pack(request: HttpRequest, reader: Reader, pack_id: str) -> HttpResponse:
    """Show one pack: its question, how far it is, what it says, and how it is verified."""
    found = _pack(reader, pack_id)
    _record_figures(reader, [found])
    return render(request, "evidence/pack.html", {"pack": found, "reader": reader})


@for_readers
def pack_live(request: HttpRequest, reader: Reader, pack_id: str) -> HttpResponse:
    """The part of the page that moves while a pack is made."""
    found = _pack(reader, pack_id)
    _record_figures(reader, [found])
    return render(request, "evidence/parts/pack.html", {"pack": found, "reader": reader})


@for_readers
def pack_file(request: HttpRequest, reader: Reader, pack_id: str) -> HttpResponseBase:
    """Hand a pack's file out; that is an entry."""
    found = _pack(reader, pack_id)
    if found.state != EvidencePack.State.MADE:
        raise Http404("this pack is not made")
    try:
        file = file_of(found).open("rb")
    except FileNotFoundError as error:
        raise Http404("the file of this pack is gone: ask for it again") from error
    details = {"pack": found.pk, "name": found.name, "sha256": found.sha256}
    record_reading(reader, LedgerAction.LEDGER_PACK_DOWNLOADED, details, at=timezone.now())
    return FileResponse(file, as_attachment=True, filename=f"evidence-{found.pk}.zip", content_type="application/zip")


@require_POST
@answering_for_the_ledger
def pack_remove(request: HttpRequest, pack_id: str) -> HttpResponse:
    """Take a pack away."""
    reader = people().reader_of(request)
    remove_pack(_pack(reader, pack_id), reader, at=timezone.now())
    return redirect("packs")


@for_readers
def entry_proof(request: HttpRequest, reader: Reader, entry_id: UUID) -> HttpResponseBase:
    """Hand out the proof that one entry is in the signed tree, to be checked without us."""
    found = entries_for(reader).filter(pk=entry_id).first()
    if found is None:
        raise Http404("no such entry, or it is not for this reader")
    try:
        proof = proof_of(found)
    except NotSignedError as error:
        raise Http404(str(error)) from error
    record_reading(reader, LedgerAction.LEDGER_REPORT_READ, {"proof": str(entry_id)}, at=timezone.now())
    response = JsonResponse(proof)
    response["Content-Disposition"] = f'attachment; filename="proof-{entry_id}.json"'
    return response


def _record_figures(reader: Reader, shown: list[EvidencePack]) -> None:
    """The figures of a made pack are an answer of the ledger, so showing them is a reading."""
    made = [found.pk for found in shown if found.state == EvidencePack.State.MADE]
    if made:
        record_reading(reader, LedgerAction.LEDGER_REPORT_READ, {"packs": made}, at=timezone.now())


def packs_for(reader: Reader) -> QuerySet[EvidencePack]:
    """Find the packs somebody may fetch."""
    return EvidencePack.objects.all() if reader.sees_all else EvidencePack.objects.filter(owner=reader.owner)


def _pack(reader: Reader, pack_id: str) -> EvidencePack:
    found = packs_for(reader).filter(pk=pack_id).first()
    if found is None:
        raise Http404("no such pack, or it is not for this reader")
    return found
