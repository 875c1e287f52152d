"""What the door streamed against the ledger: what fits is no finding, and what does not is exactly one."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError

from labelhub.evidence.actions import EntryDraft, LedgerUnavailableError, record
from labelhub.evidence.appending import STANDS
from labelhub.evidence.findings import open_findings
from labelhub.evidence.models import Finding, FindingKind, LedgerAction, LedgerEntry, LogMark, Outcome, Served
from labelhub.evidence.reconciling import ENTRY_LASTS, reconcile
from labelhub.gateway.media import SIGNED_FOR_SECONDS
from tests import factories
from tests.labelhub.evidence import door_log, entries

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=6)


@pytest.fixture
def start() -> datetime:
    return factories.now()


@pytest.fixture
def log(tmp_path: Path, start: datetime) -> Path:
    """A log that is read from the start on; nothing is in it yet."""
    made = door_log.write(tmp_path / "gateway" / "streamed.log")
    assert reconcile(made, at=start).raised == ()
    return made


def found(log: Path, at: datetime) -> list[tuple[str, str]]:
    """What a reading raises, but that nobody numbers entries in these tests."""
    raised = [finding for finding in reconcile(log, at=at).raised if finding.kind != FindingKind.ENTRY_WAITS]
    return [(finding.kind, finding.details.get("why", "")) for finding in raised]


def download(at: datetime, run: str) -> LedgerEntry:
    return record(
        EntryDraft(
            action=LedgerAction.EXPORT_DOWNLOAD_ALLOWED,
            at=at,
            ledger="us",
            outcome=Outcome.ALLOW,
            rendition="training set",
            details={"run": run},
        )
    )


def test_an_entry_lasts_as_long_as_the_door_lets_it() -> None:
    assert STANDS + timedelta(seconds=SIGNED_FOR_SECONDS) == ENTRY_LASTS


def test_views_that_were_recorded_are_no_findings(log: Path, start: datetime) -> None:
    shown, taken = entries.view(start), download(start, "a" * 24)
    denied = entries.view(start, allowed=False)
    said = str(shown.pk)
    door_log.write(
        log,
        door_log.line(start, entry=said),
        door_log.line(start + timedelta(seconds=119), entry=said, status=206, size=70),
        door_log.line(start, entry=said, method="HEAD", size=0),
        door_log.line(start, entry=said, status=416, size=44),
        door_log.line(start, entry=said, status=502, size=30),
        door_log.line(start, status=403, size=2000),
        door_log.line(start, status=405, size=1, method="POST", path="/media/"),
        door_log.line(start, status=403, size=9, path=f"/media/{denied.footage}/original"),
        door_log.line(start, entry=str(taken.pk), path=f"/datasets/{'a' * 24}/download", size=5_000_000, seconds=900),
    )
    assert found(log, start + LATER) == []
    served = Served.objects.get(pk=shown.pk)
    assert (served.requests, served.bytes) == (5, 1070)
    assert served.first == pytest.approx(start, abs=timedelta(milliseconds=2))
    assert Served.objects.get(pk=taken.pk).bytes == 5_000_000
    assert not Served.objects.filter(pk=denied.pk).exists()


def test_bytes_without_an_entry_are_a_finding_each(log: Path, start: datetime) -> None:
    shown, denied, taken = entries.view(start), entries.view(start, allowed=False), download(start, "a" * 24)
    written = entries.view(start + timedelta(minutes=1), footage="f2")
    signed_in = record(EntryDraft(action=LedgerAction.PERSON_SESSION_STARTED, at=start, outcome=Outcome.ALLOW))
    said = str(shown.pk)
    planted = {
        door_log.line(start): "it names no entry",
        door_log.line(start, entry=""): "it names no entry",
        door_log.line(start, entry=str(uuid.uuid4())): "the ledger has no entry of that name",
        door_log.line(start, entry="e-1"): "the ledger has no entry of that name",
        door_log.line(start, entry=said.upper()): "the ledger has no entry of that name",
        door_log.line(start, entry=str(denied.pk)): "its entry allowed nothing",
        door_log.line(start, entry=str(signed_in.pk)): "its entry allowed nothing",
        door_log.line(start, entry=said, path="/media/f2/original"): "its entry is about something else",
        door_log.line(start, entry=said, path="/media/f1/preview"): "its entry is about something else",
        door_log.line(start, entry=said, path="/media/f1/original/"): "its entry is about something else",
        door_log.line(start, entry=said, path=f"/datasets/{'a' * 24}/download"): "its entry is about something else",
        door_log.line(start, entry=str(taken.pk), path=f"/datasets/{'b' * 24}/download"): (
            "its entry is about something else"
        ),
        door_log.line(start + timedelta(seconds=121), entry=said): "it began when its entry had long lapsed",
        door_log.line(start, entry=str(written.pk), path="/media/f2/original"): (
            "it had ended before its entry was written"
        ),
    }
    door_log.write(log, *planted)
    assert found(log, start + timedelta(minutes=3)) == [
        (FindingKind.BYTES_WITHOUT_ENTRY, why) for why in planted.values()
    ]
    assert not Served.objects.exists()


def test_an_entry_without_bytes_is_a_finding_once_it_is_five_minutes_old(log: Path, start: datetime) -> None:
    shown, _, taken = entries.view(start), entries.view(start, allowed=False), download(start, "a" * 24)
    assert found(log, start + timedelta(minutes=4)) == []
    assert found(log, start + LATER) == [(FindingKind.ENTRY_WITHOUT_BYTES, "")] * 2
    raised = Finding.objects.filter(kind=FindingKind.ENTRY_WITHOUT_BYTES)
    assert {finding.entry for finding in raised} == {shown.pk, taken.pk}
    assert found(log, start + LATER) == []
    assert found(log, start + timedelta(hours=5)) == []


def test_an_entry_from_before_the_log_was_read_is_not_looked_for(log: Path, start: datetime) -> None:
    entries.view(start - timedelta(seconds=1))
    assert found(log, start + LATER) == []


def test_an_entry_that_was_committed_late_is_looked_for(log: Path, start: datetime) -> None:
    assert found(log, start + timedelta(hours=1)) == []
    entries.view(start + timedelta(minutes=30))
    assert found(log, start + timedelta(hours=1, minutes=2)) == [(FindingKind.ENTRY_WITHOUT_BYTES, "")]


def test_a_line_that_comes_late_closes_the_finding_of_its_entry(log: Path, start: datetime) -> None:
    taken = download(start, "a" * 24)
    assert found(log, start + LATER) == [(FindingKind.ENTRY_WITHOUT_BYTES, "")]
    path = f"/datasets/{'a' * 24}/download"
    door_log.write(log, door_log.line(start, entry=str(taken.pk), path=path, seconds=1800))
    assert found(log, start + timedelta(minutes=31)) == []
    finding = Finding.objects.get(kind=FindingKind.ENTRY_WITHOUT_BYTES)
    assert (finding.closed_by, finding.reason) == ("", "its line came later")
    assert LedgerEntry.objects.filter(action=LedgerAction.LEDGER_FINDING_CLOSED).count() == 1


def test_whoever_did_not_wait_for_the_decision_leaves_no_finding(log: Path, start: datetime) -> None:
    gone = entries.view(start + timedelta(milliseconds=300))
    other = entries.view(start, footage="f2")
    door_log.write(log, door_log.line(start, status=499, size=0, seconds=0.2))
    assert found(log, start + LATER) == [(FindingKind.ENTRY_WITHOUT_BYTES, "")]
    assert Finding.objects.get(kind=FindingKind.ENTRY_WITHOUT_BYTES).entry == other.pk
    assert Served.objects.get().pk == gone.pk


def test_every_finding_is_an_entry_of_the_ledger(log: Path, start: datetime) -> None:
    door_log.write(log, door_log.line(start, entry="e-1"))
    found(log, start)
    finding, entry = Finding.objects.get(), LedgerEntry.objects.get(action=LedgerAction.LEDGER_FINDING_RAISED)
    assert f'"finding":"{finding.pk}"' in entry.body
    assert "bytes-without-entry" in entry.body


def test_lines_that_are_none_are_gaps_and_stop_nothing(log: Path, start: datetime) -> None:
    shown = entries.view(start)
    door_log.write(log, b"\n", b"\xff\n", b"{}\n", b"[" * 50_000 + b"\n", door_log.line(start, entry=str(shown.pk)))
    assert [kind for kind, _ in found(log, start + LATER)] == [FindingKind.LOG_GAP] * 4
    assert Served.objects.get().pk == shown.pk


def test_a_log_that_is_gone_is_one_finding_that_closes_when_it_is_back(log: Path, start: datetime) -> None:
    away = log.with_name("away")
    log.rename(away)
    entries.view(start)
    assert found(log, start + LATER) == [(FindingKind.LOG_GAP, "it is not there")]
    assert found(log, start + LATER) == []
    away.rename(log)
    assert found(log, start + LATER) == [(FindingKind.ENTRY_WITHOUT_BYTES, "")]
    assert [finding.kind for finding in open_findings()].count(FindingKind.LOG_GAP) == 0
    log.rename(away)
    assert found(log, start + LATER) == [(FindingKind.LOG_GAP, "it is not there")]


def test_a_log_that_shrank_is_a_finding(log: Path, start: datetime) -> None:
    door_log.write(log, door_log.line(start, status=403))
    found(log, start)
    log.write_bytes(b"")
    assert found(log, start) == [(FindingKind.LOG_GAP, "the log was cut, or written anew")]
    assert found(log, start) == []


def test_what_was_read_is_kept_back_when_a_finding_cannot_be_recorded(
    log: Path, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    door_log.write(log, door_log.line(start, entry="e-1"))

    def full(**_: object) -> LedgerEntry:
        raise DatabaseError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(LedgerEntry.objects, "create", full)
        with pytest.raises(LedgerUnavailableError):
            reconcile(log, at=start)
    assert not Finding.objects.exists()
    assert len(found(log, start)) == 1


def test_entries_that_wait_for_a_number_are_one_finding_a_ledger(log: Path, start: datetime) -> None:
    for _ in range(3):
        shown = entries.view(start)
        door_log.write(log, door_log.line(start, entry=str(shown.pk)))
    assert reconcile(log, at=start + timedelta(minutes=1)).raised == ()
    (finding,) = reconcile(log, at=start + timedelta(minutes=3)).raised
    assert (finding.kind, finding.details) == (FindingKind.ENTRY_WAITS, {"ledger": "us"})
    assert finding.what.startswith("3 of ledger `us`")
    assert reconcile(log, at=start + timedelta(minutes=4)).raised == ()


def test_an_entry_that_is_neither_numbered_nor_waits_is_a_finding(log: Path, start: datetime) -> None:
    shown = entries.view(start)
    door_log.write(log, door_log.line(start, entry=str(shown.pk)))
    shown.waiting.delete()
    assert reconcile(log, at=start + timedelta(minutes=9)).raised == ()
    (finding,) = reconcile(log, at=start + timedelta(minutes=11)).raised
    assert (finding.kind, finding.entry) == (FindingKind.ENTRY_NOT_SEQUENCED, shown.pk)


def mixture(start: datetime, chance: random.Random) -> Iterator[bytes]:
    """Lines of all sorts: shown, refused, without an entry, none at all."""
    known = [str(entries.view(start, footage=f"f{number}").pk) for number in range(4)]
    for number in range(60):
        at, footage = start + timedelta(seconds=number), chance.randrange(4)
        path, size = f"/media/f{footage}/original", number
        entry = chance.choice([known[footage], known[0], str(uuid.UUID(int=number)), None])
        yield chance.choice(
            [door_log.line(at, path=path, entry=entry, size=size)] * 6
            + [door_log.line(at, path=path, status=403), b"nonsense %d\n" % number]
        )


def outcome() -> tuple[set[tuple[str, str]], set[tuple[uuid.UUID, int, int]]]:
    """What was found and what was counted."""
    findings = [finding for finding in Finding.objects.all() if finding.kind != FindingKind.ENTRY_WAITS]
    assert len({finding.key for finding in findings}) == len(findings)
    served = set(Served.objects.values_list("pk", "requests", "bytes"))
    return {(finding.kind, finding.what) for finding in findings}, served


@pytest.mark.parametrize("seed", range(6))
def test_however_the_log_is_cut_into_readings_the_findings_are_the_same(
    log: Path, start: datetime, seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    lines = list(mixture(start, chance))
    door_log.write(log, *lines)
    found(log, start + LATER)
    whole = outcome()
    assert len(whole[0]) > 5
    Finding.objects.all().delete()
    Served.objects.all().delete()
    LogMark.objects.update(inode="", offset=0, first="", rolled="", checked=start)
    text, parts = b"".join(lines), door_log.write(tmp_path / "parts" / "streamed.log")
    while text:
        size = chance.randrange(1, 2000)
        door_log.write(parts, text[:size])
        text = text[size:]
        if chance.random() < 0.2 and parts.read_bytes().endswith(b"\n"):
            door_log.roll(parts, len(list(parts.parent.iterdir())))
            door_log.write(parts)
        if chance.random() < 0.5:
            found(parts, start + timedelta(minutes=1))
    found(parts, start + LATER)
    assert outcome() == whole
    assert found(parts, start + LATER) == []


def test_reading_the_log_again_from_its_start_finds_nothing_new(log: Path, start: datetime) -> None:
    door_log.write(log, *mixture(start, random.Random(1)))
    assert found(log, start + LATER)
    LogMark.objects.update(inode="", offset=0, first="", rolled="")
    assert found(log, start + LATER) == []
