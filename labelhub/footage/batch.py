"""A batch of files: every input counted once, a bad file refused while the rest goes on, safe to run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils import timezone

from labelhub.accounts.models import Person
from labelhub.footage.actions import Arrival, FileResult, FootageError, add_file, find_or_add_source, refuse_file
from labelhub.footage.intake import Intake, IntakeError, expand
from labelhub.footage.manifest import Facts, ManifestError, read_manifest
from labelhub.footage.models import Source, Zone
from labelhub.footage.probe import Prober, ProbingUnavailableError
from labelhub.footage.uploads import refuse_unmatched
from labelhub.storage.fetch import fetched, list_address
from labelhub.storage.port import ObjectStore, StoreError
from labelhub.storage.s3 import store_of


class BatchError(Exception):
    """The batch cannot begin, or cannot go on; what is stored stays stored, and running it again goes on."""


@dataclass(slots=True)
class Summary:
    """What became of each input; the counts add up to the inputs."""

    results: list[FileResult] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many files were refused."""
        return sum(result.arrival is Arrival.REFUSED for result in self.results)

    def sentence(self) -> str:
        """Say how many inputs came to what."""
        counts = Counter(result.arrival for result in self.results)
        parts = ", ".join(f"{counts[arrival]} {arrival.value}" for arrival in Arrival)
        return f"{len(self.results)} inputs: {parts}"


def run_batch(
    arguments: Sequence[str],
    *,
    zone: str,
    source: str,
    by: Person,
    manifest: Path | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Summary:
    """Check and store everything that the arguments name.

    Raises:
        BatchError: an argument or the manifest cannot be used, the zone is not open, or its store does not answer.
    """
    try:
        camera = find_or_add_source(source, zone=_open_zone(zone))
        taken = expand(arguments, manifest=manifest)
        facts = read_manifest(manifest).by_file() if manifest else {}
        addresses = [found for address in taken.addresses for found in list_address(zone, address)]
        refuse_unmatched(facts, {str(path.absolute()) for path in taken.files} | set(addresses))
        return _run(taken, addresses, camera, facts, by, progress)
    except (IntakeError, ManifestError, FootageError, StoreError, ProbingUnavailableError) as error:
        raise BatchError(str(error)) from error


def _open_zone(code: str) -> Zone:
    zone = Zone.objects.filter(pk=code, is_open=True).first()
    if zone is None:
        known = ", ".join(Zone.objects.filter(is_open=True).values_list("pk", flat=True))
        raise FootageError(f"there is no open zone `{code}`: use one of {known}")
    return zone


def _run(  # noqa: PLR0917  what a batch is made of
    taken: Intake,
    addresses: list[str],
    camera: Source,
    facts: dict[str, Facts],
    by: Person,
    progress: Callable[[int, int], None],
) -> Summary:
    summary = Summary([_skipped(item.path, item.reason.refused, item.reason.value) for item in taken.skipped])
    total = len(summary.results) + len(taken.files) + len(addresses)
    with ExitStack() as stack:
        prober = stack.enter_context(Prober())
        scratch = Path(stack.enter_context(TemporaryDirectory(dir=settings.SCRATCH_DIR)))
        for name, path in _inputs(taken, camera.zone_id, addresses, scratch):
            result = take_file(
                path,
                facts.get(name),
                camera=camera,
                prober=prober,
                store=store_of(camera.zone_id),
                by=by.pseudonym,
                at=timezone.now(),
            )
            summary.results.append(result)
            progress(len(summary.results), total)
    return summary


def _inputs(taken: Intake, zone: str, addresses: list[str], scratch: Path) -> Iterator[tuple[str, Path]]:
    for path in taken.files:
        yield str(path.absolute()), path
    yield from fetched(zone, addresses, scratch)


def take_file(
    path: Path,
    said: Facts | None,
    *,
    camera: Source,
    prober: Prober,
    store: ObjectStore,
    by: str,
    at: datetime,
    name: str = "",
) -> FileResult:
    """Add one file of a batch, unless the manifest says that it is another camera's."""
    name = name or path.name
    if said is not None and said.source not in {None, camera.code}:
        reason = f"the manifest says it is from camera `{said.source}`: add it as that camera's"
        return refuse_file(name, source=camera, by=by, at=at, reason=reason)
    return add_file(path, prober=prober, source=camera, store=store, by=by, at=at, name=name, said=said)


def _skipped(path: Path, refused: bool, reason: str) -> FileResult:  # noqa: FBT001  a pair from one enum
    return FileResult(path.name, Arrival.REFUSED if refused else Arrival.IGNORED, reason)
