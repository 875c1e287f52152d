"""Every change of a fact leaves a mark that others see with it, and entries are written by what the marks say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from django.db import connection, transaction

from labelhub.evidence import health, marks
from labelhub.evidence.actions import record_before_serving, record_while_so
from labelhub.evidence.models import FactMark, LedgerEntry, LedgerHead
from labelhub.footage.models import Footage, Source
from labelhub.gateway import known
from labelhub.gateway.one_look import TABLES, table_of
from tests import factories
from tests.labelhub.evidence.test_appending import a_view

WATCHED = [table_of(model) for model in TABLES.values()]


@pytest.fixture
def footage(shared_db: None) -> Footage:
    return factories.make_footage(factories.make_source())


def new() -> str:
    """Footage whose facts this process has not seen kept in another test."""
    return token_hex(8)


@contextmanager
def held_open(change: Callable[[], object]) -> Iterator[None]:
    """Let another connection change something, and commit it only at the end."""
    made, ended = threading.Event(), threading.Event()

    def run() -> None:
        with transaction.atomic():
            change()
            made.set()
            ended.wait(30)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert made.wait(30)
    yield
    ended.set()
    thread.join()


def test_every_table_that_a_view_reads_is_watched(shared_db: None) -> None:
    assert marks.unwatched(WATCHED) == set()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Footage.objects.update(name="another.jpg"),
        lambda: Footage.objects.all().delete(),
        lambda: factories.make_source("cam-ca-2"),
    ],
    ids=["changed", "deleted", "added"],
)
def test_a_change_is_another_state_and_a_look_is_not(footage: Footage, change: Callable[[], object]) -> None:
    before = marks.state()
    assert list(Source.objects.all())
    assert marks.state() == before
    change()
    assert marks.state() != before


def test_a_change_that_is_taken_back_leaves_the_state_as_it_was(footage: Footage) -> None:
    before = marks.state()
    with transaction.atomic():
        Footage.objects.update(name="another.jpg")
        transaction.set_rollback(True)
    assert marks.state() == before


def test_entries_change_no_state(footage: Footage) -> None:
    before = marks.state()
    record_before_serving(a_view())
    assert marks.state() == before


def test_marks_are_thinned_out_to_one_that_never_was_before(footage: Footage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "THIN_EVERY", 0.0)
    FactMark.objects.bulk_create(FactMark() for _ in range(marks.MOST))
    seen = marks.state()
    marks.thin_out(seen)
    assert FactMark.objects.count() == 1
    assert marks.state() != seen
    marks.thin_out(marks.state())
    assert FactMark.objects.count() == 1


def test_marks_stay_while_somebody_is_setting_one(footage: Footage, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("whoever writes has the whole database: it is waited for, and then nobody is setting one")
    monkeypatch.setattr(marks, "THIN_EVERY", 0.0)
    FactMark.objects.bulk_create(FactMark() for _ in range(marks.MOST))
    with held_open(lambda: Footage.objects.update(name="another.jpg")):
        before = marks.state()
        marks.thin_out(before)
        assert marks.state() == before


def test_a_table_that_is_not_watched_has_nothing_kept(footage: Footage, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = factories.make_person("lead", factories.Role.LEAD, attested="US")
    factories.activate_demo_policy()
    key = str(factories.signed_in(lead).session.session_key)
    monkeypatch.setattr(marks, "unwatched", lambda _: {"footage_footage"})
    monkeypatch.setitem(known._checked, "until", 0.0)
    found = [known.known(lead.pk, key, footage.pk, at=datetime.now(UTC)) for _ in range(2)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0][1] is not found[1][1]


def test_a_table_made_anew_is_watched_again(footage: Footage) -> None:
    with connection.cursor() as cursor:
        for name in marks._names("footage_footage"):
            on = " ON footage_footage" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
    assert marks.unwatched(WATCHED) == {"footage_footage"}
    marks.watch(WATCHED)
    assert marks.unwatched(WATCHED) == set()


def test_an_entry_is_written_only_in_the_state_it_was_decided_in(footage: Footage) -> None:
    state = marks.state()
    assert record_while_so(a_view(new()), state) is not None
    Footage.objects.update(name="another.jpg")
    assert record_while_so(a_view(new()), state) is None
    assert LedgerEntry.objects.count() == 1
    assert record_while_so(a_view(new()), marks.state()) is not None


def test_of_one_view_one_entry_is_written_a_minute(footage: Footage) -> None:
    state, draft = marks.state(), a_view(new(), person="p-one", session="s", rendition="original", purpose="x")
    assert record_while_so(draft, state) is not None
    assert record_while_so(replace(draft, at=draft.at + timedelta(seconds=59)), state) is None
    assert record_while_so(replace(draft, session="t"), state) is not None
    assert record_while_so(replace(draft, at=draft.at + timedelta(seconds=61)), state) is not None


HOUR, MS = timedelta(hours=1), timedelta(milliseconds=5)
HEADS = {
    "well": {"reported": timedelta(0)},
    "never": {"reported": None},
    "a problem": {"reported": timedelta(0), "problem": "no"},
    "almost silent": {"reported": MS - health.SILENT},
    "silent": {"reported": -health.SILENT - MS},
    "the clock a little back": {"reported": health.STEP - MS},
    "the clock back": {"reported": health.STEP + MS},
    "numbered before": {"reported": timedelta(0), "sequenced": -HOUR},
    "numbered in the future": {"reported": timedelta(0), "sequenced": HOUR},
}


@pytest.mark.own_sequencer
@pytest.mark.parametrize("head", [*HEADS, "none at all"])
def test_the_database_finds_a_ledger_as_well_as_we_do(footage: Footage, head: str) -> None:
    at = datetime.now(UTC)
    if head in HEADS:
        said = {name: at + of if isinstance(of, timedelta) else of for name, of in HEADS[head].items()}
        LedgerHead.objects.create(ledger="us", **said)
    is_well = not health.problem_of("us", at=at)
    found = health.confirm(marks.state(), "us", at=at)
    assert (found.is_so, found.is_well, found.is_writable) == (True, is_well, True)
    written = record_while_so(replace(a_view(new()), at=at, ledger="us"), marks.state())
    assert (written is not None) == is_well
