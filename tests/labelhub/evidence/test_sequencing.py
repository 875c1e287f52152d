"""Numbers without gaps, whoever gives them, whenever it is cut, and whatever the clock says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from labelhub.evidence import sequencing
from labelhub.evidence.models import PERSONAL_COLUMNS, LedgerEntry, LedgerHead, Position, Unsequenced
from labelhub.evidence.sequencing import sequence
from residency.ledger.errors import LedgerError
from tests.labelhub.evidence import entries, ledgers

SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_entries_are_numbered_from_0_in_the_order_of_their_times() -> None:
    later, sooner = entries.view(entries.START + SECOND), entries.view(entries.START)
    assert sequence("us", at=entries.START + 2 * SECOND) == 2
    last = entries.view(entries.START)  # of before, but seen after: what has a number keeps it
    assert sequence("us", at=entries.START + 3 * SECOND) == 1
    assert ledgers.numbered_ids() == [sooner.pk, later.pk, last.pk]
    assert ledgers.verify_numbers() == 3
    assert not Unsequenced.objects.exists()


@pytest.mark.django_db
def test_with_nothing_to_number_nothing_is_written() -> None:
    assert sequence("us", at=entries.START) == 0
    assert not LedgerHead.objects.exists()


@pytest.mark.django_db
def test_ledgers_are_numbered_apart() -> None:
    entries.view(), entries.view(ledger="eu"), entries.view()
    assert (sequence("us", at=entries.START), sequence("eu", at=entries.START)) == (2, 1)
    assert (ledgers.verify_numbers("us"), ledgers.verify_numbers("eu")) == (2, 1)


@pytest.mark.django_db
def test_times_of_numbers_never_go_back_when_the_clock_does() -> None:
    for hours in (5, 3, -40, 4, 6):
        entries.view()
        sequence("us", at=entries.START + timedelta(hours=hours))
    assert ledgers.verify_numbers() == 5
    gained = [(one.sequenced - entries.START).total_seconds() / 3600 for one in ledgers.positions()]
    assert gained == [5, 5, 5, 5, 6]


@pytest.mark.django_db
def test_more_than_fits_one_turn_is_numbered_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "BATCH", 4)
    entries.many(10, people=["p-one"])
    turns = [sequence("us", at=entries.START + timedelta(hours=1)) for _ in range(4)]
    assert turns == [4, 4, 2, 0]
    assert ledgers.verify_numbers() == 10


class CutError(Exception):
    pass


@pytest.mark.django_db
def test_a_turn_that_is_cut_before_its_commit_leaves_nothing_and_the_next_does_it_all() -> None:
    entries.many(5, people=["p-one"])
    told: list[int] = []

    def cut(found: Sequence[LedgerEntry]) -> None:
        told.append(len(found))
        raise CutError

    with pytest.raises(CutError):
        sequence("us", at=entries.START, numbered=cut)
    assert told == [5]
    assert (Position.objects.count(), Unsequenced.objects.count()) == (0, 5)
    assert sequence("us", at=entries.START, numbered=lambda found: told.append(len(found))) == 5
    assert (ledgers.verify_numbers(), told) == (5, [5, 5])


@pytest.mark.django_db
def test_an_entry_that_was_taken_back_is_never_numbered() -> None:
    kept = entries.view()

    def taken_back() -> None:
        with transaction.atomic():
            entries.view()
            raise CutError

    with pytest.raises(CutError):
        taken_back()
    assert sequence("us", at=entries.START) == 1
    assert ledgers.numbered_ids() == [kept.pk]


@pytest.mark.django_db
def test_an_entry_whose_personal_part_was_erased_first_is_numbered_as_it_was_sealed() -> None:
    entry = entries.view()
    LedgerEntry.objects.filter(pk=entry.pk).update(**dict.fromkeys(PERSONAL_COLUMNS, ""))
    assert sequence("us", at=entries.START) == 1
    assert ledgers.verify_numbers() == 1
    assert ledgers.positions()[0].entry.leaf_text == entry.leaf_text


@pytest.mark.django_db
@pytest.mark.parametrize("hashes", [[], ["00"], ["zz" * 32], ["00" * 32, "00" * 32]])
def test_a_head_that_is_no_tree_numbers_nothing(hashes: list[str]) -> None:
    entries.view()
    sequence("us", at=entries.START)
    LedgerHead.objects.update(hashes=hashes)
    entries.view()
    with pytest.raises(ValueError) as refused:  # noqa: PT011  either of two, which the sequencer takes alike
        sequence("us", at=entries.START)
    assert isinstance(refused.value, LedgerError) or "hexadecimal" in str(refused.value)
    assert Position.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("size", [0, 1])
def test_a_head_that_was_set_back_cannot_give_a_number_twice(size: int) -> None:
    entries.view(), entries.view()
    sequence("us", at=entries.START)
    head = LedgerHead.objects.get(pk="us")
    LedgerHead.objects.update(size=size, hashes=head.hashes[:size])
    entries.view()
    with pytest.raises(DatabaseError), transaction.atomic():
        sequence("us", at=entries.START)
    assert Position.objects.count() == 2


FIXED = {
    "evidence_position": ("number", "ledger", "leaf_hash", "sequenced", "entry_id"),
    "evidence_checkpoint": ("size", "text"),
    "evidence_anchor": ("version", "text"),
}


def fill_fixed() -> None:
    from labelhub.evidence.models import Anchor, Checkpoint  # noqa: PLC0415

    entries.view()
    sequence("us", at=entries.START)
    Checkpoint.objects.create(ledger="us", size=1, root="00", text="signed", at=entries.START)
    Anchor.objects.create(
        ledger="us",
        size=1,
        text="signed",
        bucket="b",
        key="k",
        version="v",
        retain_until=entries.START,
        at=entries.START,
    )


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  our own names
        return list(cursor.fetchall())


def refuse(statement: str) -> None:
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", FIXED)
def test_positions_checkpoints_and_anchors_are_written_once(table: str) -> None:
    fill_fixed()
    connection.check_constraints()  # what is left to check at the commit keeps PostgreSQL from emptying a table
    before = rows(table)
    assert len(before) == 1
    for column in FIXED[table]:
        refuse(f"UPDATE {table} SET {column} = {column}")  # noqa: S608  our own names
    refuse(f"DELETE FROM {table}")  # noqa: S608  our own names
    if connection.vendor == "postgresql":
        refuse(f"TRUNCATE {table} CASCADE")
    else:
        refuse(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608  our own names
    assert rows(table) == before


def at_once(*works: Callable[[], None]) -> list[threading.Thread]:
    """Do several things in threads of their own, each with a connection of its own."""

    def closing(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=closing, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    return threads


def test_sequencers_at_once_on_one_ledger_leave_no_gap_and_number_nothing_twice(shared_db: None) -> None:
    """Four at once, while two people go on viewing; ended when all is numbered."""
    written: list[object] = []
    over = threading.Event()

    def look() -> None:
        written.extend(entries.view(entries.START).pk for _ in range(40))

    def number() -> None:
        while not over.is_set() or Unsequenced.objects.exists():
            sequence("us", at=entries.START)

    sequencers, lookers = at_once(*[number] * 4), at_once(*[look] * 2)
    for thread in lookers:
        thread.join()
    over.set()
    for thread in sequencers:
        thread.join()
    assert ledgers.verify_numbers() == 80
    assert set(ledgers.numbered_ids()) == set(written)
