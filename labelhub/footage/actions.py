"""Every change to zones, cameras and footage."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.db import IntegrityError, transaction

from labelhub.accounts.models import Organization
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.footage.manifest import Facts
from labelhub.footage.models import Footage, Source, Zone, new_footage_id
from labelhub.footage.probe import Probed, Prober, UnusableFileError
from labelhub.storage.port import ObjectStore
from labelhub.zones import ZoneSettings
from residency import Sensitivity
from residency.places import is_jurisdiction

PLAYED_CODECS = frozenset({"h264", "vp8", "vp9", "av1"})
PLAYED_CONTAINERS = frozenset({"video/mp4", "video/quicktime"})


class FootageError(Exception):
    """Footage or a camera cannot be added as asked; the message names it and the mend."""


class Arrival(StrEnum):
    """What became of one file; each file of a batch has exactly one."""

    STORED = "stored"
    ALREADY_STORED = "already stored"
    REFUSED = "refused"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file and why."""

    name: str
    arrival: Arrival
    reason: str = ""
    footage_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFacts:
    """What rules may ask about everything a camera records; `None` and empty text are not known."""

    sensitivity: Sensitivity | None = None
    shows: tuple[str, ...] | None = None
    place_tags: tuple[str, ...] | None = None
    consent_scope: tuple[str, ...] | None = None
    contract: str = ""
    criminal_justice: bool | None = None

    def columns(self) -> dict[str, object]:
        """The facts as a camera's row keeps them."""
        return {
            "sensitivity": None if self.sensitivity is None else int(self.sensitivity),
            "shows": None if self.shows is None else sorted(self.shows),
            "place_tags": None if self.place_tags is None else sorted(self.place_tags),
            "consent_scope": None if self.consent_scope is None else sorted(self.consent_scope),
            "contract": self.contract,
            "criminal_justice": self.criminal_justice,
        }


NOTHING_KNOWN = CameraFacts()


def sync_zones(zones: Mapping[str, ZoneSettings]) -> None:
    """Make the zone rows follow the settings. A zone that left the settings is closed, never deleted."""
    for zone in zones.values():
        if not is_jurisdiction(zone.jurisdiction):
            raise FootageError(f"zone `{zone.code}` has jurisdiction `{zone.jurisdiction}`, which is no ISO 3166 code")
        Zone.objects.update_or_create(
            code=zone.code, defaults={"jurisdiction": zone.jurisdiction, "studio": zone.studio, "is_open": True}
        )
    Zone.objects.exclude(code__in=list(zones)).update(is_open=False)


def add_source(
    *,
    code: str,
    zone: Zone,
    name: str = "",
    jurisdiction: str = "",
    owner: Organization | None = None,
    marks: Iterable[str] = (),
    facts: CameraFacts = NOTHING_KNOWN,
) -> Source:
    """Register a camera. Without a jurisdiction its footage is stored and never shown to anyone."""
    if jurisdiction and not is_jurisdiction(jurisdiction):
        raise FootageError(f"`{jurisdiction}` is no ISO 3166 code: write one such as `US-CA` or `DE-BE`")
    if Source.objects.filter(code=code).exists():
        raise FootageError(f"a camera `{code}` exists already: choose another code")
    return Source.objects.create(
        code=code,
        name=name,
        zone=zone,
        jurisdiction=jurisdiction,
        owner=owner,
        marks=sorted(set(marks)),
        **facts.columns(),
    )


def set_jurisdiction(source: Source, jurisdiction: str, *, by: str, at: datetime) -> None:
    """Say where a camera records. Only an unknown one can be set: changing it would rewrite what past views meant.

    Raises:
        FootageError: it is known already, or the code is no ISO 3166 code.
    """
    if source.jurisdiction:
        raise FootageError(f"camera `{source.code}` records in `{source.jurisdiction}`: register another camera")
    if not is_jurisdiction(jurisdiction):
        raise FootageError(f"`{jurisdiction}` is no ISO 3166 code: write one such as `US-CA` or `DE-BE`")
    with transaction.atomic():
        source.jurisdiction = jurisdiction
        source.save(update_fields=["jurisdiction"])
        record(
            EntryDraft(
                action=LedgerAction.FOOTAGE_SOURCE_CHANGED,
                at=at,
                ledger=source.zone_id,
                source=source.code,
                jurisdiction=jurisdiction,
                owner=source.owner.code if source.owner else "",
                details={"change": "jurisdiction set", "by": by},
            )
        )


def find_or_add_source(code: str, *, zone: Zone) -> Source:
    """Find a camera, or register it without jurisdiction: its footage rests, but cannot be assigned."""
    source, _ = Source.objects.get_or_create(code=code, defaults={"zone": zone})
    if source.zone_id != zone.pk:
        raise FootageError(f"camera `{code}` keeps its footage in zone `{source.zone_id}`, not in `{zone.pk}`")
    return source


