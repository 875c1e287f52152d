"""`labelhub job` and `labelhub export`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from labelhub.commands.acting import acting_person, fail, start_django

if TYPE_CHECKING:
    from labelhub.labeling.models import Job

app = typer.Typer(no_args_is_help=True, help="Create and follow jobs.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="lower-case letters, digits and hyphens")],
    schema: Annotated[str, typer.Option(help="name of a label schema")],
    guideline: Annotated[str, typer.Option(help="name of a guideline")],
    footage: Annotated[str, typer.Option(help="footage query, such as `source=cam-12 kind=image`")],
    purpose: Annotated[str, typer.Option(help="ml-training or quality-review")],
    title: Annotated[str, typer.Option()] = "",
    annotator: Annotated[list[str] | None, typer.Option(help="e-mail address; repeat for more")] = None,
    acting: Annotated[str | None, typer.Option("--as")] = None,
) -> None:
    """Create a job, make its tasks in each zone's Label Studio, and give it to annotators."""
    start_django()
    from django.utils import timezone

    from labelhub.footage.listing import listing_at_zones
    from labelhub.footage.queries import FootageQueryError
    from labelhub.labeling.actions import JobRequest, LabelingError, create_job
    from labelhub.labeling.assignments import give
    from labelhub.labeling.models import Guideline, LabelSchema

    person = acting_person(acting)
    found_schema = LabelSchema.objects.filter(name=schema).first()
    found_guideline = Guideline.objects.filter(name=guideline).order_by("-version").first()
    if found_schema is None or found_guideline is None:
        missing, kind = (schema, "label schema") if found_schema is None else (guideline, "guideline")
        fail(f"there is no {kind} `{missing}`: `labelhub job options` lists them")
    asked = JobRequest(
        name=name,
        title=title or name,
        schema=found_schema,
        guideline=found_guideline,
        selection=footage,
        purpose=purpose,
    )
    annotators = [acting_person(email) for email in annotator or []]
    try:
        job = create_job(asked, listing_at_zones(person, at=timezone.now()), at=timezone.now())
        for each in annotators:
            give(each, job, by=person, at=timezone.now())
    except (LabelingError, FootageQueryError) as error:
        fail(str(error))
    prepare(name)


@app.command()
def prepare(name: str) -> None:
    """Make a job's tasks in Label Studio; after an interruption, go on where it stopped."""
    start_django()
    from labelhub.labeling.actions import open_job, prepare_zone
    from labelhub.labeling.models import JobZone
    from labelhub.studio.client import studio_of
    from labelhub.studio.port import StudioError

    job = _job(name)
    for part in JobZone.objects.filter(job=job).select_related("job__schema", "zone"):
        typer.echo(f"making the tasks of {job.name} in zone {part.zone_id}: {part.tasks.count()}", err=True)
        try:
            prepare_zone(part, studio_of(part.zone.studio))
        except StudioError as error:
            fail(f"{error}; run `labelhub job prepare {name}` when it answers")
    open_job(job)
    job.refresh_from_db()
    typer.echo(f"job {job.name} is {job.state}")


@app.command()
def close(
    name: str,
    confirm: Annotated[str | None, typer.Option(help="the job's name again, instead of being asked for it")] = None,
    acting: Annotated[str | None, typer.Option("--as")] = None,
) -> None:
    """Close a job: who holds a task loses it, labels stay. `labelhub job open` undoes it."""
    start_django()
    from django.utils import timezone

    from labelhub.labeling.actions import LabelingError
    from labelhub.labeling.closing import close_job, closing_touches

    person, job, now = acting_person(acting), _job(name), timezone.now()
    typer.echo(f"{closing_touches(job, at=now).sentence}", err=True)
    said = confirm if confirm is not None else typer.prompt("type the job's name to close it", err=True)
    try:
        close_job(job, name=said, by=person, at=now)
    except LabelingError as error:
        fail(str(error))
    typer.echo(f"job {job.name} is closed; `labelhub job open {job.name}` opens it again")


