"""What tests are made of: the named cast, zones, cameras, footage and jobs, built through the apps' own actions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from guardian.shortcuts import assign_perm, remove_perm

import labelhub.demo
from labelhub.accounts.actions import add_organization, add_person, attest
from labelhub.accounts.models import Organization, Person, Role
from labelhub.evidence.findings import Suspicion, raise_once
from labelhub.evidence.models import DecisionInputs, Finding, FindingKind
from labelhub.footage.listing import Listing, listing_with
from labelhub.footage.models import Footage, Source, Zone
from labelhub.footage.queries import footage_facts
from labelhub.gateway.short_way import shown
from labelhub.labeling.actions import (
    JobRequest,
    assign,
    create_job,
    open_job,
    prepare_zone,
    record_annotation,
)
from labelhub.labeling.models import Annotation, Guideline, Job, LabelingTask, LabelSchema
from labelhub.policies.actions import activate_policy
from labelhub.policies.held_actions import add_document, add_grant
from labelhub.policies.models import HeldDocument, HeldGrant, PolicyVersion
from labelhub.policies.standing import Standing, standing_at
from residency import Action, AssuranceLevel, Place, PolicySet, parse_policy
from tests.simulators import StudioInMemory

PEERS = {"US": "203.0.113.10", "PH": "198.51.100.10", "DE": "192.0.2.10"}
UNKNOWN_PEER = "127.0.0.1"
PASSWORD = "correct-horse-battery-staple"
MFA_SESSION = [{"method": "password"}, {"method": "mfa", "type": "totp"}]

_numbers = count(1)


def now() -> datetime:
    return datetime.now(UTC)


class BothWays(ClientHandler):
    """Requests as the served application meets them: the short way of a view before the whole of Django."""

    def __call__(self, environ: dict[str, Any]) -> Any:  # noqa: ANN401  Django's signature
        """Answer a request."""
        headers = shown(environ)
        if headers is None:
            return super().__call__(environ)
        answer = HttpResponse(headers=dict(headers))
        answer.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]  # the test client asks for it
        return answer


class DoorClient(Client):
    """A browser in front of the served application."""

    def __init__(self, **headers: Any) -> None:  # noqa: ANN401  Django's signature
        super().__init__(**headers)
        self.handler = BothWays(enforce_csrf_checks=False)


def client_from(country: str) -> Client:
    """A browser that came through the door from a country; any other word is a place nobody knows."""
    return DoorClient(
        HTTP_X_LH_GATEWAY=settings.GATEWAY_SECRET,
        HTTP_X_LH_PEER=PEERS.get(country, UNKNOWN_PEER),
        HTTP_ACCEPT="text/html,application/xhtml+xml",
    )


def sign_in(client: Client, person: Person, *, with_mfa: bool = True) -> Client:
    """Sign a person in as if they had given their password and, unless told otherwise, their second factor."""
    client.force_login(person, backend="labelhub.accounts.backends.EmailBackend")
    if with_mfa:
        Authenticator.objects.get_or_create(
            user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "JBSWY3DPEHPK3PXP"}}
        )
        session = client.session
        session["account_authentication_methods"] = MFA_SESSION
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
    return client


def signed_in(person: Person, country: str = "US") -> Client:
    """A browser in a country, signed in as a person."""
    return sign_in(client_from(country), person)


def make_person(name: str, *roles: Role, organization: Organization | None = None, attested: str = "") -> Person:
    """A person with roles; with `attested`, the employer says where they work."""
    entity = organization or add_organization(code="northgate", name="Northgate Mobility", relation="controller")
    person = add_person(
        email=f"{name}@test.test",
        password=PASSWORD,
        name=name.replace("_", " ").title(),
        organization=entity,
        roles=roles,
        by="tests",
        at=now(),
    )
    if attested:
        attest(person, jurisdiction=attested, by="tests", at=now())
    return person


def make_annotator(country: str) -> Person:
    """An annotator of a processor in a country, attested there."""
    employer = add_organization(code=f"employer-{country.lower()}", name=f"Employer {country}", relation="processor")
    return make_person(f"annotator_{country.lower()}", Role.ANNOTATOR, organization=employer, attested=country)


def make_zone(code: str = "us", jurisdiction: str = "US") -> Zone:
    """A zone as the test settings describe it."""
    zone, _ = Zone.objects.get_or_create(code=code, defaults={"jurisdiction": jurisdiction, "studio": "main"})
    return zone


def make_source(
    code: str = "cam-ca-1",
    jurisdiction: str = "US-CA",
    *,
    zone: Zone | None = None,
    marks: Sequence[str] = (),
    owner: Organization | None = None,
) -> Source:
    """A camera."""
    return Source.objects.create(
        code=code, jurisdiction=jurisdiction, zone=zone or make_zone(), marks=list(marks), owner=owner
    )


def make_footage(source: Source, *, kind: str = "image", name: str = "", **fields: object) -> Footage:
    """A row of footage; no bytes are stored."""
    number = next(_numbers)
    is_clip = kind == "video"
    digest = hashlib.sha256(f"footage {number}".encode()).hexdigest()
    values: dict[str, Any] = {
        "source": source,
        "zone": source.zone,
        "name": name or f"{source.code}-{number:04d}.{'mp4' if is_clip else 'jpg'}",
        "kind": kind,
        "mime": "video/mp4" if is_clip else "image/jpeg",
        "sha256": digest,
        "size": 120_000,
        "width": 1280,
        "height": 720,
        "frames": 100 if is_clip else None,
        "fps_numerator": 25 if is_clip else None,
        "fps_denominator": 1 if is_clip else None,
        "store_key": f"footage/{digest}",
        "added_at": now(),
        "added_by": "tests",
    }
    values.update(fields)
    return Footage.objects.create(**values)


def make_schema(name: str = "vehicles-and-persons") -> LabelSchema:
    """The demo's label schema, made once."""
    found = LabelSchema.objects.filter(name=name).first()
    return found or LabelSchema.objects.create(
        name=name,
        title="Vehicles and persons",
        labels=[{"name": "Car", "colour": "#1f77b4"}, {"name": "Person", "colour": "#d62728"}],
        attributes=[{"name": "colour", "title": "Colour", "choices": ["White", "Black"]}],
    )


