"""Checkpoints are signed by the real signer, and verify from nothing but the tiles and the key log."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from labelhub.evidence import checkpoints
from labelhub.evidence.checkpoints import compare, files_of, is_due, origin_of, sign
from labelhub.evidence.models import Checkpoint, LedgerHead
from labelhub.evidence.sequencing import sequence
from labelhub.signer.client import Signer
from labelhub.signer.keys import SignerError
from residency.ledger.errors import TreeError
from tests.labelhub.evidence import entries, ledgers
from tests.labelhub.signer.signing import Process, signing

pytestmark = pytest.mark.django_db
AT = entries.START + timedelta(hours=1)


def grow(number: int) -> None:
    entries.many(number, people=["p-one", ""])
    sequence("us", at=AT)


def grow_and_sign(number: int, signer: Signer) -> Checkpoint:
    grow(number)
    made = sign("us", signer, at=AT)
    assert made is not None
    return made


def test_checkpoints_of_a_growing_ledger_verify_and_the_tiles_equal_the_rows(signer: Signer) -> None:
    for number in (1, 1, 2, 250, 3, 300):
        grow_and_sign(number, signer)
    assert ledgers.verify_numbers() == 557
    assert ledgers.verify_checkpoints(signer) == 6
    assert ledgers.published().checkpoint.size == 557
    ledgers.verify_tiles(step=7)


def test_tiles_of_a_long_ledger_are_written_in_several_goes(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "AT_ONCE", 100)
    grow_and_sign(350, signer)
    ledgers.verify_tiles(step=5)


def test_with_nothing_new_nothing_is_signed(signer: Signer) -> None:
    grow_and_sign(3, signer)
    assert sign("us", signer, at=AT) is None
    assert Checkpoint.objects.count() == 1


def test_a_key_changed_between_two_checkpoints_leaves_both_verifiable(signer: Signer) -> None:
    grow_and_sign(5, signer)
    signer.rotate(origin_of("us"))
    grow_and_sign(5, signer)
    assert ledgers.verify_checkpoints(signer) == 2


DUE = {
    "nothing yet": (0, None, 0, False),
    "the first entry": (1, None, 0, True),
    "nothing new": (10, 10, 3600, False),
    "one more at once": (11, 10, 4.9, False),
    "one more for five seconds": (11, 10, 5, True),
    "nearly a thousand more": (1009, 10, 0, False),
    "a thousand more": (1010, 10, 0, True),
    "one more, and the clock went back": (11, 10, -1, True),
}


@pytest.mark.parametrize("case", DUE)
def test_a_checkpoint_is_due_after_five_seconds_or_a_thousand_entries(case: str) -> None:
    size, signed, seconds, expected = DUE[case]
    last = None if signed is None else Checkpoint(ledger="us", size=signed, at=AT)
    assert is_due(LedgerHead(ledger="us", size=size), last, at=AT + timedelta(seconds=seconds)) is expected


def folder() -> Path:
    return files_of("us").folder


def damage_whole_tile() -> None:
    path = folder() / "tile" / "0" / "000"
    path.write_bytes(b"\1" * 32 + path.read_bytes()[32:])


LOST = {
    "everything": lambda: shutil.rmtree(folder()),
    "the tiles": lambda: shutil.rmtree(folder() / "tile"),
    "the tiles at the edge": lambda: [shutil.rmtree(path) for path in folder().rglob("*.p")],
    "the entries": lambda: shutil.rmtree(folder() / "tile" / "entries"),
    "half of a tile at the edge": lambda: [
        path.write_bytes(path.read_bytes()[:40]) for path in (folder() / "tile" / "0").rglob("*.p/*")
    ],
    "the bytes of a tile at the edge": lambda: [
        path.write_bytes(bytes(path.stat().st_size)) for path in (folder() / "tile" / "0").rglob("*.p/*")
    ],
    "the length of an entry at the edge": lambda: [
        path.write_bytes(b"\xff\xff" + path.read_bytes()[2:]) for path in (folder() / "tile" / "entries").rglob("*.p/*")
    ],
}


@pytest.mark.parametrize("case", LOST)
def test_tiles_that_are_lost_or_damaged_are_made_again_from_the_database(signer: Signer, case: str) -> None:
    grow_and_sign(300, signer)
    LOST[case]()
    grow_and_sign(5, signer)
    ledgers.verify_tiles()
    assert ledgers.verify_checkpoints(signer) == 2


def test_a_disk_that_was_full_leaves_no_half_tile_and_is_made_good_later(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow_and_sign(200, signer)
    grow(100)
    blocked = folder() / "tile" / "1"
    blocked.write_text("a file where a folder is needed")
    with pytest.raises(OSError, match="tile/1"):
        sign("us", signer, at=AT)
    assert (Checkpoint.objects.count(), ledgers.published().checkpoint.size) == (1, 200)
    blocked.unlink()
    assert sign("us", signer, at=AT) is not None
    ledgers.verify_tiles()
    assert [path for path in folder().rglob(".*") if path.name != ".lock"] == []


def test_a_head_ahead_of_the_rows_is_a_damage_that_is_named_and_not_waited_for(signer: Signer) -> None:
    grow_and_sign(3, signer)
    LedgerHead.objects.update(size=4, hashes=["00" * 32])
    with pytest.raises(TreeError, match="entry `3` of ledger `us` is missing"):
        sign("us", signer, at=AT)


def test_a_head_with_other_hashes_than_the_rows_is_not_signed(signer: Signer) -> None:
    grow_and_sign(3, signer)
    grow(1)
    LedgerHead.objects.update(hashes=["00" * 32])
    with pytest.raises(ValueError, match="another tree than its head"):
        sign("us", signer, at=AT)
    assert Checkpoint.objects.count() == 1


def test_rows_beyond_the_head_as_it_was_read_are_left_to_the_next_checkpoint(signer: Signer) -> None:
    """Another sequencer may number entries while this one signs."""
    grow(10)
    before = LedgerHead.objects.get(pk="us")
    grow(10)
    checkpoints.write_tiles(before)
    assert before.tiled == 10
    grow_and_sign(1, signer)
    ledgers.verify_tiles()


@pytest.fixture
def own_signer(signer: Signer) -> Iterator[Process]:
    """A signer that may be damaged."""
    with signing() as made:
        yield made


def test_a_checkpoint_that_was_signed_and_not_kept_is_asked_for_again(signer: Signer) -> None:
    grow(5)
    head = LedgerHead.objects.get(pk="us")
    tree = checkpoints.frontier_of(head)
    signer.sign(checkpoints.notes.Checkpoint(origin_of("us"), 5, tree.root()), ())  # and then the power went
    grow_and_sign(0, signer)
    signer.rotate(origin_of("us"))
    grow(2)
    head = LedgerHead.objects.get(pk="us")
    last = sign("us", signer, at=AT)
    assert last is not None
    assert ledgers.verify_checkpoints(signer) == 2


def test_a_published_checkpoint_that_is_lost_is_published_again(signer: Signer) -> None:
    grow_and_sign(5, signer)
    for damage in (None, b"", b"half"):
        path = folder() / "checkpoint"
        path.unlink() if damage is None else path.write_bytes(damage)
        compare("us", signer)
        assert ledgers.published().checkpoint.size == 5


def test_a_signer_that_has_forgotten_is_not_believed(signer: Signer, own_signer: Process) -> None:
    grow_and_sign(5, own_signer.client)
    own_signer.kill()
    shutil.rmtree(own_signer.keys)
    own_signer.start()
    for look in (lambda: compare("us", own_signer.client), lambda: grow_and_sign(2, own_signer.client)):
        with pytest.raises(SignerError, match="remembers 0 entries and 5 are signed"):
            look()


def test_a_ledger_whose_newer_past_is_lost_for_good_goes_on_under_a_new_name(
    signer: Signer, settings: Settings
) -> None:
    grow_and_sign(5, signer)
    backup = transaction.savepoint()
    grow_and_sign(4, signer)
    transaction.savepoint_rollback(backup)
    grow(1)
    settings.LEDGER_NAME = f"anew-{settings.LEDGER_NAME}"
    compare("us", signer)
    made = grow_and_sign(1, signer)
    assert (made.size, made.text.split("/")[0]) == (7, settings.LEDGER_NAME)
    ledgers.verify_tiles()


def test_a_signer_of_another_tree_is_not_believed(signer: Signer, own_signer: Process) -> None:
    grow_and_sign(5, signer)
    own_signer.client.sign(checkpoints.notes.Checkpoint(origin_of("us"), 5, b"\1" * 32), ())
    with pytest.raises(SignerError, match="remembers another tree of 5 entries"):
        compare("us", own_signer.client)


def test_an_older_database_is_seen_before_anything_is_written_to_it_and_never_signed(signer: Signer) -> None:
    grow_and_sign(5, signer)
    backup = transaction.savepoint()
    grow_and_sign(4, signer)
    transaction.savepoint_rollback(backup)
    with pytest.raises(SignerError, match="had 9 entries when last signed, now 5: restore a newer copy"):
        compare("us", signer)
    grow(3)
    with pytest.raises(SignerError, match="had 9 entries when last signed, and now has 8"):
        sign("us", signer, at=AT)
    grow(10)
    with pytest.raises(SignerError, match="does not begin with what was last signed"):
        sign("us", signer, at=AT)
    assert Checkpoint.objects.count() == 1