@app.command("open")
def reopen(name: str, acting: Annotated[str | None, typer.Option("--as")] = None) -> None:
    """Open a closed job again."""
    start_django()
    from django.utils import timezone

    from labelhub.labeling.actions import LabelingError
    from labelhub.labeling.closing import reopen_job

    try:
        job = reopen_job(_job(name), by=acting_person(acting), at=timezone.now())
    except LabelingError as error:
        fail(str(error))
    hint = "" if job.state == "open" else f"; `labelhub job prepare {name}` goes on"
    typer.echo(f"job {job.name} is {job.state}{hint}")


def _job(name: str) -> Job:
    from labelhub.labeling.models import Job

    found = Job.objects.filter(name=name).first()
    if found is None:
        fail(f"there is no job `{name}`: `labelhub job list` names them")
    return found


@app.command()
def options() -> None:
    """List the label schemas and guidelines a job can be made from."""
    start_django()
    from labelhub.labeling.models import Guideline, LabelSchema

    for schema in LabelSchema.objects.order_by("name"):
        typer.echo(f"schema\t{schema.name}\t{schema.title}")
    for guideline in Guideline.objects.order_by("name", "version"):
        typer.echo(f"guideline\t{guideline.name}\tversion {guideline.version}\t{guideline.title}")


@app.command("list")
def list_jobs(acting: Annotated[str | None, typer.Option("--as", help="whose lists are counted")] = None) -> None:
    """List jobs: name, kind, state, labeled of all that the person acting may be listed, title."""
    start_django()
    from django.utils import timezone

    from labelhub.footage.listing import listing_at_zones
    from labelhub.labeling.models import Job
    from labelhub.labeling.progress import job_progress

    listing = listing_at_zones(acting_person(acting), at=timezone.now())
    for job in Job.objects.order_by("name"):
        progress = job_progress(job, listing)
        typer.echo(f"{job.name}\t{job.kind}\t{job.state}\t{progress.done}/{progress.total}\t{job.title}")


def export(
    job: Annotated[str, typer.Option(help="name of the job")],
    file_format: Annotated[str, typer.Option("--format", help="coco, yolo, voc, … (docs/formats.md)")],
    zone: Annotated[str | None, typer.Option(help="needed when the job's footage rests in several zones")] = None,
    lossy: Annotated[bool, typer.Option("--lossy", help="leave out, and count, what the format cannot carry")] = False,
    acting: Annotated[str | None, typer.Option("--as")] = None,
) -> None:
    """Make a training set of a job's labels in its zone's store; download it from its page."""
    start_django()
    from django.utils import timezone

    from labelhub.exports.actions import ExportRefusedError, build_run, start_export
    from labelhub.exports.models import ExportRun
    from labelhub.storage.s3 import store_of

    found = _job(job)
    zones = sorted(found.zones.values_list("zone_id", flat=True))
    if zone is None and len(zones) != 1:
        fail(f"`{job}` keeps its footage in {', '.join(zones)}, and a set stays in one zone: choose with `--zone`")
    try:
        run = start_export(
            found,
            zone=zone or zones[0],
            file_format=file_format,
            lossy=lossy,
            by=acting_person(acting),
            at=timezone.now(),
        )
    except ExportRefusedError as error:
        fail("this set may not be made: " + "; ".join(error.reasons))
    typer.echo(f"building {run.items_total} items in zone {run.zone_id}", err=True)
    run = build_run(run, store_of(run.zone_id), now=timezone.now)
    if run.state != ExportRun.State.READY:
        fail(f"the set could not be made: {run.problem}")
    typer.echo(f"{run.items_done} items, {run.boxes} boxes, {run.size} bytes, sha256 {run.sha256}")
    typer.echo(f"download it from /datasets/{run.pk}/")