def add_file(
    path: Path,
    *,
    prober: Prober,
    source: Source,
    store: ObjectStore,
    by: str,
    at: datetime,
    name: str = "",
    said: Facts | None = None,
) -> FileResult:
    """Probe one file, store its bytes in the camera's zone and register it; or say why not and keep nothing."""
    name = name or path.name
    try:
        probed = prober.probe(path)
    except UnusableFileError as error:
        reason = error.reason.sentence + (f" ({error.detail})" if error.detail else "")
        return refuse_file(name, source=source, by=by, at=at, reason=reason)
    if said is not None and said.sha256 not in {None, probed.sha256}:
        reason = "its bytes are not those the manifest names by hash: copy it again from its source"
        return refuse_file(name, source=source, by=by, at=at, reason=reason)
    found = Footage.objects.filter(sha256=probed.sha256).select_related("source").first()
    if found is None:
        return _store(path, probed, source=source, store=store, by=by, at=at, name=name, said=said)
    return already_stored(name, found, source=source, by=by, at=at)


def already_stored(name: str, found: Footage, *, source: Source, by: str, at: datetime) -> FileResult:
    """Answer for bytes that are here already; another camera's are refused: facts would conflict."""
    if found.source_id != source.pk:
        reason = f"the same bytes are registered from camera `{found.source.code}`: correct the camera, or leave it out"
        return refuse_file(name, source=source, by=by, at=at, reason=reason)
    return FileResult(name, Arrival.ALREADY_STORED, f"the same bytes as `{found.name}`", found.pk)


def refuse_file(name: str, *, source: Source, by: str, at: datetime, reason: str) -> FileResult:
    """Record that a file was not taken, and why."""
    record(
        EntryDraft(
            action=LedgerAction.FOOTAGE_FILE_REFUSED,
            at=at,
            ledger=source.zone_id,
            source=source.code,
            jurisdiction=source.jurisdiction,
            details={"reason": reason, "by": by},
        )
    )
    return FileResult(name, Arrival.REFUSED, reason)


def _store(
    path: Path,
    probed: Probed,
    *,
    source: Source,
    store: ObjectStore,
    by: str,
    at: datetime,
    name: str,
    said: Facts | None,
) -> FileResult:
    # The key is the content's own hash: an interrupted batch that is run again finds its bytes and stores none twice.
    key = f"footage/{probed.sha256}"
    if not store.has(key, size=probed.size) and not _put(path, probed, key, store):
        reason = "it changed after it was checked: add it again when nothing writes to it"
        return refuse_file(name, source=source, by=by, at=at, reason=reason)
    footage = Footage(
        id=new_footage_id(),
        source=source,
        zone_id=source.zone_id,
        name=name[:255],
        kind=probed.media_kind.value,
        mime=probed.mime,
        sha256=probed.sha256,
        size=probed.size,
        width=probed.width,
        height=probed.height,
        frames=probed.frames,
        fps_numerator=probed.fps.numerator if probed.fps else None,
        fps_denominator=probed.fps.denominator if probed.fps else None,
        is_playable=probed.codec is None or (probed.codec in PLAYED_CODECS and probed.mime in PLAYED_CONTAINERS),
        captured_at=(said.captured_at if said else None) or probed.captured_at,
        marks=sorted(said.marks or ()) if said else [],
        case_reference=(said.case_reference or "") if said else "",
        store_key=key,
        added_at=at,
        added_by=by,
    )
    try:
        with transaction.atomic():
            footage.save(force_insert=True)
            record(_stored_entry(footage, by=by, at=at))
    except IntegrityError:
        found = Footage.objects.select_related("source").get(sha256=probed.sha256)
        return already_stored(name, found, source=source, by=by, at=at)
    return FileResult(name, Arrival.STORED, "", footage.pk)


def _put(path: Path, probed: Probed, key: str, store: ObjectStore) -> bool:
    """Store the very bytes that were probed; False when the file was swapped or written to since."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as body:
        if hashlib.file_digest(body, "sha256").hexdigest() != probed.sha256:
            return False
        body.seek(0)
        store.put(key, body, mime=probed.mime)
    return True


def _stored_entry(footage: Footage, *, by: str, at: datetime) -> EntryDraft:
    source = footage.source
    return EntryDraft(
        action=LedgerAction.FOOTAGE_FILE_STORED,
        at=at,
        ledger=footage.zone_id,
        footage=footage.pk,
        source=source.code,
        jurisdiction=source.jurisdiction,
        owner=source.owner.code if source.owner else "",
        details={"sha256": footage.sha256, "bytes": footage.size, "marks": footage.marks, "by": by},
    )
