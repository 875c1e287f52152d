"""What may be read about export runs, by the person asking, and the dataset a run is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet

from exporters.dataset import AnnotationRef, Box, Dataset, LabeledFootage
from exporters.labelstudio import Canvas, read_result
from labelhub.accounts.models import Person
from labelhub.exports.models import ExportRun
from labelhub.exports.versions import labels_digest
from labelhub.footage.listing import Listing
from labelhub.footage.models import Footage
from labelhub.labeling.models import Annotation, Job, LabelingTask
from labelhub.labeling.queries import jobs_to_lead
from labelhub.storage.port import ObjectStore
from residency import MediaKind

SAMPLES = 3


def runs_for(person: Person) -> QuerySet[ExportRun]:
    """Find the export runs of the jobs a person leads."""
    runs = ExportRun.objects.filter(job__in=jobs_to_lead(person))
    return runs.select_related("job", "zone", "requested_by")


def run_for(person: Person, run_id: str) -> ExportRun | None:
    """Find one run, if it is of a job this person leads; whether they may have it, the door decides."""
    return runs_for(person).filter(pk=run_id).first()


def holds_withdrawn(run: ExportRun) -> bool:
    """Whether a set holds footage that was withdrawn, be it while the set was being made."""
    return Footage.objects.filter(pk__in=run.items.values("footage"), withdrawn_at__isnull=False).exists()


def runs_listed(listing: Listing) -> QuerySet[ExportRun]:
    """Find the runs a person leads that hold nothing they may not be listed: a run's figures are its footage's."""
    unlisted = LabelingTask.objects.filter(
        job_zone__job=OuterRef("job"), job_zone__zone=OuterRef("zone"), state=LabelingTask.State.DONE
    ).exclude(footage__in=listing.footage().order_by().values("pk"))
    return runs_for(listing.person).exclude(Exists(unlisted))


def run_listed(listing: Listing, run_id: str) -> ExportRun | None:
    """Find one run, if this person may be listed all it holds."""
    return runs_listed(listing).filter(pk=run_id).first()


def labeled_tasks(job: Job, zone: str) -> QuerySet[LabelingTask]:
    """Find the labeled tasks of a job in one zone, in a fixed order."""
    return (
        LabelingTask.objects.filter(job_zone__job=job, job_zone__zone=zone, state=LabelingTask.State.DONE)
        .filter(footage__withdrawn_at__isnull=True)
        .select_related("footage__source__owner", "job_zone")
        .order_by("footage__source__code", "footage__name", "footage_id")
    )


def dataset_of(run: ExportRun, store: ObjectStore, *, progress: Callable[[], None] = lambda: None) -> Dataset:
    """Lay a run's labels out as a dataset; footage is read one by one while it is written."""
    return Dataset(
        name=run.job.name,
        labels=tuple(label["name"] for label in run.job.schema.labels),
        purpose=run.job.purpose,
        items=_items(run, store, progress),
    )


def _items(run: ExportRun, store: ObjectStore, progress: Callable[[], None]) -> Iterator[LabeledFootage]:
    wanted = set(run.footage_ids)
    for task in labeled_tasks(run.job, run.zone_id).iterator(chunk_size=200):
        if task.footage_id in wanted:
            yield _item(task, store)
            progress()


@dataclass(frozen=True, slots=True)
class Sample:
    """A still of a set with what is drawn on it, in pixels."""

    footage: Footage
    boxes: tuple[Box, ...]


def samples_of(run: ExportRun) -> list[Sample]:
    """Pick a few stills of a ready set, always the same ones, whose labels are still those the set was made of."""
    items = {item.footage: item.labels for item in run.items.order_by("sha256")[: 4 * SAMPLES]}
    tasks = labeled_tasks(run.job, run.zone_id).filter(footage__in=items, footage__kind=Footage.Kind.IMAGE)
    found = []
    for task in sorted(tasks, key=lambda one: one.footage.sha256):
        annotation = Annotation.objects.filter(task=task).latest("submitted_at")
        if labels_digest(annotation.result) == items[task.footage_id]:
            canvas = Canvas(width=task.footage.width, height=task.footage.height)
            reading = read_result(annotation.result, task=str(task.studio_task), canvas=canvas)
            found.append(Sample(task.footage, reading.boxes))
    return found[:SAMPLES]


def _item(task: LabelingTask, store: ObjectStore) -> LabeledFootage:
    footage = task.footage
    annotation = Annotation.objects.filter(task=task).select_related("person").latest("submitted_at")
    rate = Fraction(task.job_zone.screen_rate) if task.job_zone.screen_rate else None
    canvas = Canvas(
        width=footage.width, height=footage.height, frames=footage.frames, fps=footage.fps, screen_rate=rate
    )
    number = str(annotation.studio_annotation)
    name = f"{task.studio_task} (footage {footage.pk})"
    reading = read_result(annotation.result, task=name, canvas=canvas, annotation_id=number)
    return LabeledFootage(
        footage_id=footage.pk,
        name=footage.name,
        sha256=footage.sha256,
        media_kind=MediaKind(footage.kind),
        width=footage.width,
        height=footage.height,
        frames=footage.frames,
        fps=footage.fps,
        source=footage.source.code,
        jurisdiction=footage.source.jurisdiction,
        boxes=reading.boxes,
        tracks=reading.tracks,
        shapes=reading.shapes,
        relations=reading.relations,
        attributes=reading.attributes,
        left_out=reading.left_out,
        annotations=(
            AnnotationRef(
                id=number,
                annotator=annotation.person.pseudonym,
                place=annotation.place or None,
                decision_entry_id=str(annotation.entry),
            ),
        ),
        media=partial(store.open, footage.store_key),
    )
