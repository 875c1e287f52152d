"""Write one training set: only with a clearance, whole or not at all, and with its books in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exporters.croissant import CROISSANT_NAME, Publication, croissant
from exporters.dataset import Dataset
from exporters.envelope import ENVELOPE_NAME, sign
from exporters.errors import ClearanceMismatchError, UnknownFormatError, UnsupportedShapeError
from exporters.formats import FORMATS, FileFormat
from exporters.manifest import MANIFEST_NAME, TOOL_VERSION, Counts, Manifest
from exporters.parts import Parts
from exporters.run import Run
from exporters.selection import Selection
from exporters.sink import Sink
from exporters.tally import Tally
from residency import Clearance

UNCLEARED = "none: made from a file"


def write_export(
    dataset: Dataset,
    clearance: Clearance,
    file_format: str,
    sink: Sink,
    *,
    lossy: bool = False,
    publication: Publication | None = None,
    signing_key: Ed25519PrivateKey | None = None,
    progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Write `dataset` in a format to `sink`, finish the sink and return the manifest.

    The manifest is the set's last file, or followed by its envelope where there is a `signing_key`. `publication` is
    what the set's `croissant.json` says of terms and publisher. `progress` is called with the number of items done.
    When anything goes wrong, the sink is told to discard.

    Raises:
        UnknownFormatError: there is no such format.
        ClearanceMismatchError: the clearance is for another purpose, or does not cover an item.
        UnsupportedShapeError: the format cannot carry everything as drawn, and `lossy` is false; every shape is listed.
        MediaError: bytes of footage cannot be read, or are not those on record.
        UnsafeNameError: footage has a name made to leave its folder.
    """
    if clearance.purpose != dataset.purpose:
        sink.discard()
        raise ClearanceMismatchError(
            f"the clearance is for the purpose `{clearance.purpose}`, the dataset for `{dataset.purpose}`"
        )
    run = Run(dataset=dataset, clearance=clearance, sink=sink, lossy=lossy, progress=progress)
    papers = Papers(clearance.destination, clearance.policy_hash, publication=publication, signing_key=signing_key)
    return _whole_or_nothing(run, file_format, papers)


def write_uncleared(
    dataset: Dataset,
    file_format: str,
    sink: Sink,
    *,
    source: Callable[[], Mapping[str, int]] = dict,
    lossy: bool = False,
    signing_key: Ed25519PrivateKey | None = None,
    selection: Selection | None = None,
    parts: Parts | None = None,
    progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Write a set of what somebody has in a file, under no policy and for nobody's purpose; the manifest says so.

    `source` is asked at the end what the file held and what of it was not read. `selection` takes a part of
    each item, and all else is reported as left out. With `parts`, the items are
    theirs, each side in its own folder. Otherwise as `write_export`.
    """
    run = Run(dataset=dataset, clearance=None, sink=sink, lossy=lossy, progress=progress, selection=selection)
    return _whole_or_nothing(run, file_format, Papers("", "", UNCLEARED, source, signing_key=signing_key, parts=parts))


@dataclass(frozen=True, slots=True)
class Papers:
    """What the manifest says about the permission to write the set, and who answers for it."""

    destination: str
    policy_hash: str
    clearance: str = ""
    source: Callable[[], Mapping[str, int]] = dict
    publication: Publication | None = None
    signing_key: Ed25519PrivateKey | None = None
    parts: Parts | None = None


def _whole_or_nothing(run: Run, file_format: str, papers: Papers) -> Manifest:
    finished = False
    try:
        manifest = _written(run, _format(file_format), papers)
        finished = True
    finally:
        if not finished:
            run.sink.discard()
    return manifest


def _written(run: Run, form: FileFormat, papers: Papers) -> Manifest:
    run.carries = form.carries
    _write_files(run, form, papers.parts)
    run.tally.settle()
    if run.stopped:
        raise UnsupportedShapeError(form.name, run.tally.refusals)
    run.put(CROISSANT_NAME, (croissant(_manifest(run, form, papers), papers.publication),))
    manifest = _manifest(run, form, papers)
    if papers.signing_key is None:
        run.sink.write(MANIFEST_NAME, manifest.chunks())
    else:
        encoded = manifest.encode()
        run.sink.write(MANIFEST_NAME, (encoded,))
        run.sink.write(ENVELOPE_NAME, (sign(encoded, manifest.files, papers.signing_key),))
    run.sink.finish()
    return manifest


def _write_files(run: Run, form: FileFormat, parts: Parts | None) -> None:
    if parts is None:
        form.write(run)
        return
    for part in parts.runs(run):
        form.write(part)
    if form.join is not None and not run.stopped:
        form.join(run, tuple(reached.side for reached in parts.splits.sides))


def _format(name: str) -> FileFormat:
    if name not in FORMATS:
        raise UnknownFormatError(f"there is no format `{name}`; there are {', '.join(f'`{one}`' for one in FORMATS)}")
    return FORMATS[name]


def _manifest(run: Run, form: FileFormat, papers: Papers) -> Manifest:
    return Manifest(
        dataset=run.dataset.name,
        labels=run.dataset.labels,
        purpose=run.dataset.purpose,
        destination=papers.destination,
        policy_hash=papers.policy_hash,
        file_format=form.name,
        format_version=form.version,
        lossy=run.lossy,
        tool_version=TOOL_VERSION,
        counts=_counts(run.tally),
        items=run.lineage,
        files=run.files,
        clearance=papers.clearance,
        source=tuple(sorted(papers.source().items())),
        splits=papers.parts.splits if papers.parts else None,
        group_by=papers.parts.group_by if papers.parts else "",
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
        stripped=tuple(sorted(tally.stripped.items())),
    )
