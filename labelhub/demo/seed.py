"""Fill the demo workspace, through the same actions that people use. Run again, it adds only what is missing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.utils import timezone
from guardian.shortcuts import assign_perm

from labelhub.accounts.actions import add_organization, add_person, attest
from labelhub.accounts.models import Organization, Person, Role
from labelhub.accounts.queries import attested_in, has_role
from labelhub.demo import content
from labelhub.demo.accounts import ACCOUNTS, ORGANISATIONS, DemoAccount, OrganisationKind, credentials, owner_of
from labelhub.demo.geoip import write_databases
from labelhub.demo.networks import write_networks
from labelhub.demo.render import DemoItem, demo_footage, render_clip, render_still
from labelhub.demo.scenes import CAMERAS
from labelhub.footage.actions import Arrival, CameraFacts, add_file, add_source
from labelhub.footage.listing import listing_at_zones
from labelhub.footage.manifest import Facts
from labelhub.footage.models import Footage, Source, Zone
from labelhub.footage.probe import Prober
from labelhub.labeling.actions import JobRequest, assign, create_job, open_job, prepare_zone
from labelhub.labeling.documents import SchemaSaid
from labelhub.labeling.materials import add_guideline, add_schema
from labelhub.labeling.models import Job, LabelSchema
from labelhub.policies.actions import activate_policy
from labelhub.policies.models import HeldDocument
from labelhub.policies.queries import active_versions
from labelhub.storage.s3 import store_of
from labelhub.studio.client import studio_of
from residency import MediaKind, Sensitivity
from residency.shelf import pack_text

BY = "demo"
LAW = "eu-gdpr-v"
CAMERA_FACTS = CameraFacts(
    sensitivity=Sensitivity.PERSONAL,
    shows=("people", "plates"),
    place_tags=(),
    criminal_justice=False,
)
RELATIONS = {
    OrganisationKind.ML_TEAM: Organization.Relation.CONTROLLER,
    OrganisationKind.EMPLOYER: Organization.Relation.PROCESSOR,
    OrganisationKind.FOOTAGE_OWNER: Organization.Relation.OWNER,
}


def seed(*, say: Callable[[str], object]) -> None:
    """Fill the workspace of this home; `say` is given a line for each step that takes a while."""
    now = timezone.now()
    _places(now)
    people = _people(now)
    lead = people["lead@demo.test"]
    _papers(now)
    _policies(now)
    _cameras(people)
    _footage(say)
    _jobs(lead, [person for person in people.values() if has_role(person, Role.ANNOTATOR)], say)


def _places(now: datetime) -> None:
    """Write the demo's address databases and networks where the settings look for them; they must never grow stale."""
    written = write_databases(settings.GEOIP_PRIMARY.parent, built_at=now)
    if (written.primary, written.secondary) != (settings.GEOIP_PRIMARY, settings.GEOIP_SECONDARY):
        raise RuntimeError(f"the settings name other address databases than the demo's `{written.primary}`")
    networks = write_networks(settings.NETWORKS.parent)
    if networks != settings.NETWORKS:
        raise RuntimeError(f"the settings name another list of networks than the demo's `{networks}`")


def _people(now: datetime) -> dict[str, Person]:
    employers = {
        each.code: add_organization(
            code=each.code, name=each.name, relation=RELATIONS[each.kind], kind="private", established_in=each.country
        )
        for each in ORGANISATIONS
    }
    return {account.email: _person(account, employers[account.organisation], now) for account in ACCOUNTS}


def _papers(now: datetime) -> None:
    """Say that the ML team is in the Data Privacy Framework: without it, it may not even list what is German."""
    team = Organization.objects.get(code="northgate")
    HeldDocument.objects.get_or_create(
        type="dpf-participation",
        party=team,
        defaults={"reference": "the demo's own filing cabinet", "valid_from": now, "recorded_by": BY},
    )


def _policies(now: datetime) -> None:
    """Put the platform's policy, one law's pack and one owner's contract into force, each where none of its name is."""
    have = {version.name for version in active_versions(at=now)}
    folder = files("labelhub.demo")
    documents = {
        "demo": folder.joinpath("policy.toml").read_text(encoding="utf-8"),
        "golden-coast": folder.joinpath("contract.toml").read_text(encoding="utf-8"),
        LAW: pack_text(LAW),
    }
    for name, text in documents.items():
        if name not in have:
            activate_policy(text, shown_as=name, by=BY, at=now)


