"""Entries that are appended at once, by many: each is committed before its caller goes on, and none is lost."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection

from labelhub.evidence import appending
from labelhub.evidence.actions import EntryDraft, LedgerUnavailableError, record_before_serving
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry
from residency import Action, AssuranceLevel, Decision, Footage, Place, PolicySet, Request, Situation, Viewer, decide
from tests import factories

THREADS, EACH = 12, 10


def decided(footage: str) -> Decision:
    return decide(
        Request(
            action=Action.VIEW,
            viewer=Viewer(id="p-one"),
            footage=Footage(id=footage, jurisdiction="US-CA"),
            situation=Situation(at=datetime.now(UTC), place=Place(jurisdiction="US", level=AssuranceLevel.LA2)),
        ),
        PolicySet.of(),
    )


def a_view(footage: str = "f1", **said: Any) -> EntryDraft:  # noqa: ANN401  whatever a draft says
    decision = decided(footage)
    return EntryDraft(
        action=LedgerAction.MEDIA_VIEW_ALLOWED,
        at=datetime.now(UTC),
        footage=footage,
        inputs_hash=decision.inputs_hash,
        asked=decision.request,
        **said,
    )


def test_many_at_once_are_all_there_each_before_its_caller_goes_on(shared_db: None) -> None:
    missing: list[object] = []
    start = threading.Barrier(THREADS)

    def run(number: int) -> None:
        start.wait()
        for turn in range(EACH):
            entry = record_before_serving(a_view(f"f{(number + turn) % 7}", details={"of": f"{number}.{turn}"}))
            other = connection.copy()
            try:
                with other.cursor() as cursor:  # a connection that sees what is committed, and nothing else
                    cursor.execute("SELECT count(*) FROM evidence_ledgerentry WHERE body = %s", [entry.body])
                    missing.extend([entry] if cursor.fetchone() != (1,) else [])
            finally:
                other.close()
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missing == []
    assert LedgerEntry.objects.count() == THREADS * EACH
    assert DecisionInputs.objects.count() == 7


def test_those_who_come_while_one_writes_share_the_next_commit(shared_db: None) -> None:
    batches, first, go_on = [], threading.Event(), threading.Event()
    write = appending.insert

    def insert(entries: Any, *others: Any) -> Any:  # noqa: ANN401  what it is given is passed on
        batches.append(len(entries))
        first.set()
        assert go_on.wait(30)
        return write(entries, *others)

    def run() -> None:
        record_before_serving(a_view())
        connection.close()

    with patch.object(appending, "insert", insert):
        threads = [threading.Thread(target=run) for _ in range(5)]
        threads[0].start()
        assert first.wait(30)
        for thread in threads[1:]:
            thread.start()
        while len(appending._waiting) < 4:
            threads[1].join(0.01)
        go_on.set()
        for thread in threads:
            thread.join()
    assert batches == [1, 4]
    assert LedgerEntry.objects.count() == 5


def test_a_commit_that_fails_fails_for_all_who_waited_for_it_and_for_nobody_after(shared_db: None) -> None:
    with patch.object(appending, "insert", side_effect=DatabaseError("disk full")):
        for _ in range(2):
            with pytest.raises(LedgerUnavailableError):
                record_before_serving(a_view())
            assert appending.is_failing()
    record_before_serving(a_view())
    assert not appending.is_failing()
    assert LedgerEntry.objects.count() == 1


def test_facts_that_were_erased_are_kept_again_with_the_next_entry(shared_db: None) -> None:
    first = record_before_serving(a_view())
    record_before_serving(a_view())
    assert appending.is_known(first.inputs_hash)
    kept = DecisionInputs.objects.get().facts
    factories.forget_inputs()
    record_before_serving(a_view())
    assert DecisionInputs.objects.get().facts == kept
    assert LedgerEntry.objects.count() == 3


def test_an_entry_reads_back_as_it_was_written(shared_db: None) -> None:
    draft = a_view("f“1”", person="p\\one", details={"words": "a 'b' \"c\" {d} ü \n"})
    entry = record_before_serving(draft)
    stored = LedgerEntry.objects.get(pk=entry.pk)
    for each in LedgerEntry._meta.concrete_fields:
        assert getattr(stored, each.attname) == getattr(entry, each.attname), each.attname
