"""Versions of a training set: what each holds, item by item, and how two of them differ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max

from exporters.manifest import Lineage, Manifest
from labelhub.exports.models import ExportRun, VersionItem
from labelhub.labeling.models import Annotation, Job
from residency.ledger import canonical_json


@dataclass(frozen=True, slots=True)
class Change:
    """One item that is not the same in two versions."""

    name: str
    footage: str


@dataclass(frozen=True, slots=True)
class Difference:
    """How the newer of two versions differs from the older."""

    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    relabelled: tuple[Change, ...]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether both hold the same items with the same labels."""
        return not (self.added or self.removed or self.relabelled)


def next_version(run: ExportRun) -> int:
    """The next number of this job's sets in this zone; one transaction after the other holds the job for it."""
    Job.objects.select_for_update().get(pk=run.job_id)
    newest = ExportRun.objects.filter(job=run.job_id, zone=run.zone_id).aggregate(newest=Max("version"))["newest"]
    return int(newest or 0) + 1


def keep_items(run: ExportRun, manifest: Manifest) -> None:
    """Keep what a set holds, for its page, for comparing it with others, and to find it when footage is withdrawn."""
    labels = _labels_of(run)
    VersionItem.objects.filter(run=run).delete()
    VersionItem.objects.bulk_create((_item(run, one, labels) for one in manifest.items), batch_size=500)


def versions_of(run: ExportRun) -> list[ExportRun]:
    """The other versions of the same job's sets in the same zone, newest first."""
    others = ExportRun.objects.filter(job=run.job_id, zone=run.zone_id, version__isnull=False).exclude(pk=run.pk)
    return list(others.select_related("job", "requested_by").order_by("-version"))


def compare(older: ExportRun, newer: ExportRun) -> Difference:
    """Say which items a version has more, fewer, or with other labels than one before it."""
    before = {item.footage: item for item in older.items.all()}
    after = {item.footage: item for item in newer.items.all()}
    both = before.keys() & after.keys()
    changed = {name for name in both if before[name].labels != after[name].labels}
    return Difference(
        added=_changes(after, after.keys() - before.keys()),
        removed=_changes(before, before.keys() - after.keys()),
        relabelled=_changes(after, changed),
        unchanged=len(both) - len(changed),
    )


def _changes(items: Mapping[str, VersionItem], names: set[str]) -> tuple[Change, ...]:
    return tuple(sorted((Change(items[one].name, one) for one in names), key=lambda one: (one.name, one.footage)))


def _item(run: ExportRun, one: Lineage, labels: Mapping[str, str]) -> VersionItem:
    return VersionItem(
        run=run,
        footage=one.footage_id,
        name=one.name,
        sha256=one.sha256,
        labels=labels.get(one.footage_id, ""),
        annotations=list(one.annotation_ids),
        entries=list(one.decision_entry_ids),
        places=dict(one.annotator_places),
    )


def _labels_of(run: ExportRun) -> dict[str, str]:
    """The digest of the newest result of each piece; of two that are equal the pieces are labelled alike."""
    found = Annotation.objects.filter(task__job_zone__job=run.job_id, task__job_zone__zone=run.zone_id)
    rows = found.order_by("submitted_at", "pk").values_list("task__footage_id", "result")
    return {footage: labels_digest(result) for footage, result in rows.iterator(chunk_size=500)}


def labels_digest(result: object) -> str:
    """The sha256 of a label result, so that two can be seen to be the same."""
    return hashlib.sha256(canonical_json(_exact(result))).hexdigest()


def _exact(value: object) -> object:
    """Numbers with a fraction as text: canonical JSON has none."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {str(key): _exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return value
