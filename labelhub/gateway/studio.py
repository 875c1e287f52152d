"""Label Studio through the door: every request held against the allow-list and the person's own work.

Two entrances: `admit_page` answers Caddy's sub-request for pages and static files, and `studio_api` answers the API
itself, forwarding as the person what has to reach Label Studio. Label Studio decides nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from labelhub.accounts.models import Person
from labelhub.accounts.place import peer_of
from labelhub.accounts.queries import signed_in
from labelhub.accounts.sessions import session_mark
from labelhub.evidence.actions import EntryDraft, LedgerUnavailableError, record_before_serving
from labelhub.evidence.models import LedgerAction, Outcome
from labelhub.gateway.refusals import NO_POLICY, UNAVAILABLE
from labelhub.gateway.studio_answers import Asked, answer
from labelhub.gateway.studio_bodies import StudioRefusedError
from labelhub.gateway.studio_rules import READ, Admitted, Treatment, admit
from labelhub.labeling.models import JobZone
from labelhub.labeling.queries import jobs_to_label
from labelhub.policies.queries import NoPolicyError
from labelhub.policies.standing import standing_of
from labelhub.studio.client import studio_email, studio_of
from labelhub.studio.port import StudioError

UNSAFE_FROM = {"same-origin"}


def admit_page(request: HttpRequest) -> HttpResponse:
    """Answer Caddy's sub-request: 200 with the identity to pass on, or a refusal."""
    if request.META.get("HTTP_X_LH_SUBREQUEST") != "1":
        return HttpResponse(status=404)
    person = signed_in(request)
    target = urlsplit(request.META.get("HTTP_X_FORWARDED_URI", ""))
    method = request.META.get("HTTP_X_FORWARDED_METHOD", "")
    code, path = split_prefix(target.path)
    admitted = admit(method, path, target.query) if path else None
    if admitted is None or admitted.treatment is not Treatment.PASS or not _may_pass(admitted, person, code):
        return _denied(request, person, f"{method} {target.path}")
    response = HttpResponse(status=200)
    response["X-LH-User"] = studio_email(person.pseudonym)
    return response


def split_prefix(path: str) -> tuple[str, str]:
    """Split `/studio/<code>/rest` into code and `/rest`; a font at the root belongs to whichever studio asked."""
    if path.startswith("/static/fonts/"):
        return "", path
    start, studio, code, *rest = [*path.split("/", 3), "", "", "", ""][:4]
    if start or studio != "studio" or not code:
        return "", ""
    return code, f"/{rest[0]}"


def _may_pass(admitted: Admitted, person: Person, code: str) -> bool:
    return admitted.project is None or project_of(person, code, admitted.project) is not None


def project_of(person: Person, studio: str, project: int) -> JobZone | None:
    """Find the part of a job that a Label Studio project stands for, if it was given to this person."""
    return (
        JobZone.objects.filter(studio_project=project, zone__studio=studio, job__in=jobs_to_label(person))
        .select_related("job__schema", "job__guideline", "zone")
        .first()
    )


@csrf_exempt  # Label Studio's screen knows nothing of our token; the origin is checked instead
def studio_api(request: HttpRequest, studio: str, rest: str) -> HttpResponse:
    """Answer a request to Label Studio's API: from here, or forwarded as the person."""
    person = signed_in(request)
    method = request.method or ""
    admitted = admit(method, f"/{rest}", request.META.get("QUERY_STRING", ""))
    if admitted is None or admitted.treatment is Treatment.PASS or not _own_origin(request):
        return _denied(request, person, f"{method} /studio/{studio}/{rest}")
    try:
        standing = standing_of(request, person, at=timezone.now())
        asked = Asked(
            admitted=admitted,
            standing=standing,
            studio_code=studio,
            studio=studio_of(studio),
            method=method,
            path=f"/{rest}",
            query=request.META.get("QUERY_STRING", ""),
            body=request.body,
            project_of=lambda number: project_of(person, studio, number),
        )
        return answer(asked)
    except StudioRefusedError as refusal:
        return _denied(request, person, f"{method} /studio/{studio}/{rest}", str(refusal), refusal.status)
    except NoPolicyError:
        return NO_POLICY.answer(request)
    except LedgerUnavailableError:
        return UNAVAILABLE.answer(request)
    except StudioError as error:
        return JsonResponse({"detail": str(error)}, status=502)


def _own_origin(request: HttpRequest) -> bool:
    """Tell whether an unsafe request comes from our own pages; without a sign of where it comes from, it does not."""
    if request.method in READ:
        return True
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in UNSAFE_FROM:
        return False
    return origin == f"{request.scheme}://{request.get_host()}"


def _denied(
    request: HttpRequest,
    person: Person,
    what: str,
    reason: str = "this request is not part of labeling",
    status: int = 403,
) -> HttpResponse:
    """Refuse and record; a refused request that cannot be recorded is refused all the same."""
    draft = EntryDraft(
        action=LedgerAction.STUDIO_REQUEST_DENIED,
        at=timezone.now(),
        person=person.pseudonym,
        entity=person.organization.code if person.organization else "",
        session=session_mark(request),
        address=peer_of(request),
        outcome=Outcome.DENY,
        details={"request": what[:200].encode("ascii", "replace").decode(), "reason": reason},
    )
    try:
        record_before_serving(draft)
    except LedgerUnavailableError:
        return UNAVAILABLE.answer(request)
    return JsonResponse({"detail": reason}, status=status)
