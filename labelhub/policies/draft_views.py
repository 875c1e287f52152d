"""A policy on its way: write it, read what it would change, try it on the past, have somebody else approve it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labelhub.accounts.guards import only_for
from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.evidence.reader import people
from labelhub.evidence.views import answering_for_the_ledger
from labelhub.policies.drafts import DraftError, approve, ask_for_trial, standing_of_draft, withdraw, write_draft
from labelhub.policies.forms import ApprovalForm, PolicyForm, TrialForm
from labelhub.policies.jobs import start_trying
from labelhub.policies.models import PolicyDraft, PolicyTrial, PolicyVersion
from residency import Policy, PolicyError, parse_policy
from residency.differences import Differing, differences
from residency.shelf import pack_text, packs

DRAFTS_A_PAGE = 50
MOVING = (PolicyTrial.State.WAITING, PolicyTrial.State.RUNNING)


@require_safe
@only_for(Role.OFFICER)
def drafts(request: HttpRequest) -> HttpResponse:
    """List drafts, those still being written first."""
    found = sorted(PolicyDraft.objects.all(), key=lambda draft: draft.state != PolicyDraft.State.OPEN)
    page = Paginator(found, DRAFTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "names": people().names_of(draft.author for draft in page)}
    return render(request, "policies/drafts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def draft_new(request: HttpRequest) -> HttpResponse:
    """Begin a draft: from nothing, from a version, or from a pack."""
    return _written(request, None, _text_to_start_from(request))


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(Role.OFFICER)
@answering_for_the_ledger
def draft_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change the text of a draft; its dry run counts no more."""
    draft = get_object_or_404(PolicyDraft, pk=number, state=PolicyDraft.State.OPEN)
    return _written(request, draft, draft.text)


def _written(request: HttpRequest, draft: PolicyDraft | None, text: str) -> HttpResponse:
    form = PolicyForm(request.POST) if request.method == "POST" else PolicyForm(initial={"text": text})
    if request.method == "POST" and form.is_valid():
        kept = write_draft(form.cleaned_data["text"], by=signed_in(request), at=timezone.now(), draft=draft)
        return redirect("policy-draft", number=kept.pk)
    return render(
        request, "policies/draft_edit.html", {"form": form, "draft": draft}, status=422 if form.errors else 200
    )


@require_safe
@only_for(Role.OFFICER)
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """Show how a draft stands: what it changes, what was found, its dry run, and what is still to be done."""
    return _draft_page(request, get_object_or_404(PolicyDraft, pk=number))


@require_safe
@only_for(Role.OFFICER)
def draft_trial(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far the latest dry run is."""
    found = get_object_or_404(PolicyDraft, pk=number)
    return render(request, "policies/parts/trial.html", _context(request, found))


@require_POST
@only_for(Role.OFFICER)
@answering_for_the_ledger
def draft_try(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for a dry run."""
    found = get_object_or_404(PolicyDraft, pk=number)
    form = TrialForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, found, trial_form=form, status=422)
    try:
        start_trying(ask_for_trial(found, days=form.cleaned_data["days"], by=signed_in(request), at=timezone.now()))
    except DraftError as error:
        messages.error(request, f"{str(error)[0].upper()}{str(error)[1:]}.")
    return redirect("policy-draft", number=found.pk)


@require_POST
@only_for(Role.OFFICER)
@answering_for_the_ledger
def draft_approve(request: HttpRequest, number: int) -> HttpResponse:
    """Put a draft into force, at once or at a time."""
    found = get_object_or_404(PolicyDraft, pk=number)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, found, approval_form=form, status=422)
    try:
        version = approve(
            found,
            by=signed_in(request),
            at=timezone.now(),
            acknowledged=request.POST.getlist("acknowledged"),
            takes_effect=form.time(),
        )
    except DraftError as error:
        form.add_error(None, str(error))
        return _draft_page(request, found, approval_form=form, status=409)
    when = (
        "is in force"
        if version.effective_from <= timezone.now()
        else f"takes effect {version.effective_from:%Y-%m-%d %H:%M} UTC"
    )
    messages.success(request, f"“{version.title}” {when}. Open views and queues follow with their next request.")
    return redirect("policy-version", number=version.pk)


@require_POST
@only_for(Role.OFFICER)
@answering_for_the_ledger
def draft_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a draft back."""
    found = get_object_or_404(PolicyDraft, pk=number)
    try:
        withdraw(found, by=signed_in(request), at=timezone.now())
    except DraftError as error:
        messages.error(request, f"{str(error)[0].upper()}{str(error)[1:]}.")
        return redirect("policy-draft", number=found.pk)
    messages.success(request, "The draft is withdrawn. Its text stays here to begin another from.")
    return redirect("policy-drafts")


@require_safe
@only_for(Role.OFFICER, Role.LEAD)
def shelf(request: HttpRequest) -> HttpResponse:
    """List the packs that ship, none of which is in force by being here."""
    return render(request, "policies/shelf.html", {"packs": packs(), "today": timezone.now().date()})


@require_safe
@only_for(Role.OFFICER, Role.LEAD)
def pack(request: HttpRequest, name: str) -> HttpResponse:
    """Show one pack: what it says of itself, its rules as sentences, its sources and its cases."""
    found = next((one for one in packs() if one.name == name), None)
    if found is None:
        raise Http404("no such pack")
    return render(request, "policies/pack.html", {"policy": found, "today": timezone.now().date()})


def _draft_page(
    request: HttpRequest,
    found: PolicyDraft,
    *,
    trial_form: TrialForm | None = None,
    approval_form: ApprovalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(request, found)
    forms = {"trial_form": trial_form or TrialForm(), "approval_form": approval_form or ApprovalForm()}
    ticked = request.POST.getlist("acknowledged") if request.method == "POST" else []
    return render(request, "policies/draft.html", {**context, **forms, "ticked": ticked}, status=status)


def _context(request: HttpRequest, found: PolicyDraft) -> dict[str, Any]:
    stands = standing_of_draft(found, at=timezone.now())
    result = stands.result
    named = {found.author, *((name for name, _, _ in result.people) if result else ())}
    return {
        "draft": found,
        "stands": stands,
        "policy": stands.policy,
        "result": result,
        "differing": _differing(stands.replaces, stands.policy),
        "is_moving": stands.trial is not None and stands.trial.state in MOVING,
        "is_author": signed_in(request).pseudonym == found.author,
        "names": people().names_of(named),
    }


def _differing(replaces: PolicyVersion | None, policy: Policy) -> tuple[Differing, ...]:
    return differences(parse_policy(replaces.text, name=replaces.name), policy) if replaces else ()


def _text_to_start_from(request: HttpRequest) -> str:
    number, name = request.GET.get("from", ""), request.GET.get("pack", "")
    if name:
        try:
            return pack_text(name)
        except PolicyError as error:
            raise Http404("no such pack") from error
    found = PolicyVersion.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004  as many digits as a row number may have
    return found.text if found else ""
