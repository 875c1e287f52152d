"""Pages on which a lead closes a job, having read what that touches, and opens it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from labelhub.labeling.access import led_job
from labelhub.labeling.actions import LabelingError
from labelhub.labeling.closing import close_job, closing_touches, reopen_job
from labelhub.labeling.forms import CloseForm
from labelhub.labeling.jobs import start_preparing
from labelhub.labeling.models import Job


@require_http_methods(["GET", "HEAD", "POST"])
def job_close(request: HttpRequest, name: str) -> HttpResponse:
    """Say what closing a job touches, and close it once its name is typed."""
    person, job = led_job(request, name)
    now = timezone.now()
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            close_job(job, name=form.cleaned_data["name"], by=person, at=now)
        except LabelingError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"“{job.title}” is closed. Its labels stay, and sets can still be made of them.")
            return redirect("job", name=job.name)
    context = {"job": job, "form": form, "touched": closing_touches(job, at=now)}
    return render(request, "labeling/job_close.html", context, status=422 if form.errors else 200)


@require_POST
def job_open(request: HttpRequest, name: str) -> HttpResponse:
    """Open a closed job again: its unlabeled tasks are given out as before."""
    person, job = led_job(request, name)
    try:
        reopen_job(job, by=person, at=timezone.now())
    except LabelingError as error:
        messages.error(request, f"{error}.".capitalize())
        return redirect("job", name=job.name)
    if job.state == Job.State.PREPARING:
        start_preparing(job)
    messages.success(request, f"“{job.title}” is open again: whoever has it finds it under “My work”.")
    return redirect("job", name=job.name)
