"""What is asked for: the demo's stills, a 20 MB recording, and sessions enough for each request to be a view."""

from __future__ import annotations

import hashlib
import io
import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.models import Session

from bench.load import Request
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.models import Footage, Source
from labelhub.storage.s3 import store_of

LEAD = "lead@demo.test"
CAMERA = "cam-ca-1"
RANGE = 1024 * 1024
RECORDING = 20 * RANGE
SIGNED_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of footage: where the door shows it, and where its store does for a while."""

    at_the_door: str
    in_the_store: str
    size: int


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the candidates are made of."""

    stills: tuple[Piece, ...]
    recording: Piece
    cookie: str
    store_port: int
    store_host: str


def prepare(session: str) -> Material:
    """Add the recording, and sign the direct addresses."""
    camera = Source.objects.get(code=CAMERA)
    stills = Footage.objects.filter(source=camera, kind="image").order_by("pk")
    host = settings.ZONES[camera.zone_id].store_url.removeprefix("http://")
    return Material(
        stills=tuple(_piece(still) for still in stills),
        recording=_piece(_add_recording(camera.pk, camera.zone_id)),
        cookie=f"{settings.SESSION_COOKIE_NAME}={session}",
        store_port=int(host.rpartition(":")[2]),
        store_host=host,
    )


def _piece(footage: Footage) -> Piece:

    signed = store_of(footage.zone_id).presigned_path(
        footage.store_key, method="GET", at=datetime.now(UTC), seconds=SIGNED_SECONDS
    )
    return Piece(f"/media/{footage.pk}/original", signed, footage.size)


def _add_recording(camera: int, zone: str) -> Footage:
    """Store 20 MB of seeded noise as a recording. Nothing decodes it, so it need not be a film."""
    noise = random.Random(7).randbytes(RECORDING)
    clip = Footage.objects.filter(source_id=camera, kind="video").first()
    assert clip is not None
    key = "bench/recording"
    store_of(zone).put(key, io.BytesIO(noise), mime="video/mp4")
    clip.pk, clip.name, clip.store_key = "b" * 24, "recording.mp4", key
    clip.sha256, clip.size = hashlib.sha256(noise).hexdigest(), RECORDING
    clip.save(force_insert=True)
    return clip


def ranges(path: str, *, cookie: str = "", count: int = 400) -> list[Request]:
    """Ask for 1 MiB at random 1 MiB offsets of the recording, as somebody seeking does."""
    dice = random.Random(11)
    starts = [dice.randrange(RECORDING // RANGE) * RANGE for _ in range(count)]
    return [Request(path, f"bytes={start}-{start + RANGE - 1}", cookie) for start in starts]


def fresh_cookies(cookie: str, count: int) -> list[str]:
    """Make sessions that differ from a real one in nothing but their key: a view in each is a view of its own."""
    name, _, key = cookie.partition("=")
    given = Session.objects.get(session_key=key)
    rows = [
        Session(session_key=secrets.token_hex(16), session_data=given.session_data, expire_date=given.expire_date)
        for _ in range(count)
    ]
    Session.objects.bulk_create(rows)
    return [f"{name}={row.session_key}" for row in rows]


def entries() -> int:
    """Count the views the ledger holds."""
    return LedgerEntry.objects.filter(action=LedgerAction.MEDIA_VIEW_ALLOWED).count()
