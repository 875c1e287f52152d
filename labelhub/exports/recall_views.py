"""Pages of withdrawing footage, and the answer of somebody who had a copy of a recalled set."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Role
from labelhub.accounts.queries import signed_in
from labelhub.evidence.actions import LedgerUnavailableError
from labelhub.exports.jobs import start_building
from labelhub.exports.models import Recall, RecallNotice
from labelhub.exports.recall import WithdrawalError, may_withdraw, say_destroyed, versions_with, withdraw
from labelhub.footage.listing import listing_of
from labelhub.footage.models import Footage

NOT_RECORDED = "It could not be recorded, so nothing was withdrawn: try again in a minute."


class WithdrawForm(forms.Form):
    """Why footage is taken back."""

    because = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Whoever has a copy is told this. Write no name of a person and no address.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def footage_withdraw(request: HttpRequest, footage_id: str) -> HttpResponse:
    """Say what withdrawing footage would recall, and do it."""
    require_role(request, Role.OFFICER, Role.OWNER)
    person = signed_in(request)
    footage = Footage.objects.filter(pk=footage_id).select_related("source__owner").first()
    if footage is None or not may_withdraw(person, footage):
        raise Http404("no such footage for this person")
    form, problem = WithdrawForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid() and footage.withdrawn_at is None:
        try:
            because = form.cleaned_data["because"]
            done = withdraw(footage, because=because, by=person, at=timezone.now(), start_building=start_building)
        except WithdrawalError as error:
            problem = str(error)
        except LedgerUnavailableError:
            problem = NOT_RECORDED
        else:
            messages.success(request, f"Withdrawn. {_told(done)}")
            return redirect("footage-withdraw", footage_id=footage.pk)
    context = {
        "footage": footage,
        "is_listed": listing_of(request).footage().filter(pk=footage.pk).exists(),
        "form": form,
        "problem": problem,
        "versions": versions_with(footage.pk),
        "recalls": Recall.objects.filter(footage=footage.pk).select_related("run__job", "replacement"),
    }
    return render(request, "exports/withdraw.html", context, status=422 if problem or form.errors else 200)


def _told(recalls: list[Recall]) -> str:
    told = RecallNotice.objects.filter(recall__in=recalls).values("person").distinct().count()
    many = "1 training set was" if len(recalls) == 1 else f"{len(recalls)} training sets were"
    sets = f"{many} recalled" if recalls else "No training set held it"
    return f"{sets}; people who had copies and were told: {told}."


@require_POST
def copy_destroyed(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Take the word of somebody that their copy of a recalled set is destroyed."""
    require_role(request, Role.LEAD)
    notices = RecallNotice.objects.select_related("recall__run__job", "person__organization")
    notice = notices.filter(pk=notice_id, person=signed_in(request)).first()
    if notice is None:
        raise Http404("no such notice for this person")
    say_destroyed(notice, at=timezone.now())
    messages.success(request, "Recorded: your copy is destroyed.")
    return redirect("datasets")
