"""Write one training set: only with a clearance, whole or not at all, and with its books in order."""

from collections.abc import Callable

from exporters.croissant import CROISSANT_NAME, Publication, croissant
from exporters.dataset import Dataset
from exporters.errors import ClearanceMismatchError, UnknownFormatError, UnsupportedShapeError
from exporters.formats import FORMATS, FileFormat
from exporters.manifest import MANIFEST_NAME, TOOL_VERSION, Counts, Manifest
from exporters.run import Run
from exporters.sink import Sink
from exporters.tally import Tally
from residency import Clearance


def write_export(
    dataset: Dataset,
    clearance: Clearance,
    file_format: str,
    sink: Sink,
    *,
    lossy: bool = False,
    publication: Publication | None = None,
    progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Write `dataset` in a format to `sink`, finish the sink and return the manifest, the set's last file.

    `publication` is what the set's `croissant.json` says of terms and publisher. `progress` is called with the number
    of items done. When anything goes wrong, the sink is told to discard.

    Raises:
        UnknownFormatError: there is no such format.
        ClearanceMismatchError: the clearance is for another purpose, or does not cover an item.
        UnsupportedShapeError: the format cannot carry everything as drawn, and `lossy` is false; every shape is listed.
        MediaError: bytes of footage cannot be read, or are not those on record.
        UnsafeNameError: footage has a name made to leave its folder.
    """
    finished = False
    try:
        manifest = _written(
            dataset, clearance, _format(file_format), sink, lossy=lossy, publication=publication, progress=progress
        )
        finished = True
    finally:
        if not finished:
            sink.discard()
    return manifest


def _written(
    dataset: Dataset,
    clearance: Clearance,
    form: FileFormat,
    sink: Sink,
    *,
    lossy: bool,
    publication: Publication | None,
    progress: Callable[[int], None] | None,
) -> Manifest:
    if clearance.purpose != dataset.purpose:
        raise ClearanceMismatchError(
            f"the clearance is for the purpose `{clearance.purpose}`, the dataset for `{dataset.purpose}`"
        )
    run = Run(dataset=dataset, clearance=clearance, sink=sink, lossy=lossy, carries=form.carries, progress=progress)
    form.write(run)
    run.tally.settle()
    if run.stopped:
        raise UnsupportedShapeError(form.name, run.tally.refusals)
    run.put(CROISSANT_NAME, (croissant(_manifest(run, form), publication),))
    manifest = _manifest(run, form)
    sink.write(MANIFEST_NAME, (manifest.encode(),))
    sink.finish()
    return manifest


def _format(name: str) -> FileFormat:
    if name not in FORMATS:
        raise UnknownFormatError(f"there is no format `{name}`; there are {', '.join(f'`{one}`' for one in FORMATS)}")
    return FORMATS[name]


def _manifest(run: Run, form: FileFormat) -> Manifest:
    return Manifest(
        dataset=run.dataset.name,
        labels=run.dataset.labels,
        purpose=run.dataset.purpose,
        destination=run.clearance.destination,
        policy_hash=run.clearance.policy_hash,
        file_format=form.name,
        format_version=form.version,
        lossy=run.lossy,
        tool_version=TOOL_VERSION,
        counts=_counts(run.tally),
        items=tuple(run.lineage),
        files=tuple(run.files),
    )


def _counts(tally: Tally) -> Counts:
    return Counts(
        items_in=tally.items_in,
        items_out=tally.items_out,
        items_dropped=tuple(sorted((reason.value, count) for reason, count in tally.items_dropped.items())),
        pictures_included=tally.pictures_included,
        pictures_referenced=tally.pictures_referenced,
        shapes_in=tuple(sorted(tally.shapes_in.items())),
        shapes_out=tuple(sorted(tally.shapes_out.items())),
        dropped=tuple(sorted((reason.value, label, count) for (reason, label), count in tally.dropped.items())),
        reduced=tuple(sorted((reason.value, count) for reason, count in tally.reduced.items())),
    )