def make_guideline(
    name: str = "road-scenes", text: str = "Draw a box around every car.\n\nLeave out reflections."
) -> Guideline:
    """A guideline, made once per text."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    others = Guideline.objects.filter(name=name)
    return others.filter(sha256=digest).first() or Guideline.objects.create(
        name=name, title="Road scenes", text=text, sha256=digest, version=others.count() + 1
    )


def make_job(
    lead: Person,
    *annotators: Person,
    name: str = "ca-stills",
    selection: str = "kind=image",
    is_prepared: bool = True,
) -> Job:
    """A job over footage that is there already, prepared in a simulated Label Studio and given to annotators."""
    asked = JobRequest(
        name=name,
        title=name.replace("-", " ").capitalize(),
        schema=make_schema(),
        guideline=make_guideline(),
        selection=selection,
        purpose="ml-training",
    )
    job = create_job(asked, listing_in(lead), at=now())
    for person in annotators:
        assign(person, job, by=lead)
    if is_prepared:
        prepare(job)
    return job


def prepare(job: Job) -> Job:
    """Make a job's tasks in a simulated Label Studio and open it."""
    studio = StudioInMemory()
    for part in job.zones.all():
        prepare_zone(part, studio)
    open_job(job)
    job.refresh_from_db()
    return job


def standing_in(person: Person, country: str = "US", *, at: datetime | None = None) -> Standing:
    """A person's standing when they connect from a country, well enough known."""
    return standing_at(person, Place(jurisdiction=country, level=AssuranceLevel.LA2), at=at or now())


def decide_view(person: Person, footage: Footage, *, at: datetime | None = None, action: Action = Action.VIEW) -> str:
    """What would be decided about a person in the United States who wants something of footage."""
    decision = standing_in(person, at=at).decide(action, footage_facts(footage), purpose="quality-review")
    return decision.outcome.value


def listing_in(person: Person, country: str = "US", *, at: datetime | None = None) -> Listing:
    """What a person is listed when they connect from a country, well enough known."""
    return listing_with(standing_in(person, country, at=at))


def make_annotation(task: LabelingTask, person: Person, *, boxes: int = 1, seconds: float = 30.0) -> Annotation:
    """An annotation of a task, recorded as the door records it."""
    return record_annotation(
        task,
        standing_in(person),
        number=next(_numbers),
        result=[_box(number) for number in range(boxes)],
        seconds=seconds,
    )


def _box(number: int) -> dict[str, Any]:
    return {
        "id": f"box{number}",
        "type": "rectanglelabels",
        "from_name": "subject",
        "to_name": "media",
        "original_width": 1280,
        "original_height": 720,
        "value": {"x": 10.0, "y": 20.0, "width": 5.0, "height": 5.0, "rotation": 0, "rectanglelabels": ["Car"]},
    }


def let_see(person: Person, *sources: Source) -> None:
    """Give a person cameras."""
    for source in sources:
        assign_perm("footage.see_source", person, source)


def take_from(person: Person, *sources: Source) -> None:
    """Take cameras back."""
    for source in sources:
        remove_perm("footage.see_source", person, source)


def make_document(party: Organization | None, *, type: str = "written-declaration", days: int = 30) -> HeldDocument:  # noqa: A002  as rules call it
    """A document about an organization, held from now on."""
    assert party is not None
    at = now()
    return add_document(
        type=type,
        party=party,
        reference="archive 7",
        valid_from=at,
        valid_until=at + timedelta(days=days),
        by="tests",
        at=at,
    )


def make_grant(person: Person, *, name: str = "night-shift", days: int = 30) -> HeldGrant:
    """A grant to a person, held from now on."""
    at = now()
    return add_grant(
        name=name,
        person=person,
        reason="covers nights",
        valid_from=at,
        valid_until=at + timedelta(days=days),
        by="tests",
        at=at,
    )


def policies_of(*versions: PolicyVersion) -> PolicySet:
    """The policies that stored versions read as."""
    return PolicySet.of(*(parse_policy(version.text, name=version.name) for version in versions))


def make_finding(what: str = "1,000 bytes left the door", *, same: str = "") -> Finding:
    """A finding that is open."""
    at = now()
    suspicion = Suspicion(
        kind=FindingKind.BYTES_WITHOUT_ENTRY, same=same or f"finding {next(_numbers)}", at=at, what=what
    )
    made = raise_once(suspicion, at=at)
    assert made is not None
    return made


def forget_inputs() -> None:
    """Take away the facts kept beside the ledger, as a lawful erasure does."""
    DecisionInputs.objects.all().delete()


def put_in_force(text: str) -> PolicyVersion:
    """Put a policy document into force."""
    return activate_policy(text, by="tests", at=now())


def activate_demo_policy() -> PolicyVersion:
    """Put the demo's policy into force."""
    text = (Path(labelhub.demo.__file__).parent / "policy.toml").read_text(encoding="utf-8")
    return activate_policy(text, by="tests", at=datetime(2026, 1, 1, tzinfo=UTC))
