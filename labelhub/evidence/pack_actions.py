"""Asking for an evidence pack, making it, taking it away. That it was asked for, fetched or removed is an entry."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import Error, transaction

from labelhub.evidence.actions import record
from labelhub.evidence.models import EvidencePack, LedgerAction
from labelhub.evidence.pack_contents import Asked, Named, contents_of, extents, theirs
from labelhub.evidence.pack_pages import render_pages
from labelhub.evidence.reader import Reader, draft_by, record_reading
from labelhub.evidence.told import NotToldError
from labelhub.signer.client import Signer
from labelhub.signer.keys import SignerError
from residency.ledger.errors import LedgerError
from residency.ledger.packing import PackContents, Report, write_pack
from residency.ledger.question import Question, parse_question, question_words

Now = Callable[[], datetime]


class PackError(Exception):
    """A pack cannot be made; the message says why and what to do."""


def ask_pack(reader: Reader, question: Question, *, name: str, with_people: bool, at: datetime) -> EvidencePack:
    """Ask for a pack; an owner's is about their own footage, and names no people.

    Raises:
        PackError: nothing is signed yet.
        LedgerUnavailableError: it cannot be recorded.
    """
    if not extents(question):
        raise PackError("nothing in the ledger is signed yet: try again in a minute")
    if not reader.sees_all:
        question = replace(question, owner=reader.owner)
    details = {"name": name, "question": question.as_json(), "with_people": with_people and reader.sees_people}
    record_reading(reader, LedgerAction.LEDGER_PACK_MADE, details, at=at)
    return EvidencePack.objects.create(
        name=name,
        question=question.as_json(),
        words=list(question_words(question)),
        asked_by=reader.pseudonym,
        owner="" if reader.sees_all else reader.owner,
        with_people=with_people and reader.sees_people,
        asked_at=at,
    )


def make_pack(pack: EvidencePack, *, now: Now) -> None:
    """Write a pack's file; what stops it is kept on the row, and nothing half-made stays."""
    target = file_of(pack)
    draft = target.with_suffix(".part")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        report = _write(pack, draft, now=now)
        draft.replace(target)
        if not _keep(pack, state=EvidencePack.State.MADE, made_at=now(), problem="", **_said(report, target)):
            target.unlink(missing_ok=True)  # it was removed meanwhile
    except (LedgerError, SignerError, NotToldError, Error, OSError) as error:
        _keep(pack, state=EvidencePack.State.FAILED, made_at=now(), problem=str(error)[:500])
    finally:
        draft.unlink(missing_ok=True)


def _said(report: Report, target: Path) -> dict[str, object]:
    """What a made pack's row repeats of it."""
    totals = report.facts["totals"]
    return {
        "entries": totals["entries"] if isinstance(totals, dict) else 0,
        "is_negative": report.facts["statement"] is not None,
        "size": target.stat().st_size,
        "sha256": _digest(target),
    }


def _keep(pack: EvidencePack, **columns: object) -> bool:
    """Keep how far a pack is, unless it was removed meanwhile; says whether it is still there."""
    for name, value in columns.items():
        setattr(pack, name, value)
    return EvidencePack.objects.filter(pk=pack.pk).update(**columns) == 1


def remove_pack(pack: EvidencePack, reader: Reader, *, at: datetime) -> None:
    """Take a pack away; that it was asked for stays in the ledger."""
    with transaction.atomic():
        details = {"name": pack.name, "sha256": pack.sha256}
        record(draft_by(reader, LedgerAction.LEDGER_PACK_REMOVED, details, at=at))
        file = file_of(pack)
        pack.delete()
        transaction.on_commit(lambda: file.unlink(missing_ok=True))


def remove_packs_with_people() -> int:
    """Take away every pack that says who it was, so that none keeps what is erased; says how many there were."""
    found = list(EvidencePack.objects.filter(with_people=True))
    for pack in found:
        file = file_of(pack)
        pack.delete()
        transaction.on_commit(partial(file.unlink, missing_ok=True))
    return len(found)


def file_of(pack: EvidencePack) -> Path:
    """Where a pack's file lies: not beside the tiles, which may be published."""
    folder: Path = settings.SCRATCH_DIR
    return folder / "packs" / f"{pack.pk}.zip"


def _write(pack: EvidencePack, target: Path, *, now: Now) -> Report:
    question = parse_question(pack.question)
    asked = Asked(question=question, theirs=theirs(pack.owner), with_people=pack.with_people)
    found, named, signer = extents(question), Named(), Signer(settings.SIGNER_SOCKET)
    _keep(pack, of=sum(extent.leaves for extent in found), done=0)

    def progress(leaves: int) -> None:
        _keep(pack, done=pack.done + leaves)

    contents = PackContents(
        name=pack.name,
        made_at=now(),
        question=question,
        ledgers=[contents_of(extent, asked, named, signer, progress) for extent in found],
        policies=named.documents(),
        policy_sets=named.sets(),
        locations=named.databases(),
        owner=asked.theirs,
    )
    with target.open("wb") as sink:
        return write_pack(sink, contents, render=render_pages)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
