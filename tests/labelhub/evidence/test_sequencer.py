"""The sequencer's turns: what it reports is what is, it refuses nothing twice, and all mends itself."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection, transaction

from labelhub.evidence import sequencer as sequencers
from labelhub.evidence.checkpoints import files_of
from labelhub.evidence.health import problem_of
from labelhub.evidence.models import Checkpoint, LedgerAction, LedgerEntry, LedgerHead
from labelhub.evidence.sequencer import Sequencer
from labelhub.evidence.status import LATE, alarms, status_of
from labelhub.signer.client import Signer
from labelhub.storage.anchors import AnchorStore
from tests.labelhub.evidence import entries, ledgers
from tests.labelhub.signer.signing import Process, signing

pytestmark = [pytest.mark.django_db, pytest.mark.own_sequencer]
SECOND = timedelta(seconds=1)


@dataclass
class Clock:
    """The time of day, as the test says."""

    at: datetime = entries.START

    def __call__(self) -> datetime:
        return self.at

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(sequencers, "timezone", SimpleNamespace(now=made))
    return made


@pytest.fixture
def sequencer(signer: Signer, clock: Clock) -> Sequencer:
    """A sequencer with the real signer; the store of its anchors does not answer."""
    return Sequencer(("us",), signer, AnchorStore(settings.ANCHOR))


@pytest.fixture
def own_signer(signer: Signer) -> Iterator[Process]:
    with signing() as made:
        yield made


def problem(clock: Clock) -> str:
    return problem_of("us", at=clock.at)


def test_a_turn_numbers_signs_and_says_that_all_is_well(sequencer: Sequencer, clock: Clock) -> None:
    entries.view()
    assert sequencer.turn("us")
    assert not sequencer.turn("us")
    assert problem(clock) == ""
    assert ledgers.published().checkpoint.size == 1
    ledgers.verify_tiles()


def test_a_ledger_without_entries_is_well_too(sequencer: Sequencer, clock: Clock) -> None:
    assert problem(clock) == "the sequencer of ledger `us` has never reported"
    sequencer.turn("us")
    assert problem(clock) == ""


def test_new_entries_are_signed_five_seconds_later_at_most(sequencer: Sequencer, clock: Clock) -> None:
    for _ in range(21):
        entries.view(clock.at)
        sequencer.turn("us")
        clock.go(0.5)
    assert [one.size for one in Checkpoint.objects.order_by("size")] == [1, 11, 21]


def test_a_sequencer_that_has_gone_silent_is_a_no_after_half_a_minute(sequencer: Sequencer, clock: Clock) -> None:
    sequencer.turn("us")
    clock.go(30)
    assert problem(clock) == ""
    clock.go(0.001)
    assert "has been silent since 00:00:00 UTC" in problem(clock)
    sequencer.turn("us")
    assert problem(clock) == ""
    (gap,) = LedgerEntry.objects.filter(action=LedgerAction.SEQUENCE_GAP_ENDED)
    said = json.loads(gap.body)["details"]
    assert (said["ledger"], said["since"]) == ("us", entries.START.isoformat())


def test_a_clock_that_went_back_is_a_no_until_it_has_caught_up_and_is_recorded_once(
    sequencer: Sequencer, clock: Clock
) -> None:
    entries.view(clock.at)
    sequencer.turn("us")
    clock.go(-60)
    for _ in range(5):
        sequencer.turn("us")
        assert "the clock went back: ledger `us` has entries of 2026-03-01 00:00:00 UTC" in problem(clock)
        clock.go(1)
    assert LedgerEntry.objects.filter(action=LedgerAction.CLOCK_STEP_SEEN).count() == 1
    entries.view(clock.at)
    sequencer.turn("us")
    assert ledgers.verify_numbers() == 2
    clock.go(55)
    sequencer.turn("us")
    assert problem(clock) == ""


def test_a_clock_that_went_back_is_not_forgotten_by_another_sequencer(sequencer: Sequencer, clock: Clock) -> None:
    sequencer.turn("us")
    clock.go(-60)
    Sequencer(("us",), sequencer.signer, sequencer.store).turn("us")
    assert "the clock went back" in problem(clock)


def test_a_small_correction_of_the_clock_is_nothing(sequencer: Sequencer, clock: Clock) -> None:
    sequencer.turn("us")
    clock.go(-4.9)
    sequencer.turn("us")
    assert problem(clock) == ""
    assert not LedgerEntry.objects.filter(action=LedgerAction.CLOCK_STEP_SEEN).exists()


def test_a_signer_that_is_away_is_a_no_within_five_seconds_even_if_nobody_looks_at_anything(
    sequencer: Sequencer, clock: Clock, own_signer: Process
) -> None:
    sequencer.signer = own_signer.client
    entries.view(clock.at)
    sequencer.turn("us")
    own_signer.kill()
    clock.go(5)
    sequencer.turn("us")
    assert problem(clock) == "ledger `us` cannot be signed: the signer does not answer: see its log, and start it again"
    entries.view(clock.at)
    sequencer.turn("us")
    assert ledgers.verify_numbers() == 2  # what is recorded is numbered all the same
    own_signer.start()
    sequencer.turn("us")
    assert problem(clock) == ""
    assert ledgers.published().checkpoint.size == 2


def test_an_older_database_is_a_no_before_anybody_looks_and_for_good(sequencer: Sequencer, clock: Clock) -> None:
    entries.view(clock.at)
    sequencer.turn("us")
    backup = transaction.savepoint()
    clock.go(5)
    entries.view(clock.at)
    sequencer.turn("us")
    transaction.savepoint_rollback(backup)
    again = Sequencer(("us",), sequencer.signer, sequencer.store)
    clock.go(5)
    again.turn("us")
    assert "had 2 entries when last signed, now 1: restore a newer copy of the database" in problem(clock)
    for _ in range(3):
        entries.view(clock.at)
        clock.go(5)
        again.turn("us")
        assert "ledger `us` cannot be signed" in problem(clock)
    assert ledgers.verify_numbers() == 4
    assert Checkpoint.objects.count() == 1


def test_a_disk_without_room_for_tiles_is_a_no_and_later_well_again(
    sequencer: Sequencer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    sequencer.turn("us")
    entries.view(clock.at)
    shutil.rmtree(files_of("us").folder)
    files_of("us").folder.write_text("a file where a folder is needed")
    for _ in range(3):
        clock.go(5)
        sequencer.turn("us")
        assert "ledger `us` cannot be written" in problem(clock)
    assert sum("cannot be written" in record.getMessage() for record in caplog.records) == 1
    files_of("us").folder.unlink()
    sequencer.turn("us")
    assert problem(clock) == ""
    ledgers.verify_tiles()


@pytest.mark.parametrize(
    "damage", [{"hashes": []}, {"hashes": ["zz" * 32]}, {"hashes": ["00" * 32]}, {"size": 0, "hashes": []}]
)
def test_a_head_that_was_tampered_with_is_a_no_and_does_not_end_the_sequencer(
    sequencer: Sequencer, clock: Clock, damage: dict[str, object]
) -> None:
    entries.view(clock.at)
    sequencer.turn("us")
    LedgerHead.objects.update(**damage)
    entries.view(clock.at)
    clock.go(5)
    sequencer.turn("us")
    assert problem(clock) != ""


def test_a_store_that_is_away_is_no_reason_to_refuse_and_said_once(
    sequencer: Sequencer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(15):
        entries.view(clock.at)
        sequencer.turn("us")
        assert problem(clock) == ""
        clock.go(20)
    assert sum("is not anchored" in record.getMessage() for record in caplog.records) == 1


def test_after_a_day_without_an_anchor_that_is_said_but_nothing_is_refused(sequencer: Sequencer, clock: Clock) -> None:
    others = {"control", "eu"}
    for ledger in others:
        sequencer.turn(ledger)
    entries.view(clock.at)
    sequencer.turn("us")
    LedgerHead.objects.update(reported=clock.at + LATE)
    assert alarms(at=clock.at + LATE - SECOND) == ()
    (found,) = alarms(at=clock.at + LATE)
    assert (found.ledger, found.refuses) == ("us", False)
    assert found.words == "ledger `us` has not been anchored since 2026-03-01 00:00 UTC"


def test_the_status_of_a_ledger_says_its_size_and_what_is_wrong(sequencer: Sequencer, clock: Clock) -> None:
    entries.view(clock.at), entries.view(clock.at)
    sequencer.turn("us")
    entries.view(clock.at)
    found = status_of("us", at=clock.at + 7 * SECOND)
    assert found.well
    assert found.words == "2 entries, 1 waiting, signed up to 2 7 s ago, never anchored"
    silent = status_of("us", at=clock.at + 60 * SECOND)
    assert not silent.well
    assert silent.words.startswith("the sequencer of ledger `us` has been silent")
    assert status_of("eu", at=clock.at).words.endswith("0 entries, 0 waiting, never signed, never anchored")


def test_entries_taken_out_of_the_queue_are_missed(sequencer: Sequencer, clock: Clock) -> None:
    entries.view(clock.at)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM evidence_unsequenced")
    sequencer.turn("us")
    found = status_of("us", at=clock.at)
    assert (found.well, found.words.split(":")[0]) == (False, "1 entries have no number and wait for none")