def _person(account: DemoAccount, employer: Organization, now: datetime) -> Person:
    secrets = credentials(account, secret_key=settings.SECRET_KEY)
    person = Person.objects.filter(email=account.email).first() or add_person(
        email=account.email,
        password=secrets.password,
        name=account.name,
        organization=employer,
        roles=(Role(account.role.value),),
        by=BY,
        at=now,
    )
    if not Authenticator.objects.filter(user=person).exists():
        TOTP.activate(person, secrets.totp_secret)
    if attested_in(person, at=now) is None:
        attest(person, jurisdiction=account.attested_in, by=BY, at=now)
    return person


def _cameras(people: dict[str, Person]) -> None:
    for camera in CAMERAS:
        if Source.objects.filter(code=camera.name).exists():
            continue
        owner = owner_of(camera.name)
        source = add_source(
            code=camera.name,
            name=content.CAMERA_NAMES[camera.name],
            zone=Zone.objects.get(pk=camera.zone),
            jurisdiction=camera.jurisdiction,
            owner=Organization.objects.get(code=owner.code) if owner else None,
            marks=camera.marks,
            facts=CAMERA_FACTS,
        )
        for person in people.values():
            is_owner = owner is not None and person.organization is not None and person.organization.code == owner.code
            if is_owner or has_role(person, Role.LEAD, Role.REVIEWER):
                assign_perm("footage.see_source", person, source)


def _footage(say: Callable[[str], object]) -> None:
    have = set(Footage.objects.values_list("name", flat=True))
    missing = [item for item in demo_footage() if item.name not in have]
    if not missing:
        return
    say(f"rendering {len(missing)} pieces of road footage")
    with Prober() as prober, tempfile.TemporaryDirectory(dir=settings.SCRATCH_DIR) as folder:
        for item in missing:
            _add(item, Path(folder), prober)


def _add(item: DemoItem, folder: Path, prober: Prober) -> None:
    is_clip = item.media_kind is MediaKind.VIDEO
    path = folder / item.name
    path.write_bytes(render_clip(item.scene) if is_clip else render_still(item.scene))
    source = Source.objects.select_related("owner").get(code=item.camera)
    store = store_of(source.zone_id)
    said = Facts(line=0, path=item.name, captured_at=item.captured_at)
    result = add_file(path, prober=prober, source=source, store=store, by=BY, at=timezone.now(), said=said)
    if result.arrival is Arrival.REFUSED:
        raise RuntimeError(f"the demo's own footage `{item.name}` was refused: {result.reason}")


def _jobs(lead: Person, annotators: list[Person], say: Callable[[str], object]) -> None:
    now = timezone.now()
    said = SchemaSaid(
        name=content.SCHEMA_NAME, title=content.SCHEMA_TITLE, labels=content.LABELS, attributes=content.ATTRIBUTES
    )
    schema = LabelSchema.objects.filter(name=said.name).first() or add_schema(said, by=lead, at=now)
    guideline = add_guideline(
        name=content.GUIDELINE_NAME, title=content.GUIDELINE_TITLE, text=content.GUIDELINE_TEXT, by=lead, at=now
    )
    for plan in content.JOBS:
        job = Job.objects.filter(name=plan.name).first()
        if job is None:
            asked = JobRequest(
                name=plan.name,
                title=plan.title,
                schema=schema,
                guideline=guideline,
                selection=plan.selection,
                purpose="ml-training",
            )
            job = create_job(asked, listing_at_zones(lead, at=timezone.now()), at=timezone.now())
        for person in annotators:
            assign(person, job, by=lead)
        if job.state != Job.State.OPEN:
            _prepare(job, annotators, say)


def _prepare(job: Job, annotators: list[Person], say: Callable[[str], object]) -> None:
    for part in job.zones.select_related("zone", "job__schema"):
        say(f"making the tasks of “{job.title}” in zone {part.zone_id}")
        studio = studio_of(part.zone.studio)
        for person in annotators:
            studio.add_person(person.pseudonym)
        prepare_zone(part, studio)
    open_job(job)
