"""Who may open which job, and the standing a page decides with.

A job somebody was not given does not exist for them: 404, never 403, so that its name tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from labelhub.accounts.guards import require_role
from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import signed_in
from labelhub.labeling.models import Job
from labelhub.labeling.queries import jobs_to_label, jobs_to_lead
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import Standing, standing_of

P = ParamSpec("P")


def annotator_page(
    view: Callable[Concatenate[HttpRequest, Standing, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Open a page to annotators, with their standing; without a policy in force it says so and shows nothing."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        require_role(request, Role.ANNOTATOR)
        person = signed_in(request)
        try:
            return view(request, standing_of(request, person, at=timezone.now()), *args, **kwargs)
        except NoPolicyError:
            return no_policy(request)

    return opened


def no_policy(request: HttpRequest) -> HttpResponse:
    """Say that nothing may be shown because no policy is in force."""
    return render(request, "labeling/no_policy.html", status=503)


def given_job(person: Person, name: str) -> Job:
    """Find a job this person was given to label.

    Raises:
        Http404: there is none of that name for them.
    """
    job = jobs_to_label(person).filter(name=name).first()
    if job is None:
        raise Http404("no such job for this person")
    return job


def led_job(request: HttpRequest, name: str) -> tuple[Person, Job]:
    """Find a job the person who asks leads.

    Raises:
        Http404: there is none of that name for them.
    """
    person = signed_in(request)
    job = jobs_to_lead(person).filter(name=name).first()
    if job is None:
        raise Http404("no such job for this person")
    return person, job
